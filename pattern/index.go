package pattern

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// index is a persistent collection of alternatives. Each is filed under one of its constraints, the one that
// tells it from others best, so that an event needs to be compared with those only that are filed under what it
// has.
type index struct {
	edit    *edit
	mark    int32 // of an inner index
	size    int
	used    []int32             // slots of the paths under which all in here are filed already
	paths   *trie[*filedPath]   // by slot
	rest    *trie[*alternative] // by mark: those that cannot be filed, because no path need be there
	filings *trie[*filing]      // by mark; of the outermost index they are in the alternatives
}

// filedPath is what is filed under one path.
type filedPath struct {
	edit    *edit
	uses    []counted      // the kinds of keys that there are
	buckets *trie[*bucket] // by hash of the key
	ranges  *ranges        // numeric ranges
	any     *bucket        // those that take values of too many kinds, anything-but and exists, or too many values
}

// counted is a use with the number of keys that have it.
type counted struct {
	use
	keys int32
}

// bucket holds the alternatives that are filed under one key: some, or an index in which they are filed by
// another of their constraints.
type bucket struct {
	edit  *edit
	first *alternative // nil if there is an index
	more  []*alternative
	index *index
}

// filing is where an alternative is.
type filing struct {
	alternative *alternative
	check       int32 // which of its checks it is filed by, or none
	copies      int32 // in how many buckets it is, those of all such indexes taken together
	any         bool  // it is in filedPath.any
	keys        []key
}

const (
	// maxSome is how many alternatives a bucket holds before it files them further.
	maxSome = 16
	// maxLevels is by how many constraints an alternative is filed at most.
	maxLevels = 4
	// maxKeys is how many keys the alternatives of one rule have together, unless they are as many themselves.
	maxKeys = 1 << 14
	// maxCopies is in how many buckets an alternative is that has several keys below several keys: four lists of
	// twenty values would make 160,000.
	maxCopies = 64
	// maxOverlap ends the counting of ranges that overlap.
	maxOverlap = 64
)

// own gives an index that the edit may change.
func (x *index) own(e *edit) *index {
	if x.edit == e {
		return x
	}
	c := *x
	c.edit = e
	return &c
}

// add gives the index with one more alternative, which is in so many others like it; marks are for new buckets.
func (x *index) add(e *edit, a *alternative, copies int32, marks *slots) *index {
	x = x.own(e)
	f := x.choose(a, copies)
	x.size++
	if len(x.used) == 0 {
		a.filing = f
	} else {
		x.filings = x.filings.set(e, uint64(a.mark), &f)
	}
	if f.check == none {
		x.rest = x.rest.set(e, uint64(a.mark), a)
		return x
	}
	c := &a.checks[f.check]
	p := x.paths.get(uint64(c.slot)).own(e)
	for _, k := range f.keys {
		p.count(k.use, 1)
		p.buckets = p.buckets.set(e, k.hash, p.buckets.get(k.hash).add(e, a, x, c.slot, marks))
	}
	if f.any {
		p.any = p.any.add(e, a, x, c.slot, marks)
	} else {
		c.eachRange(a, func(r *filedRange) { p.ranges = p.ranges.put(e, r) })
	}
	x.paths = x.paths.set(e, uint64(c.slot), p)
	return x
}

// remove gives the index without an alternative that is in it.
func (x *index) remove(e *edit, a *alternative, marks *slots) *index {
	x = x.own(e)
	x.size--
	f := x.filing(a)
	if len(x.used) > 0 {
		x.filings = x.filings.drop(e, uint64(a.mark))
	}
	if f.check == none {
		x.rest = x.rest.drop(e, uint64(a.mark))
		return x
	}
	c := &a.checks[f.check]
	p := x.paths.get(uint64(c.slot)).own(e)
	for _, k := range f.keys {
		p.count(k.use, -1)
		if b := p.buckets.get(k.hash).remove(e, a, marks); b != nil {
			p.buckets = p.buckets.set(e, k.hash, b)
		} else {
			p.buckets = p.buckets.drop(e, k.hash)
		}
	}
	if f.any {
		p.any = p.any.remove(e, a, marks)
	} else {
		c.eachRange(a, func(r *filedRange) { p.ranges = p.ranges.drop(e, r) })
	}
	if p.buckets == nil && p.any == nil && p.ranges == nil {
		x.paths = x.paths.drop(e, uint64(c.slot))
	} else {
		x.paths = x.paths.set(e, uint64(c.slot), p)
	}
	return x
}

// filing tells where an alternative is that is in the index.
func (x *index) filing(a *alternative) *filing {
	if len(x.used) == 0 {
		return &a.filing
	}
	return x.filings.get(uint64(a.mark))
}

// choose decides what an alternative is filed under: the constraint whose keys the fewest events have, as far as
// one can tell from how different the constraints of other rules on the same path are. Among equals it is the
// one with the fewest others under its keys, and then the one whose path is deepest.
func (x *index) choose(a *alternative, copies int32) filing {
	best, bestRank := filing{alternative: a, check: none}, rank{}
	most := int(a.most)
	if len(x.used) > 0 {
		most = max(1, min(most, maxCopies)/int(copies))
	}
	if len(x.used) == maxLevels {
		return best
	}
	for i := range a.checks {
		c := &a.checks[i]
		if c.absent || slices.Contains(x.used, c.slot) {
			continue
		}
		f, r := x.paths.get(uint64(c.slot)).filing(c, most)
		if best.check == none || r.compare(bestRank) > 0 {
			f.alternative, f.check, f.copies = a, int32(i), copies*max(1, int32(len(f.keys)))
			best, bestRank = f, r
		}
	}
	return best
}

