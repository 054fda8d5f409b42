package main

import (
	"fmt"
	"sync"

	"github.com/casestream/casestream/pattern"
)

// row is one measurement of a table.
type row struct {
	table string
	name  string
	rules int
	text  func(n int) string                   // the n-th rule's pattern; without end where rules are changed
	sent  func() (events [][]byte, hits []int) // what is matched; hits says how many rules each event matches, where that is stated
	grown bool                                 // adding and removing rules is measured too
}

// String is what -only selects by.
func (r row) String() string { return fmt.Sprintf("%s/%s/%d", r.table, r.name, r.rules) }

// The tables, in their order.
const (
	lotTable      = "classes"
	growthTable   = "growth"
	mixTable      = "mix"
	compoundTable = "compound"
	hostileTable  = "hostile"
)

// tables are their names and headings.
var tables = []struct{ name, heading string }{
	{lotTable, "Operator classes: five rules, parcels of about 900 bytes"},
	{growthTable, "Growth: case events of 1,240 bytes; each rule also names source and detail-type"},
	{mixTable, "All operators mixed, case events"},
	{compoundTable, "No field is rare, case events"},
	{hostileTable, "Hostile events"},
}

// rows are all that there is to measure, with these numbers of rules.
func rows(sizes []int) (all []row) {
	first := sync.OnceValue(func() [][]byte { return lots(1, lotLines, false) })
	last := sync.OnceValue(func() [][]byte { return lots(1, lotLines, true) })
	for _, c := range lotClasses() {
		lines := first
		if c.last {
			lines = last
		}
		all = append(all, row{
			table: lotTable, name: c.name, rules: len(c.rules),
			text: func(n int) string { return c.rules[n] },
			sent: func() ([][]byte, []int) { return lines(), nil },
		})
	}
	for _, f := range growth {
		for _, n := range sizes {
			all = append(all, f.row(growthTable, n))
		}
	}
	largest := 0
	for _, n := range sizes {
		all = append(all, mix().row(mixTable, n))
		largest = max(largest, n)
	}
	families, n := compound(largest)
	for i, f := range families {
		all = append(all, f.row(compoundTable, n[i]))
	}
	for _, h := range hostile() {
		all = append(all, row{
			table: hostileTable, name: h.name, rules: len(h.rules),
			text: func(n int) string { return h.rules[n] },
			sent: func() ([][]byte, []int) { return [][]byte{h.event}, []int{h.hits} },
		})
	}
	return all
}

// row is the family's at a number of rules.
func (f family) row(table string, rules int) row {
	return row{
		table: table, name: f.name, rules: rules, grown: true,
		text: func(n int) string { return rulePattern(f.rule(n)) },
		sent: func() ([][]byte, []int) { return f.events(rules) },
	}
}

// compiled compiles the patterns of some numbers, which are the rules' ids too.
func (r row) compiled(from, to int) ([]pattern.Rule, measured, error) {
	texts := make([]string, 0, to-from)
	for n := from; n < to; n++ {
		texts = append(texts, r.text(n))
	}
	rules := make([]pattern.Rule, 0, to-from)
	m, err := metered(func() (int, int, error) {
		for i, text := range texts {
			p, err := pattern.Compile(text)
			if err != nil {
				return i, 0, fmt.Errorf("%s: %s: %w", r, text, err)
			}
			rules = append(rules, pattern.Rule{ID: pattern.RuleID(from + i), Pattern: p})
		}
		return len(texts), 0, nil
	})
	return rules, m, err
}

// build compiles the row's rules into a set and writes down what that took.
func (r row) build(res *result) (set *pattern.Set, err error) {
	before := live()
	rules, compiling, err := r.compiled(0, r.rules)
	if err != nil {
		return nil, err
	}
	building, err := metered(func() (int, int, error) {
		set = pattern.Build(rules)
		return r.rules, 0, nil
	})
	res.CompileMicros, res.BuildMicros = compiling.micros(), building.micros()
	res.KBPerRule = (float64(live()) - float64(before)) / 1024 / float64(r.rules)
	return set, err
}

// checkedEvents is how many events are checked before a measurement.
const checkedEvents = 64

// check matches the first events and compares the numbers of hits with those that are stated: what gives wrong
// answers needs no measuring.
func (r row) check(set *pattern.Set, events [][]byte, hits []int) error {
	for i, want := range hits[:min(len(hits), checkedEvents)] {
		ids, err := set.Match(events[i], nil)
		if err != nil {
			return fmt.Errorf("%s: event %d: %w", r, i, err)
		}
		if len(ids) != want {
			return fmt.Errorf("%s: event %d matches %d rules (%v), not %d", r, i, len(ids), ids[:min(8, len(ids))], want)
		}
	}
	return nil
}
