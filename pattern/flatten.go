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
	tried bool // done was asked
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
	switch r.object(root, none, 0, true) {
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
func (r *reader) object(at *node, below int32, depth int, last bool) progress {
	if r.pos++; r.take('}') {
		return goOn
	}
	open := len(r.open)
	if last {
		r.open = append(r.open, at)
	}
	var seen uint64
	all := uint64(1)<<len(at.few) - 1
	for {
		child, which, ok := r.name(at)
		if !ok {
			return broken
		}
		if which >= 0 {
			seen |= 1 << which
		}
		if child == nil {
			if r.pos, ok = skipValue(r.event, r.pos); !ok {
				return broken
			}
		} else {
			whole := last && seen == all && at.size == len(at.few) // all that was asked for stands up to here
			if p := r.value(child, below, depth+1, whole); p != goOn {
				return p
			}
			if whole && r.done() {
				return enough
			}
		}
		b, i := r.event, skipBlanks(r.event, r.pos)
		switch {
		case i < len(b) && b[i] == ',':
			r.pos = i + 1
		case i < len(b) && b[i] == '}':
			r.pos = i + 1
			r.open = r.open[:open]
			return goOn
		default:
			return broken
		}
	}
}

// name reads a field's name and the colon, and finds its node below at: see node.field.
func (r *reader) name(at *node) (next *node, which int, ok bool) {
	b, i := r.event, skipBlanks(r.event, r.pos)
	if i >= len(b) || b[i] != '"' {
		return nil, none, false
	}
	start := i + 1
	end, whole := endOfName(b, start)
	if end >= len(b) {
		return nil, none, false
	}
	name := b[start:end]
	if b[end] == '\\' {
		r.pos = end
		if name, ok = r.escaped(start); !ok {
			return nil, none, false
		}
		end, whole = r.pos-1, false
	}
	if next, which = at.field(name); next == nil && !whole {
		next = at.dotted(name)
	}
	if i = skipBlanks(b, end+1); i >= len(b) || b[i] != ':' {
		return nil, none, false
	}
	r.pos = skipBlanks(b, i+1)
	return next, which, true
}

// maxNames is how many names are worth looking for in the rest of an event: with more, reading on is as cheap.
const maxNames = 4

// unicodeEscapes is how escapes begin that can stand for any character of a name.
var unicodeEscapes = []byte(`\u`)

// done tells whether the rest of the event can be left unread: all fields of the open objects that some
// pattern names were seen, and none of these names stands in the rest, where the field could come again.
func (r *reader) done() bool {
	if r.tried {
		return false
	}
	r.tried = true
	names, rest := 0, r.event[r.pos:]
	for _, n := range r.open {
		names += len(n.few)
	}
	if names > maxNames {
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
func (r *reader) value(at *node, below int32, depth int, last bool) progress {
	c := r.peek()
	if depth > maxDepth {
		return broken
	}
	switch c {
	case '{':
		if at.size == 0 {
			return r.skip()
		}
		return r.object(at, below, depth, last)
	case '[':
		return r.array(at, below, depth)
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
func (r *reader) array(at *node, below int32, depth int) progress {
	if r.pos++; r.take(']') {
		return goOn
	}
	id, from := int32(len(r.arrays)), len(r.leaves)
	r.arrays = append(r.arrays, array{parent: below})
	for {
		r.pos = skipBlanks(r.event, r.pos)
		var p progress
		if c := r.peek(); c == '{' || c == '[' {
			p = r.element(at, id, depth)
		} else {
			p = r.value(at, below, depth+1, false)
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
func (r *reader) element(at *node, id int32, depth int) progress {
	self, from := int32(len(r.elements)), int32(len(r.leaves))
	r.elements = append(r.elements, element{array: id, from: from})
	if p := r.value(at, self, depth+1, false); p != goOn {
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
