package pattern

import "hash/maphash"

// ranges is a persistent tree of the numeric ranges that alternatives are filed under at a path, for finding
// those that hold a number. The nil tree is empty.
//
// It is a treap in the order of the lower ends; each node knows the greatest upper end below it, so that a
// search passes by what ends too early. A node fills a line of the processor's cache.
type ranges struct {
	filed       filedRange
	most        float64 // the greatest upper end in the tree
	left, right *ranges
	edit        *edit
}

// filedRange is a range of an alternative. Whether its ends belong to it does not matter here: what is found
// is judged by its matcher.
type filedRange struct {
	low, high   float64 // an end that is missing is infinite
	alternative *alternative
	number      int32 // of the range among those of its alternative
}

// compare orders filed ranges by their lower ends; no two are equal.
func (f *filedRange) compare(g *filedRange) int {
	switch {
	case f.low < g.low:
		return -1
	case g.low < f.low:
		return 1
	}
	if c := int(f.alternative.mark) - int(g.alternative.mark); c != 0 {
		return c
	}
	return int(f.number) - int(g.number)
}

// secret makes the weights of this process unpredictable, as seed does its hashes.
var secret = maphash.Bytes(seed, nil)

// weight is what makes the tree balanced: a node weighs more than those below it, and weights look random.
func (f *filedRange) weight() uint64 {
	x := (uint64(uint32(f.alternative.mark))<<32 | uint64(uint32(f.number))) ^ secret
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// own gives a node that the edit may change.
func (t *ranges) own(e *edit) *ranges {
	if t.edit == e {
		return t
	}
	c := *t
	c.edit = e
	return &c
}

// sum brings t.most up to date.
func (t *ranges) sum() *ranges {
	t.most = t.filed.high
	for _, below := range [2]*ranges{t.left, t.right} {
		if below != nil && t.most < below.most {
			t.most = below.most
		}
	}
	return t
}

// put gives the tree with one more range.
func (t *ranges) put(e *edit, f *filedRange) *ranges {
	if t == nil || f.weight() > t.filed.weight() {
		n := &ranges{edit: e, filed: *f}
		n.left, n.right = t.split(e, f)
		return n.sum()
	}
	t = t.own(e)
	if f.compare(&t.filed) < 0 {
		t.left = t.left.put(e, f)
	} else {
		t.right = t.right.put(e, f)
	}
	return t.sum()
}

// split parts the tree into what comes before a range and what comes behind it.
func (t *ranges) split(e *edit, f *filedRange) (before, behind *ranges) {
	if t == nil {
		return nil, nil
	}
	t = t.own(e)
	if t.filed.compare(f) < 0 {
		t.right, behind = t.right.split(e, f)
		return t.sum(), behind
	}
	before, t.left = t.left.split(e, f)
	return before, t.sum()
}

// drop gives the tree without a range.
func (t *ranges) drop(e *edit, f *filedRange) *ranges {
	if t == nil {
		return nil
	}
	c := f.compare(&t.filed)
	if c == 0 {
		return t.left.join(e, t.right)
	}
	t = t.own(e)
	if c < 0 {
		t.left = t.left.drop(e, f)
	} else {
		t.right = t.right.drop(e, f)
	}
	return t.sum()
}

// join puts two trees together, all of t coming before all of u.
func (t *ranges) join(e *edit, u *ranges) *ranges {
	switch {
	case t == nil:
		return u
	case u == nil:
		return t
	case t.filed.weight() > u.filed.weight():
		t = t.own(e)
		t.right = t.right.join(e, u)
		return t.sum()
	}
	u = u.own(e)
	u.left = t.join(e, u.left)
	return u.sum()
}

// overlapping counts the ranges that overlap one, up to limit.
func (t *ranges) overlapping(low, high float64, limit int) int {
	if t == nil || limit <= 0 || t.most < low {
		return 0
	}
	n := t.left.overlapping(low, high, limit)
	if high < t.filed.low {
		return n
	}
	if t.filed.high >= low {
		n++
	}
	return n + t.right.overlapping(low, high, limit-n)
}
