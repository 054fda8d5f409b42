package pattern

import (
	"cmp"
	"errors"
	"slices"
)

// What an explanation lists at most of each thing.
const (
	maxFailures = 20
	maxListed   = 8
)

// Explanation says whether an event satisfies a pattern and, if not, why. Its String is for people.
type Explanation struct {
	Matched      bool
	Alternative  int       // the number of the first alternative that matched, or 0
	Alternatives int       // how many the pattern has: 1 without $or, else what $or expands to
	Failures     []Failure // one for each alternative, the one that got furthest first; at most 20
}

// Failure says why one alternative of a pattern did not match. Values and matchers are cut to about 80
// characters each.
type Failure struct {
	Alternative int    // from 1, in the order of $or's elements; those of a second $or repeat the first's
	Path        string // the first path that fails; paths are judged in the order of their bytes
	Met         int    // how many paths before it were satisfied
	Paths       int    // how many the alternative has
	Cause       Cause

	Wanted      []string // what the pattern asks for, in words; at most 8
	WantedCount int
	Values      []string // what the event has at the path, as JSON; at most 8
	ValueCount  int
	Place       string   // of Missing: the longest part of the path that the event has, or nothing
	Fields      []string // of Missing: the fields there; at most 8
	FieldCount  int
	Apart       []string // of Elements: the earlier paths that fit in other elements only; at most 8
}

// Cause is a kind of failure.
type Cause string

// The causes. Only scalars can match: strings, numbers, true, false and null.
const (
	Missing  Cause = "missing"  // the event has no such field
	Object   Cause = "object"   // the field is an object
	Empty    Cause = "empty"    // the field is an empty array
	Refused  Cause = "refused"  // no matcher accepts a value of the field
	Present  Cause = "present"  // there must be no value, and there is one
	Elements Cause = "elements" // the values fit one by one, but in different elements of an array
)

// Explain tells why an event does or does not satisfy the pattern. It agrees with Match, whose verdicts on
// parts of the pattern it is made of; its error is that of CheckEvent or of Match.
func (p *Pattern) Explain(event []byte) (Explanation, error) {
	e := Explanation{Alternatives: len(p.alternatives)}
	if err := CheckEvent(event); err != nil {
		return e, err
	}
	matched, err := p.Match(event)
	if err != nil {
		return e, err
	}
	x := explainer{event: event}
	if e.Matched = matched; matched {
		for i, fits := range x.judge(p.alternatives) {
			if fits {
				e.Alternative = i + 1
				break
			}
		}
		return e, x.err
	}
	e.Failures = x.failures(p.alternatives)
	if errors.Is(x.err, ErrUndecided) {
		return e, nil // the pattern is decided: a part of it is not
	}
	return e, x.err
}

// explainer takes a pattern that does not match apart.
type explainer struct {
	event []byte
	err   error // the first error
}

// judge matches lists of constraints, each by itself.
func (x *explainer) judge(lists [][]constraint) []bool {
	rules := make([]Rule, len(lists))
	for i := range lists {
		rules[i] = Rule{ID: RuleID(i), Pattern: newPattern(lists[i : i+1])}
	}
	verdicts := make([]bool, len(lists))
	ids, err := Build(rules).Match(x.event, nil)
	if err != nil && x.err == nil {
		x.err = err
	}
	for _, id := range ids {
		verdicts[id] = true
	}
	return verdicts
}

// failures explains alternatives of which none matches. There are none when a part of the pattern cannot be
// decided.
func (x *explainer) failures(alternatives [][]constraint) []Failure {
	met := x.met(alternatives)
	list := make([]Failure, len(alternatives))
	for i, a := range alternatives {
		list[i] = Failure{Alternative: i + 1, Path: a[met[i]].path, Met: met[i], Paths: len(a)}
	}
	slices.SortStableFunc(list, func(a, b Failure) int { return cmp.Compare(b.Met, a.Met) })
	list = list[:min(len(list), maxFailures)]
	at := survey(x.event, list)
	single := make([][]constraint, len(list))
	for i, f := range list {
		single[i] = alternatives[f.Alternative-1][f.Met : f.Met+1]
	}
	alone := x.judge(single)
	for i := range list {
		f := &list[i]
		f.describe(&single[i][0], at)
		if alone[i] {
			f.Cause = Elements
			f.Apart = x.apart(alternatives[f.Alternative-1][:f.Met+1])
		}
	}
	if x.err != nil {
		return nil
	}
	return list
}

// met finds for each alternative how many of its constraints can be met together, from the first one on.
// What fails with some constraints fails with more, so the number is halved in on, for all alternatives at once.
func (x *explainer) met(alternatives [][]constraint) []int {
	met, failed := make([]int, len(alternatives)), make([]int, len(alternatives))
	for i, a := range alternatives {
		failed[i] = len(a)
	}
	for {
		var open []int
		var parts [][]constraint
		for i, a := range alternatives {
			if met[i]+1 < failed[i] {
				open, parts = append(open, i), append(parts, a[:(met[i]+failed[i])/2])
			}
		}
		if len(open) == 0 {
			return met
		}
		for j, fits := range x.judge(parts) {
			if i := open[j]; fits {
				met[i] = len(parts[j])
			} else {
				failed[i] = len(parts[j])
			}
		}
	}
}

// apart lists the paths of the constraints that cannot be met together with the last one. It is empty when
// it takes more than one of them.
func (x *explainer) apart(list []constraint) []string {
	last := list[len(list)-1]
	pairs := make([][]constraint, len(list)-1)
	for i := range pairs {
		pairs[i] = []constraint{list[i], last}
	}
	var paths []string
	for i, fits := range x.judge(pairs) {
		if !fits && len(paths) < maxListed {
			paths = append(paths, pairs[i][0].path)
		}
	}
	return paths
}

// describe fills in what the constraint asks for and what the event has in its place.
func (f *Failure) describe(c *constraint, at *spot) {
	f.Wanted, f.WantedCount = wanted(c)
	place, s, whole := at.along(f.Path)
	if !whole {
		f.Cause, f.Place = Missing, place
		f.Fields, f.FieldCount = s.fields, len(s.known)
		return
	}
	f.Values, f.ValueCount = s.values, s.valueCount
	switch {
	case s.valueCount == 0 && s.object:
		f.Cause = Object
	case s.valueCount == 0:
		f.Cause = Empty
	case len(c.matchers) == 0:
		f.Cause = Present
	default:
		f.Cause = Refused
	}
}
