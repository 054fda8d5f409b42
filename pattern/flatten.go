package pattern

import (
	"bytes"
	"errors"
	"fmt"
)

// ErrEvent is the error for events that are not a JSON object, or nest too deeply.
var ErrEvent = errors.New("the event is not a JSON object")

// leaf is a scalar of an event at a path that some pattern names.
type leaf struct {
	value
	slot    int32 // of the path
	element int32 // the innermost array element that it is below, or none
}

// element is an object or array inside an array. Everything below it has from <= leaf < to. Scalars directly
// in an array are not elements: they bind no index.
type element struct {
	array    int32
	from, to int32
}

// array is one array of an event.
type array struct {
	parent  int32 // the element that it is below, or none
	to      int32 // the first leaf behind it
	lastUse int32 // scratch of the search in arrays.go

	judged int32 // scratch of elements.go: when the following was found
	inner  int32 // the array that constraints have to do with, this one or one in it
	left   span  // in scratch.bound: its elements that have met all constraints so far
}

// reader goes through an event once and keeps the leaves at known paths. It passes over what no pattern asks
// for, and stops when all that they ask for was seen.
type reader struct {
	event []byte
	pos   int
	tried bool // done has looked
	*scratch
}

// progress is how reading goes on.
type progress byte

// The ways in which reading goes on.
const (
	broken progress = iota // this is no JSON
	goOn
	enough // nothing that follows can matter
)

// read fills the scratch with the event's leaves.
func (s *scratch) read(root *node, event []byte) error {
	r := reader{event: event, pos: skipBlanks(event, 0), scratch: s}
	if r.peek() != '{' {
		return fmt.Errorf("%w: it goes wrong at byte %d", ErrEvent, r.pos)
	}
	switch r.object(root, s.shapes.begin(root), none, 0, true) {
	case enough:
		return nil
	case goOn:
		if r.pos = skipBlanks(event, r.pos); r.pos < len(event) {
			return fmt.Errorf("%w: more text follows at byte %d", ErrEvent, r.pos)
		}
		return nil
	case broken:
	}
	return fmt.Errorf("%w: it goes wrong at byte %d", ErrEvent, min(r.pos, len(event)))
}

// peek gives the byte at the position, or 0 at the end.
func (r *reader) peek() byte {
	if r.pos < len(r.event) {
		return r.event[r.pos]
	}
	return 0
}

// take skips white space and then c, when it stands there.
func (r *reader) take(c byte) bool {
	if r.pos = skipBlanks(r.event, r.pos); r.peek() != c {
		return false
	}
	r.pos++
	return true
}

// object reads an object at a node of the path tree, below an array element. last says that nothing behind
// the object can matter.
func (r *reader) object(at *node, like *shape, below int32, depth int, last bool) progress {
	if r.pos++; r.take('}') {
		return goOn
	}
	r.pos = skipBlanks(r.event, r.pos)
	open := len(r.open)
	if last {
		r.open = append(r.open, at)
	}
	var seen uint64
	all := uint64(1)<<len(at.few) - 1
	if at.size > len(at.few) {
		last = false // what was seen is not counted
	}
	for n := 0; ; n++ {
		k := like.next(n, r.event[r.pos:])
		if k != nil {
			r.pos = skipBlanks(r.event, r.pos+len(k.text))
		} else if k = r.key(at, like, n); k == nil {
			return broken
		}
		if k.which >= 0 {
			seen |= 1 << k.which
		}
		whole := last && seen == all // all that was asked for stands up to here
		switch {
		case k.child != nil:
			if p := r.value(k.child, k.inner, below, depth+1, whole); p != goOn {
				return p
			}
			if whole && r.done() {
				return enough
			}
		case whole && r.done():
			return enough
		default:
			if p := r.skip(); p != goOn {
				return p
			}
		}
		b, i := r.event, skipBlanks(r.event, r.pos)
		switch {
		case i < len(b) && b[i] == ',':
			r.pos = skipBlanks(b, i+1)
		case i < len(b) && b[i] == '}':
			r.pos = i + 1
			r.open = r.open[:open]
			return goOn
		default:
			return broken
		}
	}
}

// key reads the name of an object's n-th field and the colon, and finds its node below at. It is nil if this is
// no JSON, and good until the next call. The object may be like others that come.
func (r *reader) key(at *node, like *shape, n int) *shapeKey {
	b, start := r.event, r.pos
	if start >= len(b) || b[start] != '"' {
		return nil
	}
	end, whole := endOfName(b, start+1)
	if end >= len(b) {
		return nil
	}
	name := b[start+1 : end]
	if b[end] == '\\' {
		r.pos = end
		var ok bool
		if name, ok = r.escaped(start + 1); !ok {
			return nil
		}
		end, whole = r.pos-1, false
	}
	k := &r.strange
	if k.child, k.which = at.field(name); k.child == nil && !whole {
		k.child = at.dotted(name)
	}
	k.inner = r.shapes.at(k.child)
	i := skipBlanks(b, end+1)
	if i >= len(b) || b[i] != ':' {
		return nil
	}
	like.remember(n, k, b[start:i+1])
	r.pos = skipBlanks(b, i+1)
	return k
}

// How many names are worth looking for in the rest of an event: at once, and ahead of an array or object. With
// more of them, reading on is as cheap.
const (
	fewNames = 2
	maxNames = 4
)

