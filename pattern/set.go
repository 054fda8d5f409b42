package pattern

import "sync"

// RuleID is the caller's name for a rule.
type RuleID int

// Rule is a pattern with the id that a match reports.
type Rule struct {
	ID      RuleID
	Pattern *Pattern
}

// Set matches one event against many rules. It is immutable and safe for concurrent use: With and Without give
// other sets, which share nearly all of their memory with it.
type Set struct {
	size   int
	rules  *trie[*rule] // by id
	root   *node        // of the tree of all paths
	index  *index
	paths  slots      // of the paths
	unused *sync.Pool // of scratches, the same for all sets that come of one
	marks  slots      // of the rules, alternatives and inner indexes: see scratch.first
}

// rule is a rule of a set.
type rule struct {
	mark         int32
	alternatives []alternative
}

// alternative is one of a rule's lists of constraints.
type alternative struct {
	checks []check
	id     RuleID
	rule   int32  // the rule's mark
	mark   int32  // its own: the rule's too, if it is the only one
	most   int32  // how many keys it may have
	filing filing // in the outermost index; it never changes
}

// check is a constraint whose path has a slot.
type check struct {
	*constraint
	slot    int32
	variety int32 // of the path's match lists, see variety.score
}

// Build makes a set of rules. A later rule takes the place of an earlier one of the same id.
func Build(rules []Rule) *Set {
	e := &edit{}
	s := &Set{root: &node{edit: e, slot: none}, index: &index{edit: e}, unused: &sync.Pool{}}
	for _, r := range rules {
		s.remove(e, r.ID)
		s.add(e, r)
	}
	return s
}

// With gives the set with one more rule, or with another pattern for the rule of that id. It takes time and
// memory for that rule alone, however many others there are.
func (s *Set) With(r Rule) *Set {
	c, e := *s, &edit{}
	c.remove(e, r.ID)
	c.add(e, r)
	return &c
}

// Without gives the set without the rule of an id; an id that it does not have changes nothing.
func (s *Set) Without(id RuleID) *Set {
	c := *s
	if !c.remove(&edit{}, id) {
		return s
	}
	return &c
}

// Len is the number of rules.
func (s *Set) Len() int { return s.size }

// add files a rule; s is the edit's own.
func (s *Set) add(e *edit, r Rule) {
	own := &rule{mark: s.marks.take(), alternatives: make([]alternative, len(r.Pattern.alternatives))}
	most := max(1, maxKeys/int32(max(1, len(own.alternatives))))
	for i, constraints := range r.Pattern.alternatives {
		a := &own.alternatives[i]
		*a = alternative{id: r.ID, rule: own.mark, mark: own.mark, most: most, checks: make([]check, len(constraints))}
		if len(own.alternatives) > 1 {
			a.mark = s.marks.take()
		}
		for j := range constraints {
			c := &a.checks[j]
			c.constraint = &constraints[j]
			s.root = s.root.place(e, c.path, c, &s.paths)
		}
		s.index = s.index.add(e, a, 1, &s.marks)
	}
	s.rules = s.rules.set(e, uint64(r.ID), own)
	s.size++
}

// remove takes a rule out, if it is there; s is the edit's own.
func (s *Set) remove(e *edit, id RuleID) bool {
	old := s.rules.get(uint64(id))
	if old == nil {
		return false
	}
	for i := range old.alternatives {
		a := &old.alternatives[i]
		s.index = s.index.remove(e, a, &s.marks)
		for j := range a.checks {
			s.root = s.root.release(e, a.checks[j].path, &s.paths)
		}
		if a.mark != old.mark {
			s.marks.give(a.mark)
		}
	}
	s.marks.give(old.mark)
	s.rules = s.rules.drop(e, uint64(id))
	s.size--
	return true
}
