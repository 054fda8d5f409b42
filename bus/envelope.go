package bus

import (
	"bytes"
	"time"
	"unicode/utf8"
)

// envelope writes an event as targets see it: compact JSON, in AWS's order of keys, with the publisher's
// own text for the detail.
func envelope(ev *Event, account, region string, at time.Time) []byte {
	size := 200 + len(ev.ID) + len(ev.DetailType) + len(ev.Source) + len(ev.Detail)
	for _, r := range ev.Resources {
		size += len(r) + 3
	}
	b := make([]byte, 0, size)
	b = append(b, `{"version":"0","id":`...)
	b = appendString(b, ev.ID)
	b = append(b, `,"detail-type":`...)
	b = appendString(b, ev.DetailType)
	b = append(b, `,"source":`...)
	b = appendString(b, ev.Source)
	b = append(b, `,"account":`...)
	b = appendString(b, account)
	b = append(b, `,"time":"`...)
	b = at.UTC().AppendFormat(b, "2006-01-02T15:04:05Z")
	b = append(b, `","region":`...)
	b = appendString(b, region)
	b = append(b, `,"resources":[`...)
	for i, r := range ev.Resources {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, r)
	}
	b = append(b, `],"detail":`...)
	if len(ev.Detail) == 0 {
		b = append(b, `{}`...)
	} else {
		b = appendDetail(b, ev.Detail)
	}
	return append(b, '}')
}

// appendDetail appends the detail byte for byte, but for U+FFFE and U+FFFF: JSON has them, no queue takes
// them, and a change must not lose its event over a character. They stand in strings only, so that their
// escapes say the same.
func appendDetail(b, detail []byte) []byte {
	if bytes.Contains(detail, []byte("\xef\xbf")) { // how both begin
		detail = bytes.ReplaceAll(detail, []byte("\uFFFE"), []byte(`\ufffe`))
		detail = bytes.ReplaceAll(detail, []byte("\uFFFF"), []byte(`\uffff`))
	}
	return append(b, detail...)
}

// hexDigits spells the escapes of control characters.
const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string. Text stays as it is, but for what JSON demands to be escaped;
// bytes that are not UTF-8 become the replacement character.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			switch {
			case r == utf8.RuneError && n == 1:
				b = append(append(b, s[start:i]...), "\ufffd"...)
				start = i + 1
			case r == 0xFFFE || r == 0xFFFF: // as in appendDetail
				b = append(append(b, s[start:i]...), `\ufff`...)
				b = append(b, hexDigits[r&0xf])
				start = i + n
			}
			i += n
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, `\u00`...)
			b = append(b, hexDigits[c>>4], hexDigits[c&0xf])
		}
		i++
		start = i
	}
	return append(append(b, s[start:]...), '"')
}
