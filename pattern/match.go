package pattern

import "slices"

// scratch is the memory that one Match uses.
type scratch struct {
	leaves   []leaf // in the event's order
	elements []element
	arrays   []array
	decoded  []byte   // strings that had escapes
	byPath   []int32  // leaves grouped by path
	spans    []span   // by slot of a path: where its leaves are in byPath
	touched  []int32  // the slots of the paths that the event has leaves at
	shapes   shapes   // of earlier events
	strange  shapeKey // the last that no shape had
	repeated bool     // there are several leaves at one path
	open     []*node  // used by reader

	stamp     uint32   // of this Match
	marks     []uint32 // by mark: the last Match that came by
	hits      []RuleID
	spent     int // see spend
	undecided bool
	lower     []byte // a string in lower case
	lowerOf   *value // which

	judged int32   // counts the alternatives judged by elements.go
	bound  []int32 // elements

	accepted     []int32 // used by the search in arrays.go
	acceptedEnds []int
	now, then    states
	steps        int
}

// span is a part of scratch.byPath.
type span struct{ from, to int32 }

// at gives the leaves at the path of a slot.
func (s *scratch) at(slot int32) []int32 {
	return s.byPath[s.spans[slot].from:s.spans[slot].to]
}

// Match appends the ids of the rules that the event satisfies to dst, in ascending order.
//
// The event must be a valid JSON object. Match reads no more of it than it needs, so of one that is not valid
// it may give a verdict or ErrEvent, with nothing appended. The other error is ErrUndecided.
func (s *Set) Match(event []byte, dst []RuleID) ([]RuleID, error) {
	m, ok := s.unused.Get().(*scratch)
	if !ok {
		m = &scratch{}
	}
	defer s.unused.Put(m)
	m.begin(s)
	defer m.end()
	if err := m.read(s.root, event); err != nil {
		return dst, err
	}
	if m.repeated {
		m.group()
	}
	m.search(s.index)
	slices.Sort(m.hits)
	dst = append(dst, m.hits...)
	if m.undecided {
		return dst, ErrUndecided
	}
	return dst, nil
}

// begin prepares the scratch for another event and makes room for what a set has.
func (s *scratch) begin(set *Set) {
	s.leaves, s.elements, s.arrays, s.decoded = s.leaves[:0], s.elements[:0], s.arrays[:0], s.decoded[:0]
	s.byPath, s.touched, s.hits, s.open = s.byPath[:0], s.touched[:0], s.hits[:0], s.open[:0]
	s.repeated, s.undecided, s.lowerOf, s.judged, s.spent = false, false, nil, 0, 0
	if n := int(set.paths.next) - len(s.spans); n > 0 {
		s.spans = append(s.spans, make([]span, n)...)
	}
	if n := int(set.marks.next) - len(s.marks); n > 0 {
		s.marks = append(s.marks, make([]uint32, n)...)
	}
	if s.stamp++; s.stamp == 0 { // wrapped around: old stamps could be taken for new ones
		clear(s.marks)
		s.stamp = 1
	}
}

// end leaves no spans behind: another set has other paths.
func (s *scratch) end() {
	for _, slot := range s.touched {
		s.spans[slot] = span{}
	}
}

// group sorts the leaves by path; within a path they keep the event's order.
func (s *scratch) group() {
	at := int32(0)
	for _, slot := range s.touched {
		n := s.spans[slot].to - s.spans[slot].from
		s.spans[slot] = span{at, at}
		at += n
	}
	for i := range s.leaves {
		sp := &s.spans[s.leaves[i].slot]
		s.byPath[sp.to] = int32(i)
		sp.to++
	}
}

// first tells whether this Match comes by a mark for the first time.
func (s *scratch) first(mark int32) bool {
	if s.marks[mark] == s.stamp {
		return false
	}
	s.marks[mark] = s.stamp
	return true
}

// search compares the event with what it can match in an index.
func (s *scratch) search(x *index) {
	if !s.spend(len(s.touched)) {
		s.undecided = true
		return
	}
	s.tryRest(x.rest)
	for _, slot := range s.touched {
		p := x.paths.get(uint64(slot))
		if p == nil {
			continue
		}
		s.visit(p.any)
		if p.buckets == nil && p.ranges == nil {
			continue
		}
		for _, l := range s.at(slot) {
			if !s.spend(costOfLook * (1 + len(p.uses))) {
				s.undecided = true
				return
			}
			switch v := &s.leaves[l].value; v.kind {
			case kindString:
				for i := range p.uses {
					s.lookText(p, p.uses[i].use, v)
				}
			case kindNumber:
				s.lookNumber(p, v)
			case kindTrue, kindFalse, kindNull:
				for i := range p.uses {
					if u := p.uses[i].use; u.kind == literalKind {
						s.look(p, u.mix(uint64(v.kind)))
					}
				}
			}
		}
	}
}

// tryRest compares the event with alternatives that are not filed.
func (s *scratch) tryRest(t *trie[*alternative]) {
	if t == nil {
		return
	}
	for i := range t.entries {
		s.try(t.entries[i].value)
	}
	for _, n := range t.nodes {
		s.tryRest(n)
	}
}

// look visits what is filed under a key.
func (s *scratch) look(p *filedPath, hash uint64) { s.visit(p.buckets.get(hash)) }

