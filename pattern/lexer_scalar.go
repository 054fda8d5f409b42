package pattern

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// wantedValue is how the reader lists what may stand as a value.
const wantedValue = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"

// begin reads the start of a value: a whole number or literal, a bracket, or a string's opening quote.
func (l *lexer) begin() token {
	l.begun = l.pos
	switch c := l.src[l.pos]; c {
	case '{':
		l.pos++
		return startObject
	case '[':
		l.pos++
		return startArray
	case '"':
		l.pos++
		l.unread = true
		return stringToken
	case 't':
		return l.literal("true", trueToken)
	case 'f':
		return l.literal("false", falseToken)
	case 'n':
		return l.literal("null", nullToken)
	default:
		if c == '-' || c >= '0' && c <= '9' {
			return l.number()
		}
	}
	r, _ := utf8.DecodeRuneInString(l.src[l.pos:])
	if r == '_' || r == '$' || unicode.IsLetter(r) {
		return l.strangeToken()
	}
	return l.unexpected("expected a valid value " + wantedValue)
}

// literal reads true, false or null.
func (l *lexer) literal(word string, t token) token {
	rest := l.src[l.pos:]
	if !strings.HasPrefix(rest, word) {
		return l.strangeToken()
	}
	if r, _ := utf8.DecodeRuneInString(rest[len(word):]); len(rest) > len(word) && identifierPart(r) {
		return l.strangeToken()
	}
	l.pos += len(word)
	return t
}

// strangeToken complains about a bare word.
func (l *lexer) strangeToken() token {
	start := l.pos
	for i, r := range l.src[start:] {
		if !identifierPart(r) {
			break
		}
		l.pos = start + i + utf8.RuneLen(r)
	}
	return l.fail("Unrecognized token '%s': was expecting %s", l.src[start:l.pos], wantedValue)
}

// identifierPart tells whether a bare word goes on with r.
func identifierPart(r rune) bool {
	return r != utf8.RuneError && (r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r))
}

// number reads a number.
func (l *lexer) number() token {
	start := l.pos
	if l.src[l.pos] == '-' {
		l.pos++
		if !l.digit("expected digit (0-9) to follow minus sign, for valid numeric value") {
			return bad
		}
	}
	if l.src[l.pos] == '0' && l.pos+1 < len(l.src) && isDigit(l.src[l.pos+1]) {
		l.pos++
		return l.fail("Invalid numeric value: Leading zeroes not allowed")
	}
	l.digits()
	if l.at('.') {
		l.pos++
		if !l.digit("Decimal point not followed by a digit") {
			return bad
		}
		l.digits()
	}
	if l.at('e') || l.at('E') {
		l.pos++
		if l.at('+') || l.at('-') {
			l.pos++
		}
		if !l.digit("Exponent indicator not followed by a digit") {
			return bad
		}
		l.digits()
	}
	l.scalar = l.src[start:l.pos]
	return numberToken
}

// at tells whether c stands at the position.
func (l *lexer) at(c byte) bool { return l.pos < len(l.src) && l.src[l.pos] == c }

// digits skips digits.
func (l *lexer) digits() {
	for l.pos < len(l.src) && isDigit(l.src[l.pos]) {
		l.pos++
	}
}

// digit demands that a digit stands at the position.
func (l *lexer) digit(want string) bool {
	if l.pos == len(l.src) {
		l.fail("Unexpected end-of-input in a Number value")
		return false
	}
	if !isDigit(l.src[l.pos]) {
		l.fail("Unexpected character (%s) in numeric value: %s", describe(l.src[l.pos:]), want)
		return false
	}
	return true
}

// isDigit tells whether c is a decimal digit.
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// text gives the current token's text; a string is read to its end for it.
func (l *lexer) text() string {
	switch l.tok {
	case fieldName:
		return l.name
	case startObject:
		return "{"
	case endObject:
		return "}"
	case startArray:
		return "["
	case endArray:
		return "]"
	case trueToken:
		return "true"
	case falseToken:
		return "false"
	case nullToken:
		return "null"
	case numberToken:
		return l.scalar
	case stringToken:
		if l.unread {
			l.unread = false
			l.scalar, _ = l.quoted(": was expecting closing quote for a string value")
		}
		return l.scalar
	case bad, end:
	}
	return ""
}

