package pattern

import (
	"slices"
	"strings"
	"sync"
)

// RuleID is the caller's name for a rule.
type RuleID int

// Rule is a pattern with the id that a match reports.
type Rule struct {
	ID      RuleID
	Pattern *Pattern
}

// Set matches one event against many rules. It is immutable and safe for concurrent use.
//
// Each alternative of each rule is filed under the strings of one of its constraints, the one whose strings
// the fewest others are filed under; an event is then compared with what is filed under its own strings.
// Alternatives without a constraint of that kind are compared with every event.
type Set struct {
	rules        []Rule
	ids          []RuleID
	nodes        []node // the tree of all paths; the first is its root
	paths        int
	alternatives []alternative
	filed        []map[string]int32 // by path: the bucket of a string
	buckets      [][]int32          // alternatives
	unfiled      []int32            // alternatives that every event is compared with
	scratches    sync.Pool
}

// alternative is one of a rule's lists of constraints.
type alternative struct {
	rule        int32 // index in Set.ids
	constraints []placed
}

// placed is a constraint whose path has a number.
type placed struct {
	*constraint
	path int32
}

// With gives the set with one more rule, or with another pattern for the rule of that id. The set itself stays
// as it is.
func (s *Set) With(r Rule) *Set { return Build(append(s.without(r.ID), r)) }

// Without gives the set without the rule of an id; an id that it does not have changes nothing.
func (s *Set) Without(id RuleID) *Set { return Build(s.without(id)) }

// without lists all rules but one.
func (s *Set) without(id RuleID) []Rule {
	return slices.DeleteFunc(slices.Clone(s.rules), func(r Rule) bool { return r.ID == id })
}

// Len is the number of rules.
func (s *Set) Len() int { return len(s.rules) }

// Build compiles rules into a set. A later rule takes the place of an earlier one of the same id.
func Build(rules []Rule) *Set {
	s := &Set{rules: rules, nodes: []node{{path: none}}}
	for i, r := range rules {
		s.ids = append(s.ids, r.ID)
		for _, constraints := range r.Pattern.alternatives {
			a := alternative{rule: int32(i), constraints: make([]placed, len(constraints))}
			for j := range constraints {
				a.constraints[j] = placed{&constraints[j], s.place(constraints[j].path)}
			}
			s.alternatives = append(s.alternatives, a)
		}
	}
	s.file()
	s.scratches.New = func() any {
		return &scratch{
			spans:       make([]span, s.paths),
			seenBuckets: make([]uint32, len(s.buckets)),
			seen:        make([]uint32, len(s.alternatives)),
			matched:     make([]uint32, len(s.ids)),
		}
	}
	return s
}

// place gives the number of a path and adds the path to the tree.
func (s *Set) place(path string) int32 {
	at := int32(0)
	for step := range strings.SplitSeq(path, ".") {
		next, ok := s.nodes[at].children[step]
		if !ok {
			next = int32(len(s.nodes))
			s.nodes = append(s.nodes, node{path: none})
			if s.nodes[at].children == nil {
				s.nodes[at].children = map[string]int32{}
			}
			s.nodes[at].children[step] = next
		}
		at = next
	}
	if s.nodes[at].path == none {
		s.nodes[at].path = int32(s.paths)
		s.paths++
	}
	return s.nodes[at].path
}

// filing is a string at a path.
type filing struct {
	path int32
	key  string
}

// file chooses the constraint that each alternative is filed under.
func (s *Set) file() {
	load := map[filing]int{}
	for _, a := range s.alternatives {
		for _, c := range a.constraints {
			keys, _ := c.exactKeys()
			for _, k := range keys {
				load[filing{c.path, k}]++
			}
		}
	}
	s.filed = make([]map[string]int32, s.paths)
	for i, a := range s.alternatives {
		best, bestLoad := filing{path: none}, 0
		var bestKeys []string
		for _, c := range a.constraints {
			keys, ok := c.exactKeys()
			sum := 0
			for _, k := range keys {
				sum += load[filing{c.path, k}]
			}
			if ok && (best.path == none || sum < bestLoad) {
				best, bestLoad, bestKeys = filing{path: c.path}, sum, keys
			}
		}
		if best.path == none {
			s.unfiled = append(s.unfiled, int32(i))
			continue
		}
		for _, k := range bestKeys {
			s.fileUnder(best.path, k, int32(i))
		}
	}
}

// fileUnder adds an alternative to the bucket of a string at a path.
func (s *Set) fileUnder(path int32, key string, alternative int32) {
	if s.filed[path] == nil {
		s.filed[path] = map[string]int32{}
	}
	b, ok := s.filed[path][key]
	if !ok {
		b = int32(len(s.buckets))
		s.buckets = append(s.buckets, nil)
		s.filed[path][key] = b
	}
	s.buckets[b] = append(s.buckets[b], alternative)
}

