package pattern

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"slices"
)

// keyKind is a way in which the values that a matcher takes resemble each other.
type keyKind uint8

// The kinds of keys.
const (
	wholeText    keyKind = iota // strings of one text
	foldedText                  // strings of one text but for ASCII case
	beginning                   // strings that begin alike
	foldedStart                 // strings that begin alike but for ASCII case
	ending                      // strings that end alike
	foldedEnd                   // strings that end alike but for ASCII case
	part                        // strings that have a part in common
	literalKind                 // true, false, null
	numberValue                 // numbers of one value
	numberText                  // numbers of one spelling
	wholeAddress                // spellings of one IP address
	block4                      // IPv4 addresses that begin with the same bits
	block6                      // IPv6 addresses that begin with the same bits
)

// use is a kind of keys that something is filed under at a path, with the length of what is alike: bytes, or
// bits of addresses.
type use struct {
	kind   keyKind
	length uint16
}

// key is what a matcher is filed under: every value that it takes has the key, and a few others may have it
// too. hash covers the use.
type key struct {
	use
	hash uint64
}

// textKey makes a key of a text.
func textKey(u use, text string) key { return key{u, u.mix(maphash.String(seed, text))} }

// mix makes equal texts of different uses different.
func (u use) mix(hash uint64) uint64 {
	return hash ^ (uint64(u.kind)<<16|uint64(u.length))*0x9e3779b97f4a7c15
}

// bytesKey is the hash of textKey for a value.
func (u use) bytesKey(text []byte) uint64 { return u.mix(maphash.Bytes(seed, text)) }

// numberKey makes a key's hash of a number.
func (u use) numberKey(n number) uint64 {
	var b [13]byte
	binary.LittleEndian.PutUint64(b[:], n.digits)
	binary.LittleEndian.PutUint32(b[8:], uint32(n.exponent))
	if n.negative {
		b[12] = 1
	}
	return u.bytesKey(b[:])
}

// addressKey makes a key's hash of an address.
func (u use) addressKey(a address) uint64 { return u.bytesKey(a.bytes[:]) }

// partLength is how long the parts are that wildcards without an anchor are filed under, at most.
const partLength = 4

// maxParts bounds the parts of one wildcard that are considered.
const maxParts = 64

// affixLength shortens the length of a beginning or ending, so that a path has few different ones however
// many rules there are: each costs a look for each value.
func affixLength(n int) int {
	if n <= 16 {
		return n
	}
	shift := bits.Len(uint(n)) - 3
	return min(n>>shift<<shift, 1<<15)
}

// keyOf gives the key that a matcher is filed under; load tells how much is filed under a key already. It is
// not ok for matchers that take values of too many kinds, and for numeric ranges, which are filed by
// themselves.
func keyOf(m matcher, load func(key) int) (key, bool) {
	switch m := m.(type) {
	case exactString:
		return textKey(use{kind: wholeText}, string(m)), true
	case exactAddress:
		u := use{kind: wholeAddress}
		return key{u, u.addressKey(m.addr)}, true
	case exactNumber:
		if !m.double {
			return textKey(use{kind: numberText}, m.text), true
		}
		u := use{kind: numberValue}
		return key{u, u.numberKey(m.number)}, true
	case numericRange:
		if m.isPoint() {
			u := use{kind: numberValue}
			return key{u, u.numberKey(m.point.number)}, true
		}
	case literal:
		u := use{kind: literalKind}
		return key{u, u.mix(uint64(m))}, true
	case cidr:
		u := use{kind: block6, length: uint16(m.bits)}
		if m.first.four {
			u.kind = block4
		}
		return key{u, u.addressKey(m.first)}, true
	case prefix:
		return startKey(beginning, string(m))
	case suffix:
		return endKey(ending, string(m))
	case foldEqual:
		return folded(m).key()
	case foldPrefix:
		return startKey(foldedStart, folded(m).start())
	case foldSuffix:
		return endKey(foldedEnd, folded(m).end())
	case wildcard:
		return m.key(load)
	}
	return key{}, false
}

// startKey files a beginning.
func startKey(k keyKind, text string) (key, bool) {
	if text == "" {
		return key{}, false
	}
	n := affixLength(len(text))
	return textKey(use{kind: k, length: uint16(n)}, text[:n]), true
}

// endKey files an ending.
func endKey(k keyKind, text string) (key, bool) {
	if text == "" {
		return key{}, false
	}
	n := affixLength(len(text))
	return textKey(use{kind: k, length: uint16(n)}, text[len(text)-n:]), true
}

// key files an operand of equals-ignore-case: under the whole, or where there are characters beyond ASCII,
// whose two cases differ in more than a bit, under what is ASCII before or behind them.
func (f folded) key() (key, bool) {
	if f.chars == nil {
		return textKey(use{kind: foldedText}, f.ascii), true
	}
	if k, ok := startKey(foldedStart, f.start()); ok {
		return k, true
	}
	return endKey(foldedEnd, f.end())
}

// start gives what the operand begins with in ASCII, in lower case.
func (f folded) start() string {
	if f.chars == nil {
		return f.ascii
	}
	n := slices.IndexFunc(f.chars, func(c twoCases) bool { return !c.isASCII() })
	return lowerCase(f.chars[:n])
}

// end gives what the operand ends with in ASCII, in lower case.
func (f folded) end() string {
	if f.chars == nil {
		return f.ascii
	}
	i := len(f.chars)
	for f.chars[i-1].isASCII() {
		i--
	}
	return lowerCase(f.chars[i:])
}

// key files a wildcard under its beginning or its ending, or, when it has neither, under that part of its
// texts that the fewest others are filed under.
func (w wildcard) key(load func(key) int) (best key, ok bool) {
	runs := w.runs()
	if len(runs) == 1 && !w.endStar && !w.tokens[0].star {
		return textKey(use{kind: wholeText}, runs[0]), true
	}
	least := 0
	consider := func(k key) {
		if n := load(k); !ok || n < least || n == least && k.length > best.length {
			best, least, ok = k, n, true
		}
	}
	if len(w.tokens) > 0 && !w.tokens[0].star {
		k, _ := startKey(beginning, runs[0])
		consider(k)
	}
	if len(w.tokens) > 0 && !w.endStar {
		k, _ := endKey(ending, runs[len(runs)-1])
		consider(k)
	}
	if ok {
		return best, true
	}
	for seen, i := 0, 0; i < len(runs); i++ {
		n := min(len(runs[i]), partLength)
		for from := 0; from+n <= len(runs[i]) && seen < maxParts; from++ {
			consider(textKey(use{kind: part, length: uint16(n)}, runs[i][from:from+n]))
			seen++
		}
	}
	return best, ok
}

// runs gives the texts between the stars.
func (w wildcard) runs() []string {
	var list []string
	var b []byte
	for _, t := range w.tokens {
		if t.star && len(b) > 0 {
			list = append(list, string(b))
			b = b[:0]
		}
		b = append(b, t.b)
	}
	if len(b) > 0 {
		list = append(list, string(b))
	}
	return list
}
