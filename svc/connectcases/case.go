package connectcases

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// Case is a case as a transaction sees it.
type Case struct {
	DomainID, ID, TemplateID string
	No                       int64 // its short name in the tables of the search
	CreatedAt                time.Time
	UpdatedAt                time.Time // last_updated_datetime: of the fields only
	ChangedAt                time.Time // of the fields and the related items; no two changes have the same millisecond
	SettledAt, SettlingAt    time.Time // earlier UpdatedAts, see settle
	Items                    int
	SLAs                     int    // those of them that are SLAs neither met nor missed for good: Active or Overdue
	AuditID                  string // the newest row of its history
	Tags                     map[string]string
	Values                   values
}

// The types of case events.
const (
	caseCreated = "CASE.CREATED"
	caseUpdated = "CASE.UPDATED"
	caseDeleted = "CASE.DELETED"
)

// value gives a field's value; three of them are columns of the case.
func (c *Case) value(fieldID string) Value {
	switch fieldID {
	case fieldCaseID:
		return text(c.ID)
	case fieldCreated:
		return instant(c.CreatedAt)
	case fieldLastUpdated:
		return instant(c.UpdatedAt)
	}
	return c.Values.get(fieldID)
}

// touch gives the instant of a change that happens now. Consumers order a case's events by
// approximateChangeTime, which has milliseconds: changes that come within one, or from a node whose clock is
// behind, each get the next millisecond of the case.
func (c *Case) touch(now time.Time) time.Time {
	if next := c.ChangedAt.Truncate(time.Millisecond).Add(time.Millisecond); now.Before(next) {
		now = next
	}
	c.ChangedAt = now
	return now
}

// caseRequest is what a caller asks of CreateCase.
type caseRequest struct {
	domainID, templateID string
	fields               []FieldValue
	tags                 map[string]string
	token                string // empty: the call is not idempotent
	by                   Actor
}

// createCase makes a case, or finds the one that the same request with the same token has made.
func (s *Service) createCase(tx *store.Tx, r caseRequest) (string, error) {
	cat, err := s.catalog(tx, r.domainID)
	if err != nil {
		return "", err
	}
	c := &Case{DomainID: r.domainID, ID: id.New(), TemplateID: r.templateID}
	if r.token != "" {
		if made, err := claimToken(tx, r, c.ID); made != "" || err != nil {
			return made, err
		}
	}
	t, err := cat.template(r.templateID)
	if err != nil {
		return "", err
	}
	changed, history := c.fill(r.fields, r.by, tx.Now())
	if err := s.checkNew(cat, t, c, r.fields); err != nil {
		return "", err
	}
	if c.Tags, err = t.caseTags(r.tags); err != nil {
		return "", err
	}
	if err := insertAudit(tx, c.record(audit{Type: auditCaseCreated, By: r.by, At: c.CreatedAt, Changes: history})); err != nil {
		return "", err
	}
	if err := insertCase(tx, c); err != nil {
		return "", err
	}
	if err := s.index(tx, indexChange{cat: cat, now: c}); err != nil {
		return "", err
	}
	return c.ID, s.publish(tx, s.caseEvent(cat, c, caseCreated, changed, r.by))
}

// fill gives a new case its values: the caller's, then those that the service sets. It tells which fields got
// one, in that order, and what the history says of it.
func (c *Case) fill(fields []FieldValue, by Actor, now time.Time) (changed []string, history []change) {
	c.CreatedAt, c.ChangedAt = now, now
	c.settle(now)
	put := func(id string, v Value) {
		if v.Kind == Empty {
			return
		}
		c.Values.set(id, v)
		changed = append(changed, id)
		history = append(history, change{ID: id, New: v})
	}
	for _, f := range fields {
		put(f.ID, f.Value)
	}
	if c.value(fieldStatus).Kind == Empty {
		put(fieldStatus, text(statusOpen))
	}
	put(fieldReferenceNumber, text(referenceNumber()))
	changed = append(changed, fieldCreated, fieldLastUpdated)
	if c.value(fieldStatus) == text(statusClosed) {
		put(fieldLastClosed, instant(now))
	}
	changed = append(changed, fieldCaseID)
	if user := by.userARN(); user != "" {
		put(fieldLastUpdatedUser, Value{Kind: UserARN, Text: user})
	}
	return changed, history
}

