package wire

import (
	"fmt"
	"sync"
	"unicode/utf8"
)

// maxDepth is how deep the arrays and objects of a request may lie in each other.
const maxDepth = 64

// Decoder reads JSON (RFC 8259) from one []byte, member by member, without reflection. Its first failure
// sticks: every later call gives zero values and every loop ends, so that generated code checks once, at
// the end. Bytes that are not UTF-8 are refused.
type Decoder struct {
	Check
	data  []byte
	pos   int
	first bool   // no member or element was read yet in the innermost container
	key   []byte // of the member that Next found
	buf   []byte // for strings with escapes
	bound uint64 // required members that the path and the query string gave
	fail  error
}

// decoders keeps decoders for reuse: their path stack is most of what a small request would allocate.
var decoders = sync.Pool{New: func() any { return new(Decoder) }}

// NewDecoder takes a decoder for data; Release gives it back.
func NewDecoder(data []byte) *Decoder {
	d := decoders.Get().(*Decoder)
	d.data = data
	return d
}

// Release ends the decoder's use.
func (d *Decoder) Release() {
	buf := d.buf[:0]
	d.Check.reset()
	d.data, d.pos, d.first, d.key, d.bound, d.fail = nil, 0, false, nil, 0, nil
	d.buf = buf
	if cap(d.buf) > maxKeptBuffer {
		d.buf = nil
	}
	decoders.Put(d)
}

// Err gives the first failure: broken syntax or a value of the wrong type.
func (d *Decoder) Err() error { return d.fail }

// Bound gives the required members that were bound from outside the body, as bits, and forgets them:
// only the outermost shape has any.
func (d *Decoder) Bound() uint64 {
	b := d.bound
	d.bound = 0
	return b
}

// syntax records broken JSON.
func (d *Decoder) syntax(what string) {
	if d.fail == nil {
		d.fail = fmt.Errorf("malformed JSON at byte %d: %s", d.pos, what)
	}
}

// wrong records a value of another type than the shape wants; where the value itself is no JSON, that is
// what is reported.
func (d *Decoder) wrong(want string) {
	if d.fail != nil {
		return
	}
	got := d.peekType()
	start := d.pos
	d.Skip()
	if d.fail == nil {
		d.pos = start
		d.fail = fmt.Errorf("%s can not be converted to %s", got, want)
	}
}

// peekType names the type of the next value.
func (d *Decoder) peekType() string {
	d.space()
	if d.pos >= len(d.data) {
		return "END_OF_INPUT"
	}
	switch c := d.data[d.pos]; {
	case c == '"':
		return "STRING_VALUE"
	case c == '{':
		return "START_OBJECT"
	case c == '[':
		return "START_ARRAY"
	case c == 't':
		return "TRUE_VALUE"
	case c == 'f':
		return "FALSE_VALUE"
	case c == 'n':
		return "NULL_VALUE"
	}
	return "NUMBER_VALUE"
}

// space skips white space.
func (d *Decoder) space() {
	for d.pos < len(d.data) {
		switch d.data[d.pos] {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return
		}
	}
}

// peek skips white space and gives the next byte, 0 at the end and after a failure.
func (d *Decoder) peek() byte {
	if d.fail != nil {
		return 0
	}
	d.space()
	if d.pos >= len(d.data) {
		return 0
	}
	return d.data[d.pos]
}

// Object enters an object; Next then gives its members.
func (d *Decoder) Object() {
	if d.peek() != '{' {
		d.wrong("structure")
		return
	}
	d.enter()
}

// Array enters an array; More then tells of its elements.
func (d *Decoder) Array() {
	if d.peek() != '[' {
		d.wrong("list")
		return
	}
	d.enter()
}

// enter steps over the opening byte of a container.
func (d *Decoder) enter() {
	if d.Check.depth >= maxDepth {
		d.syntax("nested too deeply")
		return
	}
	d.Check.push()
	d.pos++
	d.first = true
}

// leave steps over the closing byte of a container.
func (d *Decoder) leave() {
	d.Check.pop()
	d.pos++
	d.first = false
}

