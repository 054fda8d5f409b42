package transform

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
)

// Why an event does not become a target's input.
var (
	// ErrEvent: the event is not JSON.
	ErrEvent = errors.New("the event is not JSON")
	// ErrNothing: the path selects nothing in the event.
	ErrNothing = errors.New("the path selects nothing in the event")
	// ErrNotJSON: a value that was filled in as it is made a JSON template something else.
	ErrNotJSON = errors.New("with the event's values in it, the template is not valid JSON")
	// ErrTooLong: the result would be longer than MaxOutput.
	ErrTooLong = errors.New("the result is longer than 1048576 bytes")
)

// Error says why a setting is refused: in AWS's words, where these are known.
type Error struct{ lead, tail string } // the sentence before and behind the target's id

// Error gives the sentence where nobody knows the target's id.
func (e *Error) Error() string { return e.For("?") }

// For gives the sentence about the target of an id.
func (e *Error) For(target string) string { return e.lead + target + e.tail }

// refuse makes an Error.
func refuse(lead, tail string) *Error { return &Error{lead, tail} }

// CheckInput says whether a text can be an Input: it has to be JSON. The error is an *Error.
func CheckInput(text string) error {
	if pos := wrongAt(text); pos >= 0 {
		return refuse("JSON syntax error in input for target ", ": "+location(text, pos))
	}
	return nil
}

// wrongAt says where a text ceases to be JSON, as the parser that AWS uses has it: behind the character that
// does not belong there, and behind the whole word if it begins one. It is negative for JSON.
func wrongAt(text string) int {
	err := json.Unmarshal([]byte(text), new(json.RawMessage))
	if err == nil {
		return -1
	}
	pos := len(text)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		pos = min(int(e.Offset), len(text))
	}
	if pos > 0 && inWord(text[pos-1]) {
		for pos < len(text) && inWord(text[pos]) {
			pos++
		}
	}
	return pos
}

// inWord says whether a byte may be part of a word without quotes.
func inWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$'
}

// shown is how much of a text a location shows, in UTF-16 units.
const shown = 500

// location describes the place just before byte pos.
func location(text string, pos int) string {
	before := text[:pos]
	line := 1 + strings.Count(before, "\n")
	column := 1 + units(before[strings.LastIndexByte(before, '\n')+1:])
	source, n := text, 0
	for i, r := range text {
		if n += utf16.RuneLen(r); n > shown {
			source = text[:i]
			break
		}
	}
	tail := `"`
	if rest := len(text) - len(source); rest > 0 {
		tail += fmt.Sprintf("[truncated %d chars]", units(text[len(source):]))
	}
	return fmt.Sprintf(`[Source: (String)"%s%s; line: %d, column: %d]`, source, tail, line, column)
}

// units counts UTF-16 code units, in which columns are given.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
