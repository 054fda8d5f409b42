package pattern

import "net/netip"

// Complexity is how many positions the wildcards of one field occupy at most, for the test vectors.
func Complexity(operands []string) int {
	var matchers []matcher
	for _, o := range operands {
		c := compiler{}
		matchers = append(matchers, c.wildcard(o))
	}
	budget := 1 << 30
	return complexity(matchers, 1<<30, &budget)
}

// Left describes what a set without rules should not have.
func (s *Set) Left() string {
	switch {
	case s.rules != nil:
		return "rules"
	case s.root.size > 0 || len(s.root.few) > 0 || s.root.many != nil:
		return "paths"
	case s.index.size > 0 || s.index.paths != nil || s.index.rest != nil:
		return "filings"
	}
	return ""
}

// Slots tells how many slots of each kind there are, those that are free included.
func (s *Set) Slots() (paths, marks int) { return int(s.paths.next), int(s.marks.next) }

// Places counts in how many places the alternatives of a set are filed.
func (s *Set) Places() int { return s.index.places() }

// places counts those of an index.
func (x *index) places() (n int) {
	x.rest.each(func(*alternative) { n++ })
	x.paths.each(func(p *filedPath) {
		n += p.any.places()
		p.buckets.each(func(b *bucket) { n += b.places() })
	})
	return n
}

// places counts those of a bucket, in which every alternative is once, or of its index.
func (b *bucket) places() int {
	if b != nil && b.index != nil {
		return b.index.places()
	}
	return b.size()
}

// SkipValue gives the position behind the value that begins at i.
func SkipValue(b []byte, i int) (int, bool) { return skipValue(b, i) }

// Address gives an address in canonical form.
func Address(text string) (canonical string, ok bool) {
	a, ok := parseAddress(text)
	if !ok {
		return "", false
	}
	if a.four {
		return netip.AddrFrom4([4]byte(a.bytes[12:])).String(), true
	}
	return netip.AddrFrom16(a.bytes).String(), true
}

// CompareNumbers gives the order of two JSON numbers, and whether each is exactly a double.
func CompareNumbers(a, b string) (order int, exactA, exactB bool) {
	m, n := parseNumber(a), parseNumber(b)
	switch p, q := m.place(), n.place(); {
	case p.before(q):
		order = -1
	case q.before(p):
		order = 1
	}
	return order, m.exact([]byte(a)), n.exact([]byte(b))
}
