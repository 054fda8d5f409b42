package pattern

import (
	"errors"
	"slices"
)

// ErrUndecided is the error for events that are too costly to compare with every rule: those whose arrays allow
// more combinations than were tried, or with so much in them that looking for rules and comparing it with their
// operands takes more than some tenths of a second. The rules that it concerns are not among the matches; all others were judged.
var ErrUndecided = errors.New("judging every rule on the event would take too long")

// How many candidates the search may look at for one alternative: a fixed number and some for each leaf.
// Array elements under distinct paths need a few for each leaf and constraint; only field names made for the
// purpose need more.
const (
	stepsFixed   = 1 << 16
	stepsPerLeaf = 64
	costOfStep   = 32      // for scratch.spend
	maxBound     = 1 << 22 // elements that all partial matches together bind, which is 16 MB
)

// states is a list of partial matches: each is the ascending list of the array elements bound so far that
// still matter. Whose array matters, the arrays around that matter too, so that the arrays ascend as well.
type states struct {
	elements []int32
	ends     []int32
}

// reset empties the list.
func (s *states) reset() { s.elements, s.ends = s.elements[:0], s.ends[:0] }

// at gives the i-th state.
func (s *states) at(i int) []int32 {
	from := int32(0)
	if i > 0 {
		from = s.ends[i-1]
	}
	return s.elements[from:s.ends[i]]
}

// close makes a state of the elements appended since the last one, unless it is equal to that: states that
// became equal lie side by side, because leaves are visited in the event's order.
func (s *states) close() {
	from := 0
	n := len(s.ends)
	if n > 0 {
		from = int(s.ends[n-1])
	}
	slices.Sort(s.elements[from:])
	s.elements = s.elements[:from+len(slices.Compact(s.elements[from:]))]
	if n > 0 && slices.Equal(s.at(n-1), s.elements[from:]) {
		s.elements = s.elements[:from]
		return
	}
	s.ends = append(s.ends, int32(len(s.elements)))
}

// judgeJoined judges an alternative on an event with array elements. Constraints are visited in path order, and a
// match binds at most one element of each array: all the partial matches that the constraints so far allow
// are carried along, reduced to the arrays that a later constraint can meet. As the constraints below one
// array are neighbours, that is a number of states no larger than the number of elements.
func (s *scratch) judgeJoined(a *alternative) (matched, decided bool) {
	if !s.findCandidates(a) {
		return false, true
	}
	if !s.markArrays(a) {
		for i := range a.checks {
			c := &a.checks[i]
			if from, to := s.candidates(i); from == to && len(s.at(c.slot)) > 0 {
				return false, true
			}
		}
		return true, true
	}
	s.steps = stepsFixed + stepsPerLeaf*len(s.leaves)
	s.now.reset()
	s.now.close() // one match, nothing bound
	for i := range a.checks {
		s.then.reset()
		for j := range s.now.ends {
			if !s.extend(a, i, s.now.at(j)) {
				return false, false
			}
		}
		s.now, s.then = s.then, s.now
		if len(s.now.ends) == 0 {
			return false, true
		}
	}
	return true, true
}

// findCandidates collects for each constraint the leaves that it accepts. It is false when one accepts none
// and cannot be met by absence either.
func (s *scratch) findCandidates(a *alternative) bool {
	s.accepted, s.acceptedEnds = s.accepted[:0], s.acceptedEnds[:0]
	for i := range a.checks {
		c := &a.checks[i]
		before := len(s.accepted)
		for _, l := range s.at(c.slot) {
			if s.accepts(c, l) {
				s.accepted = append(s.accepted, l)
			}
		}
		if len(s.accepted) == before && !c.absent {
			return false
		}
		s.acceptedEnds = append(s.acceptedEnds, len(s.accepted))
	}
	return true
}

// candidates gives the bounds in s.accepted of what constraint i accepts.
func (s *scratch) candidates(i int) (from, to int) {
	if i > 0 {
		from = s.acceptedEnds[i-1]
	}
	return from, s.acceptedEnds[i]
}

// markArrays notes for each array the last constraint that has to do with it, and tells whether two
// constraints have to do with the same array.
func (s *scratch) markArrays(a *alternative) bool {
	s.spend(len(s.arrays) / 8) // eight of these take no longer than a comparison
	for i := range s.arrays {
		s.arrays[i].lastUse = none
	}
	shared := false
	for i, c := range a.checks {
		from, to := s.candidates(i)
		leaves := s.accepted[from:to]
		if c.absent {
			leaves = s.at(c.slot)
		}
		for _, l := range leaves {
			for e := s.leaves[l].element; e != none; {
				arr := &s.arrays[s.elements[e].array]
				if arr.lastUse == int32(i) {
					break // and so are those around it
				}
				shared = shared || arr.lastUse != none
				arr.lastUse = int32(i)
				e = arr.parent
			}
		}
	}
	return shared
}

// extend adds to s.then what constraint i makes of one partial match. It is false when the steps are used up.
func (s *scratch) extend(a *alternative, i int, state []int32) bool {
	c := &a.checks[i]
	from, to := s.candidates(i)
	for list := s.accepted[from:to]; len(list) > 0; {
		if !s.step(state) {
			return false
		}
		l := list[0]
		if next, ok := s.consistent(state, l); !ok {
			list = list[max(1, lowerBound(list, next)):]
			continue
		}
		s.keep(state, i)
		for e := s.leaves[l].element; e != none; e = s.arrays[s.elements[e].array].parent {
			if s.arrays[s.elements[e].array].lastUse > int32(i) {
				s.then.elements = append(s.then.elements, e)
			}
		}
		s.then.close()
		list = list[1:]
	}
	if !c.absent {
		return true
	}
	for list := s.at(c.slot); len(list) > 0; {
		if !s.step(state) {
			return false
		}
		next, ok := s.consistent(state, list[0])
		if ok {
			return true // the field is there
		}
		list = list[max(1, lowerBound(list, next)):]
	}
	s.keep(state, i)
	s.then.close()
	return true
}

// step counts the comparison of a partial match with a leaf, and is false when there were too many.
func (s *scratch) step(state []int32) bool {
	s.steps--
	return s.steps >= 0 && len(s.then.elements) < maxBound && s.spend(costOfStep+len(state))
}

// keep starts a state in s.then with what matters of an old one behind constraint i.
func (s *scratch) keep(state []int32, i int) {
	for _, e := range state {
		if s.arrays[s.elements[e].array].lastUse > int32(i) {
			s.then.elements = append(s.then.elements, e)
		}
	}
}

// consistent tells whether leaf l can be chosen beside the bound elements. When it cannot, next is the first
// leaf of the same path that might: what binds the elements of an array lies at its path or below, so it is
// judged no earlier than the scalars directly in the array, and only elements are skipped here.
func (s *scratch) consistent(state []int32, l int32) (next int32, ok bool) {
	for e := s.leaves[l].element; e != none; {
		id := s.elements[e].array
		for len(state) > 0 && s.elements[state[len(state)-1]].array > id {
			state = state[:len(state)-1]
		}
		if len(state) == 0 {
			return 0, true
		}
		switch b := state[len(state)-1]; {
		case s.elements[b].array < id || b == e:
			e = s.arrays[id].parent
		case b > e:
			return s.elements[b].from, false
		default:
			return s.arrays[id].to, false
		}
	}
	return 0, true
}

// lowerBound gives the index of the first leaf in the ascending list that is not before l.
func lowerBound(list []int32, l int32) int {
	i, _ := slices.BinarySearch(list, l)
	return i
}
