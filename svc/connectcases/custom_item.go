package connectcases

import (
	"strings"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/wire"
)

// Custom is a record of the domain's own: values of some of its custom fields.
type Custom struct {
	Fields values `json:"fields"` // in the order of the fields' ids

	asked []FieldValue // what a caller gives, in the order of the request
}

// itemType is Custom.
func (*Custom) itemType() string { return itemCustom }

// subject is nothing.
func (*Custom) subject() string { return "" }

// attribute is the list of fields as a whole.
func (*Custom) attribute() string { return "custom.fields" }

// values are those of the fields: the history calls them by the fields' ids, as that of a case does.
func (c *Custom) values() []FieldValue { return c.Fields }

// place demands what a case demands of its values, and that the fields are custom ones. Values that are empty
// are left out.
func (c *Custom) place(p *placing) error {
	var system []string
	for _, f := range c.asked {
		if known := p.cat.fieldByID[f.ID]; known != nil && known.Namespace == namespaceSystem {
			system = append(system, f.ID)
		}
	}
	if system != nil {
		return invalid("A related item of type Custom takes only custom fields, not " + strings.Join(system, ", ") + ".")
	}
	var held values
	if p.was.Custom != nil {
		held = p.was.Custom.Fields
	}
	if err := checkFields(p.cat, c.asked, held); err != nil {
		return err
	}
	for _, f := range c.asked {
		c.Fields.set(f.ID, f.Value)
	}
	if len(c.asked) > p.s.quotas.FieldsPerCustomItem {
		return fault.New(fault.Limit, "The related item has more fields than one of type Custom may have.")
	}
	return nil
}

// encode has the values as case events have them.
func (c *Custom) encode(e *wire.Encoder) {
	e.Key(`"fields":`)
	e.Open()
	for _, f := range c.Fields {
		e.Name(f.ID)
		e.Raw(`{"value":`)
		f.Value.encode(e)
		e.Close()
	}
	e.Close()
}
