package pattern

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// snippetLimit is how much of a pattern the location tail shows, in UTF-16 units.
const snippetLimit = 500

// Error says why a pattern was refused. Its text is what AWS puts into InvalidEventPatternException.
type Error struct {
	Reason string // AWS's reason, without the location
	tail   string // "\n at [Source: …]", once or twice, or nothing when the reason has no location
}

// Error gives the whole message.
func (e *Error) Error() string {
	return "Event pattern is not valid. Reason: " + e.Reason + e.tail
}

// location describes the place just before byte pos, as the tail and some reasons show it.
func location(src string, pos int) string {
	line, start := 1, 0
	for i := 0; i < pos; i++ {
		switch src[i] {
		case '\r':
			if i+1 < len(src) && src[i+1] == '\n' {
				continue // counted with its line feed
			}
			line, start = line+1, i+1
		case '\n':
			line, start = line+1, i+1
		}
	}
	return fmt.Sprintf("[Source: (String)%s; line: %d, column: %d]", snippet(src), line, units(src[start:pos])+1)
}

// units counts UTF-16 code units, in which AWS's columns are given.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// snippet quotes the source: control characters but line ends are escaped and the rest of a long text is
// only counted. A character that the end falls into cannot be shown.
func snippet(src string) string {
	var b strings.Builder
	b.WriteByte('"')
	left := snippetLimit
	for _, r := range src {
		if left == 0 {
			break
		}
		left -= max(1, utf16.RuneLen(r))
		switch {
		case left < 0:
			b.WriteByte('?')
			left = 0
		case r < 0x20 && r != '\n' && r != '\r' || r >= 0x7f && r <= 0x9f:
			fmt.Fprintf(&b, "\\u%04X", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	if more := units(src) - snippetLimit; more > 0 {
		fmt.Fprintf(&b, "[truncated %d chars]", more)
	}
	return b.String()
}

// describe names the character that s begins with. Of one outside the BMP the reader sees the first half,
// which cannot be shown.
func describe(s string) string {
	r, _ := utf8.DecodeRuneInString(s)
	shown := r
	if first, _ := utf16.EncodeRune(r); r > 0xffff {
		r, shown = first, '?'
	}
	switch {
	case r < 0x20 || r >= 0x7f && r <= 0x9f:
		return fmt.Sprintf("(CTRL-CHAR, code %d)", r)
	case r > 255:
		return fmt.Sprintf("'%c' (code %d / 0x%x)", shown, r, r)
	}
	return fmt.Sprintf("'%c' (code %d)", shown, r)
}
