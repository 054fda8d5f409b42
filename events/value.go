package events

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// Kind tells which member of the union of values is set.
type Kind uint8

// The kinds of values. The zero value of a Value, which a field without one has, is of kind NoValue.
const (
	NoValue      Kind = iota
	StringValue       // of Text, Url, SingleSelect and DateTime fields
	DoubleValue       // of Number fields
	BooleanValue      // of Boolean fields
	UserARNValue      // of User fields
	OtherValue        // something that this package does not know
)

// Value is one value of a field. Values can be compared with ==.
type Value struct {
	kind   Kind
	text   string // StringValue and UserARNValue; the JSON of OtherValue
	number float64
	flag   bool
}

// Kind tells what the value is.
func (v Value) Kind() Kind { return v.kind }

// Text gives a string value, and whether the value is one.
func (v Value) Text() (string, bool) {
	if v.kind != StringValue {
		return "", false
	}
	return v.text, true
}

// Number gives a double value, and whether the value is one.
func (v Value) Number() (float64, bool) { return v.number, v.kind == DoubleValue }

// Bool gives a Boolean value, and whether the value is one.
func (v Value) Bool() (value, ok bool) { return v.flag, v.kind == BooleanValue }

// UserARN gives a user's ARN, and whether the value is one.
func (v Value) UserARN() (string, bool) {
	if v.kind != UserARNValue {
		return "", false
	}
	return v.text, true
}

// Time gives the instant of a DateTime field, which is a string value in ISO 8601, and whether the value is
// one. An instant without an offset is taken for UTC.
func (v Value) Time() (time.Time, bool) {
	if v.kind != StringValue {
		return time.Time{}, false
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.Parse(form, v.text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// String gives the value for people to read: a text as it is, a number in digits, and the JSON of a value
// that this package does not know.
func (v Value) String() string {
	switch v.kind {
	case DoubleValue:
		return strconv.FormatFloat(v.number, 'f', -1, 64)
	case BooleanValue:
		return strconv.FormatBool(v.flag)
	case NoValue, StringValue, UserARNValue, OtherValue:
	}
	return v.text
}

// UnmarshalJSON reads the union: an object of which one member is not null. emptyValue, with which requests
// clear a field, is no value. What cannot be read is an OtherValue: a value must not cost an event.
func (v *Value) UnmarshalJSON(text []byte) error {
	var union struct {
		String  *string   `json:"stringValue"`
		Double  *float64  `json:"doubleValue"`
		Boolean *bool     `json:"booleanValue"`
		UserARN *string   `json:"userArnValue"`
		Empty   *struct{} `json:"emptyValue"`
	}
	err := json.Unmarshal(text, &union)
	switch {
	case err != nil:
		*v = Value{kind: OtherValue, text: string(text)}
	case union.String != nil:
		*v = Value{kind: StringValue, text: *union.String}
	case union.Double != nil:
		*v = Value{kind: DoubleValue, number: *union.Double}
	case union.Boolean != nil:
		*v = Value{kind: BooleanValue, flag: *union.Boolean}
	case union.UserARN != nil:
		*v = Value{kind: UserARNValue, text: *union.UserARN}
	case union.Empty != nil || isNull(text):
		*v = Value{}
	default:
		*v = Value{kind: OtherValue, text: string(text)}
	}
	return nil
}

// Fields are values by the ids of their fields: a name such as status for a system field, a UUID for a field
// of the customer's own. A field without a value is absent.
type Fields map[string]Value

// UnmarshalJSON reads the map of objects with a value that events have. The API has a list of ids and values
// in its place, which is read too: Amazon shows no event of a custom related item.
func (f *Fields) UnmarshalJSON(text []byte) error {
	if isNull(text) {
		*f = nil
		return nil
	}
	type field struct {
		ID    string `json:"id"`
		Value Value  `json:"value"`
	}
	if bytes.HasPrefix(text, []byte("[")) {
		var list []field
		if err := json.Unmarshal(text, &list); err != nil {
			return err
		}
		*f = make(Fields, len(list))
		for _, one := range list {
			f.set(one.ID, one.Value)
		}
		return nil
	}
	var byID map[string]field
	if err := json.Unmarshal(text, &byID); err != nil {
		return err
	}
	*f = make(Fields, len(byID))
	for id, one := range byID {
		f.set(id, one.Value)
	}
	return nil
}

// set puts a field's value, if it has one.
func (f Fields) set(id string, v Value) {
	if v.kind != NoValue {
		f[id] = v
	}
}

// isNull says whether a JSON text is null.
func isNull(text []byte) bool { return string(bytes.TrimSpace(text)) == "null" }