// visit compares the event with the alternatives in a bucket.
func (s *scratch) visit(b *bucket) {
	switch {
	case b == nil:
	case b.index == nil:
		s.try(b.first)
		for _, a := range b.more {
			s.try(a)
		}
	case s.first(b.index.mark):
		s.search(b.index)
	}
}

// lookText looks for a string's keys of one use.
func (s *scratch) lookText(p *filedPath, u use, v *value) {
	text, n := v.text, int(u.length)
	switch u.kind {
	case foldedText, foldedStart, foldedEnd:
		text = s.lowered(v)
	case wholeAddress, block4, block6:
		s.lookAddress(p, u, v)
		return
	case wholeText, beginning, ending, part:
	case literalKind, numberValue, numberText:
		return
	}
	if len(text) < n {
		return
	}
	switch u.kind {
	case wholeText, foldedText:
		s.look(p, u.bytesKey(text))
	case beginning, foldedStart:
		s.look(p, u.bytesKey(text[:n]))
	case ending, foldedEnd:
		s.look(p, u.bytesKey(text[len(text)-n:]))
	case part:
		for s.spend(costOfLook * len(text)); len(text) >= n; text = text[1:] {
			s.look(p, u.bytesKey(text[:n]))
		}
	case wholeAddress, block4, block6, literalKind, numberValue, numberText:
	}
}

// lookAddress looks for an address's keys of one use.
func (s *scratch) lookAddress(p *filedPath, u use, v *value) {
	a, ok := v.address()
	switch {
	case !ok:
	case u.kind == wholeAddress:
		s.look(p, u.addressKey(a))
	case a.four == (u.kind == block4):
		s.look(p, u.addressKey(a.masked(int(u.length))))
	}
}

// lookNumber looks for a number's keys and ranges.
func (s *scratch) lookNumber(p *filedPath, v *value) {
	for i := range p.uses {
		switch u := p.uses[i].use; u.kind {
		case numberValue:
			s.look(p, u.numberKey(v.number()))
		case numberText:
			s.look(p, u.bytesKey(v.text))
		case wholeText, foldedText, beginning, foldedStart, ending, foldedEnd, part, literalKind, wholeAddress, block4, block6:
		}
	}
	if p.ranges != nil {
		if below, above, ok := v.near(); ok {
			s.tryHolding(p.ranges, below, above)
		}
	}
}

// tryHolding compares the event with the alternatives one of whose ranges holds a number between two that are
// close to each other.
func (s *scratch) tryHolding(t *ranges, below, above float64) {
	for t != nil && t.most >= below {
		s.tryHolding(t.left, below, above)
		if t.filed.low > above {
			return
		}
		if t.filed.high >= below {
			if !s.spend(costOfRange) {
				s.undecided = true
				return
			}
			s.try(t.filed.alternative)
		}
		t = t.right
	}
}

// lowered gives a string with its ASCII letters in lower case.
func (s *scratch) lowered(v *value) []byte {
	if s.lowerOf == v {
		return s.lower
	}
	s.lower, s.lowerOf = append(s.lower[:0], v.text...), v
	for i, c := range s.lower {
		s.lower[i] = asciiLower(c)
	}
	return s.lower
}

// try compares the event with an alternative, unless that was done or its rule has matched already.
func (s *scratch) try(a *alternative) {
	if !s.first(a.mark) || a.mark != a.rule && s.marks[a.rule] == s.stamp {
		return
	}
	matched, decided := s.judge(a)
	if !decided || s.spent >= maxSpent {
		s.undecided = true
		return
	}
	if matched {
		s.first(a.rule)
		s.hits = append(s.hits, a.id)
	}
}

// judge compares the event with an alternative.
func (s *scratch) judge(a *alternative) (matched, decided bool) {
	inArrays := 0
	for i := range a.checks {
		c := &a.checks[i]
		leaves := s.at(c.slot)
		if len(leaves) == 0 && !c.absent {
			return false, true
		}
		if len(s.elements) > 0 && s.spend(len(leaves)) && s.inElements(leaves) {
			inArrays++
		}
	}
	if inArrays > 1 {
		if matched, simple := s.judgeInElements(a); simple {
			return matched, true
		}
		return s.judgeJoined(a)
	}
	for i := range a.checks {
		if !s.met(&a.checks[i]) {
			return false, true
		}
	}
	return true, true
}

// inElements tells whether one of the leaves is below an array element.
func (s *scratch) inElements(leaves []int32) bool {
	for _, l := range leaves {
		if s.leaves[l].element != none {
			return true
		}
	}
	return false
}

// accepts tells whether a constraint takes the value of a leaf; no, once too much was spent.
func (s *scratch) accepts(c *check, l int32) bool {
	v := &s.leaves[l].value
	return s.spend(int(c.weight)*(1+len(v.text)/64)) && c.accepts(v)
}

// What looking for an event's rules and comparing it with them may cost. The unit is what comparing two short
// texts takes, a few nanoseconds; only events and rules that were made for each other come near the bound.
const (
	maxSpent    = 1 << 26
	costOfLook  = 4 // for a key
	costOfRange = 4 // the nodes of ranges are rarely in the processor's cache
)

// spend counts what a comparison costs and is false when that is too much.
func (s *scratch) spend(n int) bool {
	s.spent += n
	return s.spent < maxSpent
}

// met judges one constraint by itself.
func (s *scratch) met(c *check) bool {
	leaves := s.at(c.slot)
	for _, l := range leaves {
		if s.accepts(c, l) {
			return true
		}
	}
	return c.absent && len(leaves) == 0
}
