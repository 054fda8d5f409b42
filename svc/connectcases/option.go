package connectcases

import (
	"slices"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// Option is a value that a single-select field can take. Its value is its key; an inactive one stays on the
// cases that hold it and cannot be chosen anew.
type Option struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Active bool   `json:"active"`
}

// option finds an option by its value.
func (f *Field) option(value string) (Option, bool) {
	i := slices.IndexFunc(f.Options, func(o Option) bool { return o.Value == value })
	if i < 0 {
		return Option{}, false
	}
	return f.Options[i], true
}

// putOptions adds options and changes those whose value exists. It gives the values of those that it had to
// refuse: status keeps the two that it was born with.
func (s *Service) putOptions(tx *store.Tx, domainID, fieldID string, put []Option) (refused []string, err error) {
	cat, err := s.lockCatalog(tx, domainID)
	if err != nil {
		return nil, err
	}
	f, err := cat.singleSelect(fieldID)
	if err != nil {
		return nil, err
	}
	if f.Deleted {
		return nil, invalid("The field " + fieldID + " is deleted.")
	}
	options := slices.Clone(f.Options)
	for _, o := range put {
		i := slices.IndexFunc(options, func(old Option) bool { return old.Value == o.Value })
		switch {
		case i < 0:
			options = append(options, o)
		case fieldID == fieldStatus && (o.Value == statusOpen || o.Value == statusClosed) && options[i] != o:
			refused = append(refused, o.Value)
		default:
			options[i] = o
		}
	}
	if len(options) > s.quotas.OptionsPerField {
		return nil, fault.New(fault.Limit, "The field would have more options than it may have.")
	}
	if slices.Equal(options, f.Options) {
		return refused, nil
	}
	if err := updateFieldOptions(tx, domainID, fieldID, options); err != nil {
		return nil, err
	}
	return refused, updateVersion(tx, domainID)
}

// singleSelect finds a field that has options.
func (c *catalog) singleSelect(fieldID string) (*Field, error) {
	f, err := c.field(fieldID)
	if err != nil {
		return nil, err
	}
	if f.Type != typeSingleSelect {
		return nil, invalid("The field " + fieldID + " is not of type SingleSelect.")
	}
	return f, nil
}
