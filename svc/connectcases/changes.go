package connectcases

import (
	"bytes"
	"slices"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// changes gathers what a transaction does to cases and the items on them, so that each table is written by as few
// statements as can be: history, cases, items, clocks, search, events.
type changes struct {
	s       *Service
	tx      *store.Tx
	slas    map[*Case][]*RelatedItem // of the cases, those that were unmet
	cases   []*Case                  // whose rows have changed
	items   []*RelatedItem           // whose content has changed
	itemsOf []*Case                  // the cases of items
	clocks  []clock                  // that need not run any more
	indexed []indexChange            // the cases whose values have changed
	history []auditRow
	events  []*bus.Event
}

// changes begins to gather.
func (s *Service) changes(tx *store.Tx) *changes { return &changes{s: s, tx: tx} }

// remember keeps what a case's values are before they change, for the search.
func (w *changes) remember(cat *catalog, c *Case) {
	if !slices.ContainsFunc(w.indexed, func(i indexChange) bool { return i.now == c }) {
		was := *c
		was.Values = slices.Clone(c.Values)
		w.indexed = append(w.indexed, indexChange{cat: cat, was: &was, now: c})
	}
}

// record adds a row to a case's history; the case's own row changes with it.
func (w *changes) record(c *Case, a audit) {
	w.history = append(w.history, c.record(a))
	if !slices.Contains(w.cases, c) {
		w.cases = append(w.cases, c)
	}
}

// replace notes that the content of an item has changed.
func (w *changes) replace(c *Case, item *RelatedItem) {
	if !slices.Contains(w.items, item) {
		w.items, w.itemsOf = append(w.items, item), append(w.itemsOf, c)
	}
}

// stopClock notes that the clock of an SLA need not run any more, if it does.
func (w *changes) stopClock(c *Case, item *RelatedItem) {
	if k := clockOf(c, item); !slices.Contains(w.clocks, k) {
		w.clocks = append(w.clocks, k)
	}
}

// store writes what was gathered.
func (w *changes) store() error {
	if err := insertAudit(w.tx, w.history...); err != nil {
		return err
	}
	if err := updateCases(w.tx, w.cases...); err != nil {
		return err
	}
	for i, item := range w.items {
		if err := updateItemContent(w.tx, w.itemsOf[i], item); err != nil {
			return err
		}
	}
	for _, k := range w.clocks {
		if err := deleteClock(w.tx, k); err != nil {
			return err
		}
	}
	if err := w.s.index(w.tx, w.indexed...); err != nil {
		return err
	}
	return w.s.publish(w.tx, w.events...)
}

// The types of events about related items.
const (
	relatedItemCreated = "RELATED_ITEM.CREATED"
	relatedItemUpdated = "RELATED_ITEM.UPDATED"
	// relatedItemDeleted is AWS's own spelling, unlike the other two.
	relatedItemDeleted = "CASE.RELATED_ITEM.DELETED"
)

// itemChange is what history and event say of a change of a related item.
type itemChange struct {
	auditType, eventType string
	attributes           []string // what changed, as the event names it
	by                   Actor
	history              []change
}

// tell adds a change of an item, at the instant of the case's last touch, to the history and the events.
func (w *changes) tell(cat *catalog, c *Case, item *RelatedItem, t itemChange) {
	w.record(c, audit{Type: t.auditType, ItemType: item.Type, By: t.by, At: c.ChangedAt, Changes: t.history})
	w.events = append(w.events, w.s.event(cat, w.s.relatedItemARN(c.DomainID, c.ID, item.ID), func(full bool) []byte {
		return w.s.itemDetail(c, item, t, full && cat.events.includeContent())
	}))
}

// itemDetail gives the detail of an event about a related item, with or without what the item holds.
func (s *Service) itemDetail(c *Case, item *RelatedItem, t itemChange, content bool) []byte {
	e := wire.NewEncoder()
	defer e.Release()
	openDetail(e, t.eventType, c.ChangedAt, t.by, `"changedAttributes":`, t.attributes)
	e.Key(`"relatedItem":`)
	e.Open()
	e.Key(`"relatedItemType":`)
	e.String(s.eventItemType(item.Type))
	e.Key(`"relatedItemId":`)
	e.String(item.ID)
	e.Key(`"caseId":`)
	e.String(c.ID)
	e.Key(`"createdDateTime":`)
	e.Time(item.AssociatedAt, wire.ISO8601)
	if content {
		e.Name(contentKey(item.Type))
		e.Open()
		item.kind().encode(e)
		e.Close()
	}
	e.Close()
	e.Close()
	return bytes.Clone(e.Bytes())
}
