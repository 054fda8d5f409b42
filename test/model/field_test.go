package model

import (
	"maps"
	"regexp"
	"slices"
	"unicode/utf8"
)

// field is a field of a domain.
type field struct {
	id, name, kind    string
	description       any // a text, or nil
	system            bool
	multiline         any // a bool, or nil
	deleted           bool
	created, modified int
	options           []object // {"name", "value", "active"}
	tags              map[string]string
}

// key is the field's id.
func (f *field) key() string { return f.id }

// serviceSet are the system fields that no caller may set.
var serviceSet = []string{
	"case_id", "reference_number", "created_datetime", "last_updated_datetime", "last_closed_datetime",
	"last_reopened_datetime", "last_updated_user", "next_sla_breach_datetime",
}

// systemFields gives the fields that call n's new domain begins with.
func systemFields(n int) []*field {
	var out []*field
	for _, f := range [][3]string{
		{"case_id", "Case Id", "Text"}, {"reference_number", "Reference number", "Text"}, {"title", "Title", "Text"},
		{"status", "Status", "SingleSelect"}, {"summary", "Summary", "Text"}, {"case_reason", "Case Reason", "SingleSelect"},
		{"customer_id", "Customer", "Text"}, {"assigned_queue", "Assigned queue", "Text"}, {"assigned_user", "Assigned user", "Text"},
		{"created_datetime", "Date/Time Opened", "DateTime"}, {"last_updated_datetime", "Date/Time Updated", "DateTime"},
		{"last_closed_datetime", "Date/Time Closed", "DateTime"}, {"last_reopened_datetime", "Date/Time Reopened", "DateTime"},
		{"last_updated_user", "Last Updated User", "User"}, {"next_sla_breach_datetime", "Next SLA Breach", "DateTime"},
	} {
		out = append(out, &field{id: f[0], name: f[1], kind: f[2], system: true, created: n, modified: n, tags: map[string]string{}})
	}
	out[3].options = []object{{"name": "Open", "value": "open", "active": true}, {"name": "Closed", "value": "closed", "active": true}}
	return out
}

// attributes gives what only Text fields have, nil when nothing was said.
func (f *field) attributes() any {
	if f.multiline == nil {
		return nil
	}
	return object{"text": object{"isMultiline": f.multiline}}
}

// createField is CreateField.
func createField(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	f := &field{
		id: symbol("field", c.N), name: str(c.In, "name"), kind: str(c.In, "type"), description: c.In["description"],
		multiline: obj(obj(c.In, "attributes"), "text")["isMultiline"], created: c.N, modified: c.N, tags: map[string]string{},
	}
	switch {
	case d == nil:
		return refused(notFound)
	case f.multiline != nil && f.kind != "Text":
		return refused(invalid)
	case d.fieldNamed(f.name, "") != nil:
		return refused(conflict)
	case count(d.fields, func(f *field) bool { return !f.deleted && !f.system }) >= quotas["fields-per-domain"]:
		return refused(quota)
	}
	d.fields = append(d.fields, f)
	return said(object{"fieldId": f.id, "fieldArn": arn(d.id, "field", f.id)})
}

// fieldNamed finds a field that is not deleted by its name, but for one.
func (d *domain) fieldNamed(name, except string) *field {
	for _, f := range d.fields {
		if f.name == name && !f.deleted && f.id != except {
			return f
		}
	}
	return nil
}

// updateField is UpdateField.
func updateField(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	f := find(d.fields, str(c.In, "fieldId"))
	text := obj(obj(c.In, "attributes"), "text")
	switch {
	case f == nil:
		return refused(notFound)
	case f.deleted || f.system || text != nil && f.kind != "Text":
		return refused(invalid)
	case has(c.In, "name") && d.fieldNamed(str(c.In, "name"), f.id) != nil:
		return refused(conflict)
	}
	if has(c.In, "name") {
		f.name = str(c.In, "name")
	}
	if has(c.In, "description") {
		f.description = c.In["description"]
	}
	if text != nil {
		f.multiline = text["isMultiline"]
	}
	f.modified = c.N
	return said(object{})
}

// deleteField is DeleteField. A field that a live case rule reads, or a live template applies one to, stays.
func deleteField(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	f := find(d.fields, str(c.In, "fieldId"))
	switch {
	case f == nil:
		return refused(notFound)
	case f.system:
		return refused(invalid)
	case f.deleted:
		return said(object{})
	}
	for _, r := range d.rules {
		if !r.deleted && slices.Contains(ruleFields(r.rule), f.id) {
			return refused(conflict)
		}
	}
	for _, t := range d.templates {
		if !t.deleted && slices.ContainsFunc(t.rules, func(r object) bool { return r["fieldId"] == f.id }) {
			return refused(conflict)
		}
	}
	f.deleted, f.modified = true, c.N
	return said(object{})
}

// listFields is ListFields.
func listFields(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	out := []any{}
	for _, f := range d.fields {
		if !f.deleted {
			out = append(out, set(object{
				"fieldId": f.id, "fieldArn": arn(d.id, "field", f.id), "name": f.name, "type": f.kind, "namespace": f.namespace(),
			}, "attributes", f.attributes()))
		}
	}
	return said(object{"fields": out})
}

