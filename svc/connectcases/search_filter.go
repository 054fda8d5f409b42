package connectcases

import (
	"bytes"
	"slices"
	"strings"
)

// filterOp is what a node of a filter does.
type filterOp uint8

// The nodes of a filter: four that combine others or look at tags, and the comparisons of a field.
const (
	opAnd filterOp = iota
	opOr
	opNot
	opTag
	opEqual
	opContains
	opGreater
	opGreaterOrEqual
	opLess
	opLessOrEqual
)

// filter says which cases a search wants. match decides; what the tables of the search are asked is made from it
// and may let more cases pass.
type filter struct {
	op       filterOp
	parts    []*filter // of opAnd, opOr, and the one of opNot
	tagKey   *string   // of opTag: nil: of any key
	tagValue *string   // nil: of any value
	fieldID  string    // of the comparisons
	value    Value

	// set by resolve
	field *Field
	key   []byte
	text  string // of opContains, in lower case
}

// maxFilterDepth bounds how deeply filters may be nested, maxFilterParts how many nodes one may have in all.
const (
	maxFilterDepth = 10
	maxFilterParts = 200
)

// resolve finds the fields of a filter and demands that its values fit them.
func (f *filter) resolve(cat *catalog) error {
	var unknown []string
	nodes := 0
	if err := f.resolveNode(cat, 1, &nodes, &unknown); err != nil {
		return err
	}
	if unknown != nil {
		return unknownFields(unknown)
	}
	return nil
}

// resolveNode resolves a node and those below it, and gathers the ids that no field has.
func (f *filter) resolveNode(cat *catalog, depth int, nodes *int, unknown *[]string) error {
	if *nodes++; depth > maxFilterDepth || *nodes > maxFilterParts {
		return invalid("The filter has more than 10 levels or more than 200 parts.")
	}
	for _, p := range f.parts {
		if err := p.resolveNode(cat, depth+1, nodes, unknown); err != nil {
			return err
		}
	}
	switch f.op {
	case opAnd, opOr, opNot:
		return nil
	case opTag:
		if f.tagKey == nil && f.tagValue == nil {
			return invalid("A tag filter needs a key or a value.")
		}
		return nil
	case opEqual, opContains, opGreater, opGreaterOrEqual, opLess, opLessOrEqual:
	}
	if f.field = cat.fieldByID[f.fieldID]; f.field == nil {
		if !slices.Contains(*unknown, f.fieldID) {
			*unknown = append(*unknown, f.fieldID)
		}
		return nil
	}
	if err := f.checkComparison(); err != nil {
		return err
	}
	f.key, f.text = f.field.key(f.value), strings.ToLower(f.value.Text)
	return nil
}

// checkComparison demands that the field's type can be compared so, with such a value.
func (f *filter) checkComparison() error {
	kind, fieldType := f.value.Kind, f.field.Type
	switch {
	case f.op == opEqual:
		if kind == Empty {
			return nil
		}
	case kind == Empty:
		return invalid("An emptyValue can only be compared with equalTo.")
	case f.op == opContains:
		if fieldType == typeNumber || fieldType == typeBoolean || fieldType == typeDateTime {
			return invalid("The field " + f.fieldID + " of type " + fieldType + " cannot be compared with contains.")
		}
	case fieldType != typeNumber && fieldType != typeDateTime:
		return invalid("The field " + f.fieldID + " of type " + fieldType + " has no order to be compared by.")
	}
	if want := kindOf(fieldType); kind != want && !(f.fieldID == fieldAssignedUser && kind == UserARN) {
		return invalid("The field " + f.fieldID + " of type " + fieldType + " is compared with " + members[want] + ".")
	}
	if fieldType == typeDateTime && !isInstant(f.value.Text) {
		return invalid("The value that the field " + f.fieldID + " is compared with is not a time in ISO 8601.")
	}
	return nil
}

// match says whether a case is wanted.
func (f *filter) match(c *Case) bool {
	switch f.op {
	case opAnd:
		return !slices.ContainsFunc(f.parts, func(p *filter) bool { return !p.match(c) })
	case opOr:
		return slices.ContainsFunc(f.parts, func(p *filter) bool { return p.match(c) })
	case opNot:
		return !f.parts[0].match(c)
	case opTag:
		return f.matchTag(c.Tags)
	case opContains:
		v := c.value(f.fieldID)
		return v.Kind != Empty && strings.Contains(strings.ToLower(v.Text), f.text)
	case opEqual, opGreater, opGreaterOrEqual, opLess, opLessOrEqual:
	}
	key := f.field.key(c.value(f.fieldID))
	if key == nil || f.key == nil {
		return f.op == opEqual && key == nil && f.key == nil
	}
	order := bytes.Compare(key, f.key)
	switch f.op {
	case opEqual:
		return order == 0
	case opGreater:
		return order > 0
	case opGreaterOrEqual:
		return order >= 0
	case opLess:
		return order < 0
	case opLessOrEqual:
		return order <= 0
	case opAnd, opOr, opNot, opTag, opContains:
	}
	return false
}

// matchTag says whether a case with the tags is wanted.
func (f *filter) matchTag(tags map[string]string) bool {
	if f.tagKey != nil {
		v, ok := tags[*f.tagKey]
		return ok && (f.tagValue == nil || v == *f.tagValue)
	}
	for _, v := range tags {
		if v == *f.tagValue {
			return true
		}
	}
	return false
}

// sign puts into a signature what every case has that the filter wants.
func (f *filter) sign(s *signature) {
	switch f.op {
	case opAnd:
		for _, p := range f.parts {
			p.sign(s)
		}
	case opOr:
		f.signCommon(s)
	case opTag:
		switch {
		case f.tagKey == nil:
		case f.tagValue == nil:
			s.addTagKey(*f.tagKey)
		default:
			s.addTag(*f.tagKey, *f.tagValue)
		}
	case opEqual:
		if f.key != nil {
			s.addValue(f.field, f.key)
		}
	case opNot, opContains, opGreater, opGreaterOrEqual, opLess, opLessOrEqual:
	}
}

// signCommon puts into a signature what all alternatives have in common.
func (f *filter) signCommon(s *signature) {
	var common signature
	for i, p := range f.parts {
		var one signature
		p.sign(&one)
		for j := range common {
			if i == 0 {
				common[j] = one[j]
			}
			common[j] &= one[j]
		}
	}
	for j := range common {
		s[j] |= common[j]
	}
}
