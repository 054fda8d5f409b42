package pattern

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes at a time: a word has the high bit of each byte set that is what is looked for. Of these the
// lowest is right, those above it may be not.
const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// zeroBytes finds bytes that are 0.
func zeroBytes(w uint64) uint64 { return (w - lowBits) &^ w & highBits }

// bytesOf finds bytes that are c.
func bytesOf(w uint64, c byte) uint64 { return zeroBytes(w ^ lowBits*uint64(c)) }

// endOfText gives the position of the first quote or backslash at or behind i, or len(b).
func endOfText(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		if hit := bytesOf(w, '"') | bytesOf(w, '\\'); hit != 0 {
			return i + bits.TrailingZeros64(hit)/8
		}
	}
	for ; i < len(b) && b[i] != '"' && b[i] != '\\'; i++ {
	}
	return i
}

// skipText gives the position behind the closing quote of a string whose text begins at i.
func skipText(b []byte, i int) (int, bool) {
	for {
		if i = endOfText(b, i); i >= len(b) {
			return i, false
		}
		if b[i] == '"' {
			return i + 1, true
		}
		i += 2
	}
}

// skipNested gives the position behind the object or array that begins at i.
func skipNested(b []byte, i int) (int, bool) {
	depth := 0
	for i < len(b) {
		if i+8 <= len(b) {
			w := binary.LittleEndian.Uint64(b[i:])
			// The four brackets differ from 0x7f in these bits; so do Y, _, y and DEL, which do no harm below.
			hit := bytesOf(w, '"') | zeroBytes((w|lowBits*0x26)^lowBits*0x7f)
			if hit == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(hit) / 8
		}
		switch b[i] {
		case '"':
			var ok bool
			if i, ok = skipText(b, i+1); !ok {
				return i, false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
		i++
	}
	return i, false
}

// skipWord gives the position of the first byte at or behind i that ends a number or literal.
func skipWord(b []byte, i int) int {
	for i < len(b) {
		switch b[i] {
		case ',', '}', ']', ' ', '\n', '\t', '\r':
			return i
		}
		i++
	}
	return i
}
