package connectcases

import (
	"bytes"
)

// valueRange is a range of a field's rows in cases_value, or of those of tags.
type valueRange struct {
	fieldNo  int64
	from, to []byte // the first key of the range, and the first behind it
	exact    bool   // each case is in it once at most, and all that are match
}

// lastValue sorts behind every value.
var lastValue = []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")

// everyValue is the range of all rows of a field.
func (f *Field) everyValue() valueRange {
	return valueRange{fieldNo: f.Position, from: []byte{}, to: lastValue, exact: true}
}

// valueRange gives the range in which all cases are that a comparison or a tag wants, if there is one.
func (f *filter) valueRange() (r valueRange, ok bool) {
	if f.op == opTag {
		return f.tagRange()
	}
	if f.field == nil || f.key == nil || !f.field.ordered() {
		return r, false
	}
	r = f.field.everyValue()
	key := cut(f.key)
	behind := append(bytes.Clone(key), 0)
	r.exact = len(key) < maxKey
	switch f.op {
	case opEqual:
		r.from, r.to = key, behind
	case opGreater:
		r.from = behind
	case opGreaterOrEqual:
		r.from = key
	case opLess:
		r.to = key
	case opLessOrEqual:
		r.to = behind
	case opAnd, opOr, opNot, opTag, opContains:
		return r, false
	}
	return r, true
}

// tagRange is valueRange of a tag. With a key alone a case has one tag at most.
func (f *filter) tagRange() (r valueRange, ok bool) {
	switch {
	case f.tagKey == nil:
		return r, false
	case f.tagValue == nil:
		key := tagKey(*f.tagKey, "")
		return valueRange{tagsNo, key, []byte(*f.tagKey + "\x01"), len(key) < maxKey}, true
	}
	key := cut(tagKey(*f.tagKey, *f.tagValue))
	return valueRange{tagsNo, key, append(bytes.Clone(key), 0), len(key) < maxKey}, true
}

// narrow leaves of a range of a field what a filter leaves of it. It says whether cases without a value in the field
// are left too.
func (f *filter) narrow(r *valueRange) (unset bool) {
	unset = true
	if f.op == opAnd {
		for _, p := range f.parts {
			unset = p.narrow(r) && unset
		}
	}
	own, ok := f.valueRange()
	if !ok || own.fieldNo != r.fieldNo {
		return unset
	}
	if bytes.Compare(own.from, r.from) > 0 {
		r.from = own.from
	}
	if bytes.Compare(own.to, r.to) < 0 {
		r.to = own.to
	}
	return false
}
