package bus

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/casestream/casestream/transform"
)

// dynamic is what a target's settings take from the event: the FIFO group and the parameters of a request.
type dynamic struct {
	group  value
	http   *HTTPParameters
	values map[string]value // of http, by their text; nil: none of them is a path
}

// value is a setting: a text, or where it stands in the event.
type value struct {
	text  string
	paths []*transform.Path
}

// pathSign is what the text of a path begins with.
const pathSign = "$."

// readValue reads a setting. Between paths there is a bar: the first that leads to something counts.
func readValue(text string) (value, error) {
	if !strings.HasPrefix(text, pathSign) {
		return value{text: text}, nil
	}
	v := value{text: text}
	for _, p := range strings.Split(text, "|") {
		path, err := transform.CompilePath(p)
		if err != nil {
			return value{}, &badPath{p}
		}
		v.paths = append(v.paths, path)
	}
	return v, nil
}

// badPath says that a setting which begins like a path is none.
type badPath struct{ text string }

// Error names the path.
func (e *badPath) Error() string { return "The JSON path " + e.text + " is not valid." }

// of gives the setting for an event; no, when it is a path that leads to nothing.
func (v *value) of(event []byte) (string, bool) {
	if v.paths == nil {
		return v.text, true
	}
	for _, p := range v.paths {
		if found, err := p.Find(event); err == nil {
			return plain(found), true
		}
	}
	return "", false
}

// plain gives a string without its quotes, and any other JSON as it is.
func plain(text []byte) string {
	var s string
	if text[0] == '"' && json.Unmarshal(text, &s) == nil {
		return s
	}
	return string(text)
}

// read reads the settings of a target.
func (d *dynamic) read(t *Target) (err error) {
	if d.group, err = readValue(t.MessageGroupID); err != nil || t.HTTP == nil {
		return err
	}
	d.http = t.HTTP
	texts := slices.Concat(t.HTTP.Path, slices.Collect(maps.Values(t.HTTP.Header)), slices.Collect(maps.Values(t.HTTP.Query)))
	for _, text := range texts {
		v, err := readValue(text)
		if err != nil {
			return err
		}
		if v.paths == nil {
			continue
		}
		if d.values == nil {
			d.values = make(map[string]value)
		}
		d.values[text] = v
	}
	return nil
}

// of gives the settings for an event whose bytes are text. A group that is not there is one of its own; a parameter of
// a path that is not there is empty, and another one left out.
func (d *dynamic) of(ev *Event, text []byte) (group string, params *HTTPParameters) {
	group, ok := d.group.of(text)
	if !ok {
		group = ev.ID
	}
	if d.values == nil {
		return group, d.http
	}
	params = &HTTPParameters{Path: slices.Clone(d.http.Path), Header: d.fill(d.http.Header, text), Query: d.fill(d.http.Query, text)}
	for i, p := range params.Path {
		if v, is := d.values[p]; is {
			params.Path[i], _ = v.of(text)
		}
	}
	return group, params
}

// fill gives parameters for an event.
func (d *dynamic) fill(params map[string]string, text []byte) map[string]string {
	filled := make(map[string]string, len(params))
	for name, p := range params {
		if v, is := d.values[p]; is {
			var ok bool
			if p, ok = v.of(text); !ok {
				continue
			}
		}
		filled[name] = p
	}
	return filled
}

// caseOf is where an event of Amazon Connect Cases names its case.
var caseOf, _ = readValue("$.detail.case.caseId|$.detail.relatedItem.caseId")

// caseID gives the case that an event tells of; empty: none.
func (j *journey) caseID() string {
	if j.key == nil {
		id, _ := caseOf.of(j.text)
		j.key = &id
	}
	return *j.key
}
