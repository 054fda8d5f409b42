package transform

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// unescaped are the characters that the escapes of one letter stand for.
var unescaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// appendDecoded writes what the inside of a JSON string says.
func appendDecoded(b, inside []byte) []byte {
	for {
		i := bytes.IndexByte(inside, '\\')
		if i < 0 || i+1 == len(inside) {
			return append(b, inside...)
		}
		b = append(b, inside[:i]...)
		escape := inside[i:]
		if c := unescaped[escape[1]]; c != 0 {
			b, inside = append(b, c), escape[2:]
			continue
		}
		r, n := hexRune(escape)
		if n == 0 { // no JSON
			return append(b, escape...)
		}
		if low, m := hexRune(escape[n:]); utf16.IsSurrogate(r) && m > 0 {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				r, n = pair, n+m
			}
		}
		b, inside = utf8.AppendRune(b, r), escape[n:] // U+FFFD for half a pair
	}
}

// hexRune reads an escape of four digits, and gives its length: 0 if there is none.
func hexRune(escape []byte) (rune, int) {
	const length = len(`\u0000`)
	if len(escape) < length || escape[0] != '\\' || escape[1] != 'u' {
		return 0, 0
	}
	n, err := strconv.ParseUint(string(escape[2:length]), 16, 16)
	if err != nil {
		return 0, 0
	}
	return rune(n), length
}

// appendBare writes JSON without the quotes and without the blanks between its parts. A quote in a string
// goes with its escape, so that the result can stand in a string. b may be what lies before text.
func appendBare(b, text []byte) []byte {
	inside := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			inside = !inside
		case !inside && (c == ' ' || c == '\n' || c == '\t' || c == '\r'):
		case c == '\\' && i+1 < len(text):
			i++
			if text[i] != '"' {
				b = append(b, c, text[i])
			}
		default:
			b = append(b, c)
		}
	}
	return b
}

// appendQuoted writes a JSON string.
func appendQuoted(b []byte, s string) []byte {
	if breaks([]byte(s)) || !utf8.ValidString(s) {
		text, err := json.Marshal(s)
		if err == nil { // always, for a string
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// breaks says whether a text in a JSON string may end it, or say something else there.
func breaks(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c == '"' || c == '\\' {
			return true
		}
	}
	return false
}
