package connectcases

import (
	"strings"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// The types of fields, with AWS's names.
const (
	typeText         = "Text"
	typeNumber       = "Number"
	typeBoolean      = "Boolean"
	typeDateTime     = "DateTime"
	typeSingleSelect = "SingleSelect"
	typeURL          = "Url"
	typeUser         = "User"
)

// The namespaces of fields.
const (
	namespaceSystem = "System"
	namespaceCustom = "Custom"
)

// Field is what a case may have a value for. Its position is also its short name in the tables of the search.
type Field struct {
	Entry
	Description *string
	Type        string
	Namespace   string
	Multiline   *bool    // Text only; nil where nothing was said
	Options     []Option // SingleSelect only, in the order in which they were added
}

// createField adds a custom field to a domain. The quota is on custom fields.
func (s *Service) createField(tx *store.Tx, cat *catalog, f *Field) error {
	if err := f.checkAttributes(); err != nil {
		return err
	}
	quota := s.quotas.FieldsPerDomain
	for _, other := range cat.fields {
		if other.Namespace == namespaceSystem {
			quota++
		}
	}
	f.Namespace = namespaceCustom
	if err := admit(cat.fields, "Field", &f.Entry, quota, tx.Now()); err != nil {
		return err
	}
	return insertField(tx, cat.domain.ID, f)
}

// checkAttributes demands that the field has only attributes of its type.
func (f *Field) checkAttributes() error {
	if f.Multiline != nil && f.Type != typeText {
		return invalid("Only fields of type Text have text attributes.")
	}
	return nil
}

// fieldChange is what UpdateField changes; nil keeps.
type fieldChange struct {
	name, description *string
	multiline         *bool
}

// updateField changes a custom field. Values that a field's new attributes would not have taken stay.
func (s *Service) updateField(tx *store.Tx, cat *catalog, fieldID string, change fieldChange) error {
	old, err := cat.customField(fieldID)
	if err != nil {
		return err
	}
	if err := notDeleted("Field", &old.Entry); err != nil {
		return err
	}
	f := *old
	if change.name != nil {
		f.Name = *change.name
	}
	if change.description != nil {
		f.Description = change.description
	}
	if change.multiline != nil {
		f.Multiline = change.multiline
	}
	if err := f.checkAttributes(); err != nil {
		return err
	}
	if err := vacant(cat.fields, "Field", &f.Entry); err != nil {
		return err
	}
	f.ModifiedAt = tx.Now()
	return updateField(tx, cat.domain.ID, &f)
}

// deleteField takes a custom field out of use. Cases keep their values of it; a case rule that needs it keeps it.
func (s *Service) deleteField(tx *store.Tx, cat *catalog, fieldID string) error {
	old, err := cat.customField(fieldID)
	if err != nil || old.Deleted {
		return err
	}
	if rule := cat.ruleOn(fieldID); rule != nil {
		return fault.New(fault.Conflict, "The field "+fieldID+" is used by the case rule "+rule.ID+".")
	}
	f := *old
	f.Deleted, f.ModifiedAt = true, tx.Now()
	return updateField(tx, cat.domain.ID, &f)
}

// customField finds a field that may be changed and deleted.
func (c *catalog) customField(fieldID string) (*Field, error) {
	f, err := c.field(fieldID)
	if err != nil {
		return nil, err
	}
	if f.Namespace == namespaceSystem {
		return nil, invalid("The field " + fieldID + " is a system field, which cannot be changed or deleted.")
	}
	return f, nil
}

// pickFields gives the fields of the ids in their order, and the ids that no field has.
func (c *catalog) pickFields(ids []string) (found []*Field, unknown []string, err error) {
	return pick(c.fieldByID, "Field", ids)
}

// pick gives the entries of the ids in their order, and the ids that none has.
func pick[T entries](byID map[string]T, kind string, ids []string) (found []T, unknown []string, err error) {
	if err := unrepeated(kind, ids); err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		if e, ok := byID[id]; ok {
			found = append(found, e)
		} else {
			unknown = append(unknown, id)
		}
	}
	return found, unknown, nil
}

// unrepeated demands that no id comes twice.
func unrepeated(kind string, ids []string) error {
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if seen[id] {
			return invalid("The " + nouns[kind] + " " + id + " is given more than once.")
		}
		seen[id] = true
	}
	return nil
}

// liveFields demands that every id is that of a field that is not deleted.
func (c *catalog) liveFields(ids []string) error {
	var gone []string
	for _, id := range ids {
		if f := c.fieldByID[id]; f == nil || f.Deleted {
			gone = append(gone, id)
		}
	}
	if gone != nil {
		return unknownFields(gone)
	}
	return nil
}

// unknownFields says that ids are those of no field that can be used.
func unknownFields(ids []string) error {
	return invalid("These fields do not exist in the domain: " + strings.Join(ids, ", ") + ".")
}
