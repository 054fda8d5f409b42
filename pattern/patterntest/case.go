package patterntest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/casestream/casestream/pattern"
)

// verdict is what becomes of a pattern and an event.
type verdict string

// The verdicts. Nobody can expect a failure: it is for events that are not a JSON object.
const (
	match   verdict = "match"
	noMatch verdict = "nomatch"
	invalid verdict = "invalid"
	failure verdict = "an error"
)

// testCase is a line. Other members than these are for its author.
type testCase struct {
	Name    string          `json:"name"`
	Pattern json.RawMessage `json:"pattern"`
	Event   json.RawMessage `json:"event"` // nobody looks at that of an invalid pattern
	Expect  string          `json:"expect"`
}

// parseCase reads a line.
func parseCase(line []byte) (*testCase, error) {
	var c testCase
	if err := json.Unmarshal(line, &c); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok { // whose own words are for programmers
			err = fmt.Errorf("%s cannot be of the JSON type %s", cmp.Or(wrong.Field, "a line"), wrong.Value)
		}
		return nil, fmt.Errorf("it is not a case: %w", err)
	}
	switch e := verdict(c.Expect); {
	case c.Pattern == nil:
		return nil, errors.New("it has no pattern")
	case e != match && e != noMatch && e != invalid:
		return nil, fmt.Errorf("expect is %q: want match, nomatch or invalid", c.Expect)
	case c.Event == nil && e != invalid:
		return nil, errors.New("it has no event")
	}
	return &c, nil
}

// blank tells whether a line has nothing but white space.
func blank(line []byte) bool {
	for _, c := range line {
		switch c {
		case ' ', '\t', '\r':
		default:
			return false
		}
	}
	return true
}

// text gives the JSON text that a pattern or an event is: the content of a string, anything else as it stands.
func text(raw json.RawMessage) (string, error) {
	if len(raw) == 0 || raw[0] != '"' {
		return string(raw), nil
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err
}

// judge compiles a pattern once when several cases in a row have it.
type judge struct {
	source  string
	pattern *pattern.Pattern
}

// judge gives the verdict on a case, and why it is that one.
func (j *judge) judge(c *testCase) (verdict, string) {
	source, err := text(c.Pattern)
	if err != nil {
		return failure, err.Error()
	}
	if j.pattern == nil || j.source != source {
		p, err := pattern.Compile(source)
		if err != nil {
			return invalid, err.Error()
		}
		j.source, j.pattern = source, p
	}
	if c.Event == nil || string(c.Event) == "null" {
		return failure, "the pattern is valid, and there is no event"
	}
	event, err := text(c.Event)
	if err != nil {
		return failure, err.Error()
	}
	if e := verdict(c.Expect); e != invalid && pattern.CheckEvent([]byte(event)) == nil {
		matched, err := j.pattern.Match([]byte(event))
		if err == nil && matched == (e == match) {
			return e, "" // nobody asks why
		}
	}
	e, err := j.pattern.Explain([]byte(event))
	switch {
	case err != nil:
		return failure, err.Error()
	case e.Matched:
		return match, strings.TrimPrefix(strings.TrimPrefix(e.String(), "match"), ": ")
	}
	return noMatch, strings.TrimPrefix(e.String(), "no match\n  ")
}
