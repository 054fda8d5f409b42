package transfer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Record is what a line holds: *Field, *Layout, *Rule, *Template or *Case.
type Record interface{ kind() string }

// The values of a line's member type.
const (
	kindField    = "field"
	kindLayout   = "layout"
	kindRule     = "caseRule"
	kindTemplate = "template"
	kindCase     = "case"
)

// Field is a line of type field: a field of a domain, with the options of a single-select one.
type Field struct {
	Type        string            `json:"type"`
	ID          string            `json:"fieldId"`
	Name        string            `json:"name"`
	FieldType   string            `json:"fieldType"`
	Namespace   string            `json:"namespace"`
	Description string            `json:"description,omitempty"`
	Attributes  json.RawMessage   `json:"attributes,omitempty"`
	Options     []Option          `json:"options,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// Option is an option of a single-select field.
type Option struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Active bool   `json:"active"`
}

// Layout is a line of type layout.
type Layout struct {
	Type    string            `json:"type"`
	ID      string            `json:"layoutId"`
	Name    string            `json:"name"`
	Content json.RawMessage   `json:"content"`
	Tags    map[string]string `json:"tags,omitempty"`
}

// Rule is a line of type caseRule.
type Rule struct {
	Type        string            `json:"type"`
	ID          string            `json:"caseRuleId"`
	Name        string            `json:"name"`
	Description string            `json:"description,omitempty"`
	Rule        json.RawMessage   `json:"rule"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// Template is a line of type template. A deleted one is there because cases were made from it.
type Template struct {
	Type        string            `json:"type"`
	ID          string            `json:"templateId"`
	Name        string            `json:"name"`
	Description string            `json:"description,omitempty"`
	Status      string            `json:"status"`
	Deleted     bool              `json:"deleted,omitempty"`
	Layout      json.RawMessage   `json:"layoutConfiguration,omitempty"`
	Required    json.RawMessage   `json:"requiredFields,omitempty"`
	Rules       json.RawMessage   `json:"rules,omitempty"`
	Propagation json.RawMessage   `json:"tagPropagationConfigurations,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// Case is a line of type case: a case with all that is related to it, oldest first.
type Case struct {
	Type       string            `json:"type"`
	ID         string            `json:"caseId"`
	TemplateID string            `json:"templateId"`
	Fields     []Value           `json:"fields"`
	Tags       map[string]string `json:"tags,omitempty"`
	Items      []Item            `json:"relatedItems,omitempty"`
}

// Value is the value of a field, as the API writes it.
type Value struct {
	ID    string          `json:"id"`
	Value json.RawMessage `json:"value"`
}

// Item is a related item, as SearchRelatedItems gives it.
type Item struct {
	ID          string            `json:"relatedItemId"`
	Type        string            `json:"type"`
	Time        string            `json:"associationTime,omitempty"`
	Content     json.RawMessage   `json:"content"`
	PerformedBy json.RawMessage   `json:"performedBy,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// kind tells the type of line.
func (*Field) kind() string { return kindField }

// kind tells the type of line.
func (*Layout) kind() string { return kindLayout }

// kind tells the type of line.
func (*Rule) kind() string { return kindRule }

// kind tells the type of line.
func (*Template) kind() string { return kindTemplate }

// kind tells the type of line.
func (*Case) kind() string { return kindCase }

// Parse reads a line. It refuses members that it does not know: what it dropped would be lost.
func Parse(text []byte) (Record, error) {
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, err
	}
	var r Record
	switch head.Type {
	case kindField:
		r = &Field{}
	case kindLayout:
		r = &Layout{}
	case kindRule:
		r = &Rule{}
	case kindTemplate:
		r = &Template{}
	case kindCase:
		r = &Case{}
	default:
		return nil, fmt.Errorf("unknown type %q", head.Type)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(r); err != nil {
		return nil, err
	}
	return r, check(r)
}

// check demands what no line can be without.
func check(r Record) error {
	id, name := "", "-"
	switch r := r.(type) {
	case *Field:
		id, name = r.ID, r.Name
	case *Layout:
		id, name = r.ID, r.Name
	case *Rule:
		id, name = r.ID, r.Name
	case *Template:
		id, name = r.ID, r.Name
	case *Case:
		id = r.ID
		if r.TemplateID == "" {
			return errors.New("the case has no templateId")
		}
		for _, f := range r.Fields {
			if f.ID == "" || !isObject(f.Value) {
				return errors.New("a field of the case has no id or no value")
			}
		}
		for _, i := range r.Items {
			if i.Type == "" || !isObject(i.Content) {
				return errors.New("a related item of the case has no type or no content")
			}
		}
	}
	if id == "" || name == "" {
		return errors.New("the " + r.kind() + " has no id or no name")
	}
	return nil
}

// isObject says whether a JSON value is an object.
func isObject(v json.RawMessage) bool { return bytes.HasPrefix(bytes.TrimSpace(v), []byte("{")) }

// maxLine bounds a line: a case with 200 comments of the greatest length, each character escaped, has room.
const maxLine = 64 << 20

// Reader reads a file line by line, however long the file is.
type Reader struct {
	in     *bufio.Reader
	Line   int   // the number of the line that was read last, from 1
	Offset int64 // where the next one begins
}

// NewReader reads from where in stands: the next line has the number after line, and begins at offset.
func NewReader(in io.Reader, line int, offset int64) *Reader {
	return &Reader{in: bufio.NewReaderSize(in, 256<<10), Line: line, Offset: offset}
}

// Next gives the next line that is not empty, without its end; io.EOF after the last. The last line of a file
// needs no line break.
func (r *Reader) Next() ([]byte, error) {
	for {
		text, err := r.next()
		if err != nil {
			return nil, err
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			return text, nil
		}
	}
}

// next reads a line into memory of its own.
func (r *Reader) next() ([]byte, error) {
	var text []byte
	for {
		part, err := r.in.ReadSlice('\n')
		r.Offset += int64(len(part))
		text = append(text, part...)
		switch {
		case len(text) > maxLine:
			return nil, fmt.Errorf("line %d is longer than %d MiB", r.Line+1, maxLine>>20)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(text) > 0, err == nil:
			r.Line++
			return text, nil
		}
		return nil, err
	}
}
