package pattern

import (
	"math"
	"strconv"
)

// number is a JSON number as it is written, without what its spelling leaves open: digits × 10^exponent,
// where digits has 19 decimal places, or is 0 for zero.
//
// AWS compares numbers as doubles when both are exactly doubles, which is to say that each is the shortest
// decimal of its double, and else as texts: 300 and 3.0e2 are equal, 9007199254740993 equals only itself.
// Shortest decimals are as different and in the same order as their doubles, so that comparing decimals says
// the same, and no double needs to be made.
type number struct {
	digits   uint64
	exponent int32
	negative bool
	long     bool // there are more digits than any double's shortest decimal has
}

// decimalPlaces is how many decimal digits fit into number.digits.
const decimalPlaces = 19

// maxDigits is how many digits the shortest decimal of a double has at most.
const maxDigits = 17

// maxExponent bounds the exponents that are read; there are not so many digits that they could make up for it.
const maxExponent = 1 << 27

// place is where a number stands among all numbers. Places compare faster than numbers.
type place struct {
	high int64
	low  uint64
}

// The places before and behind all numbers.
var (
	firstPlace = place{high: math.MinInt64}
	lastPlace  = place{high: math.MaxInt64}
)

// place gives a number's place; of a long one, that of one next to it.
func (n number) place() place {
	const middle = 1 << 40 // more than any exponent, so that what is below it is negative
	switch {
	case n.digits == 0:
		return place{}
	case n.negative:
		return place{-middle - int64(n.exponent), ^n.digits}
	}
	return place{middle + int64(n.exponent), n.digits}
}

// before tells whether p comes before q.
func (p place) before(q place) bool {
	return p.high < q.high || p.high == q.high && p.low < q.low
}

// parseNumber reads a number that follows JSON's grammar.
func parseNumber[T string | []byte](text T) number {
	var n number
	i := 0
	if len(text) > 0 && text[0] == '-' {
		n.negative, i = true, 1
	}
	places, dropped, point := 0, 0, false // dropped: digits that did not fit
	for ; i < len(text); i++ {
		c := text[i]
		if c == '.' {
			point = true
			continue
		}
		if !isDigit(c) {
			break
		}
		switch {
		case places < decimalPlaces:
			if n.digits = 10*n.digits + uint64(c-'0'); n.digits > 0 {
				places++
			}
		default:
			dropped++
			n.long = n.long || c != '0'
		}
		if point {
			n.exponent--
		}
	}
	if n.digits == 0 {
		return number{}
	}
	n.exponent += int32(dropped)
	if i < len(text) {
		n.exponent += writtenExponent(text[i+1:])
	}
	missing := decimalPlaces - places
	n.digits *= powersOfTen[missing]
	n.exponent -= int32(missing)
	n.long = n.long || n.digits%powersOfTen[decimalPlaces-maxDigits] != 0
	return n
}

// writtenExponent reads what stands behind the e of a number.
func writtenExponent[T string | []byte](text T) int32 {
	negative, e := false, int32(0)
	for _, c := range []byte(text) {
		switch {
		case c == '-':
			negative = true
		case isDigit(c) && e < maxExponent:
			e = 10*e + int32(c-'0')
		}
	}
	if negative {
		return -e
	}
	return e
}

// powersOfTen are those that fit beside the digits of a number.
var powersOfTen = func() (p [decimalPlaces + 1]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 10 * p[i-1]
	}
	return p
}()

// Digits and exponents between which every number is a double's shortest decimal.
const (
	surePlaces   = 15
	sureExponent = 280
)

// exact tells whether a number, spelled text, is the shortest decimal of a finite double.
func (n number) exact(text []byte) bool {
	switch {
	case n.long:
		return false
	case n.digits%powersOfTen[decimalPlaces-surePlaces] == 0 && n.exponent > -sureExponent && n.exponent < sureExponent:
		return true
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return false
	}
	var room [32]byte
	return parseNumber(strconv.AppendFloat(room[:0], f, 'e', -1, 64)) == n
}

// number gives the number that the value spells. It is read once.
func (v *value) number() number {
	if v.known&knownNumber == 0 {
		v.num, v.known = parseNumber(v.text), v.known|knownNumber
	}
	return v.num
}

// exact tells whether a double is exactly the number that the value spells.
func (v *value) exact() bool {
	if v.known&knownExactness == 0 {
		v.known |= knownExactness
		if v.number().exact(v.text) {
			v.known |= isExact
		}
	}
	return v.known&isExact != 0
}

// near gives two doubles between which the number that the value spells lies, close to each other. If there are
// none, no double is exactly the number.
func (v *value) near() (below, above float64, ok bool) {
	n := v.number()
	if n.exponent > -sureExponent && n.exponent < sureExponent {
		// Three roundings are off by less than this.
		const margin = 1e-14
		f := float64(n.digits) * math.Pow10(int(n.exponent))
		if below, above = f*(1-margin), f*(1+margin); n.negative {
			below, above = -above, -below
		}
		return below, above, true
	}
	f, err := strconv.ParseFloat(string(v.text), 64)
	return f, f, err == nil
}

// exactNumber takes numbers of the same value.
type exactNumber struct {
	number
	text   string // as written
	double bool   // a double is exactly the number; if none is, only the same text is equal
}

// parseOperand reads a number of a pattern.
func parseOperand(text string) exactNumber {
	n := parseNumber(text)
	return exactNumber{number: n, text: text, double: n.exact([]byte(text))}
}

func (n exactNumber) matches(v *value) bool {
	switch {
	case v.kind != kindNumber:
		return false
	case n.double:
		return v.number() == n.number
	}
	return string(v.text) == n.text
}
