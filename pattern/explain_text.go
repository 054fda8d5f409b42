package pattern

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxShown is how many bytes of a value or matcher are shown.
const maxShown = 80

// String gives the verdict on one line, and below it one line for each failure.
func (e Explanation) String() string {
	var b strings.Builder
	if e.Matched {
		b.WriteString("match")
		if e.Alternatives > 1 {
			fmt.Fprintf(&b, ": alternative %d of the %d of $or", e.Alternative, e.Alternatives)
		}
		return b.String()
	}
	b.WriteString("no match")
	switch {
	case len(e.Failures) == 0:
		b.WriteString("; the event's arrays allow too many combinations to say why")
	case e.Alternatives > len(e.Failures):
		fmt.Fprintf(&b, "; of the %d alternatives of $or the %d that got furthest:", e.Alternatives, len(e.Failures))
	case e.Alternatives > 1:
		fmt.Fprintf(&b, "; of the %d alternatives of $or the one that got furthest comes first:", e.Alternatives)
	}
	for i := range e.Failures {
		b.WriteString("\n  ")
		if e.Alternatives > 1 {
			fmt.Fprintf(&b, "alternative %d, %d of %d paths satisfied: ", e.Failures[i].Alternative, e.Failures[i].Met, e.Failures[i].Paths)
		}
		b.WriteString(e.Failures[i].String())
	}
	return b.String()
}

// String gives the path and the reason in one line.
func (f Failure) String() string {
	want := listed(f.Wanted, f.WantedCount, " or ")
	has := listed(f.Values, f.ValueCount, ", ")
	switch f.Cause {
	case Missing:
		return fmt.Sprintf("%s: there is no such field, %s; wanted: %s", f.Path, f.nearest(), want)
	case Object:
		return fmt.Sprintf("%s: it is an object, which is no value; wanted: %s", f.Path, want)
	case Empty:
		return fmt.Sprintf("%s: it is an empty array; wanted: %s", f.Path, want)
	case Present:
		return fmt.Sprintf("%s: there must be no value, and it has %s", f.Path, has)
	case Refused:
		return fmt.Sprintf("%s: it has %s; wanted: %s", f.Path, has, want)
	case Elements:
	}
	with := "the paths before it"
	if len(f.Apart) > 0 {
		with = strings.Join(f.Apart, ", ")
	}
	return fmt.Sprintf("%s: it fits by itself, but not in the same elements of the arrays as %s; wanted: %s", f.Path, with, want)
}

// nearest says how far the event goes along the path of a missing field.
func (f *Failure) nearest() string {
	place := f.Place
	if place == "" {
		place = "the event"
	}
	if f.FieldCount == 0 {
		return place + " has no fields"
	}
	return place + " has " + listed(f.Fields, f.FieldCount, ", ")
}

// listed joins what is listed and counts the rest.
func listed(list []string, count int, separator string) string {
	text := strings.Join(list, separator)
	if more := count - len(list); more > 0 {
		text += fmt.Sprintf("%s%d more", separator, more)
	}
	return text
}

// shown writes a scalar as JSON, cut.
func shown(scalar any) string {
	if s, ok := scalar.(string); ok {
		return quote(s)
	}
	text, err := json.Marshal(scalar)
	if err != nil {
		return "?"
	}
	return cut(string(text))
}

// quote writes a string as JSON, cut.
func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(cut(s)) != nil {
		return "?"
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// cut ends a long text with an ellipsis, between two characters.
func cut(s string) string {
	if len(s) <= maxShown {
		return s
	}
	end := maxShown
	for end > maxShown-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
