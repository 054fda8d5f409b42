package wire

import (
	"encoding/base64"
	"math"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// String reads a string.
func (d *Decoder) String() string {
	if d.peek() != '"' {
		d.wrong("String")
		return ""
	}
	raw, escaped := d.scanString()
	if !escaped {
		return string(raw)
	}
	d.buf = d.unescape(d.buf[:0], raw)
	return string(d.buf)
}

// unescape appends raw to dst with its escapes resolved. A surrogate without its other half becomes
// U+FFFD.
func (d *Decoder) unescape(dst, raw []byte) []byte {
	for i := 0; i < len(raw); {
		start := i
		for i < len(raw) && raw[i] != '\\' {
			i++
		}
		dst = append(dst, raw[start:i]...)
		if i == len(raw) {
			return dst
		}
		if i+1 == len(raw) {
			d.syntax("unfinished escape")
			return dst
		}
		c := raw[i+1]
		i += 2
		switch c {
		case '"', '\\', '/':
			dst = append(dst, c)
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, ok := hex4(raw[i:])
			if !ok {
				d.syntax("bad \\u escape")
				return dst
			}
			i += 4
			if utf16.IsSurrogate(r) {
				low, isLow := rune(0), false
				if i+6 <= len(raw) && raw[i] == '\\' && raw[i+1] == 'u' {
					low, isLow = hex4(raw[i+2:])
				}
				if r = utf16.DecodeRune(r, low); isLow && r != utf8.RuneError {
					i += 6
				}
			}
			dst = utf8.AppendRune(dst, r)
		default:
			d.syntax("unknown escape")
			return dst
		}
	}
	return dst
}

// hex4 reads four hexadecimal digits.
func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// Bool reads true or false.
func (d *Decoder) Bool() bool {
	switch d.peek() {
	case 't':
		d.literal("true")
		return d.fail == nil
	case 'f':
		d.literal("false")
	default:
		d.wrong("Boolean")
	}
	return false
}

// number steps over a number and gives its text, and whether it is written without fraction and exponent.
func (d *Decoder) number() (text []byte, whole bool) {
	data, start, i := d.data, d.pos, d.pos
	digits := func() bool {
		from := i
		for i < len(data) && data[i] >= '0' && data[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(data) && data[i] == '-' {
		i++
	}
	zero := i < len(data) && data[i] == '0'
	from := i
	ok, whole := digits(), true
	ok = ok && (!zero || i == from+1)
	if ok && i < len(data) && data[i] == '.' {
		i++
		ok, whole = digits(), false
	}
	if ok && i < len(data) && data[i]|0x20 == 'e' {
		if i++; i < len(data) && (data[i] == '+' || data[i] == '-') {
			i++
		}
		ok, whole = digits(), false
	}
	if !ok {
		d.syntax("bad number")
		return nil, false
	}
	d.pos = i
	return data[start:i], whole
}

// integer reads a whole number of a range; 5.0 and 5e0 are whole, 5.5 is not.
func (d *Decoder) integer(low, high int64, want string) int64 {
	if c := d.peek(); c != '-' && (c < '0' || c > '9') {
		d.wrong(want)
		return 0
	}
	text, whole := d.number()
	if d.fail != nil {
		return 0
	}
	var n int64
	if whole {
		v, err := strconv.ParseInt(string(text), 10, 64)
		if err != nil {
			d.refuse(text, want)
			return 0
		}
		n = v
	} else {
		f, err := strconv.ParseFloat(string(text), 64)
		if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
			d.refuse(text, want)
			return 0
		}
		n = int64(f)
	}
	if n < low || n > high {
		d.refuse(text, want)
		return 0
	}
	return n
}

// refuse records a number that its type cannot hold.
func (d *Decoder) refuse(text []byte, want string) {
	if d.fail == nil {
		d.fail = &valueError{text: string(text), want: want}
	}
}

// valueError says that a text is no value of a type.
type valueError struct{ text, want string }

// Error names text and type; a long text is cut.
func (e *valueError) Error() string {
	text := e.text
	if len(text) > 64 {
		text = text[:64] + "…"
	}
	return strconv.Quote(text) + " can not be converted to " + e.want
}

// Int32 reads an integer.
func (d *Decoder) Int32() int32 {
	return int32(d.integer(math.MinInt32, math.MaxInt32, "Integer"))
}

// Int64 reads a long.
func (d *Decoder) Int64() int64 { return d.integer(math.MinInt64, math.MaxInt64, "Long") }

// Float64 reads a double or a float; AWS spells what JSON cannot as strings: "NaN", "Infinity", "-Infinity".
func (d *Decoder) Float64() float64 {
	c := d.peek()
	if c == '"' {
		start := d.pos
		f, ok := specialFloat(string(d.scanKey()))
		if ok || d.fail != nil {
			return f
		}
		d.pos = start
	}
	if c != '-' && (c < '0' || c > '9') {
		d.wrong("Double")
		return 0
	}
	text, _ := d.number()
	if d.fail != nil {
		return 0
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		d.refuse(text, "Double")
		return 0
	}
	return f
}

// specialFloat reads the three doubles that are written as words.
func specialFloat(s string) (float64, bool) {
	switch s {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	return 0, false
}

// Blob reads base64.
func (d *Decoder) Blob() []byte {
	s := d.String()
	if d.fail != nil {
		return nil
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		d.refuse([]byte(s), "Blob")
		return nil
	}
	return b
}

// Time reads a timestamp in one of AWS's formats.
func (d *Decoder) Time(f TimeFormat) time.Time {
	if f == Epoch {
		if c := d.peek(); c == '-' || c >= '0' && c <= '9' {
			text, _ := d.number()
			t, ok := parseEpoch(string(text))
			if !ok {
				d.refuse(text, "Timestamp")
			}
			return t
		}
		d.wrong("Timestamp")
		return time.Time{}
	}
	if d.peek() != '"' {
		d.wrong("Timestamp")
		return time.Time{}
	}
	s := d.String()
	t, ok := ParseTime(s, f)
	if !ok {
		d.refuse([]byte(s), "Timestamp")
	}
	return t
}

// Strings reads a list of strings, the commonest list.
func (d *Decoder) Strings() []string {
	return DecodeList(d, func(s *string, d *Decoder) { *s = d.String() })
}

// StringMap reads a map from strings to strings, the commonest map.
func (d *Decoder) StringMap() map[string]string {
	return DecodeMap(d, func(s *string, d *Decoder) { *s = d.String() })
}

// DecodeList reads a list, one element after the other by one. A null element breaks a constraint.
func DecodeList[T any](d *Decoder, one func(*T, *Decoder)) []T {
	list := []T{}
	for d.Array(); d.More(); {
		var v T
		d.Check.index(len(list) + 1)
		if d.Null() {
			d.Check.nullElement()
		} else {
			one(&v, d)
		}
		list = append(list, v)
	}
	return list
}

// DecodeSparseList reads a list whose elements may be null.
func DecodeSparseList[T any](d *Decoder, one func(*T, *Decoder)) []*T {
	list := []*T{}
	for d.Array(); d.More(); {
		var v *T
		d.Check.index(len(list) + 1)
		if !d.Null() {
			v = new(T)
			one(v, d)
		}
		list = append(list, v)
	}
	return list
}

// DecodeMap reads a map; members that are null are absent.
func DecodeMap[T any](d *Decoder, one func(*T, *Decoder)) map[string]T {
	m := map[string]T{}
	for d.Object(); d.Next(); {
		var v T
		key := string(d.Key())
		d.Check.key(key)
		one(&v, d)
		m[key] = v
	}
	return m
}

// DecodeSparseMap reads a map whose values may be null.
func DecodeSparseMap[T any](d *Decoder, one func(*T, *Decoder)) map[string]*T {
	m := map[string]*T{}
	for d.Object(); d.nextKey(); {
		var v *T
		key := string(d.Key())
		d.Check.key(key)
		if !d.Null() {
			v = new(T)
			one(v, d)
		}
		m[key] = v
	}
	return m
}

// Ptr gives the address of a value, for members that may be absent.
func Ptr[T any](v T) *T { return &v }
