package connectcases

import (
	"fmt"
	"slices"
	"time"

	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/wire"
)

// The types of rows in a case's history, with AWS's names.
const (
	auditCaseCreated = "Case.Created"
	auditCaseUpdated = "Case.Updated"
	auditItemCreated = "RelatedItem.Created"
	auditItemUpdated = "RelatedItem.Updated"
	auditItemDeleted = "RelatedItem.Deleted"
)

// audit is one row of a case's history.
type audit struct {
	Type     string
	ItemType string // of rows about related items
	By       Actor
	At       time.Time
	Changes  []change
}

// change is one value that changed: of a field, or of a part of a related item. A value that was not there
// before, or is no longer, is Empty. The times that every change brings are not among them.
type change struct {
	ID       string
	Old, New Value
}

// differences gives what changed between two lists of values. What a list does not have is Empty.
func differences(old, now []FieldValue) (list []change) {
	of := func(values []FieldValue, id string) Value {
		if i := slices.IndexFunc(values, func(f FieldValue) bool { return f.ID == id }); i >= 0 {
			return values[i].Value
		}
		return Value{}
	}
	for _, f := range now {
		if was := of(old, f.ID); was != f.Value {
			list = append(list, change{ID: f.ID, Old: was, New: f.Value})
		}
	}
	for _, f := range old {
		if of(now, f.ID).Kind == Empty {
			list = append(list, change{ID: f.ID, Old: f.Value})
		}
	}
	return list
}

// auditRow is a row of the history with its place in the chain of its case.
type auditRow struct {
	domainID, caseID string
	id, prev         string
	audit
}

// record puts a row in front of the case's history. The caller stores it, and the case, which knows it now.
func (c *Case) record(a audit) auditRow {
	row := auditRow{domainID: c.DomainID, caseID: c.ID, id: id.New(), prev: c.AuditID, audit: a}
	c.AuditID = row.id
	return row
}

// marshalChanges gives the JSON that a row holds: a list of id, old value, new value.
func marshalChanges(list []change) string {
	e := wire.NewEncoder()
	defer e.Release()
	wire.EncodeList(e, list, func(c *change, e *wire.Encoder) {
		e.Raw(`[`)
		e.String(c.ID)
		e.Raw(`,`)
		c.Old.encode(e)
		e.Raw(`,`)
		c.New.encode(e)
		e.Raw(`]`)
	})
	return string(e.Bytes())
}

// unmarshalChanges reads what marshalChanges wrote.
func unmarshalChanges(json []byte) (list []change, err error) {
	d := wire.NewDecoder(json)
	defer d.Release()
	for d.Array(); d.More(); {
		d.Array()
		var c change
		for i := 0; d.More(); i++ {
			switch i {
			case 0:
				c.ID = d.String()
			case 1:
				c.Old = decodeValue(d)
			case 2:
				c.New = decodeValue(d)
			default:
				d.Skip()
			}
		}
		list = append(list, c)
	}
	d.End()
	if err := d.Err(); err != nil {
		return nil, fmt.Errorf("changes of a case: %w", err)
	}
	return list, nil
}