// unicodeEscapes is how escapes begin that can stand for any character of a name.
var unicodeEscapes = []byte(`\u`)

// done tells whether the rest of the event can be left unread: all fields of the open objects that some
// pattern names were seen, and none of these names stands in the rest, where the field could come again. It
// looks once.
func (r *reader) done() bool {
	if r.tried {
		return false
	}
	names, rest := 0, r.event[r.pos:]
	for _, n := range r.open {
		names += len(n.few)
	}
	if c := r.peek(); names > fewNames && c != '{' && c != '[' {
		return false
	}
	if r.tried = true; names > maxNames {
		return false
	}
	for _, n := range r.open {
		for _, c := range n.few {
			if !c.plain || bytes.Contains(rest, c.text) {
				return false
			}
		}
	}
	return !bytes.Contains(rest, unicodeEscapes)
}

// value reads a value at a node of the path tree.
func (r *reader) value(at *node, like *shape, below int32, depth int, last bool) progress {
	c := r.peek()
	if depth > maxDepth {
		return broken
	}
	switch c {
	case '{':
		if at.size == 0 {
			return r.skip()
		}
		return r.object(at, like, below, depth, last)
	case '[':
		return r.array(at, like, below, depth)
	case '"':
		text, ok := r.quoted()
		if !ok {
			return broken
		}
		r.keep(at, below, kindString, text)
		return goOn
	}
	start := r.pos
	r.pos = skipWord(r.event, start)
	text := r.event[start:r.pos]
	switch {
	case c == '-' || isDigit(c):
		r.keep(at, below, kindNumber, text)
	case string(text) == "true":
		r.keep(at, below, kindTrue, text)
	case string(text) == "false":
		r.keep(at, below, kindFalse, text)
	case string(text) == "null":
		r.keep(at, below, kindNull, text)
	default:
		return broken
	}
	return goOn
}

// skip passes over a value.
func (r *reader) skip() progress {
	var ok bool
	if r.pos, ok = skipValue(r.event, r.pos); !ok {
		return broken
	}
	return goOn
}

// keep keeps a scalar when some pattern names its path.
func (r *reader) keep(at *node, below int32, k kind, text []byte) {
	slot := at.slot
	if slot == none {
		return
	}
	i := int32(len(r.leaves))
	r.leaves = append(r.leaves, leaf{value: value{kind: k, text: text}, slot: slot, element: below})
	r.byPath = append(r.byPath, i)
	if sp := &r.spans[slot]; sp.to == 0 {
		r.touched = append(r.touched, slot)
		*sp = span{i, i + 1}
	} else {
		sp.to++
		r.repeated = true
	}
}

// array reads an array. Arrays and elements without leaves are forgotten.
func (r *reader) array(at *node, like *shape, below int32, depth int) progress {
	if r.pos++; r.take(']') {
		return goOn
	}
	id, from := int32(len(r.arrays)), len(r.leaves)
	r.arrays = append(r.arrays, array{parent: below})
	for {
		r.pos = skipBlanks(r.event, r.pos)
		var p progress
		if c := r.peek(); c == '{' || c == '[' {
			p = r.element(at, like, id, depth)
		} else {
			p = r.value(at, like, below, depth+1, false)
		}
		if p != goOn {
			return p
		}
		if r.take(']') {
			break
		}
		if !r.take(',') {
			return broken
		}
	}
	r.arrays[id].to = int32(len(r.leaves))
	if len(r.leaves) == from {
		r.arrays = r.arrays[:id]
	}
	return goOn
}

// element reads an object or array inside array id.
func (r *reader) element(at *node, like *shape, id int32, depth int) progress {
	self, from := int32(len(r.elements)), int32(len(r.leaves))
	r.elements = append(r.elements, element{array: id, from: from})
	if p := r.value(at, like, self, depth+1, false); p != goOn {
		return p
	}
	if r.elements[self].to = int32(len(r.leaves)); r.elements[self].to == from {
		r.elements = r.elements[:self]
	}
	return goOn
}

// quoted reads a string and decodes its escapes.
func (r *reader) quoted() ([]byte, bool) {
	start := r.pos + 1
	r.pos = endOfText(r.event, start)
	if r.pos >= len(r.event) {
		return nil, false
	}
	if r.event[r.pos] == '\\' {
		return r.escaped(start)
	}
	r.pos++
	return r.event[start : r.pos-1], true
}

// escaped goes on with a string that began at start and has its first escape at the position.
func (r *reader) escaped(start int) ([]byte, bool) {
	from := len(r.decoded)
	r.decoded = append(r.decoded, r.event[start:r.pos]...)
	for r.pos < len(r.event) {
		c := r.event[r.pos]
		r.pos++
		if c == '"' {
			return r.decoded[from:], true
		}
		if c != '\\' {
			r.decoded = append(r.decoded, c)
			continue
		}
		c = r.peek()
		r.pos++
		char, ok := shortEscape(c)
		if !ok {
			if c != 'u' || len(r.event)-r.pos < 4 {
				return nil, false
			}
			var n int
			if char, n = unicodeEscape(r.event[r.pos:]); char < 0 {
				return nil, false
			}
			r.pos += n
		}
		r.decoded = appendRune(r.decoded, char)
	}
	return nil, false
}
