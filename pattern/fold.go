package pattern

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// folded is an operand of equals-ignore-case, one entry a character. The comparison is AWS's, and it is not
// symmetric: for each character of the operand the value may have that character's lower-case or upper-case
// mapping, which may be several characters ("ß" takes "ß" and "SS"; "SS" does not take "ß"). Comparing two
// lower-cased strings would differ at these edges.
type folded struct {
	ascii string     // an operand in ASCII, in lower case: its two cases differ in a bit
	chars []twoCases // any other operand
}

// twoCases is a character in lower and in upper case. Neither begins or ends with the other unless they are
// equal, so a value is read in one pass without going back.
type twoCases struct{ lower, upper string }

// isASCII tells whether both are ASCII, and so differ in the case bit at most.
func (c twoCases) isASCII() bool {
	return len(c.lower) == 1 && len(c.upper) == 1 && (c.lower[0]|c.upper[0]) < utf8.RuneSelf
}

// fold prepares an operand.
func fold(s string) folded {
	var chars []twoCases
	for i := 0; i < len(s); {
		r, n := decodeRune(s[i:])
		c := twoCases{s[i : i+n], s[i : i+n]}
		if r >= 0 {
			c.lower, c.upper = lower(r), upper(r)
		}
		chars = append(chars, c)
		i += n
	}
	if slices.ContainsFunc(chars, func(c twoCases) bool { return !c.isASCII() }) {
		return folded{chars: chars}
	}
	return folded{ascii: lowerCase(chars)}
}

// lowerCase joins the characters in lower case.
func lowerCase(chars []twoCases) string {
	var b strings.Builder
	for _, c := range chars {
		b.WriteString(c.lower)
	}
	return b.String()
}

// decodeRune is utf8.DecodeRuneInString, but -1 for bytes that are no UTF-8.
func decodeRune(s string) (rune, int) {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && n == 1 {
		return -1, 1
	}
	return r, n
}

// lower gives the full lower-case mapping of one character.
func lower(r rune) string {
	if r == 'İ' { // the only character with several in lower case
		return "i\u0307"
	}
	return string(unicode.ToLower(r))
}

// upper gives the full upper-case mapping of one character.
func upper(r rune) string {
	if s, ok := fullUpper[r]; ok {
		return s
	}
	return string(unicode.ToUpper(r))
}

// cutPrefix gives what follows the folded operand at the beginning of text.
func (f folded) cutPrefix(text []byte) ([]byte, bool) {
	if f.chars == nil {
		n := len(f.ascii)
		if len(text) < n || !equalsLower(text[:n], f.ascii) {
			return nil, false
		}
		return text[n:], true
	}
	for i := range f.chars {
		switch c := &f.chars[i]; {
		case hasPrefix(text, c.lower):
			text = text[len(c.lower):]
		case hasPrefix(text, c.upper):
			text = text[len(c.upper):]
		default:
			return nil, false
		}
	}
	return text, true
}

// isSuffix tells whether text ends with the folded operand.
func (f folded) isSuffix(text []byte) bool {
	if f.chars == nil {
		n := len(f.ascii)
		return len(text) >= n && equalsLower(text[len(text)-n:], f.ascii)
	}
	for i := len(f.chars) - 1; i >= 0; i-- {
		switch c := &f.chars[i]; {
		case hasSuffix(text, c.lower):
			text = text[:len(text)-len(c.lower)]
		case hasSuffix(text, c.upper):
			text = text[:len(text)-len(c.upper)]
		default:
			return false
		}
	}
	return true
}

// equalsLower tells whether text is lower, which is in lower case, but for the case of ASCII letters.
func equalsLower(text []byte, lower string) bool {
	for i, c := range text {
		if asciiLower(c) != lower[i] {
			return false
		}
	}
	return true
}

// asciiLower gives an ASCII letter in lower case and other bytes as they are.
func asciiLower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// hasPrefix is bytes.HasPrefix for a string.
func hasPrefix(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }

// hasSuffix is bytes.HasSuffix for a string.
func hasSuffix(b []byte, s string) bool { return len(b) >= len(s) && string(b[len(b)-len(s):]) == s }

// foldEqual is {"equals-ignore-case": …}.
type foldEqual folded

func (f foldEqual) matches(v *value) bool {
	if v.kind != kindString {
		return false
	}
	rest, ok := folded(f).cutPrefix(v.text)
	return ok && len(rest) == 0
}

// foldPrefix is {"prefix": {"equals-ignore-case": …}}.
type foldPrefix folded

func (f foldPrefix) matches(v *value) bool {
	if v.kind != kindString {
		return false
	}
	_, ok := folded(f).cutPrefix(v.text)
	return ok
}

// foldSuffix is {"suffix": {"equals-ignore-case": …}}.
type foldSuffix folded

func (f foldSuffix) matches(v *value) bool {
	return v.kind == kindString && folded(f).isSuffix(v.text)
}