// namespace tells whose the field is.
func (f *field) namespace() string {
	if f.system {
		return "System"
	}
	return "Custom"
}

// batchGetField is BatchGetField.
func batchGetField(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	asked := ids(c.In, "fields")
	if len(asked) == 0 || len(asked) > 50 {
		return refused(invalid)
	}
	if d == nil {
		return refused(notFound)
	}
	if repeated(asked) {
		return refused(invalid)
	}
	found, errs := []any{}, []any{}
	for _, id := range asked {
		f := find(d.fields, id)
		if f == nil {
			errs = append(errs, object{"id": id, "errorCode": "RESOURCE_NOT_FOUND"})
			continue
		}
		o := object{
			"fieldId": f.id, "fieldArn": arn(d.id, "field", f.id), "name": f.name, "type": f.kind, "namespace": f.namespace(),
			"tags": tagsOf(f.tags), "deleted": f.deleted, "createdTime": stamp(f.created, 0), "lastModifiedTime": stamp(f.modified, 0),
		}
		if f.description != nil {
			o["description"] = f.description
		}
		found = append(found, set(o, "attributes", f.attributes()))
	}
	return said(object{"fields": found, "errors": errs})
}

// option gives the place of an option by its value; -1 when there is none.
func (f *field) option(value string) int {
	return slices.IndexFunc(f.options, func(o object) bool { return o["value"] == value })
}

// putOptions is BatchPutFieldOptions.
func putOptions(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	f := find(d.fields, str(c.In, "fieldId"))
	switch {
	case f == nil:
		return refused(notFound)
	case f.kind != "SingleSelect" || f.deleted:
		return refused(invalid)
	}
	var values []string
	more := len(f.options)
	for _, o := range list(c.In, "options") {
		values = append(values, str(o, "value"))
		if f.option(str(o, "value")) < 0 {
			more++
		}
	}
	switch {
	case repeated(values):
		return refused(invalid)
	case more > quotas["options-per-field"]:
		return refused(quota)
	}
	var errs []any
	for _, o := range list(c.In, "options") {
		value := str(o, "value")
		i := f.option(value)
		switch {
		case i < 0:
			f.options = append(f.options, o)
			f.modified = c.N
		case f.id == "status" && (value == "open" || value == "closed"):
			if !maps.Equal(f.options[i], o) {
				errs = append(errs, object{"value": value, "errorCode": "VALIDATION_ERROR"})
			}
		case !maps.Equal(f.options[i], o):
			f.options[i] = o
			f.modified = c.N
		}
	}
	out := object{}
	if errs != nil {
		out["errors"] = errs
	}
	return said(out)
}

// listFieldOptions is ListFieldOptions.
func listFieldOptions(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	f := find(d.fields, str(c.In, "fieldId"))
	switch {
	case f == nil:
		return refused(notFound)
	case f.kind != "SingleSelect":
		return refused(invalid)
	}
	out := []any{}
	for _, o := range f.options {
		if wanted := texts(c.In, "values"); len(wanted) == 0 || wanted[0] == o["value"] {
			out = append(out, o)
		}
	}
	return said(object{"options": out})
}

// value is the value of a field: a union's only member and what it holds. The zero value is none.
type value struct {
	member string
	v      any // a text, a number or a bool
}

// valueOf reads a union; emptyValue is no value.
func valueOf(union object) value {
	for member, v := range union {
		if member != "emptyValue" {
			return value{member, v}
		}
	}
	return value{}
}

// union is the other way round.
func (v value) union() object {
	if v == (value{}) {
		return object{"emptyValue": object{}}
	}
	return object{v.member: v.v}
}

// text gives what a text or a user is; empty for other values.
func (v value) text() string {
	s, _ := v.v.(string)
	return s
}

// blank says whether a value does not do where one is demanded.
func (v value) blank() bool { return v.v == nil || v.v == "" }

// said makes a text value.
func texty(s string) value { return value{"stringValue", s} }

// memberOf tells which member of the union a type of field takes.
var memberOf = map[string]string{
	"Text": "stringValue", "Url": "stringValue", "DateTime": "stringValue", "SingleSelect": "stringValue",
	"Number": "doubleValue", "Boolean": "booleanValue", "User": "userArnValue",
}

// customer is the form of a profile's ARN.
var customerForm = regexp.MustCompile(`^arn:aws[-a-z]*:profile:[^:]+:\d{12}:domains/[^/]+/profiles/[^/]+$`)

// takes says whether a field can take a value, where it holds another.
func (f *field) takes(v, held value) bool {
	switch {
	case v == (value{}) || v == held:
		return true
	case f.id == "assigned_user" && v.member == "userArnValue":
		return len(v.text()) <= 500
	case v.member != memberOf[f.kind]:
		return false
	case f.kind == "DateTime":
		_, ok := rank(v.text())
		return ok
	case f.kind == "SingleSelect":
		i := f.option(v.text())
		return i >= 0 && f.options[i]["active"] == true
	case f.kind == "User":
		return len(v.text()) <= 500
	case f.id == "summary":
		return utf8.RuneCountInString(v.text()) <= 3000
	case f.id == "customer_id" && v.text() != "":
		return customerForm.MatchString(v.text())
	}
	return true
}
