package pattern

import "slices"

// judgeInElements judges an alternative on an event whose arrays are simple: the leaves of a constraint are
// all below elements of one array, and constraints that have to do with the same outermost array have to do
// with the same array. Then all that needs to be known of the constraints so far is which elements of each
// array have met them. It is not simple when that does not hold.
func (s *scratch) judgeInElements(a *alternative) (matched, simple bool) {
	s.judged++
	s.bound = s.bound[:0]
	for i := range a.checks {
		if met, simple := s.narrow(a, i); !met || !simple {
			return false, simple
		}
	}
	return true, true
}

// narrow takes away the elements that do not meet constraint i. It is not met when none is left.
func (s *scratch) narrow(a *alternative, i int) (met, simple bool) {
	c := &a.checks[i]
	leaves := s.at(c.slot)
	in, free, ok := s.arrayOf(leaves)
	if !ok {
		return false, false
	}
	if free && s.acceptsFree(c, leaves) {
		// To choose it leaves all elements, which is best but for what is to be absent from the one chosen.
		absence := slices.ContainsFunc(a.checks[i+1:], func(c check) bool { return c.absent })
		return true, in == none || !absence
	}
	if in == none {
		return c.absent && !free, true
	}
	top := in
	for s.arrays[top].parent != none {
		top = s.elements[s.arrays[top].parent].array
	}
	t, from := &s.arrays[top], int32(len(s.bound))
	if t.judged != s.judged {
		s.acceptedElements(c, leaves)
	} else if t.inner != in {
		return false, false
	} else {
		s.keepElements(c, leaves, t.left, c.absent && !free)
	}
	t.judged, t.inner, t.left = s.judged, in, span{from, int32(len(s.bound))}
	return t.left.from < t.left.to, true
}

// arrayOf gives the array of which the leaves are below elements, none if there are no such leaves, and whether
// there are others, which are free. It is not ok when there are several arrays.
func (s *scratch) arrayOf(leaves []int32) (in int32, free, ok bool) {
	in = none
	for _, l := range leaves {
		e := s.leaves[l].element
		if e == none {
			free = true
			continue
		}
		if id := s.elements[e].array; in == none {
			in = id
		} else if in != id {
			return none, free, false
		}
	}
	return in, free, true
}

// acceptsFree tells whether the constraint accepts a leaf that is below no element.
func (s *scratch) acceptsFree(c *check, leaves []int32) bool {
	return slices.ContainsFunc(leaves, func(l int32) bool { return s.leaves[l].element == none && s.accepts(c, l) })
}

// acceptedElements appends to s.bound the elements below which the constraint accepts a leaf.
func (s *scratch) acceptedElements(c *check, leaves []int32) {
	last := int32(none)
	for _, l := range leaves {
		if e := s.leaves[l].element; e > last && s.accepts(c, l) {
			s.bound = append(s.bound, e)
			last = e
		}
	}
}

// keepElements appends to s.bound those of the elements in left below which the constraint accepts a leaf, or,
// if absence will do, has none.
func (s *scratch) keepElements(c *check, leaves []int32, left span, absent bool) {
	at := 0
	for i := left.from; i < left.to; i++ {
		e := s.bound[i]
		for at < len(leaves) && s.leaves[leaves[at]].element < e {
			at++
		}
		there, taken := false, false
		for ; at < len(leaves) && s.leaves[leaves[at]].element == e; at++ {
			there = true
			taken = taken || s.accepts(c, leaves[at])
		}
		if taken || absent && !there {
			s.bound = append(s.bound, e)
		}
	}
}
