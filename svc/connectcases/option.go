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
func (s *Service) putOptions(tx *store.Tx, cat *catalog, fieldID string, put []Option) (refused []string, err error) {
	old, err := cat.singleSelect(fieldID)
	if err != nil {
		return nil, err
	}
	if err := notDeleted("Field", &old.Entry); err != nil {
		return nil, err
	}
	f := *old
	f.Options = slices.Clone(old.Options)
	seen := make(map[string]bool, len(put))
	for _, o := range put {
		if seen[o.Value] {
			return nil, invalid("The option " + o.Value + " is given more than once.")
		}
		seen[o.Value] = true
		i := slices.IndexFunc(f.Options, func(old Option) bool { return old.Value == o.Value })
		switch {
		case i < 0:
			f.Options = append(f.Options, o)
		case fieldID == fieldStatus && (o.Value == statusOpen || o.Value == statusClosed) && f.Options[i] != o:
			refused = append(refused, o.Value)
		default:
			f.Options[i] = o
		}
	}
	if len(f.Options) > s.quotas.OptionsPerField {
		return nil, fault.New(fault.Limit, "The field would have more options than it may have.")
	}
	if slices.Equal(f.Options, old.Options) {
		return refused, nil
	}
	f.ModifiedAt = tx.Now()
	return refused, updateField(tx, cat.domain.ID, &f)
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
