package pattern

import (
	"bytes"
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
)

// none stands for "no slot", "no element", "no place".
const none = -1

// seed makes the hashes of this process unpredictable: patterns and events come from strangers, who could
// otherwise choose texts that all share one bucket.
var seed = maphash.MakeSeed()

// node is a step in the persistent tree of all paths that some pattern names.
type node struct {
	edit    *edit
	name    string        // of the field that leads here
	text    []byte        // the same
	plain   bool          // JSON writes the name as it is, or with \u escapes
	slot    int32         // of the path that ends here, or none
	uses    int32         // how many constraints have that path
	variety variety       // of these
	shared  []*constraint // some of these
	few     []*node
	many    *trie[*node] // by hash of the name, those that found no room in few
	size    int          // how many children there are
}

// maxFew is how many children a node has in a list, which is searched from its beginning.
const maxFew = 8

// field finds a field's node. which is its place in at.few, or none.
func (at *node) field(name []byte) (next *node, which int) {
	for i, c := range at.few {
		if string(name) == c.name {
			return c, i
		}
	}
	if at.many != nil {
		if c := at.many.get(maphash.Bytes(seed, name)); c != nil && string(name) == c.name {
			return c, none
		}
	}
	return nil, none
}

// dotted finds the node of a name whose dots are steps too; such a name has no node of its own.
func (at *node) dotted(name []byte) *node {
	for at != nil {
		dot := bytes.IndexByte(name, '.')
		if dot < 0 {
			at, _ = at.field(name)
			return at
		}
		at, _ = at.field(name[:dot])
		name = name[dot+1:]
	}
	return nil
}

// get finds a direct child by its name.
func (at *node) get(name string) *node {
	if i := at.listed(name); i >= 0 {
		return at.few[i]
	}
	if at.many != nil {
		if c := at.many.get(maphash.String(seed, name)); c != nil && c.name == name {
			return c
		}
	}
	return nil
}

// listed gives the place of a child in at.few, or -1.
func (at *node) listed(name string) int {
	return slices.IndexFunc(at.few, func(c *node) bool { return c.name == name })
}

// own gives a node that the edit may change.
func (at *node) own(e *edit) *node {
	if at.edit == e {
		return at
	}
	c := *at
	c.edit, c.few = e, slices.Clone(at.few)
	return &c
}

// put adds or replaces a child; at is the edit's own.
func (at *node) put(e *edit, c *node) {
	if i := at.listed(c.name); i >= 0 {
		at.few[i] = c
		return
	}
	hash := maphash.String(seed, c.name)
	old := at.many.get(hash)
	if old == nil || old.name != c.name {
		at.size++
		if len(at.few) < maxFew || old != nil { // old: two names of one hash
			at.few = append(at.few, c)
			return
		}
	}
	at.many = at.many.set(e, hash, c)
}

// take removes a child; at is the edit's own.
func (at *node) take(e *edit, name string) {
	at.size--
	if i := at.listed(name); i >= 0 {
		at.few = slices.Delete(at.few, i, i+1)
		return
	}
	at.many = at.many.drop(e, maphash.String(seed, name))
}

// place gives the tree below at with one more use of a path, which is what is left of the check's. The check
// gets the path's slot, a new one from slots if nobody has used the path, and a known constraint for its own if
// there is an equal one.
func (at *node) place(e *edit, path string, c *check, slots *slots) *node {
	at = at.own(e)
	step, rest, more := strings.Cut(path, ".")
	next := at.get(step)
	if next == nil {
		next = &node{edit: e, name: step, text: []byte(step), plain: isPlain(step), slot: none}
	}
	if more {
		next = next.place(e, rest, c, slots)
	} else {
		next = next.own(e)
		if next.slot == none {
			next.slot = slots.take()
		}
		next.uses++
		next.variety = next.variety.with(c.text)
		c.slot, c.variety, c.constraint = next.slot, next.variety.score(), next.know(c.constraint)
	}
	at.put(e, next)
	return at
}

// maxShared is how many constraints a node knows.
const maxShared = 4

// know gives the constraint that the node knows in the place of an equal one. What many rules ask for stays
// in the processor's cache this way, and takes memory once. The node is the edit's own.
func (at *node) know(c *constraint) *constraint {
	for _, k := range at.shared {
		if k.text == c.text {
			return k
		}
	}
	switch {
	case len(at.shared) < maxShared:
		at.shared = append(slices.Clip(at.shared), c)
	case at.uses%(2*maxShared) == 0: // not each time, which would cost more than it brings where all are different
		at.shared = slices.Clone(at.shared)
		at.shared[at.uses/(2*maxShared)%maxShared] = c
	}
	return c
}

// variety estimates how many different match lists a path has had, in the manner of HyperLogLog: each of eight
// bytes holds the greatest number of zeros that the hashes of its lists end with, plus one.
type variety uint64

// with gives the variety with one more list.
func (v variety) with(list string) variety {
	hash := maphash.String(seed, list)
	zeros := variety(bits.TrailingZeros64(hash>>3|1<<60) + 1)
	shift := 8 * (hash & 7)
	if v>>shift&0xff >= zeros {
		return v
	}
	return v&^(0xff<<shift) | zeros<<shift
}

// score is about eight times the binary logarithm of the estimate.
func (v variety) score() (n int32) {
	for ; v > 0; v >>= 8 {
		n += int32(v & 0xff)
	}
	return n
}

// isPlain tells whether no character of a name has, or may have, a short escape in JSON.
func isPlain(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || strings.ContainsRune(`"\/`, r) })
}

// release gives the tree below at with one use of a path less; the slot of a path that nobody uses any more
// goes back to slots.
func (at *node) release(e *edit, path string, slots *slots) *node {
	at = at.own(e)
	step, rest, more := strings.Cut(path, ".")
	c := at.get(step)
	if more {
		c = c.release(e, rest, slots)
	} else {
		c = c.own(e)
		if c.uses--; c.uses == 0 {
			slots.give(c.slot)
			c.slot = none
		}
	}
	if c.slot == none && c.size == 0 {
		at.take(e, step)
	} else {
		at.put(e, c)
	}
	return at
}

// slots hands out small numbers, persistently: those that were given back first.
type slots struct {
	next int32
	free *freeSlot
}

// freeSlot is a slot that was given back.
type freeSlot struct {
	slot int32
	rest *freeSlot
}

// take gives a slot that nobody has.
func (s *slots) take() int32 {
	if f := s.free; f != nil {
		s.free = f.rest
		return f.slot
	}
	s.next++
	return s.next - 1
}

// give takes a slot back.
func (s *slots) give(slot int32) { s.free = &freeSlot{slot, s.free} }