// referenceNumber draws a number for people to quote. It is not unique, at AWS neither.
func referenceNumber() string { return fmt.Sprintf("%08d", rand.IntN(100_000_000)) }

// apply changes the case's values at an instant. It tells which fields really changed, in the request's order
// and then those that the service sets, and what the history says of it.
func (c *Case) apply(fields []FieldValue, by Actor, at time.Time) (changed []string, history []change) {
	put := func(id string, v Value) bool {
		old := c.Values.get(id)
		if old == v {
			return false
		}
		c.Values.set(id, v)
		changed = append(changed, id)
		history = append(history, change{ID: id, Old: old, New: v})
		return true
	}
	before := c.value(fieldStatus)
	for _, f := range fields {
		put(f.ID, f.Value)
	}
	c.settle(at)
	changed = append(changed, fieldLastUpdated)
	closed := text(statusClosed)
	switch after := c.value(fieldStatus); {
	case before != closed && after == closed:
		put(fieldLastClosed, instant(at))
	case before == closed && after != closed:
		put(fieldLastReopened, instant(at))
	}
	if user := by.userARN(); user != "" {
		put(fieldLastUpdatedUser, Value{Kind: UserARN, Text: user})
	}
	return changed, history
}

// deleteCase removes a case with its related items, their clocks and its history.
func (s *Service) deleteCase(tx *store.Tx, domainID, caseID string, by Actor) error {
	cat, c, err := s.holdCase(tx, domainID, caseID)
	if err != nil {
		return err
	}
	c.touch(tx.Now())
	if err := s.deleteClocks(tx, c); err != nil {
		return err
	}
	if err := deleteAudit(tx, c); err != nil {
		return err
	}
	if err := deleteCaseRows(tx, c); err != nil {
		return err
	}
	if err := s.index(tx, indexChange{cat: cat, was: c}); err != nil {
		return err
	}
	return s.publish(tx, s.caseEvent(cat, c, caseDeleted, nil, by))
}

// caseEvent makes the event of a change of a case; nil while the domain's events are off.
func (s *Service) caseEvent(cat *catalog, c *Case, eventType string, changed []string, by Actor) *bus.Event {
	return s.event(cat, s.caseARN(c.DomainID, c.ID), func(full bool) []byte {
		fields := cat.events.Fields
		if !full {
			fields = nil
		}
		return c.event(cat, eventType, changed, by, fields)
	})
}

// event gives the detail of a case event: the case as it is after the change, with those of the fields that
// have a value. Without a list of fields there is no member for them.
func (c *Case) event(cat *catalog, eventType string, changed []string, by Actor, fields *[]string) []byte {
	e := wire.NewEncoder()
	defer e.Release()
	openDetail(e, eventType, c.ChangedAt, by, `"changedFieldIds":`, changed)
	e.Key(`"case":`)
	e.Open()
	e.Key(`"caseId":`)
	e.String(c.ID)
	e.Key(`"templateId":`)
	e.String(c.TemplateID)
	e.Key(`"createdDateTime":`)
	e.Time(c.CreatedAt, wire.ISO8601)
	if fields != nil {
		e.Key(`"fields":`)
		e.Open()
		for _, id := range *fields {
			v := c.value(id)
			if f := cat.fieldByID[id]; f == nil || f.Deleted || v.Kind == Empty {
				continue
			}
			e.Name(id)
			e.Raw(`{"value":`)
			v.encode(e)
			e.Close()
		}
		e.Close()
	}
	e.Close()
	e.Close()
	return bytes.Clone(e.Bytes())
}

// openDetail writes the members that the details of all events begin with. changedKey is the quoted name of
// the list of what changed.
func openDetail(e *wire.Encoder, eventType string, at time.Time, by Actor, changedKey string, changed []string) {
	e.Open()
	e.Key(`"version":`)
	e.String("0")
	e.Key(`"eventType":`)
	e.String(eventType)
	e.Key(`"approximateChangeTime":`)
	e.Time(at, wire.ISO8601)
	e.Key(changedKey)
	e.Strings(changed)
	e.Key(`"performedBy":`)
	by.encode(e)
}
