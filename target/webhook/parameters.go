package webhook

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/casestream/casestream/destination"
)

// errNotObject says that body parameters have no place in what is to be sent.
var errNotObject = errors.New("not a JSON object")

// mergeBody adds parameters to a JSON object, behind its members; a member of the same name gives way.
func mergeBody(text []byte, add []destination.Parameter) ([]byte, error) {
	if len(add) == 0 {
		return text, nil
	}
	set := make(map[string]string, len(add))
	for _, p := range add {
		set[p.Key] = p.Value.Reveal()
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errNotObject
	}
	out := bytes.NewBufferString("{")
	member := func(key string, value []byte) error {
		name, err := json.Marshal(key)
		if err != nil {
			return err
		}
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		out.Write(name)
		out.WriteByte(':')
		out.Write(value)
		return nil
	}
	for dec.More() {
		t, err := dec.Token()
		key, isKey := t.(string)
		var value json.RawMessage
		if err == nil {
			err = dec.Decode(&value)
		}
		if err != nil || !isKey {
			return nil, errNotObject
		}
		if _, given := set[key]; given {
			continue
		}
		if err := member(key, value); err != nil {
			return nil, err
		}
	}
	if _, err := dec.Token(); err != nil || dec.More() {
		return nil, errNotObject
	}
	for _, p := range add {
		value, given := set[p.Key]
		if !given {
			continue // a name that stands twice in the connection: its last value was taken
		}
		delete(set, p.Key)
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		if err := member(p.Key, text); err != nil {
			return nil, err
		}
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