// rank is how well a constraint serves for filing.
type rank struct {
	keyed bool // it has keys or ranges
	score int  // how rarely events have them, on a logarithmic scale
	load  int  // how many alternatives are found by them
	depth int  // of the path
}

// compare orders ranks, the best last.
func (r rank) compare(other rank) int {
	switch {
	case r.keyed != other.keyed:
		if r.keyed {
			return 1
		}
		return -1
	case r.score != other.score:
		return cmp.Compare(r.score, other.score)
	case r.load != other.load:
		return cmp.Compare(other.load, r.load)
	}
	return cmp.Compare(r.depth, other.depth)
}

// filing says how a check would be filed here, and how well. It gets so many keys at most, and none if it has more.
func (p *filedPath) filing(c *check, most int) (f filing, r rank) {
	if len(c.matchers) > most {
		f.any, r.load = true, p.anySize()
		return f, r
	}
	f.keys = make([]key, 0, len(c.matchers))
	loadOf := func(k key) int {
		if p == nil {
			return 0
		}
		return p.buckets.get(k.hash).size()
	}
	overlaps := 0
	for _, m := range c.matchers {
		if k, ok := keyOf(m, loadOf); ok {
			f.keys = append(f.keys, k)
			r.load += loadOf(k)
		} else if rng, ok := m.(numericRange); ok {
			if p != nil {
				low, high := rng.floats()
				overlaps += p.ranges.overlapping(low, high, maxOverlap)
			}
		} else {
			f.any, f.keys, r.load = true, nil, p.anySize()
			break
		}
	}
	slices.SortFunc(f.keys, func(a, b key) int { return cmp.Compare(a.hash, b.hash) })
	f.keys = slices.Compact(f.keys)
	r.load += overlaps
	r.keyed, r.depth = !f.any, strings.Count(c.path, ".")
	if overlaps < maxOverlap {
		r.score = int(c.variety) - 8*bits.Len(uint(len(c.matchers)-1)) - 8*bits.Len(uint(overlaps))
	}
	return f, r
}

// anySize counts what is filed without a key.
func (p *filedPath) anySize() int {
	if p == nil {
		return 0
	}
	return p.any.size()
}

// eachRange calls f with each range among the matchers that is filed as such.
func (c *check) eachRange(a *alternative, f func(*filedRange)) {
	for i, m := range c.matchers {
		if r, ok := m.(numericRange); ok && !r.isPoint() {
			low, high := r.floats()
			f(&filedRange{low: low, high: high, alternative: a, number: int32(i)})
		}
	}
}

// own gives a path that the edit may change; of nil, an empty one.
func (p *filedPath) own(e *edit) *filedPath {
	if p == nil {
		return &filedPath{edit: e}
	}
	if p.edit == e {
		return p
	}
	c := *p
	c.edit, c.uses = e, slices.Clone(p.uses)
	return &c
}

// count adds to the number of keys of a use; p is the edit's own.
func (p *filedPath) count(u use, n int32) {
	i := slices.IndexFunc(p.uses, func(c counted) bool { return c.use == u })
	if i < 0 {
		i = len(p.uses)
		p.uses = append(p.uses, counted{use: u})
	}
	if p.uses[i].keys += n; p.uses[i].keys == 0 {
		p.uses = slices.Delete(p.uses, i, i+1)
	}
}

// size counts the alternatives in a bucket; nil is empty.
func (b *bucket) size() int {
	switch {
	case b == nil:
		return 0
	case b.index != nil:
		return b.index.size
	}
	return 1 + len(b.more)
}

// own gives a bucket that the edit may change.
func (b *bucket) own(e *edit) *bucket {
	if b.edit == e {
		return b
	}
	c := *b
	c.edit, c.more = e, slices.Clone(b.more)
	return &c
}

// add gives the bucket with one more alternative; the bucket is one of index x at the path of a slot.
func (b *bucket) add(e *edit, a *alternative, x *index, slot int32, marks *slots) *bucket {
	if b == nil {
		return &bucket{edit: e, first: a}
	}
	b = b.own(e)
	if b.index == nil {
		if b.size() < maxSome {
			b.more = append(b.more, a)
			return b
		}
		b.index = &index{edit: e, used: append(slices.Clip(x.used), slot), mark: marks.take()}
		for _, other := range append(b.more, b.first) {
			b.index = b.index.add(e, other, x.filing(other).copies, marks)
		}
		b.first, b.more = nil, nil
	}
	b.index = b.index.add(e, a, x.filing(a).copies, marks)
	return b
}

// remove gives the bucket without an alternative, nil when it was the last.
func (b *bucket) remove(e *edit, a *alternative, marks *slots) *bucket {
	if b.size() == 1 {
		return nil
	}
	b = b.own(e)
	if b.index == nil {
		if b.first == a {
			b.first, b.more = b.more[0], b.more[1:]
			return b
		}
		b.more = slices.DeleteFunc(b.more, func(other *alternative) bool { return other == a })
		return b
	}
	b.index = b.index.remove(e, a, marks)
	if b.index.size > maxSome/2 {
		return b
	}
	b.index.filings.each(func(f *filing) { b.more = append(b.more, f.alternative) })
	for _, other := range b.more {
		b.index = b.index.remove(e, other, marks)
	}
	marks.give(b.index.mark)
	b.index, b.first, b.more = nil, b.more[0], b.more[1:]
	return b
}
