package pattern

import "bytes"

// shapes remember how the objects of the last event looked that lie on paths which some pattern names. Events
// of one kind look alike: a name that stands again where it stood, byte for byte, need not be read and looked
// for again.
type shapes struct {
	root *node // of the tree that they are about
	of   map[*node]*shape
}

// shape is an object's names, in their order.
type shape struct {
	keys []shapeKey
}

// shapeKey is a name, with its quotes and the colon, and what was found for it.
type shapeKey struct {
	text  []byte
	child *node // see node.field
	which int
	inner *shape // of the objects behind the name, nil if nobody asks for what is in them
}

// What is remembered at most: so many shapes, of longer objects the beginning, and no longer names.
const (
	maxShapes    = 256
	maxShape     = 32
	maxShapeText = 64
)

// begin gives the shape of events, and forgets those of another tree.
func (s *shapes) begin(root *node) *shape {
	if s.root != root {
		s.root, s.of = root, map[*node]*shape{}
	}
	return s.at(root)
}

// at gives the shape of the objects at a node.
func (s *shapes) at(n *node) *shape {
	if n == nil || n.size == 0 {
		return nil
	}
	own := s.of[n]
	if own == nil && len(s.of) < maxShapes {
		own = &shape{}
		s.of[n] = own
	}
	return own
}

// next gives the n-th key if it is what text begins with.
func (s *shape) next(n int, text []byte) *shapeKey {
	if s != nil && n < len(s.keys) && bytes.HasPrefix(text, s.keys[n].text) {
		return &s.keys[n]
	}
	return nil
}

// remember makes a key the n-th, where that is worth it. Behind a name that was too long no other is remembered.
func (s *shape) remember(n int, k *shapeKey, text []byte) {
	if s == nil || n >= maxShape || n > len(s.keys) || len(text) > maxShapeText {
		return
	}
	if n >= len(s.keys) {
		s.keys = append(s.keys, shapeKey{})
	}
	own := &s.keys[n]
	own.text, own.child, own.which, own.inner = append(own.text[:0], text...), k.child, k.which, k.inner
}
