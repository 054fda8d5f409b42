package pattern

import (
	"bytes"
	"strconv"
)

// number is a JSON number. Two numbers are equal when both are exactly doubles and these are equal, or else
// when their texts are the same: 300 and 3.0e2 are equal, 9007199254740993 equals only itself.
type number struct {
	float float64
	exact bool   // the shortest decimal of float has the text's value
	text  string // as written, unless exact
}

// equal compares two numbers.
func (n number) equal(m number) bool {
	if n.exact && m.exact {
		return n.float == m.float
	}
	return n.exact == m.exact && n.text == m.text
}

// parseNumber reads a number that follows JSON's grammar.
func parseNumber(text string) number {
	if f, ok := exactFloat([]byte(text)); ok {
		return number{float: f, exact: true}
	}
	return number{text: text}
}

// number gives the number that the value is.
func (v *value) number() number {
	if v.parse&parsedNumber == 0 {
		v.parse |= parsedNumber
		v.num.float, v.num.exact = exactFloat(v.text)
		if !v.num.exact {
			v.num.text = string(v.text)
		}
	}
	return v.num
}

// exactFloat converts a number that a double can hold: one whose value is that of the double's shortest decimal.
func exactFloat(text []byte) (float64, bool) {
	if f, ok := smallInteger(text); ok {
		return f, true
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return 0, false
	}
	var writtenRoom, shortestRoom [40]byte
	written, exponent, ok := decimal(text, writtenRoom[:0])
	if !ok {
		return 0, false
	}
	if len(written) == 0 {
		return 0, true // and not -0
	}
	var room [40]byte
	shortest, shortestExponent, _ := decimal(strconv.AppendFloat(room[:0], f, 'e', -1, 64), shortestRoom[:0])
	if exponent != shortestExponent || !bytes.Equal(written, shortest) {
		return 0, false
	}
	return f, true
}

// smallInteger converts the usual case: up to 15 digits and nothing else.
func smallInteger(text []byte) (float64, bool) {
	if len(text) > 15 {
		return 0, false
	}
	n := 0
	for _, c := range text {
		if !isDigit(c) {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return float64(n), true
}

// decimal gives the significant digits of a number, without zeros at either end, and the power of ten of
// the last one. The sign is left out: it is the same on both sides of a comparison with one's own double. It
// is not ok when there are more digits than any shortest decimal has.
func decimal(text, digits []byte) ([]byte, int, bool) {
	exponent, pending, point := 0, 0, false // pending: zeros that count once a digit follows
	for i, c := range text {
		switch {
		case c == '.':
			point = true
		case c == 'e' || c == 'E':
			e, err := strconv.Atoi(string(text[i+1:]))
			if err != nil {
				return nil, 0, len(digits) == 0 // any power of zero is zero
			}
			return digits, exponent + pending + e, true
		case isDigit(c):
			if point {
				exponent--
			}
			if c == '0' {
				if len(digits) > 0 {
					pending++
				}
				continue
			}
			if len(digits)+pending >= 17 {
				return nil, 0, false
			}
			for ; pending > 0; pending-- {
				digits = append(digits, '0')
			}
			digits = append(digits, c)
		}
	}
	return digits, exponent + pending, true
}
