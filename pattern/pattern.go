package pattern

import (
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
	path     string // field names joined with dots
	text     string // the match list as it was written
	matchers []matcher
	absent   bool // {"exists": false} is among the matchers
}

// accepts tells whether one of the matchers takes the value.
func (c *constraint) accepts(v *value) bool {
	for _, m := range c.matchers {
		if m.matches(v) {
			return true
		}
	}
	return false
}

// exactKeys gives the strings that the constraint can be looked up by: it is met by these and nothing else.
func (c *constraint) exactKeys() ([]string, bool) {
	if c.absent {
		return nil, false
	}
	keys := make([]string, 0, len(c.matchers))
	for _, m := range c.matchers {
		s, ok := m.(exactString)
		if !ok {
			return nil, false
		}
		keys = append(keys, string(s))
	}
	return keys, true
}

// matcher is one entry of a match list. It is asked about scalars only: strings, numbers, true, false, null.
type matcher interface {
	matches(v *value) bool
}

// present is {"exists": true}: any scalar will do.
type present struct{}

func (present) matches(*value) bool { return true }