// quoted reads to the closing quote and decodes the escapes; where completes the text about a missing quote.
func (l *lexer) quoted(where string) (string, bool) {
	start := l.pos
	var decoded []byte // nil while the text needs no decoding
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case c == '"':
			l.pos++
			if decoded == nil {
				return l.src[start : l.pos-1], true
			}
			return string(decoded), true
		case c == '\\':
			if decoded == nil {
				decoded = append(make([]byte, 0, 2*(l.pos-start)+16), l.src[start:l.pos]...)
			}
			r, ok := l.escape()
			if !ok {
				return "", false
			}
			decoded = appendRune(decoded, r)
		case c < 0x20:
			l.fail("Illegal unquoted character (%s): has to be escaped using backslash to be included in string value",
				describe(l.src[l.pos:]))
			return "", false
		default:
			if decoded != nil {
				decoded = append(decoded, c)
			}
			l.pos++
		}
	}
	l.fail("Unexpected end-of-input%s", where)
	return "", false
}

// escape reads one backslash escape, or two of them that make up one character.
func (l *lexer) escape() (rune, bool) {
	l.pos++
	if l.pos == len(l.src) {
		l.fail("Unexpected end-of-input in character escape sequence")
		return 0, false
	}
	c := l.src[l.pos]
	if r, ok := shortEscape(c); ok {
		l.pos++
		return r, true
	}
	if c != 'u' {
		at := describe(l.src[l.pos:])
		l.pos++
		l.fail("Unrecognized character escape %s", at)
		return 0, false
	}
	l.pos++
	for i := range 4 {
		if l.pos+i == len(l.src) {
			l.fail("Unexpected end-of-input in character escape sequence")
			return 0, false
		}
		if !isHex(l.src[l.pos+i]) {
			l.pos += i
			l.unexpected("expected a hex-digit for character escape sequence")
			return 0, false
		}
	}
	r, n := unicodeEscape(l.src[l.pos:])
	l.pos += n
	return r, true
}

// shortEscape decodes the character after a backslash, \u excepted.
func shortEscape(c byte) (rune, bool) {
	switch c {
	case '"', '\\', '/':
		return rune(c), true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	}
	return 0, false
}

// isHex tells whether c is a hexadecimal digit.
func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// unicodeEscape decodes the four hexadecimal digits that s starts with and, when they are the first half of
// a surrogate pair, the second half behind them. It tells how many bytes it used.
func unicodeEscape[T string | []byte](s T) (rune, int) {
	r := hex4(s)
	if utf16.IsSurrogate(r) && len(s) >= 10 && s[4] == '\\' && s[5] == 'u' {
		if pair := utf16.DecodeRune(r, hex4(s[6:])); pair != unicode.ReplacementChar {
			return pair, 10
		}
	}
	return r, 4
}

// hex4 decodes four hexadecimal digits; it is -1 when they are none.
func hex4[T string | []byte](s T) rune {
	var r rune
	for i := range 4 {
		if !isHex(s[i]) {
			return -1
		}
		r = r<<4 | hexDigit(s[i])
	}
	return r
}

// hexDigit gives the value of a hexadecimal digit.
func hexDigit(c byte) rune {
	if isDigit(c) {
		return rune(c - '0')
	}
	return rune(c | 0x20 - 'a' + 10)
}

// appendRune appends r in UTF-8. Half a surrogate pair keeps its own three bytes, so that two strings that
// differ in it stay different.
func appendRune(b []byte, r rune) []byte {
	if r >= 0xd800 && r < 0xe000 {
		return append(b, 0xed, 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
	}
	return utf8.AppendRune(b, r)
}