// Next finds the next member of the innermost object that is not null and says whether there is one; Key
// gives its name and the decoder stands at its value.
func (d *Decoder) Next() bool {
	for {
		if !d.nextKey() {
			return false
		}
		if d.peek() != 'n' {
			return d.fail == nil
		}
		d.literal("null")
	}
}

// nextKey reads up to the value of the next member, or leaves the object.
func (d *Decoder) nextKey() bool {
	c := d.peek()
	if c == '}' {
		d.leave()
		return false
	}
	if d.fail != nil {
		return false
	}
	if !d.first {
		if c != ',' {
			d.syntax("expected ',' or '}'")
			return false
		}
		d.pos++
		c = d.peek()
	}
	if c != '"' {
		d.syntax("expected a member name")
		return false
	}
	d.first = false
	d.key = d.scanKey()
	if d.peek() != ':' {
		d.syntax("expected ':'")
		return false
	}
	d.pos++
	return true
}

// Key gives the name of the member that Next found; it is valid until the member's value is read.
func (d *Decoder) Key() []byte { return d.key }

// More says whether the innermost array has another element and steps to it.
func (d *Decoder) More() bool {
	c := d.peek()
	if c == ']' {
		// A comma just before would have been stepped over by the previous call, which then refuses it.
		d.leave()
		return false
	}
	if d.fail != nil {
		return false
	}
	if !d.first {
		if c != ',' {
			d.syntax("expected ',' or ']'")
			return false
		}
		d.pos++
		if d.peek() == ']' {
			d.syntax("expected a value")
			return false
		}
	}
	d.first = false
	return d.fail == nil
}

// Null says whether the value is null, and steps over it when it is.
func (d *Decoder) Null() bool {
	if d.peek() != 'n' {
		return false
	}
	d.literal("null")
	return true
}

// literal steps over true, false or null.
func (d *Decoder) literal(word string) {
	if end := d.pos + len(word); end <= len(d.data) && string(d.data[d.pos:end]) == word {
		d.pos = end
		return
	}
	d.syntax("expected " + word)
}

// End refuses anything but white space behind the value.
func (d *Decoder) End() {
	if d.peek() != 0 || d.fail == nil && d.pos < len(d.data) {
		d.syntax("data after the value")
	}
}

// Skip steps over a value of any type, and still refuses broken syntax in it.
func (d *Decoder) Skip() {
	switch c := d.peek(); {
	case c == '"':
		d.scanKey()
	case c == '{':
		for d.enter(); d.nextKey(); {
			d.Skip()
		}
	case c == '[':
		for d.enter(); d.More(); {
			d.Skip()
		}
	case c == 't':
		d.literal("true")
	case c == 'f':
		d.literal("false")
	case c == 'n':
		d.literal("null")
	case c == '-' || c >= '0' && c <= '9':
		d.number()
	default:
		d.syntax("expected a value")
	}
}

// scanKey reads a string whose bytes are needed only for a moment.
func (d *Decoder) scanKey() []byte {
	raw, escaped := d.scanString()
	if !escaped {
		return raw
	}
	d.buf = d.unescape(d.buf[:0], raw)
	return d.buf
}

// plain marks the bytes that stand for themselves in a string: printable ASCII but '"' and '\\'.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 0x80; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// scanString steps over a string and gives what is between its quotes.
func (d *Decoder) scanString() (raw []byte, escaped bool) {
	data, i := d.data, d.pos+1
	start, ascii := i, true
	for i < len(data) {
		for i < len(data) && plain[data[i]] {
			i++
		}
		if i == len(data) {
			break
		}
		switch c := data[i]; {
		case c == '"':
			raw = data[start:i]
			if !ascii && !utf8.Valid(raw) {
				d.syntax("invalid UTF-8 in a string")
				return nil, false
			}
			d.pos = i + 1
			return raw, escaped
		case c == '\\':
			escaped = true
			i += 2
		case c < 0x20:
			d.pos = i
			d.syntax("control character in a string")
			return nil, false
		default:
			ascii = false
			i++
		}
	}
	d.syntax("string without end")
	return nil, false
}
