package connectcases

import (
	"time"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// SLA is a promise that a field of the case reaches a value by a time.
type SLA struct {
	Name        string     `json:"name"`
	Type        string     `json:"type"`
	Status      string     `json:"status"`
	FieldID     string     `json:"fieldId"`
	Target      Value      `json:"target"`
	TargetAt    time.Time  `json:"targetTime"`
	CompletedAt *time.Time `json:"completionTime,omitempty"`

	within  time.Duration // what a caller gives instead of the target time
	targets int           // and how many target values
}

// The states of an SLA: Active until its target time, then Overdue; Met when its field reaches the target in
// time, NotMet when it does so later. The last two are final.
const (
	slaActive  = "Active"
	slaOverdue = "Overdue"
	slaMet     = "Met"
	slaNotMet  = "NotMet"
)

// itemType is Sla.
func (*SLA) itemType() string { return itemSLA }

// subject is nothing.
func (*SLA) subject() string { return "" }

// attribute is the configuration as a whole.
func (*SLA) attribute() string { return "sla.slaConfiguration" }

// The parts of an SLA that change, as the history and events name them.
const (
	slaStatusPath     = "sla.slaConfiguration.status"
	slaCompletionPath = "sla.slaConfiguration.completionTime"
)

// values has every part of the configuration.
func (a *SLA) values() []FieldValue {
	list := []FieldValue{
		{"sla.slaConfiguration.name", text(a.Name)},
		{"sla.slaConfiguration.type", text(a.Type)},
		{slaStatusPath, text(a.Status)},
		{"sla.slaConfiguration.fieldId", text(a.FieldID)},
		{"sla.slaConfiguration.targetFieldValues", a.Target},
		{"sla.slaConfiguration.targetTime", instant(a.TargetAt)},
	}
	if a.CompletedAt != nil {
		list = append(list, FieldValue{slaCompletionPath, instant(*a.CompletedAt)})
	}
	return list
}

// place demands a target that status can reach, and begins the SLA: of a case that has the value already it is
// met at once.
func (a *SLA) place(p *placing) error {
	if a.FieldID != fieldStatus {
		return invalid("The fieldId of an SLA must be status.")
	}
	if a.targets != 1 || a.Target.Kind == Empty {
		return invalid("An SLA must have one target value.")
	}
	status, err := p.cat.field(fieldStatus)
	if err != nil {
		return err
	}
	if err := checkValue(status, a.Target, Value{}); err != nil {
		return err
	}
	a.Status, a.TargetAt = slaActive, p.at.Add(a.within)
	a.reach(p.c.value(a.FieldID), p.at)
	return nil
}

// unmet says whether the SLA still waits for its value.
func (a *SLA) unmet() bool { return a.Status == slaActive || a.Status == slaOverdue }

// reach ends the SLA when the value is its target, and says whether it did. It is in time unless lapse was there
// before.
func (a *SLA) reach(v Value, at time.Time) bool {
	if !a.unmet() || v != a.Target {
		return false
	}
	if a.Status == slaActive {
		a.Status = slaMet
	} else {
		a.Status = slaNotMet
	}
	a.CompletedAt = &at
	return true
}

// lapse makes the SLA overdue when its time has come, and says whether it did.
func (a *SLA) lapse(now time.Time) bool {
	if a.Status != slaActive || now.Before(a.TargetAt) {
		return false
	}
	a.Status = slaOverdue
	return true
}

// encode has the configuration as the API shows it.
func (a *SLA) encode(e *wire.Encoder) {
	e.Key(`"slaConfiguration":`)
	e.Open()
	e.Key(`"name":`)
	e.String(a.Name)
	e.Key(`"type":`)
	e.String(a.Type)
	e.Key(`"status":`)
	e.String(a.Status)
	e.Key(`"fieldId":`)
	e.String(a.FieldID)
	e.Key(`"targetFieldValues":`)
	wire.EncodeList(e, []Value{a.Target}, func(v *Value, e *wire.Encoder) { v.encode(e) })
	e.Key(`"targetTime":`)
	e.Time(a.TargetAt, wire.ISO8601)
	if a.CompletedAt != nil {
		e.Key(`"completionTime":`)
		e.Time(*a.CompletedAt, wire.ISO8601)
	}
	e.Close()
}

// nextBreach sets the case's next_sla_breach_datetime: the earliest target of its SLAs that are not met, those
// that are overdue among them. It gives the change, if there is one.
func (c *Case) nextBreach(slas []*RelatedItem) []change {
	var next Value
	var earliest time.Time
	for _, item := range slas {
		if a := item.SLA; a.unmet() && (next.Kind == Empty || a.TargetAt.Before(earliest)) {
			earliest, next = a.TargetAt, instant(a.TargetAt)
		}
	}
	old := c.Values.get(fieldNextSLABreach)
	if old == next {
		return nil
	}
	c.Values.set(fieldNextSLABreach, next)
	return []change{{ID: fieldNextSLABreach, Old: old, New: next}}
}

// start puts a new SLA that is not met among the case's, with its clock. It gives what that changes of the case.
func (w *changes) start(cat *catalog, c *Case, item *RelatedItem) ([]change, error) {
	slas, err := w.unmetSLAs(c)
	if err != nil {
		return nil, err
	}
	w.remember(cat, c)
	c.SLAs++
	breach := c.nextBreach(append(slas, item))
	return breach, insertClock(w.tx, clockOf(c, item))
}

// stop takes an SLA that is not met out of the case's. It gives what that changes of the case.
func (w *changes) stop(cat *catalog, c *Case, item *RelatedItem) ([]change, error) {
	w.remember(cat, c)
	c.SLAs--
	w.stopClock(c, item)
	slas, err := w.unmetSLAs(c)
	return c.nextBreach(slas), err
}

// unmetSLAs reads a case's SLAs that are not met, once.
func (w *changes) unmetSLAs(c *Case) ([]*RelatedItem, error) {
	if list, known := w.slas[c]; known || c.SLAs == 0 {
		return list, nil
	}
	list, err := listUnmetSLAs(w.tx, c)
	if w.slas == nil {
		w.slas = make(map[*Case][]*RelatedItem)
	}
	w.slas[c] = list
	return list, err
}

// lapse makes those of a case's SLAs overdue whose time has come, with an event of each.
func (w *changes) lapse(cat *catalog, c *Case, slas []*RelatedItem) {
	for _, item := range slas {
		before := item.SLA.values()
		if item.SLA.lapse(w.tx.Now()) {
			w.stopClock(c, item)
			c.touch(w.tx.Now())
			w.tellSLA(cat, c, item, differences(before, item.SLA.values()), w.s.timer())
		}
	}
}

// slaMove is an SLA that has ended, and what changed of it.
type slaMove struct {
	item    *RelatedItem
	history []change
}

// reach ends those of a case's SLAs whose target its status is now.
func (w *changes) reach(c *Case, slas []*RelatedItem) (ended []slaMove) {
	for _, item := range slas {
		a := item.SLA
		before, running := a.values(), a.Status == slaActive
		if !a.reach(c.value(a.FieldID), c.UpdatedAt) {
			continue
		}
		if running {
			w.stopClock(c, item)
		}
		c.SLAs--
		ended = append(ended, slaMove{item, differences(before, a.values())})
	}
	return ended
}

// tellSLA adds what history and events say of an SLA that has moved by itself or with its case.
func (w *changes) tellSLA(cat *catalog, c *Case, item *RelatedItem, history []change, by Actor) {
	w.replace(c, item)
	attributes := make([]string, len(history))
	for i, h := range history {
		attributes[i] = h.ID
	}
	w.tell(cat, c, item, itemChange{auditItemUpdated, relatedItemUpdated, attributes, by, history})
}

// timer is who lets SLAs become overdue: Connect, by the role that it has for itself in the account.
func (s *Service) timer() Actor {
	return Actor{Principal: s.arns.MakeGlobal("iam", "role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect")}
}

// clock is the target time of an SLA that is Active.
type clock struct {
	dueAt                    int64
	domainID, caseID, itemID string
}

// clockOf gives the clock of an SLA.
func clockOf(c *Case, item *RelatedItem) clock {
	return clock{item.SLA.TargetAt.UnixMicro(), c.DomainID, c.ID, item.ID}
}

// deleteClocks removes the clocks of a case that goes.
func (s *Service) deleteClocks(tx *store.Tx, c *Case) error {
	if c.SLAs == 0 {
		return nil
	}
	slas, err := listUnmetSLAs(tx, c)
	for _, item := range slas {
		if err == nil {
			err = deleteClock(tx, clockOf(c, item))
		}
	}
	return err
}
