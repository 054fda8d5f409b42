package connectcases

import (
	"cmp"
	"strings"
	"time"
)

// valueFilter says which values the fields of an item of type Custom have. One of its members is set; All and Any
// may be set and empty.
type valueFilter struct {
	Not      *valueFilter
	All, Any []valueFilter
	Test     *valueTest
}

// valueTest compares the value of a field with another one.
type valueTest struct {
	Compare comparison
	ID      string
	Value   Value

	exact bool // whether equal means the same text; check finds out: times are equal in several forms
}

// comparison is how a test compares.
type comparison uint8

// The comparisons, with AWS's names.
const (
	equalTo comparison = iota
	contains
	greaterThan
	greaterThanOrEqualTo
	lessThan
	lessThanOrEqualTo
)

// maxFilterDepth bounds how deep a filter may be nested.
const maxFilterDepth = 10

// check demands that the filter's fields exist and can be compared in its ways.
func (f *valueFilter) check(cat *catalog) error { return f.checkAt(cat, 1) }

// checkAt is check for a part of a filter that is so deep in it.
func (f *valueFilter) checkAt(cat *catalog, depth int) error {
	if depth > maxFilterDepth {
		return invalid("The filter is nested too deep.")
	}
	if f.Not != nil {
		return f.Not.checkAt(cat, depth+1)
	}
	if f.Test != nil {
		return f.Test.check(cat)
	}
	for _, list := range [][]valueFilter{f.All, f.Any} {
		for i := range list {
			if err := list[i].checkAt(cat, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// check demands a custom field, deleted or not, and a value that it can be compared with: any with equalTo, an
// empty one for fields without a value; text that is contained in text; an order of numbers and times.
func (t *valueTest) check(cat *catalog) error {
	f := cat.fieldByID[t.ID]
	t.exact = f == nil || f.Type != typeDateTime
	if f == nil || f.Namespace != namespaceCustom {
		return invalid("The filter's field " + t.ID + " is not a custom field of the domain.")
	}
	if t.Value.Kind == Empty && t.Compare == equalTo {
		return nil
	}
	if want := kindOf(f.Type); t.Value.Kind != want {
		return invalid("The filter's field " + t.ID + " of type " + f.Type + " is compared with " + members[want] + ".")
	}
	ordered := f.Type == typeNumber || f.Type == typeDateTime
	switch t.Compare {
	case equalTo:
	case contains:
		if ordered || f.Type == typeBoolean {
			return invalid("The filter's field " + t.ID + " of type " + f.Type + " does not contain text.")
		}
		return nil
	case greaterThan, greaterThanOrEqualTo, lessThan, lessThanOrEqualTo:
		if !ordered {
			return invalid("The filter's field " + t.ID + " of type " + f.Type + " has no order.")
		}
	}
	if _, ok := t.Value.time(); f.Type == typeDateTime && !ok {
		return invalid("The filter's field " + t.ID + " is compared with a time in ISO 8601.")
	}
	return nil
}

// match says whether values pass.
func (f *valueFilter) match(of values) bool {
	switch {
	case f.Test != nil:
		return f.Test.match(of.get(f.Test.ID))
	case f.Not != nil:
		return !f.Not.match(of)
	case f.Any != nil:
		for i := range f.Any {
			if f.Any[i].match(of) {
				return true
			}
		}
		return false
	}
	for i := range f.All {
		if !f.All[i].match(of) {
			return false
		}
	}
	return true
}

// match says whether a field's value passes.
func (t *valueTest) match(v Value) bool {
	if t.Compare == equalTo && (t.exact || v == t.Value || t.Value.Kind == Empty) {
		return v == t.Value
	}
	if t.Compare == contains {
		return v.Kind == t.Value.Kind && strings.Contains(strings.ToLower(v.Text), strings.ToLower(t.Value.Text))
	}
	order, ok := v.compare(t.Value)
	if !ok {
		return false
	}
	switch t.Compare {
	case equalTo:
		return order == 0
	case greaterThan:
		return order > 0
	case greaterThanOrEqualTo:
		return order >= 0
	case lessThan:
		return order < 0
	case lessThanOrEqualTo:
		return order <= 0
	case contains:
	}
	return false
}

// compare gives the order of two numbers or two times.
func (v Value) compare(other Value) (order int, ok bool) {
	if v.Kind == Double && other.Kind == Double {
		return cmp.Compare(v.Number, other.Number), true
	}
	a, ok1 := v.time()
	b, ok2 := other.time()
	return a.Compare(b), ok1 && ok2
}

// instantLayouts are the forms of ISO 8601 that are taken: with or without a time of day and an offset.
var instantLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", time.DateOnly}

// time reads the value of a DateTime field.
func (v Value) time() (time.Time, bool) {
	if v.Kind == String {
		for _, layout := range instantLayouts {
			if t, err := time.Parse(layout, v.Text); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}
