package wire

import (
	"encoding/base64"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// XML appends the elements of an awsQuery answer.
type XML struct {
	buf []byte
}

// XMLOutput is an output shape of a service that speaks awsQuery.
type XMLOutput interface {
	// EncodeXML writes the shape's members as elements.
	EncodeXML(x *XML)
}

// Start opens an element.
func (x *XML) Start(name string) {
	x.buf = append(x.buf, '<')
	x.buf = append(x.buf, name...)
	x.buf = append(x.buf, '>')
}

// End closes an element.
func (x *XML) End(name string) {
	x.buf = append(x.buf, '<', '/')
	x.buf = append(x.buf, name...)
	x.buf = append(x.buf, '>')
}

// Text writes an element that holds a text. Carriage returns and all that a parser might normalise are
// written as character references, so that a message body comes back byte for byte.
func (x *XML) Text(name, s string) {
	x.Start(name)
	x.buf = appendXMLText(x.buf, s)
	x.End(name)
}

// appendXMLText escapes a text. What XML 1.0 cannot hold, not even escaped, becomes U+FFFD.
func appendXMLText(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '&':
			b = append(b, "&amp;"...)
		case r == '<':
			b = append(b, "&lt;"...)
		case r == '>':
			b = append(b, "&gt;"...)
		case r == '"':
			b = append(b, "&quot;"...)
		case r == '\r':
			b = append(b, "&#xD;"...)
		case r < 0x20 && r != '\t' && r != '\n', r == 0xFFFE, r == 0xFFFF:
			b = utf8.AppendRune(b, utf8.RuneError)
		default:
			b = utf8.AppendRune(b, r)
		}
		i += size
	}
	return b
}

// Int writes an element that holds a whole number.
func (x *XML) Int(name string, v int64) {
	x.Start(name)
	x.buf = strconv.AppendInt(x.buf, v, 10)
	x.End(name)
}

// Float writes an element that holds a finite double.
func (x *XML) Float(name string, v float64) {
	x.Start(name)
	x.buf = appendFloat(x.buf, v)
	x.End(name)
}

// Bool writes an element that holds true or false.
func (x *XML) Bool(name string, v bool) {
	x.Start(name)
	x.buf = strconv.AppendBool(x.buf, v)
	x.End(name)
}

// Blob writes an element that holds base64.
func (x *XML) Blob(name string, v []byte) {
	x.Start(name)
	x.buf = base64.StdEncoding.AppendEncode(x.buf, v)
	x.End(name)
}

// Time writes an element that holds a timestamp.
func (x *XML) Time(name string, t time.Time, f TimeFormat) {
	x.Start(name)
	x.buf = AppendTime(x.buf, t, f)
	x.End(name)
}

// Entries writes one element for each entry of a map, in the order of the keys: flattened as SQS has it.
func Entries[T any](x *XML, name, keyName string, m map[string]T, value func(x *XML, v T)) {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		x.Start(name)
		x.Text(keyName, k)
		value(x, m[k])
		x.End(name)
	}
}
