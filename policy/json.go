package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds nesting; a policy needs five levels.
const maxDepth = 16

// member is one member of an object, in its order.
type member struct {
	key   string
	value any // string, json.Number, bool, nil, []any or object
}

// object is a JSON object whose keys are distinct.
type object []member

// get gives the value of a key, and says whether it is there.
func (o object) get(key string) (any, bool) {
	for _, m := range o {
		if m.key == key {
			return m.value, true
		}
	}
	return nil, false
}

// errTrailing says that something follows the document.
var errTrailing = errors.New("text after the document")

// readJSON reads one JSON document strictly: distinct keys, bounded depth, valid UTF-8, nothing behind it.
func readJSON(text string) (any, error) {
	if !utf8.ValidString(text) {
		return nil, errors.New("invalid UTF-8")
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	v, err := readValue(d, maxDepth)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errTrailing
	}
	return v, nil
}

// readValue reads a value and what is in it.
func readValue(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	open, nested := t.(json.Delim)
	if !nested {
		return t, nil
	}
	if depth == 0 {
		return nil, errors.New("nested too deeply")
	}
	if open == '{' {
		return readObject(d, depth-1)
	}
	list := []any{}
	for d.More() {
		v, err := readValue(d, depth-1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err = d.Token()
	return list, err
}

// readObject reads the members of an object and its closing brace.
func readObject(d *json.Decoder, depth int) (object, error) {
	o := object{}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string)
		if seen[key] {
			return nil, fmt.Errorf("the key %q is there twice", key)
		}
		seen[key] = true
		v, err := readValue(d, depth)
		if err != nil {
			return nil, err
		}
		o = append(o, member{key, v})
	}
	_, err := d.Token()
	return o, err
}
