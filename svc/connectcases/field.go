package connectcases

import (
	"strings"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/id"
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

// Field is what a case may have a value for. Deleted fields stay: cases may hold values of them.
type Field struct {
	ID          string
	Position    int64 // in the order of lists
	Name        string
	Description *string
	Type        string
	Namespace   string
	Multiline   *bool // Text only; nil where nothing was said
	Deleted     bool
	CreatedAt   time.Time
	ModifiedAt  time.Time
	Options     []Option // SingleSelect only, in the order in which they were added
	Tags        map[string]string
}

// createField adds a custom field to a domain.
func (s *Service) createField(tx *store.Tx, domainID string, f Field) (string, error) {
	cat, err := s.lockCatalog(tx, domainID)
	if err != nil {
		return "", err
	}
	if f.Multiline != nil && f.Type != typeText {
		return "", invalid("Only fields of type Text have text attributes.")
	}
	custom := 0
	for _, other := range cat.fields {
		f.Position = max(f.Position, other.Position)
		if other.Deleted {
			continue
		}
		if other.Name == f.Name {
			return "", fault.New(fault.Conflict, "A field with the name "+f.Name+" exists already.")
		}
		if other.Namespace == namespaceCustom {
			custom++
		}
	}
	if custom >= s.quotas.FieldsPerDomain {
		return "", fault.New(fault.Limit, "The domain has as many fields as it may have.")
	}
	f.ID, f.Position, f.Namespace = id.New(), f.Position+1, namespaceCustom
	f.CreatedAt, f.ModifiedAt = tx.Now(), tx.Now()
	if err := insertField(tx, domainID, &f); err != nil {
		return "", err
	}
	return f.ID, updateVersion(tx, domainID)
}

// pickFields gives the fields of the ids in their order, and the ids that no field has.
func (c *catalog) pickFields(ids []string) (found []*Field, unknown []string, err error) {
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if seen[id] {
			return nil, nil, invalid("The field id " + id + " is given more than once.")
		}
		seen[id] = true
		if f := c.fieldByID[id]; f != nil {
			found = append(found, f)
		} else {
			unknown = append(unknown, id)
		}
	}
	return found, unknown, nil
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
