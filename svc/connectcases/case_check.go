package connectcases

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// customerForm is a Customer Profiles profile's ARN.
var customerForm = regexp.MustCompile(`^arn:aws[-a-z]*:profile:[^:]+:\d{12}:domains/[^/]+/profiles/[^/]+$`)

// Limits on text. The API takes 4,100 characters of any other text, which its shapes say.
const (
	maxSummary = 3000
	maxUserARN = 500
)

// checkNew demands that a case can be made from a template with the fields, in the order of AWS's checks. c is
// the case that would be made.
func (s *Service) checkNew(cat *catalog, t *Template, c *Case, fields []FieldValue) error {
	if t.Deleted {
		return invalid("The template " + t.ID + " is deleted.")
	}
	if t.Status != templateActive {
		return invalid("The template " + t.ID + " is not active.")
	}
	if err := checkFields(cat, fields, nil); err != nil {
		return err
	}
	var without []string
	for _, id := range []string{fieldTitle, fieldCustomerID} {
		if s.always(id) && c.value(id).blank() {
			without = append(without, id)
		}
	}
	for _, id := range t.missing(cat, c) {
		if !slices.Contains(without, id) {
			without = append(without, id)
		}
	}
	if without != nil {
		return withoutValue(without)
	}
	return t.checkRules(cat, nil, c)
}

// always says whether every case must have a value of a field, whatever its template says and hides.
func (s *Service) always(fieldID string) bool {
	return fieldID == fieldTitle || fieldID == fieldStatus || fieldID == fieldCustomerID && !s.customerOptional
}

// checkChange demands that a case can be updated. It is judged as it would be afterwards.
func (s *Service) checkChange(cat *catalog, c *Case, u update, now time.Time) error {
	if err := checkFields(cat, u.fields, c.Values); err != nil {
		return err
	}
	t := cat.templateByID[c.TemplateID]
	after := c
	if t != nil && t.ruleSet != nil {
		copied := *c
		copied.Values = slices.Clone(c.Values)
		copied.apply(u.fields, u.by, copied.touch(now))
		after = &copied
	}
	for _, f := range u.fields {
		required := t != nil && t.requires(f.ID) && !cat.fieldByID[f.ID].Deleted && !t.ruleSet.hides(after, f.ID)
		if f.Value.blank() && (required || s.always(f.ID)) {
			return invalid("The field " + f.ID + " is required and cannot be emptied.")
		}
	}
	if after == c {
		return nil
	}
	return t.checkRules(cat, c, after)
}

// checkFields demands that fields exist, that their values fit, and that callers may set them. held are the
// values that the case has; a deleted field, and an option that is no longer active, can be kept but not
// taken up.
func checkFields(cat *catalog, fields []FieldValue, held values) error {
	var gone, service []string
	seen := make(map[string]bool, len(fields))
	for _, f := range fields {
		if seen[f.ID] {
			return invalid("The field " + f.ID + " is given more than once.")
		}
		seen[f.ID] = true
		known := cat.fieldByID[f.ID]
		if known == nil || known.Deleted && held.get(f.ID).Kind == Empty {
			gone = append(gone, f.ID)
		}
		if setByService[f.ID] {
			service = append(service, f.ID)
		}
	}
	if gone != nil {
		return unknownFields(gone)
	}
	for _, f := range fields {
		if err := checkValue(cat.fieldByID[f.ID], f.Value, held.get(f.ID)); err != nil {
			return err
		}
	}
	if service != nil {
		return invalid("These fields are set by the service: " + strings.Join(service, ", ") + ".")
	}
	return nil
}

// checkValue demands that a value fits a field. An Empty one always does.
func checkValue(f *Field, v, held Value) error {
	if v.Kind == Empty || v == held {
		return nil
	}
	want := kindOf(f.Type)
	if v.Kind != want && !(f.ID == fieldAssignedUser && v.Kind == UserARN) {
		return invalid("The field " + f.ID + " of type " + f.Type + " takes " + members[want] + ".")
	}
	switch {
	case v.Kind == UserARN && utf8.RuneCountInString(v.Text) > maxUserARN:
		return invalid("The value of the field " + f.ID + " is longer than 500 characters.")
	case f.Type == typeDateTime && !isInstant(v.Text):
		return invalid("The value of the field " + f.ID + " is not a time in ISO 8601.")
	case f.Type == typeSingleSelect:
		if o, ok := f.option(v.Text); !ok || !o.Active {
			return invalid("The field " + f.ID + " has no active option with the value " + v.Text + ".")
		}
	case f.ID == fieldSummary && utf8.RuneCountInString(v.Text) > maxSummary:
		return invalid("The value of the field summary is longer than 3000 characters.")
	case f.ID == fieldCustomerID && v.Text != "" && !customerForm.MatchString(v.Text):
		return invalid("The value of the field customer_id is not the ARN of a customer profile.")
	}
	return nil
}

// kindOf gives the kind of value that a type of field takes.
func kindOf(fieldType string) Kind {
	switch fieldType {
	case typeNumber:
		return Double
	case typeBoolean:
		return Boolean
	case typeUser:
		return UserARN
	}
	return String // Text, Url, DateTime, SingleSelect
}

// members names the kinds of values as callers write them.
var members = map[Kind]string{String: "a stringValue", Double: "a doubleValue", Boolean: "a booleanValue", UserARN: "a userArnValue"}

// isInstant says whether a text is an instant in ISO 8601, with or without a time of day and an offset.
func isInstant(s string) bool {
	_, ok := parseInstant(s)
	return ok
}

// parseInstant reads an instant as isInstant takes it; without an offset it is in UTC.
func parseInstant(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
