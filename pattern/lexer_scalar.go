package pattern

import (
	"fmt"
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
	case 'N':
		return l.notNumber("NaN")
	case 'I':
		return l.notNumber("Infinity")
	case '+':
		return l.plus()
	case '}':
		return l.unexpected("expected a value")
	default:
		if c == '-' || isDigit(c) {
			return l.number()
		}
	}
	if r, _ := utf8.DecodeRuneInString(l.src[l.pos:]); identifierStart(r) {
		return l.strangeToken()
	}
	return l.unexpected("expected a valid value " + wantedValue)
}

// notNumber complains about a word that some JSON readers take for a number.
func (l *lexer) notNumber(word string) token {
	if !strings.HasPrefix(l.src[l.pos:], word) {
		return l.strangeToken()
	}
	if wordGoesOn(l.src[l.pos+len(word):]) {
		return l.strangeToken()
	}
	l.pos += len(word)
	return l.fail("Non-standard token '%s': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow", word)
}

// plus complains about a plus sign, behind which the reader has looked already.
func (l *lexer) plus() token {
	l.pos++
	if l.pos == len(l.src) {
		return l.fail("Unexpected end-of-input in a Number value")
	}
	return l.failBehind("Unexpected character ('+' (code 43)) in numeric value: JSON spec does not allow numbers to have plus signs: " +
		"enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow")
}

// literal reads true, false or null.
func (l *lexer) literal(word string, t token) token {
	rest := l.src[l.pos:]
	if !strings.HasPrefix(rest, word) {
		return l.strangeToken()
	}
	if wordGoesOn(rest[len(word):]) {
		return l.strangeToken()
	}
	l.pos += len(word)
	return t
}

// wordGoesOn tells whether rest, what follows a known word, makes it another one.
func wordGoesOn(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return r >= '0' && identifierPart(r)
}

// longestWord is how much of a bare word is shown, in UTF-16 units.
const longestWord = 256

// strangeToken complains about a bare word.
func (l *lexer) strangeToken() token {
	start, more, shown := l.pos, "", 0
	for i, r := range l.src[start:] {
		if !identifierPart(r) {
			break
		}
		l.pos = start + i + utf8.RuneLen(r)
		if shown++; shown == longestWord {
			more = "..."
			break
		}
	}
	return l.fail("Unrecognized token '%s%s': was expecting %s", l.src[start:l.pos], more, wantedValue)
}

// identifierStart tells whether a bare word may begin with r, as Java's identifiers do. Characters outside
// the BMP are surrogates to the reader, which are no part of a word.
func identifierStart(r rune) bool {
	return r < 0x10000 && r != utf8.RuneError && unicode.In(r, unicode.L, unicode.Nl, unicode.Sc, unicode.Pc)
}

// identifierPart tells whether a bare word goes on with r.
func identifierPart(r rune) bool {
	if identifierStart(r) {
		return true
	}
	return r < 0x10000 && r != utf8.RuneError &&
		(unicode.In(r, unicode.Nd, unicode.Mc, unicode.Mn, unicode.Cf) || r <= 8 || r >= 0xe && r <= 0x1b || r >= 0x7f && r <= 0x9f)
}

// number reads a number. Where the reader stands when one is refused depends on how it began, because a
// number with a leading zero and one that the text ends with are read a second time, character by character.
func (l *lexer) number() token {
	start := l.pos
	if l.src[l.pos] == '-' {
		if l.pos++; !l.minus() {
			return bad
		}
	}
	slow := l.src[l.pos] == '0'
	if slow && l.pos+1 < len(l.src) && isDigit(l.src[l.pos+1]) {
		l.pos++
		return l.fail("Invalid numeric value: Leading zeroes not allowed")
	}
	digits := l.digits()
	stand := l.pos // what the fast way points at while it reads on
	if l.at('.') {
		l.pos++
		n := l.digits()
		if digits += n; n == 0 {
			return l.noDigit("Decimal point not followed by a digit", stand, slow)
		}
	}
	if l.at('e') || l.at('E') {
		if l.src[stand] != '.' {
			stand = l.pos
		}
		l.pos++
		if l.at('+') || l.at('-') {
			l.pos++
		}
		n := l.digits()
		if digits += n; n == 0 {
			return l.noDigit("Exponent indicator not followed by a digit", stand, slow)
		}
	}
	if digits > maxNumber {
		return l.refuse(fmt.Sprintf(tooLarge, "Number value length", digits, maxNumber, "getMaxNumberLength"))
	}
	l.scalar = l.src[start:l.pos]
	if len(l.stack) == 0 {
		return l.separated()
	}
	return numberToken
}

// minus looks at what follows a minus sign.
func (l *lexer) minus() bool {
	switch {
	case l.pos == len(l.src):
		l.fail("Unexpected end-of-inputNo digit following sign")
	case l.src[l.pos] == '.':
		l.unexpected("expected a valid value " + wantedValue)
	case !isDigit(l.src[l.pos]):
		l.failBehind("Unexpected character (%s) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value",
			describe(l.src[l.pos:]))
	default:
		return true
	}
	return false
}

// noDigit complains that no digit stands at the position. The fast way reports where it stands, the slow
// one the character that it met; at the end of the text that is the decimal point before it.
func (l *lexer) noDigit(reason string, stand int, slow bool) token {
	if l.pos == len(l.src) {
		if l.src[l.pos-1] != '.' {
			return l.fail("Unexpected end-of-inputexpected a digit for number exponent")
		}
		return l.failAt(l.pos-1, "Unexpected character ('.' (code 46)) in numeric value: "+reason)
	}
	met := describe(l.src[l.pos:])
	if !slow {
		l.pos = stand
	}
	return l.failBehind("Unexpected character (%s) in numeric value: %s", met, reason)
}

// separated demands white space, or the end, behind a number that stands alone, and reads it.
func (l *lexer) separated() token {
	switch {
	case l.pos == len(l.src) || l.at('\r'):
	case l.at(' ') || l.at('\t') || l.at('\n'):
		l.pos++
	default:
		return l.unexpected("Expected space separating root-level values")
	}
	return numberToken
}

// at tells whether c stands at the position.
func (l *lexer) at(c byte) bool { return l.pos < len(l.src) && l.src[l.pos] == c }

// digits skips digits and counts them.
func (l *lexer) digits() int {
	start := l.pos
	for l.pos < len(l.src) && isDigit(l.src[l.pos]) {
		l.pos++
	}
	return l.pos - start
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
			l.scalar, _ = l.quoted(": was expecting closing quote for a string value", "string value")
		}
		return l.scalar
	case bad, end:
	}
	return ""
}

// quoted reads to the closing quote and decodes the escapes; where completes the text about a missing quote,
// what is being read.
func (l *lexer) quoted(where, what string) (string, bool) {
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
			l.failBehind("Illegal unquoted character (%s): has to be escaped using backslash to be included in %s",
				describe(l.src[l.pos:]), what)
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
		l.failBehind("Unrecognized character escape %s", describe(l.src[l.pos:]))
		return 0, false
	}
	l.pos++
	for i := range 4 {
		if l.pos+i == len(l.src) {
			l.pos += i
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
