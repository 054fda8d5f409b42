package wire

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// TimeFormat is one of AWS's three ways to write a timestamp.
type TimeFormat int

// The formats.
const (
	Epoch    TimeFormat = iota // seconds since 1970, with a fraction when there is one: 1700000000.5
	ISO8601                    // 2006-01-02T15:04:05.000Z
	HTTPDate                   // Mon, 02 Jan 2006 15:04:05 GMT
)

// iso8601 always has milliseconds: the format's readers accept any number of digits, its writers at AWS
// give three.
const iso8601 = "2006-01-02T15:04:05.000Z"

// httpDate is RFC 9110's preferred date.
const httpDate = "Mon, 02 Jan 2006 15:04:05 GMT"

// AppendTime appends t in a format. Epoch seconds are cut to milliseconds, as AWS cuts them.
func AppendTime(b []byte, t time.Time, f TimeFormat) []byte {
	t = t.UTC()
	switch f {
	case ISO8601:
		return t.AppendFormat(b, iso8601)
	case HTTPDate:
		return t.AppendFormat(b, httpDate)
	case Epoch:
	}
	ms := t.UnixMilli()
	if ms < 0 {
		b, ms = append(b, '-'), -ms
	}
	b = strconv.AppendInt(b, ms/1000, 10)
	if ms %= 1000; ms != 0 {
		b = append(b, '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
		for b[len(b)-1] == '0' {
			b = b[:len(b)-1]
		}
	}
	return b
}

// ParseTime reads a timestamp of a format. ISO 8601 may have any fraction and any offset.
func ParseTime(s string, f TimeFormat) (time.Time, bool) {
	switch f {
	case ISO8601:
		t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(s))
		return t.UTC(), err == nil
	case HTTPDate:
		t, err := time.Parse(time.RFC1123, s)
		return t.UTC(), err == nil
	case Epoch:
	}
	return parseEpoch(s)
}

// parseEpoch reads seconds with a fraction, exactly to the nanosecond. Years past 9999, which no format
// here can write, are refused.
func parseEpoch(s string) (time.Time, bool) {
	if len(s) > 64 {
		return time.Time{}, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 253402300799 {
		return time.Time{}, false
	}
	if f != 0 && math.Abs(f) < 1e-9 {
		return time.Unix(0, 0).UTC(), true // big.Rat would build a denominator as long as the exponent says
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return time.Time{}, false
	}
	r.Mul(r, big.NewRat(int64(time.Second), 1))
	ns := new(big.Int).Div(r.Num(), r.Denom()) // Euclidean: towards the past, also before 1970
	sec, rest := new(big.Int).DivMod(ns, big.NewInt(int64(time.Second)), new(big.Int))
	return time.Unix(sec.Int64(), rest.Int64()).UTC(), true
}
