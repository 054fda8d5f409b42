package pattern

import (
	"cmp"
	"slices"
	"sync"
)

// Pattern is a compiled event pattern. It is immutable and safe for concurrent use.
type Pattern struct {
	alternatives [][]constraint
	alone        func() *Set // the pattern as a set of one, built at the first Match
}

// newPattern wraps what the compiler made.
func newPattern(alternatives [][]constraint) *Pattern {
	p := &Pattern{alternatives: alternatives}
	p.alone = sync.OnceValue(func() *Set { return Build([]Rule{{Pattern: p}}) })
	return p
}

// Match tells whether the event, a JSON object, satisfies the pattern. The error is ErrEvent or ErrUndecided.
func (p *Pattern) Match(event []byte) (bool, error) {
	var room [1]RuleID
	ids, err := p.alone().Match(event, room[:0])
	return len(ids) > 0, err
}

// HasWildcard tells whether the pattern has a wildcard, anything-but's included: AWS lets a bus have 30 such rules.
func (p *Pattern) HasWildcard() bool {
	for _, alternative := range p.alternatives {
		for i := range alternative {
			if slices.ContainsFunc(alternative[i].matchers, isWildcard) {
				return true
			}
		}
	}
	return false
}

// isWildcard tells whether a matcher is a wildcard, or one that nothing may match.
func isWildcard(m matcher) bool {
	switch m := m.(type) {
	case wildcard:
		return true
	case anythingBut:
		return slices.ContainsFunc(m, isWildcard)
	}
	return false
}

// constraint is what one path of a pattern asks for: one of its matchers must accept a leaf at the path, or,
// when absent is set, there must be no leaf.
type constraint struct {
	only     exactString // the only matcher, if single
	single   bool
	absent   bool    // {"exists": false} is among the matchers
	sorted   int32   // how many matchers, the first, are texts in ascending order; 0 where these are few
	weight   int32   // what one comparison with a value costs at most, for scratch.spend
	one      matcher // the only matcher, if it is none of the former
	matchers []matcher
	path     string // field names joined with dots
	text     string // the match list as it was written
}

// fewTexts is how many texts are compared one after the other.
const fewTexts = 16

// newConstraint makes a constraint. Long lists of texts are sorted, so that no event makes them costly.
func newConstraint(path, text string, matchers []matcher, absent bool) constraint {
	c := constraint{path: path, text: text, matchers: matchers, absent: absent}
	if len(matchers) == 1 {
		if c.only, c.single = matchers[0].(exactString); !c.single {
			c.one = matchers[0]
		}
	}
	c.sorted = sortTexts(matchers)
	c.weight = 1 + weightOf(matchers[c.sorted:])
	return c
}

// weightOf tells what comparing a value with matchers costs at most, as a multiple of comparing it with a text.
func weightOf(matchers []matcher) (weight int32) {
	for _, m := range matchers {
		switch m := m.(type) {
		case wildcard: // it may go back at each byte
			weight += 64
		case foldEqual, foldPrefix, foldSuffix: // these read byte by byte
			weight += 16
		case anythingBut:
			if weight++; !m.sorted() {
				weight += weightOf(m)
			}
		default:
			weight++
		}
	}
	return weight
}

// sortTexts brings the texts among matchers to the front, in ascending order, when there are more than a few,
// and tells how many there are then.
func sortTexts(matchers []matcher) int32 {
	isText := func(m matcher) bool { _, ok := m.(exactString); return ok }
	n := 0
	for _, m := range matchers {
		if isText(m) {
			n++
		}
	}
	if n <= fewTexts {
		return 0
	}
	slices.SortStableFunc(matchers, func(a, b matcher) int {
		x, ok1 := a.(exactString)
		y, ok2 := b.(exactString)
		switch {
		case ok1 && ok2:
			return cmp.Compare(x, y)
		case ok1:
			return -1
		case ok2:
			return 1
		}
		return 0
	})
	return int32(n)
}

// containsText tells whether a text is among texts in ascending order.
func containsText(texts []matcher, text []byte) bool {
	_, found := slices.BinarySearchFunc(texts, text, func(m matcher, text []byte) int {
		switch s := m.(exactString); {
		case string(s) < string(text):
			return -1
		case string(s) == string(text):
			return 0
		}
		return 1
	})
	return found
}

// accepts tells whether one of the matchers takes the value.
func (c *constraint) accepts(v *value) bool {
	switch { // most have one matcher, which need not be looked for in memory
	case c.single:
		return c.only.matches(v)
	case c.one != nil:
		return c.one.matches(v)
	}
	if c.sorted > 0 && v.kind == kindString && containsText(c.matchers[:c.sorted], v.text) {
		return true
	}
	for _, m := range c.matchers[c.sorted:] {
		if m.matches(v) {
			return true
		}
	}
	return false
}

// matcher is one entry of a match list. It is asked about scalars only: strings, numbers, true, false, null.
type matcher interface {
	matches(v *value) bool
}

// present is {"exists": true}: any scalar will do.
type present struct{}

func (present) matches(*value) bool { return true }
