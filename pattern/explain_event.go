package pattern

import (
	"bytes"
	"encoding/json"
	"strings"
)

// maxKnown bounds how many field names of one place are told apart.
const maxKnown = 1000

// spot is a step in the tree of the paths that are to be explained, with what the event has there. Several
// places of an event are one spot when arrays are on the way.
type spot struct {
	children   map[string]*spot
	seen       bool
	object     bool // an object was there
	values     []string
	valueCount int
	fields     []string
	known      map[string]bool // the names of all fields
}

// survey reads an event, which is valid JSON, and keeps what it has on the way to the paths of the failures.
func survey(event []byte, list []Failure) *spot {
	root := &spot{}
	for i := range list {
		at := root
		for step := range strings.SplitSeq(list[i].Path, ".") {
			next, ok := at.children[step]
			if !ok {
				if at.children == nil {
					at.children = map[string]*spot{}
				}
				next = &spot{}
				at.children[step] = next
			}
			at = next
		}
	}
	d := json.NewDecoder(bytes.NewReader(event))
	d.UseNumber()
	root.read(d)
	return root
}

// read takes the next value in; nobody asks for what is at no spot. An error ends the reading: valid JSON has none.
func (s *spot) read(d *json.Decoder) {
	if s == nil {
		var skipped json.RawMessage
		_ = d.Decode(&skipped)
		return
	}
	s.seen = true
	t, err := d.Token()
	if err != nil {
		return
	}
	switch t {
	case json.Delim('{'):
		s.object = true
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return
			}
			text, _ := name.(string)
			s.field(text)
			s.child(text).read(d)
		}
		_, _ = d.Token()
	case json.Delim('['):
		for d.More() {
			s.read(d)
		}
		_, _ = d.Token()
	default:
		if s.valueCount++; len(s.values) < maxListed {
			s.values = append(s.values, shown(t))
		}
	}
}

// field notes the name of a field.
func (s *spot) field(name string) {
	if s.known[name] || len(s.known) == maxKnown {
		return
	}
	if s.known == nil {
		s.known = map[string]bool{}
	}
	s.known[name] = true
	if len(s.fields) < maxListed {
		s.fields = append(s.fields, cut(name))
	}
}

// child goes down by a field name; dots in the name are steps too.
func (s *spot) child(name string) *spot {
	for more := true; s != nil && more; {
		var step string
		step, name, more = strings.Cut(name, ".")
		s = s.children[step]
	}
	return s
}

// along follows a path as far as the event goes. It gives the part of the path that the event has, and its
// spot; whole tells whether that is all of it.
func (s *spot) along(path string) (place string, found *spot, whole bool) {
	found = s
	end := -1 // of the steps so far, in the path
	for step := range strings.SplitSeq(path, ".") {
		if s = s.children[step]; s == nil {
			break
		}
		if end += 1 + len(step); s.seen {
			place, found, whole = path[:end], s, end == len(path)
		}
	}
	return place, found, whole
}
