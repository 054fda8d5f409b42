package pattern

import "math/bits"

// edit marks the nodes that one change of a Set has made: these are nobody else's yet and are changed in place.
// All others are copied first.
type edit struct{ _ byte }

// trie is a persistent map from 64-bit keys, hashes or slots: set and drop give a new map, which shares all
// but a few nodes with the old one. The nil trie is empty.
//
// A node has a branch for each value of 5 bits of the key, the lowest first. A branch with one key holds it.
type trie[V any] struct {
	edit    *edit
	held    uint32 // the branches that hold a key
	split   uint32 // the branches that are nodes
	entries []entry[V]
	nodes   []*trie[V]
}

// entry is a key with its value.
type entry[V any] struct {
	key   uint64
	value V
}

// branchBits is how many bits of a key each level looks at.
const branchBits = 5

// branch gives the bit of a key's branch.
func branch(key uint64) uint32 { return 1 << (key & (1<<branchBits - 1)) }

// before counts the branches before a bit.
func before(branches, bit uint32) int { return bits.OnesCount32(branches & (bit - 1)) }

// get gives a key's value, the zero value when there is none.
func (t *trie[V]) get(key uint64) V {
	for rest := key; t != nil; rest >>= branchBits {
		bit := branch(rest)
		if t.held&bit != 0 {
			if e := &t.entries[before(t.held, bit)]; e.key == key {
				return e.value
			}
			break
		}
		if t.split&bit == 0 {
			break
		}
		t = t.nodes[before(t.split, bit)]
	}
	var none V
	return none
}

// own gives a node that the edit may change.
func (t *trie[V]) own(e *edit) *trie[V] {
	if t == nil {
		return &trie[V]{edit: e}
	}
	if t.edit == e {
		return t
	}
	c := *t
	c.edit = e
	c.entries = append([]entry[V](nil), t.entries...)
	c.nodes = append([]*trie[V](nil), t.nodes...)
	return &c
}

// set gives the trie with a value for a key.
func (t *trie[V]) set(e *edit, key uint64, value V) *trie[V] { return t.setAt(e, key, value, 0) }

// setAt sets below a node whose branches look at the bits from shift on.
func (t *trie[V]) setAt(e *edit, key uint64, value V, shift uint) *trie[V] {
	t = t.own(e)
	bit := branch(key >> shift)
	switch {
	case t.split&bit != 0:
		i := before(t.split, bit)
		t.nodes[i] = t.nodes[i].setAt(e, key, value, shift+branchBits)
	case t.held&bit == 0:
		t.entries = insert(t.entries, before(t.held, bit), entry[V]{key, value})
		t.held |= bit
	default:
		i := before(t.held, bit)
		old := t.entries[i]
		if old.key == key {
			t.entries[i].value = value
			break
		}
		below := (*trie[V])(nil).setAt(e, old.key, old.value, shift+branchBits).setAt(e, key, value, shift+branchBits)
		t.entries = remove(t.entries, i)
		t.held &^= bit
		t.nodes = insert(t.nodes, before(t.split, bit), below)
		t.split |= bit
	}
	return t
}

// drop gives the trie without a key.
func (t *trie[V]) drop(e *edit, key uint64) *trie[V] { return t.dropAt(e, key, 0) }

// dropAt is drop below a node whose branches look at the bits from shift on.
func (t *trie[V]) dropAt(e *edit, key uint64, shift uint) *trie[V] {
	if t == nil {
		return nil
	}
	bit := branch(key >> shift)
	switch {
	case t.held&bit != 0:
		i := before(t.held, bit)
		if t.entries[i].key != key {
			return t
		}
		t = t.own(e)
		t.entries = remove(t.entries, i)
		t.held &^= bit
	case t.split&bit != 0:
		t = t.own(e)
		i := before(t.split, bit)
		below := t.nodes[i].dropAt(e, key, shift+branchBits)
		if below != nil && (below.split != 0 || len(below.entries) > 1) {
			t.nodes[i] = below
			return t
		}
		t.nodes = remove(t.nodes, i)
		t.split &^= bit
		if below != nil {
			t.entries = insert(t.entries, before(t.held, bit), below.entries[0])
			t.held |= bit
		}
	}
	if t.held|t.split == 0 {
		return nil
	}
	return t
}

// each calls f with every value.
func (t *trie[V]) each(f func(V)) {
	if t == nil {
		return
	}
	for i := range t.entries {
		f(t.entries[i].value)
	}
	for _, n := range t.nodes {
		n.each(f)
	}
}

// insert gives a list with one more element; a list that grows gets no more room than it needs, as there are
// many of them.
func insert[E any](list []E, at int, e E) []E {
	if len(list) < cap(list) {
		list = list[:len(list)+1]
		copy(list[at+1:], list[at:])
		list[at] = e
		return list
	}
	longer := make([]E, len(list)+1)
	copy(longer, list[:at])
	longer[at] = e
	copy(longer[at+1:], list[at:])
	return longer
}

// remove takes one element out of a list that is the caller's alone.
func remove[E any](list []E, at int) []E {
	copy(list[at:], list[at+1:])
	var none E
	list[len(list)-1] = none
	return list[:len(list)-1]
}
