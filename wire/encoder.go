package wire

import (
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"
)

// Encoder appends JSON to one buffer. Commas come by themselves: a member or an element needs one unless
// the last byte opens a container.
type Encoder struct {
	buf    []byte
	legacy bool // as queryAnswerJSON wants it
}

// encoders keeps buffers for reuse.
var encoders = sync.Pool{New: func() any { return &Encoder{buf: make([]byte, 0, 1024)} }}

// maxKeptBuffer is the largest buffer that goes back to the pool: one huge answer should not hold its
// memory for ever.
const maxKeptBuffer = 64 << 10

// NewEncoder takes an empty encoder; Release gives it back.
func NewEncoder() *Encoder { return encoders.Get().(*Encoder) }

// Release ends the encoder's use; what Bytes gave is invalid from now on.
func (e *Encoder) Release() {
	if cap(e.buf) > maxKeptBuffer {
		return
	}
	e.buf, e.legacy = e.buf[:0], false
	encoders.Put(e)
}

// Bytes gives what was written; it is valid until Release.
func (e *Encoder) Bytes() []byte { return e.buf }

// Open begins an object.
func (e *Encoder) Open() { e.buf = append(e.buf, '{') }

// Close ends an object.
func (e *Encoder) Close() { e.buf = append(e.buf, '}') }

// comma writes one unless this is the first in its container.
func (e *Encoder) comma() {
	if n := len(e.buf); n > 0 && e.buf[n-1] != '{' && e.buf[n-1] != '[' {
		e.buf = append(e.buf, ',')
	}
}

// Key writes a member's name, given with quotes and colon: Key(`"name":`).
func (e *Encoder) Key(quoted string) {
	e.comma()
	if e.legacy {
		quoted = legacyKey(quoted)
	}
	e.buf = append(e.buf, quoted...)
}

// Name writes a member's name that is not known beforehand.
func (e *Encoder) Name(name string) {
	e.comma()
	e.String(name)
	e.buf = append(e.buf, ':')
}

// Null writes null.
func (e *Encoder) Null() { e.buf = append(e.buf, "null"...) }

// Raw writes JSON that is known to be valid.
func (e *Encoder) Raw(json string) { e.buf = append(e.buf, json...) }

// Bool writes true or false.
func (e *Encoder) Bool(v bool) { e.buf = strconv.AppendBool(e.buf, v) }

// Int writes a whole number.
func (e *Encoder) Int(v int64) { e.buf = strconv.AppendInt(e.buf, v, 10) }

// Float writes the shortest text that reads back as v: 5, not 5.0; very large and very small ones with an
// exponent; NaN and the infinities as AWS's words.
func (e *Encoder) Float(v float64) {
	switch {
	case math.IsNaN(v):
		e.buf = append(e.buf, `"NaN"`...)
	case math.IsInf(v, 0):
		if v < 0 {
			e.buf = append(e.buf, `"-Infinity"`...)
		} else {
			e.buf = append(e.buf, `"Infinity"`...)
		}
	default:
		e.buf = appendFloat(e.buf, v)
	}
}

// appendFloat writes a finite double.
func appendFloat(b []byte, v float64) []byte {
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.AppendFloat(b, v, 'e', -1, 64)
	}
	return strconv.AppendFloat(b, v, 'f', -1, 64)
}

// Blob writes base64.
func (e *Encoder) Blob(v []byte) {
	e.buf = append(e.buf, '"')
	e.buf = base64.StdEncoding.AppendEncode(e.buf, v)
	e.buf = append(e.buf, '"')
}

// Time writes a timestamp: epoch seconds as a number, the other formats as strings.
func (e *Encoder) Time(t time.Time, f TimeFormat) {
	if f == Epoch {
		e.buf = AppendTime(e.buf, t, f)
		return
	}
	e.buf = append(e.buf, '"')
	e.buf = AppendTime(e.buf, t, f)
	e.buf = append(e.buf, '"')
}

// hexDigits spells \u00XX.
const hexDigits = "0123456789abcdef"

// String writes a string as AppendString does.
func (e *Encoder) String(s string) { e.buf = AppendString(e.buf, s) }

// AppendString appends s as a JSON string. Only what JSON demands is escaped, and U+FFFE and U+FFFF, which no
// queue takes as they are: so the length of an event's detail is the one that it is delivered with. Bytes that
// are not UTF-8 become U+FFFD.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; ; {
		for i < len(s) && plain[s[i]] {
			i++
		}
		if i == len(s) {
			break
		}
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(b, s[start:i]...)
				b = append(b, "\uFFFD"...)
				start = i + 1
			}
			if r == '\uFFFE' || r == '\uFFFF' {
				b = append(b, s[start:i]...)
				b = append(b, '\\', 'u', 'f', 'f', 'f', hexDigits[r&15])
				start = i + size
			}
			i += size
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// Strings writes a list of strings, the commonest list.
func (e *Encoder) Strings(list []string) {
	EncodeList(e, list, func(s *string, e *Encoder) { e.String(*s) })
}

// StringMap writes a map from strings to strings, the commonest map.
func (e *Encoder) StringMap(m map[string]string) {
	EncodeMap(e, m, func(s *string, e *Encoder) { e.String(*s) })
}

// EncodeList writes a list, element by element; nil is [].
func EncodeList[T any](e *Encoder, list []T, one func(*T, *Encoder)) {
	e.buf = append(e.buf, '[')
	for i := range list {
		e.comma()
		one(&list[i], e)
	}
	e.buf = append(e.buf, ']')
}

// EncodeSparseList writes a list whose nil elements are null.
func EncodeSparseList[T any](e *Encoder, list []*T, one func(*T, *Encoder)) {
	EncodeList(e, list, func(v **T, e *Encoder) {
		if *v == nil {
			e.Null()
			return
		}
		one(*v, e)
	})
}

// EncodeMap writes a map in the order of its keys, so that equal maps give equal bytes; nil is {}.
func EncodeMap[T any](e *Encoder, m map[string]T, one func(*T, *Encoder)) {
	var room [8]string // most maps are small: their keys need no allocation
	keys := room[:0]
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if e.legacy {
		encodePairs(e, keys, m, one)
		return
	}
	e.Open()
	for _, k := range keys {
		e.Name(k)
		v := m[k]
		one(&v, e)
	}
	e.Close()
}

// EncodeSparseMap writes a map whose nil values are null.
func EncodeSparseMap[T any](e *Encoder, m map[string]*T, one func(*T, *Encoder)) {
	EncodeMap(e, m, func(v **T, e *Encoder) {
		if *v == nil {
			e.Null()
			return
		}
		one(*v, e)
	})
}
