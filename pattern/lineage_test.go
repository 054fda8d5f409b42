package pattern_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/casestream/casestream/pattern"
)

// lineage writes rules and events for sets that come of one another. Names are such as could be confused, and
// the fields of events keep an order, as those of real ones do.
type lineage struct {
	generator
	names, order []string
}

// hardNames are names of fields.
var hardNames = []string{
	"a", "a", "b", "b", "c", "", "a.b", ".", "a.", ".b", "\u00e9", "x/y", `q"r`, strings.Repeat("long", 20), "d", "e", "f", "g", "h", "i", "j", "k",
}

// newLineage chooses the names.
func newLineage(r *rand.Rand) lineage {
	l := lineage{generator: generator{Rand: r}, names: hardNames[:3+r.IntN(len(hardNames)-2)]}
	l.order = slices.Clone(l.names)
	r.Shuffle(len(l.order), func(i, j int) { l.order[i], l.order[j] = l.order[j], l.order[i] })
	l.order = l.order[:min(len(l.order), 2+r.IntN(6))]
	return l
}

// rule writes an object of a pattern.
func (l *lineage) rule(depth int) string {
	fields := map[string]string{}
	for range 1 + l.IntN(4) {
		name := l.quoted(l.one(l.names...))
		if depth > 0 && l.IntN(2) == 0 {
			fields[name] = l.rule(depth - 1)
			continue
		}
		list := pick(l.Rand, matchers)
		for l.IntN(3) == 0 {
			list += "," + pick(l.Rand, matchers)
		}
		fields[name] = "[" + list + "]"
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		fmt.Fprintf(&b, ",%s:%s", name, fields[name])
	}
	return "{" + b.String()[1:] + "}"
}

