package customerprofiles

import (
	"bytes"
	"encoding/json"
)

// Settings and profiles are kept as the JSON of the members that a request had. The fields of the generated
// shapes bear the names of AWS's members, so that encoding/json carries a member from a request into a
// document and from there into an answer without a list of them here.

// membersOf gives a request's members as a JSON object, without those that are absent. It refuses NUL
// characters, which PostgreSQL cannot hold in text, so that both engines store the same.
func membersOf(shape any) ([]byte, error) {
	text, err := json.Marshal(shape)
	if err != nil { // a number or a time that JSON has no form for
		return nil, invalid("The request contains a value that is not allowed.")
	}
	if escapesNUL(text) {
		return nil, invalid("The request contains characters that are not allowed.")
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	for name, value := range all {
		if string(value) == "null" {
			delete(all, name)
		}
	}
	return json.Marshal(all)
}

// escapesNUL finds the escape \u0000, the only form that a NUL character has in JSON.
func escapesNUL(text []byte) bool {
	for {
		i := bytes.IndexByte(text, '\\')
		if i < 0 {
			return false
		}
		if bytes.HasPrefix(text[i:], []byte(`\u0000`)) {
			return true
		}
		text = text[min(i+2, len(text)):] // past the escaped character, which may be a backslash itself
	}
}
