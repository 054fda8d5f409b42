package pattern

import (
	"bytes"
	"errors"
	"fmt"
)

// ErrEvent is the error for events that are not a JSON object, or nest too deeply.
var ErrEvent = errors.New("the event is not a JSON object")

// none stands for "no node", "no element", "no path".
const none = -1

// node is a step in the tree of all paths that some pattern names.
type node struct {
	children map[string]int32
	path     int32 // the number of the path that ends here, or none
}

// leaf is a scalar of an event at a path that some pattern names.
type leaf struct {
	value
	path    int32
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
}

// flattener reads an event once, checks that it is JSON, and keeps the leaves at known paths.
type flattener struct {
	nodes []node
	event []byte
	pos   int
	*scratch
}

// flatten fills the scratch with the event's leaves.
func (s *scratch) flatten(nodes []node, event []byte) error {
	f := flattener{nodes: nodes, event: event, scratch: s}
	f.space()
	if f.peek() != '{' || !f.value(0, none, 0) {
		return fmt.Errorf("%w: it goes wrong at byte %d", ErrEvent, f.pos)
	}
	f.space()
	if f.pos < len(event) {
		return fmt.Errorf("%w: more text follows at byte %d", ErrEvent, f.pos)
	}
	return nil
}

// space skips white space.
func (f *flattener) space() {
	for f.pos < len(f.event) {
		switch f.event[f.pos] {
		case ' ', '\t', '\n', '\r':
			f.pos++
		default:
			return
		}
	}
}

// peek gives the byte at the position, or 0 at the end.
func (f *flattener) peek() byte {
	if f.pos < len(f.event) {
		return f.event[f.pos]
	}
	return 0
}

// take skips white space and then c, when it stands there.
func (f *flattener) take(c byte) bool {
	f.space()
	if f.peek() != c {
		return false
	}
	f.pos++
	return true
}

// value reads a value at a node of the path tree (none: nobody asks for it), below an array element.
func (f *flattener) value(at, below int32, depth int) bool {
	if depth > maxDepth {
		return false
	}
	f.space()
	switch c := f.peek(); c {
	case '{':
		return f.object(at, below, depth)
	case '[':
		return f.array(at, below, depth)
	case '"':
		text, ok := f.quoted()
		return ok && f.leaf(at, below, kindString, text)
	case 't':
		return f.word("true", kindTrue, at, below)
	case 'f':
		return f.word("false", kindFalse, at, below)
	case 'n':
		return f.word("null", kindNull, at, below)
	}
	start := f.pos
	return f.number() && f.leaf(at, below, kindNumber, f.event[start:f.pos])
}

// leaf keeps a scalar when some pattern names its path.
func (f *flattener) leaf(at, below int32, k kind, text []byte) bool {
	if at == none || f.nodes[at].path == none {
		return true
	}
	f.leaves = append(f.leaves, leaf{value: value{kind: k, text: text}, path: f.nodes[at].path, element: below})
	return true
}

// word reads true, false or null.
func (f *flattener) word(word string, k kind, at, below int32) bool {
	if !hasPrefix(f.event[f.pos:], word) {
		return false
	}
	f.pos += len(word)
	return f.leaf(at, below, k, nil)
}

// object reads an object.
func (f *flattener) object(at, below int32, depth int) bool {
	f.pos++
	if f.take('}') {
		return true
	}
	for {
		f.space()
		if f.peek() != '"' {
			return false
		}
		name, ok := f.quoted()
		if !ok || !f.take(':') || !f.value(f.child(at, name), below, depth+1) {
			return false
		}
		if f.take('}') {
			return true
		}
		if !f.take(',') {
			return false
		}
	}
}

// child goes from a node down by a field name; dots in the name are steps too.
func (f *flattener) child(at int32, name []byte) int32 {
	for at != none {
		step, rest, more := bytes.Cut(name, []byte{'.'})
		next, ok := f.nodes[at].children[string(step)]
		if !ok {
			return none
		}
		if !more {
			return next
		}
		at, name = next, rest
	}
	return none
}

// array reads an array. Arrays and elements without leaves are forgotten.
func (f *flattener) array(at, below int32, depth int) bool {
	f.pos++
	if f.take(']') {
		return true
	}
	id, from := int32(none), len(f.leaves)
	if at != none {
		id = int32(len(f.arrays))
		f.arrays = append(f.arrays, array{parent: below})
	}
	for {
		f.space()
		if c := f.peek(); id != none && (c == '{' || c == '[') {
			if !f.element(at, id, depth) {
				return false
			}
		} else if !f.value(at, below, depth+1) {
			return false
		}
		if f.take(']') {
			break
		}
		if !f.take(',') {
			return false
		}
	}
	if id != none {
		f.arrays[id].to = int32(len(f.leaves))
		if len(f.leaves) == from {
			f.arrays = f.arrays[:id]
		}
	}
	return true
}

// element reads an object or array inside array id.
func (f *flattener) element(at, id int32, depth int) bool {
	self := int32(len(f.elements))
	from := int32(len(f.leaves))
	f.elements = append(f.elements, element{array: id, from: from})
	if !f.value(at, self, depth+1) {
		return false
	}
	if f.elements[self].to = int32(len(f.leaves)); f.elements[self].to == from {
		f.elements = f.elements[:self]
	}
	return true
}

// quoted reads a string and decodes its escapes.
func (f *flattener) quoted() ([]byte, bool) {
	f.pos++
	start := f.pos
	for f.pos < len(f.event) {
		switch c := f.event[f.pos]; {
		case c == '"':
			f.pos++
			return f.event[start : f.pos-1], true
		case c == '\\':
			return f.escaped(start)
		case c < 0x20:
			return nil, false
		}
		f.pos++
	}
	return nil, false
}

// escaped goes on with a string that began at start and has its first escape at the position.
func (f *flattener) escaped(start int) ([]byte, bool) {
	from := len(f.decoded)
	f.decoded = append(f.decoded, f.event[start:f.pos]...)
	for f.pos < len(f.event) {
		c := f.event[f.pos]
		f.pos++
		switch {
		case c == '"':
			return f.decoded[from:], true
		case c < 0x20:
			return nil, false
		case c != '\\':
			f.decoded = append(f.decoded, c)
			continue
		}
		c = f.peek()
		f.pos++
		r, ok := shortEscape(c)
		if !ok {
			if c != 'u' || len(f.event)-f.pos < 4 {
				return nil, false
			}
			var n int
			if r, n = unicodeEscape(f.event[f.pos:]); r < 0 {
				return nil, false
			}
			f.pos += n
		}
		f.decoded = appendRune(f.decoded, r)
	}
	return nil, false
}

// number skips a number.
func (f *flattener) number() bool {
	if f.peek() == '-' {
		f.pos++
	}
	if f.peek() == '0' {
		f.pos++
	} else if !f.digits() {
		return false
	}
	if f.peek() == '.' {
		if f.pos++; !f.digits() {
			return false
		}
	}
	if c := f.peek(); c == 'e' || c == 'E' {
		f.pos++
		if c := f.peek(); c == '+' || c == '-' {
			f.pos++
		}
		return f.digits()
	}
	return true
}

// digits skips digits; there must be one.
func (f *flattener) digits() bool {
	start := f.pos
	for isDigit(f.peek()) {
		f.pos++
	}
	return f.pos > start
}
