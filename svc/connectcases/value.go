package connectcases

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/casestream/casestream/wire"
)

// Kind tells which member of AWS's union of field values is set.
type Kind uint8

// The kinds. The zero value is no value at all.
const (
	Empty Kind = iota
	String
	Double
	Boolean
	UserARN
)

// Value is one value of a field. Values are compared with ==.
type Value struct {
	Kind   Kind
	Text   string // String, UserARN
	Number float64
	Bool   bool
}

// text makes a String value.
func text(s string) Value { return Value{Kind: String, Text: s} }

// instant makes the value of a DateTime field that the service sets.
func instant(t time.Time) Value { return text(t.UTC().Format(millis)) }

// millis is how instants are written in fields and events.
const millis = "2006-01-02T15:04:05.000Z"

// blank says whether the value does not satisfy a field that must have one.
func (v Value) blank() bool {
	return v.Kind == Empty || (v.Kind == String || v.Kind == UserARN) && v.Text == ""
}

// encode writes the value as the API's union.
func (v Value) encode(e *wire.Encoder) {
	e.Open()
	switch v.Kind {
	case String:
		e.Key(`"stringValue":`)
		e.String(v.Text)
	case Double:
		e.Key(`"doubleValue":`)
		e.Float(v.Number)
	case Boolean:
		e.Key(`"booleanValue":`)
		e.Bool(v.Bool)
	case UserARN:
		e.Key(`"userArnValue":`)
		e.String(v.Text)
	case Empty:
		e.Key(`"emptyValue":{}`)
	}
	e.Close()
}

// decodeValue reads what encode wrote.
func decodeValue(d *wire.Decoder) (v Value) {
	d.Object()
	for d.Next() {
		switch string(d.Key()) {
		case "stringValue":
			v = text(d.String())
		case "doubleValue":
			v = Value{Kind: Double, Number: d.Float64()}
		case "booleanValue":
			v = Value{Kind: Boolean, Bool: d.Bool()}
		case "userArnValue":
			v = Value{Kind: UserARN, Text: d.String()}
		default:
			d.Skip()
		}
	}
	return v
}

// MarshalJSON writes the value as encode does.
func (v Value) MarshalJSON() ([]byte, error) {
	e := wire.NewEncoder()
	defer e.Release()
	v.encode(e)
	return bytes.Clone(e.Bytes()), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Value) UnmarshalJSON(json []byte) error {
	d := wire.NewDecoder(json)
	defer d.Release()
	*v = decodeValue(d)
	d.End()
	return d.Err()
}

// FieldValue is a value with the id of its field.
type FieldValue struct {
	ID    string
	Value Value
}

// values holds the values of a case in the order of the fields' ids. Fields without a value are absent.
type values []FieldValue

// find gives the place of a field and whether it has a value.
func (l values) find(id string) (int, bool) {
	return slices.BinarySearchFunc(l, id, func(f FieldValue, id string) int { return cmp.Compare(f.ID, id) })
}

// get gives a field's value, Empty when it has none.
func (l values) get(id string) Value {
	if i, ok := l.find(id); ok {
		return l[i].Value
	}
	return Value{}
}

// set puts a field's value; an Empty one removes the field.
func (l *values) set(id string, v Value) {
	i, ok := l.find(id)
	switch {
	case v.Kind == Empty && ok:
		*l = slices.Delete(*l, i, i+1)
	case v.Kind == Empty:
	case ok:
		(*l)[i].Value = v
	default:
		*l = slices.Insert(*l, i, FieldValue{id, v})
	}
}

// marshal gives the JSON that a row holds: an object from field id to value.
func (l values) marshal() string {
	e := wire.NewEncoder()
	defer e.Release()
	e.Open()
	for _, f := range l {
		e.Name(f.ID)
		f.Value.encode(e)
	}
	e.Close()
	return string(e.Bytes())
}

// MarshalJSON writes the values as marshal does.
func (l values) MarshalJSON() ([]byte, error) { return []byte(l.marshal()), nil }

// UnmarshalJSON reads what MarshalJSON wrote.
func (l *values) UnmarshalJSON(json []byte) (err error) {
	*l, err = unmarshalValues(json)
	return err
}

// unmarshalValues reads what marshal wrote.
func unmarshalValues(json []byte) (values, error) {
	d := wire.NewDecoder(json)
	defer d.Release()
	l := make(values, 0, 16)
	d.Object()
	for d.Next() {
		id := string(d.Key())
		l = append(l, FieldValue{id, decodeValue(d)})
	}
	d.End()
	if err := d.Err(); err != nil {
		return nil, fmt.Errorf("values of a case: %w", err)
	}
	return l, nil
}
