package pattern

import "fmt"

// maxDepth bounds the nesting of patterns and of events.
const maxDepth = 1000

// maxNumber bounds the digits of a number in a pattern.
const maxNumber = 1000

// tooLarge is the reason for a document that exceeds what the reader takes; it has no location.
const tooLarge = "%s (%d) exceeds the maximum allowed (%d, from `StreamReadConstraints.%s()`)"

// token is a kind of JSON token.
type token byte

// The tokens of a pattern. bad is never expected by anybody, so that a reader that meets an error stops by
// itself; the first error is kept.
const (
	bad token = iota
	end
	fieldName
	startObject
	endObject
	startArray
	endArray
	stringToken
	numberToken
	trueToken
	falseToken
	nullToken
)

// frame is an object or array that is being read.
type frame struct {
	object  bool
	start   int  // where its bracket stands
	entered bool // an entry was read, so the next one needs a comma
}

// lexer reads JSON as the streaming reader behind AWS does, because its position shows in the error texts:
// a field name is returned when the start of its value has been read too, and a string value is read beyond
// its opening quote only when somebody asks for the text or moves on.
type lexer struct {
	src    string
	pos    int   // the next byte to read
	tok    token // the current token
	ahead  token // after a field name: its value's token, begun already
	begun  int   // where the current value starts
	unread bool  // the current (or next) token is a string of which only the quote was read
	name   string
	scalar string // the text of a number, or of a string once read
	stack  []frame
	err    *Error
}

// fail keeps the first error, located at the reader's position.
func (l *lexer) fail(format string, args ...any) token {
	return l.failAt(l.pos, fmt.Sprintf(format, args...))
}

// failAt keeps the first error, located at pos.
func (l *lexer) failAt(pos int, reason string) token {
	if l.err == nil {
		l.err = &Error{Reason: reason, tail: "\n at " + location(l.src, pos)}
	}
	l.tok = bad
	return bad
}

// refuse keeps the first error; it has no location.
func (l *lexer) refuse(reason string) token {
	if l.err == nil {
		l.err = &Error{Reason: reason}
	}
	l.tok = bad
	return bad
}

// failBehind keeps the first error, located at the character that stands at the position; the reader has
// moved past it. Columns count UTF-16 units, so that one byte of any character is the right distance.
func (l *lexer) failBehind(format string, args ...any) token {
	l.pos++
	return l.failAt(l.pos-1, fmt.Sprintf(format, args...))
}

// unexpected complains about the character at the position.
func (l *lexer) unexpected(want string) token {
	return l.failBehind("Unexpected character (%s): %s", describe(l.src[l.pos:]), want)
}

// next moves to the next token.
func (l *lexer) next() token {
	if l.err != nil {
		return bad
	}
	if l.tok == fieldName {
		return l.enter(l.ahead)
	}
	if l.unread {
		if l.text(); l.err != nil {
			return bad
		}
	}
	if !l.space() {
		return bad
	}
	if l.pos == len(l.src) {
		return l.atEnd()
	}
	c := l.src[l.pos]
	if c == ']' || c == '}' {
		return l.leave(c)
	}
	if len(l.stack) == 0 {
		return l.enter(l.begin())
	}
	top := &l.stack[len(l.stack)-1]
	if top.entered && !l.comma(c, top) {
		return bad
	}
	top.entered = true
	if top.object {
		return l.field()
	}
	return l.enter(l.begin())
}

// space skips white space. It is false when something stands there that only looks like it.
func (l *lexer) space() bool {
	for ; l.pos < len(l.src); l.pos++ {
		switch c := l.src[l.pos]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		case c < ' ':
			hint := ""
			if c == 0x1e {
				hint = " (consider enabling `JsonReadFeature.ALLOW_RS_CONTROL_CHAR` to allow use of Record Separators (\\u001E))"
			}
			l.pos++
			l.fail("Illegal character (%s): only regular white space (\\r, \\n, \\t) is allowed between tokens%s", describe(l.src[l.pos-1:]), hint)
			return false
		case c == '/':
			l.unexpected("maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)")
			return false
		default:
			return true
		}
	}
	return true
}

// atEnd judges the end of the text.
func (l *lexer) atEnd() token {
	if len(l.stack) == 0 {
		l.tok = end
		return end
	}
	top := l.stack[len(l.stack)-1]
	return l.fail("Unexpected end-of-input: expected close marker for %s (start marker at %s)",
		top.kind(), location(l.src, top.start))
}

// kind names the frame as the error texts do.
func (f frame) kind() string {
	if f.object {
		return "Object"
	}
	return "Array"
}

// enter makes t the current token and opens a frame when it starts one.
func (l *lexer) enter(t token) token {
	if t == bad {
		return bad
	}
	if t == startObject || t == startArray {
		if len(l.stack) == maxDepth {
			return l.refuse(fmt.Sprintf(tooLarge, "Document nesting depth", maxDepth+1, maxDepth, "getMaxNestingDepth"))
		}
		l.stack = append(l.stack, frame{object: t == startObject, start: l.begun})
	}
	l.tok = t
	return t
}

// leave closes the innermost frame.
func (l *lexer) leave(c byte) token {
	if len(l.stack) == 0 {
		kind := frame{object: c == '}'}.kind()
		return l.failBehind("Unexpected close marker '%c': no open %s to close", c, kind)
	}
	l.pos++
	top := l.stack[len(l.stack)-1]
	if top.object != (c == '}') {
		want := byte(']')
		if top.object {
			want = '}'
		}
		return l.failAt(l.pos-1, fmt.Sprintf("Unexpected close marker '%c': expected '%c' (for %s starting at %s)",
			c, want, top.kind(), location(l.src, top.start)))
	}
	l.stack = l.stack[:len(l.stack)-1]
	l.tok = endArray
	if c == '}' {
		l.tok = endObject
	}
	return l.tok
}

// comma reads the comma before a further entry; c is the byte at the position.
func (l *lexer) comma(c byte, f *frame) bool {
	if c != ',' {
		l.unexpected("was expecting comma to separate " + f.kind() + " entries")
		return false
	}
	l.pos++
	if !l.space() {
		return false
	}
	if l.pos == len(l.src) {
		l.fail("Unexpected end-of-input within/between %s entries", f.kind())
		return false
	}
	return true
}

// field reads a field's name, the colon and the start of the value.
func (l *lexer) field() token {
	if l.src[l.pos] != '"' {
		return l.unexpected("was expecting double-quote to start field name")
	}
	l.pos++
	name, ok := l.quoted(" in field name", "name")
	if !ok || !l.space() {
		return bad
	}
	l.name = name
	switch {
	case l.pos == len(l.src):
		return l.fail("Unexpected end-of-input within/between Object entries")
	case l.src[l.pos] != ':':
		return l.unexpected("was expecting a colon to separate field name and value")
	}
	l.pos++
	if !l.space() {
		return bad
	}
	if l.pos == len(l.src) {
		return l.fail("Unexpected end-of-input within/between Object entries")
	}
	if l.ahead = l.begin(); l.ahead == bad {
		return bad
	}
	l.tok = fieldName
	return fieldName
}
