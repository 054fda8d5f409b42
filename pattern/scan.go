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

// endOfName gives the position of the first quote or backslash at or behind i, or len(b), and whether there is
// no dot before it.
func endOfName(b []byte, i int) (end int, whole bool) {
	var dots uint64
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		hit, dot := bytesOf(w, '"')|bytesOf(w, '\\'), bytesOf(w, '.')
		if hit != 0 {
			return i + bits.TrailingZeros64(hit)/8, dots|dot&(hit&-hit-1) == 0
		}
		dots |= dot
	}
	for ; i < len(b) && b[i] != '"' && b[i] != '\\'; i++ {
		if b[i] == '.' {
			dots = 1
		}
	}
	return i, dots == 0
}

// skipText gives the position behind the closing quote of a string whose text begins at i.
func skipText(b []byte, i int) (int, bool) {
	for from := i; ; i++ {
		if i+8 <= len(b) {
			hit := bytesOf(binary.LittleEndian.Uint64(b[i:]), '"')
			if hit == 0 {
				i += 7
				continue
			}
			i += bits.TrailingZeros64(hit) / 8
		} else if i >= len(b) {
			return len(b), false
		} else if b[i] != '"' {
			continue
		}
		if b[i-1] != '\\' || !escapes(b[from:i]) {
			return i + 1, true
		}
	}
}

// escapes tells whether a text escapes what stands behind it: it ends with an odd number of backslashes.
func escapes(text []byte) bool {
	n := len(text)
	for n > 0 && text[n-1] == '\\' {
		n--
	}
	return (len(text)-n)%2 == 1
}

// exactly finds bytes that are 0, and none but these.
func exactly(w uint64) uint64 { return ^(w&^highBits + ^uint64(highBits) | w) & highBits }

// gather makes one byte of the high bits of eight, the lowest first.
func gather(w uint64) uint8 { return uint8(w >> 7 * 0x0102040810204080 >> 56) }

// within holds for each set of quotes in eight bytes which of the bytes are inside of them, the opening quotes
// included, if the first is an opening one.
var within = func() (t [256]uint8) {
	for quotes := range t {
		inside := false
		for i := range 8 {
			if quotes>>i&1 == 1 {
				inside = !inside
			}
			if inside {
				t[quotes] |= 1 << i
			}
		}
	}
	return t
}()

// skipNested gives the position behind the object or array that begins at i.
func skipNested(b []byte, i int) (int, bool) {
	depth := 0
	for i+8 <= len(b) { // b[i] is never inside of a string
		w := binary.LittleEndian.Uint64(b[i:])
		quotes := gather(exactly(w ^ lowBits*'"'))
		inside, text := within[quotes], 8 // text: where a string begins that goes on behind these bytes
		if bytesOf(w, '\\') != 0 {        // in a string that may end somewhere else than it seems
			text = bits.TrailingZeros8(quotes) + 1
			inside = ^uint8(0) << (text - 1)
		}
		lower := w | lowBits*0x20 // [ is { then, and ] is }
		opening := gather(exactly(lower^lowBits*'{')) &^ inside
		closing := gather(exactly(lower^lowBits*'}')) &^ inside
		if closing != 0 && depth <= bits.OnesCount8(closing) {
			if end, ok := closed(opening, closing, depth); ok {
				return i + end, true
			}
		}
		depth += bits.OnesCount8(opening) - bits.OnesCount8(closing)
		if inside < 0x80 {
			i += 8
			continue
		}
		var ok bool
		if i, ok = skipText(b, i+text); !ok {
			return i, false
		}
	}
	return skipSlowly(b, i, depth)
}

// closed gives the place among eight bytes behind the bracket that brings the depth down to zero.
func closed(opening, closing uint8, depth int) (int, bool) {
	for i := range 8 {
		depth += int(opening >> i & 1)
		if closing>>i&1 == 1 {
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
	}
	return 0, false
}

// skipSlowly goes on with skipNested from i byte by byte.
func skipSlowly(b []byte, i, depth int) (int, bool) {
	for i < len(b) {
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

// skipBlanks gives the position of the first byte at or behind i that is not white space, of which there is
// none in most events.
func skipBlanks(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' {
		i++
	}
	return i
}

// skipValue gives the position behind the value that begins at i.
func skipValue(b []byte, i int) (int, bool) {
	if i >= len(b) {
		return i, false
	}
	switch b[i] {
	case '"':
		return skipText(b, i+1)
	case '{', '[':
		return skipNested(b, i)
	}
	end := skipWord(b, i)
	return end, end > i
}

// skipWord gives the position of the first byte at or behind i that ends a number or literal.
func skipWord(b []byte, i int) int {
	for i < len(b) && !endsWord[b[i]] {
		i++
	}
	return i
}

// endsWord holds the bytes that may stand behind a number or literal.
var endsWord = [256]bool{',': true, '}': true, ']': true, ' ': true, '\n': true, '\t': true, '\r': true}