// scratch is the memory that one Match uses; it is pooled.
type scratch struct {
	leaves   []leaf // in the event's order
	elements []element
	arrays   []array
	decoded  []byte  // strings that had escapes
	byPath   []int32 // leaves grouped by path
	spans    []span  // by path: where its leaves are in byPath
	touched  []int32 // the paths that the event has leaves at

	stamp       uint32   // this Match; equal stamps below mean "in this Match"
	seenBuckets []uint32 // by bucket
	seen        []uint32 // by alternative
	matched     []uint32 // by rule
	hits        []int32  // the rules that matched

	accepted     []int32 // used by the search in arrays.go
	acceptedEnds []int
	now, then    states
	steps        int
}

// span is a part of scratch.byPath.
type span struct{ from, to int32 }

// at gives the leaves at a path.
func (s *scratch) at(path int32) []int32 {
	return s.byPath[s.spans[path].from:s.spans[path].to]
}

// Match appends the ids of the rules that the event satisfies to dst, in the order of Build. The event is a
// JSON object; the error is ErrEvent, with nothing appended, or ErrUndecided.
func (s *Set) Match(event []byte, dst []RuleID) ([]RuleID, error) {
	m := s.scratches.Get().(*scratch)
	defer s.scratches.Put(m)
	m.begin()
	defer m.release()
	if err := m.flatten(s.nodes, event); err != nil {
		return dst, err
	}
	m.group()
	decided := m.tryAll(s, s.unfiled)
	for _, path := range m.touched {
		if s.filed[path] == nil {
			continue
		}
		for _, l := range m.at(path) {
			if m.leaves[l].kind != kindString {
				continue
			}
			b, ok := s.filed[path][string(m.leaves[l].text)]
			if ok && m.seenBuckets[b] != m.stamp {
				m.seenBuckets[b] = m.stamp
				decided = m.tryAll(s, s.buckets[b]) && decided
			}
		}
	}
	slices.Sort(m.hits)
	for _, rule := range m.hits {
		dst = append(dst, s.ids[rule])
	}
	if !decided {
		return dst, ErrUndecided
	}
	return dst, nil
}

// begin prepares the scratch for another event.
func (s *scratch) begin() {
	s.leaves, s.elements, s.arrays, s.decoded = s.leaves[:0], s.elements[:0], s.arrays[:0], s.decoded[:0]
	s.hits = s.hits[:0]
	if s.stamp++; s.stamp == 0 { // wrapped around: old stamps could be taken for new ones
		clear(s.seenBuckets)
		clear(s.seen)
		clear(s.matched)
		s.stamp = 1
	}
}

// release lets go of the event.
func (s *scratch) release() {
	clear(s.leaves)
	for _, path := range s.touched {
		s.spans[path] = span{}
	}
	s.touched = s.touched[:0]
}

// group sorts the leaves by path; within a path they keep the event's order.
func (s *scratch) group() {
	for i := range s.leaves {
		path := s.leaves[i].path
		if s.spans[path].to == 0 {
			s.touched = append(s.touched, path)
		}
		s.spans[path].to++
	}
	at := int32(0)
	for _, path := range s.touched {
		count := s.spans[path].to
		s.spans[path] = span{at, at}
		at += count
	}
	s.byPath = slices.Grow(s.byPath[:0], len(s.leaves))[:len(s.leaves)]
	for i := range s.leaves {
		sp := &s.spans[s.leaves[i].path]
		s.byPath[sp.to] = int32(i)
		sp.to++
	}
}

// tryAll compares the event with alternatives and notes the rules that match. It is false when one of them
// could not be decided.
func (s *scratch) tryAll(set *Set, list []int32) bool {
	all := true
	for _, i := range list {
		a := &set.alternatives[i]
		if s.seen[i] == s.stamp || s.matched[a.rule] == s.stamp {
			continue
		}
		s.seen[i] = s.stamp
		matched, decided := s.try(a)
		all = all && decided
		if matched {
			s.matched[a.rule] = s.stamp
			s.hits = append(s.hits, a.rule)
		}
	}
	return all
}

// try compares the event with one alternative.
func (s *scratch) try(a *alternative) (matched, decided bool) {
	for i := range a.constraints {
		if c := &a.constraints[i]; !c.absent && len(s.at(c.path)) == 0 {
			return false, true
		}
	}
	if len(s.elements) > 0 {
		return s.joined(a)
	}
	for i := range a.constraints {
		if !s.met(&a.constraints[i]) {
			return false, true
		}
	}
	return true, true
}

// met judges one constraint by itself.
func (s *scratch) met(c *placed) bool {
	leaves := s.at(c.path)
	for _, l := range leaves {
		if c.accepts(&s.leaves[l].value) {
			return true
		}
	}
	return c.absent && len(leaves) == 0
}