// event writes an object of an event.
func (l *lineage) event(depth int) string {
	var fields []string
	for _, name := range l.order {
		if l.IntN(10) < 7 {
			fields = append(fields, l.quoted(name)+":"+l.value(depth))
		}
	}
	if l.IntN(4) == 0 {
		fields = append(fields, l.quoted(l.one(l.names...))+":"+l.value(depth))
	}
	if l.IntN(6) == 0 {
		l.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// value writes a value of an event.
func (l *lineage) value(depth int) string {
	switch n := l.IntN(8); {
	case depth == 0 || n < 3:
		return pick(l.Rand, scalars)
	case n < 7:
		return l.event(depth - 1)
	}
	var list []string
	for range l.IntN(3) {
		list = append(list, l.value(depth-1))
	}
	return "[" + strings.Join(list, ",") + "]"
}

// TestSetsOfOneLineageDoNotDisturbEachOther matches events with sets, old and new, that share trees and scratches.
func TestSetsOfOneLineageDoNotDisturbEachOther(t *testing.T) {
	matches := 0
	for seed := range uint64(50) {
		l := newLineage(rand.New(rand.NewPCG(11, seed)))
		type version struct {
			set   *pattern.Set
			texts map[pattern.RuleID]string
		}
		versions := []version{{pattern.Build(nil), map[pattern.RuleID]string{}}}
		for range 25 {
			from, id := versions[l.IntN(len(versions))], pattern.RuleID(l.IntN(6))
			v := version{from.set.Without(id), maps.Clone(from.texts)}
			delete(v.texts, id)
			if l.IntN(3) > 0 {
				v.texts[id] = l.rule(l.IntN(3))
				v.set = from.set.With(pattern.Rule{ID: id, Pattern: compiled(t, v.texts[id])})
			}
			versions = append(versions, v)
		}
		for i := range 150 {
			event, v := l.event(2), versions[l.IntN(len(versions))]
			if i%4 == 0 {
				event = l.spaced(event)
			}
			var want []pattern.RuleID
			for id, text := range v.texts {
				if matched, _ := naiveMatch(text, event); matched {
					want = append(want, id)
				}
			}
			slices.Sort(want)
			matches += len(want)
			if got, err := v.set.Match([]byte(event), nil); err != nil || !slices.Equal(got, want) {
				t.Fatalf("seed %d: %v, %v, want %v\n%s\n%v", seed, err, got, want, event, v.texts)
			}
		}
	}
	if matches < 250 {
		t.Errorf("%d matches: the random cases tell little", matches)
	}
}

// crowdMatchers and crowdScalars fill buckets, so that rules are filed below their keys.
var (
	crowdMatchers = append([]string{
		`{"numeric":[">",1,"<=",3]}`, `{"numeric":["<",0]}`, `{"numeric":[">=",1e299]}`, `{"numeric":["<=",1e-300]}`, `{"wildcard":"x*"}`,
		`{"equals-ignore-case":"X\u00c9"}`, `{"suffix":{"equals-ignore-case":"\u00c9"}}`, `{"suffix":{"equals-ignore-case":"Y"}}`,
		`{"wildcard":"*bc*"}`, `{"cidr":"fe80::/10"}`, `{"cidr":"10.0.0.0/31"}`, `{"prefix":"abcab"}`, `3`, `"yx"`, `true`, `-1.5`,
	}, matchers...)
	crowdScalars = []string{
		`1`, `2`, `3`, `"x"`, `"xy"`, `"yx"`, `true`, `null`, `"10.0.0.1"`, `"fe80::1"`, `"X"`, `"x\u00e9"`, `"abcabc"`, `-1.5`, `1e300`, `1e-300`, `0`, `-0`,
	}
)

// crowdRule writes one of many rules that ask for little else than others do.
func crowdRule(r *rand.Rand) string {
	var fields []string
	for _, name := range []string{"a", "b", "c.d", "c.e", "f"} {
		if r.IntN(2) == 0 {
			continue
		}
		list := pick(r, crowdMatchers)
		for r.IntN(2) == 0 {
			list += "," + pick(r, crowdMatchers)
		}
		fields = append(fields, fmt.Sprintf(`%q:[%s]`, name, list))
	}
	if r.IntN(5) == 0 || len(fields) == 0 {
		fields = append(fields, fmt.Sprintf(`"$or":[{"g":[%s]},{"h":[%s]},{"a":[%s]}]`, pick(r, crowdMatchers), pick(r, crowdMatchers), pick(r, crowdMatchers)))
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// crowdEvent writes an event for such rules.
func crowdEvent(r *rand.Rand) []byte {
	var fields []string
	for _, name := range []string{"a", "b", "f", "g", "h"} {
		switch r.IntN(4) {
		case 0:
		case 1:
			fields = append(fields, fmt.Sprintf("%q:[%s,%s]", name, pick(r, crowdScalars), pick(r, crowdScalars)))
		default:
			fields = append(fields, fmt.Sprintf("%q:%s", name, pick(r, crowdScalars)))
		}
	}
	fields = append(fields, fmt.Sprintf(`"c":[{"d":%s,"e":%s},{"d":[%s,%s]},{"e":%s}]`,
		pick(r, crowdScalars), pick(r, crowdScalars), pick(r, crowdScalars), pick(r, crowdScalars), pick(r, crowdScalars)))
	return []byte("{" + strings.Join(fields, ",") + "}")
}

func TestManyRulesThatAskForTheSameAreFoundOneByOne(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(12, seed))
		set, rules := pattern.Build(nil), map[pattern.RuleID]*pattern.Pattern{}
		for i := range 1500 {
			id := pattern.RuleID(r.IntN(700))
			if p, err := pattern.Compile(crowdRule(r)); err == nil && r.IntN(3) > 0 { // some have too many wildcards
				set, rules[id] = set.With(pattern.Rule{ID: id, Pattern: p}), p
			} else {
				set = set.Without(id)
				delete(rules, id)
			}
			if i%40 == 0 {
				checkRules(t, set, rules, crowdEvent(r))
			}
		}
		for id := range rules {
			set = set.Without(id)
		}
		if left := set.Left(); left != "" {
			t.Errorf("the empty set still holds %s", left)
		}
	}
}
