package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Head is what stands in a document besides its statements.
type Head struct {
	Version string `json:",omitempty"`
	ID      string `json:"Id,omitempty"`
}

// written is a document whose statements stay as they were written.
type written struct {
	Head
	Statement json.RawMessage // a list, or the only one
}

// Edit gives the text of a document after a change of the list of its statements; those that are not changed
// stay as they were written. "" is no document: head begins a new one, and without statements none is left.
// What comes out is not checked.
func Edit(text string, head Head, change func([]json.RawMessage) ([]json.RawMessage, error)) (string, error) {
	doc := written{Head: head}
	var list []json.RawMessage
	if text != "" {
		doc.Head = Head{}
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			return "", fmt.Errorf("policy: %w", err)
		}
		if json.Unmarshal(doc.Statement, &list) != nil {
			list = []json.RawMessage{doc.Statement}
		}
	}
	list, err := change(list)
	if err != nil || len(list) == 0 {
		return "", err
	}
	if doc.Statement, err = PlainJSON(list); err != nil {
		return "", err
	}
	edited, err := PlainJSON(doc)
	return string(edited), err
}

// HasSid says of statements as they were written whether they have an id.
func HasSid(id string) func(json.RawMessage) bool {
	return func(text json.RawMessage) bool {
		var s struct{ Sid string }
		return json.Unmarshal(text, &s) == nil && s.Sid == id
	}
}

// PlainJSON writes JSON without the escapes that only HTML needs.
func PlainJSON(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
