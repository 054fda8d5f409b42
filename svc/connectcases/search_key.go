package connectcases

import (
	"encoding/binary"
	"math"
	"time"
)

// The search compares values by keys: bytes whose order is that of the values. Texts are their own keys, so that
// a String and a UserARN with the same text are equal.

// maxKey is how much of a key the search's tables keep, and how much of it sorting looks at.
const maxKey = 256

// What the keys of DateTime values begin with: what is an instant sorts before what is none.
const (
	keyInstant = iota
	keyNoInstant
)

// key gives a value's key in a field; nil where there is no value.
func (f *Field) key(v Value) []byte {
	switch {
	case v.Kind == Empty:
		return nil
	case v.Kind == Double:
		return numberKey(v.Number)
	case v.Kind == Boolean:
		return []byte{byte(number(v.Bool))}
	case f.Type == typeDateTime:
		return dateTimeKey(v.Text)
	}
	return append(make([]byte, 0, len(v.Text)), v.Text...)
}

// numberKey gives the key of a number: its bits, with the sign turned so that they sort as bytes.
func numberKey(n float64) []byte {
	bits := math.Float64bits(n + 0) // -0 is 0
	if bits>>63 != 0 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	return binary.BigEndian.AppendUint64(nil, bits)
}

// dateTimeKey gives the key of a text that should be an instant: one instant has one key, however it is written.
func dateTimeKey(s string) []byte {
	t, ok := parseInstant(s)
	if !ok {
		return append([]byte{keyNoInstant}, s...)
	}
	return instantKey(t)
}

// instantKey gives the key of an instant.
func instantKey(t time.Time) []byte {
	b := binary.BigEndian.AppendUint64([]byte{keyInstant}, uint64(t.Unix())^1<<63)
	return binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
}

// microsKey gives the key of a place in the order of last updates, which is finer than what the field shows.
func microsKey(micros int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(micros)^1<<63) }

// keyMicros reads what microsKey wrote.
func keyMicros(key []byte) int64 {
	if len(key) != 8 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(key) ^ 1<<63)
}

// cut leaves of a key what the tables keep.
func cut(key []byte) []byte { return key[:min(len(key), maxKey)] }

// ordered says whether cases_value holds the field's values. Text is found by its words, and cases_recent is the
// order of last_updated_datetime.
func (f *Field) ordered() bool {
	return f.Type != typeText && f.Type != typeURL && f.ID != fieldLastUpdated
}
