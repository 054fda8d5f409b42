package connectcases

import (
	"cmp"
	"slices"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// Calls of UpdateCase that come at the same time are carried out together: one statement reads their cases,
// one writes the history, one the cases, and one step publishes the events. What a call does, and the order
// of events, is as if they came one after another.

// update is one call of UpdateCase.
type update struct {
	domainID, caseID string
	fields           []FieldValue
	by               Actor
}

// caseKey names a case.
type caseKey struct{ domainID, caseID string }

// maxUpdates bounds how many calls are carried out together: the first of them waits for the last.
const maxUpdates = 64

// updateCases changes values of cases. Values that are sent again as they are count as an update too, of
// nothing but the time; a call without fields is none.
func (s *Service) updateCases(tx *store.Tx, calls []*store.BatchCall[update, struct{}]) error {
	keys := make([]caseKey, len(calls))
	for i, call := range calls {
		keys[i] = caseKey{call.In.domainID, call.In.caseID}
	}
	held, err := s.holdCases(tx, keys...)
	if err != nil {
		return err
	}
	w := s.changes(tx)
	for i, call := range calls {
		u := call.In
		cat, c, err := held.get(keys[i])
		if err == nil && len(u.fields) > 0 {
			err = s.checkChange(cat, c, u, tx.Now())
		}
		if call.Err = err; err != nil || len(u.fields) == 0 {
			continue
		}
		if err := w.update(cat, c, u); err != nil {
			return err
		}
	}
	return w.store()
}

// update changes values of a case, and ends those of its SLAs that this meets. SLAs whose time had come before,
// unnoticed by their clocks so far, become overdue first.
func (w *changes) update(cat *catalog, c *Case, u update) error {
	w.remember(cat, c)
	var slas []*RelatedItem
	if c.SLAs > 0 && c.movesStatus(u.fields) {
		var err error
		if slas, err = w.unmetSLAs(c); err != nil {
			return err
		}
		w.lapse(cat, c, slas)
	}
	ids, history := c.apply(u.fields, u.by, c.touch(w.tx.Now()))
	ended := w.reach(c, slas)
	if ended != nil {
		breach := c.nextBreach(slas)
		for _, b := range breach {
			ids = append(ids, b.ID)
		}
		history = append(history, breach...)
	}
	w.record(c, audit{Type: auditCaseUpdated, By: u.by, At: c.ChangedAt, Changes: history})
	w.events = append(w.events, w.s.caseEvent(cat, c, caseUpdated, ids, u.by))
	for _, m := range ended {
		c.touch(w.tx.Now())
		w.tellSLA(cat, c, m.item, m.history, u.by)
	}
	return nil
}

// movesStatus says whether fields give the case another status.
func (c *Case) movesStatus(fields []FieldValue) bool {
	return slices.ContainsFunc(fields, func(f FieldValue) bool { return f.ID == fieldStatus && f.Value != c.value(fieldStatus) })
}

// heldCases are cases that a transaction holds, with the configuration of their domains. What does not exist is
// absent.
type heldCases struct {
	catalogs map[string]*catalog
	cases    map[caseKey]*Case
}

// get gives a case that was to be held, with its domain's configuration.
func (h *heldCases) get(key caseKey) (*catalog, *Case, error) {
	cat, c := h.catalogs[key.domainID], h.cases[key]
	switch {
	case cat == nil:
		return nil, nil, missing("Domain", key.domainID)
	case c == nil:
		return nil, nil, missing("Case", key.caseID)
	}
	return cat, c, nil
}

// holdCases reads the cases of keys and holds them until the transaction ends: changes of one case run one after
// another, and their events come in that order. Cases are taken in one order everywhere, so that no two transactions
// wait for each other. The configuration is read behind the cases: it knows every field that they have values of,
// as one that was read before need not when another transaction was waited for.
func (s *Service) holdCases(tx *store.Tx, keys ...caseKey) (*heldCases, error) {
	keys = slices.Clone(keys)
	slices.SortFunc(keys, func(a, b caseKey) int {
		return cmp.Or(cmp.Compare(a.domainID, b.domainID), cmp.Compare(a.caseID, b.caseID))
	})
	keys = slices.Compact(keys)
	held := &heldCases{make(map[string]*catalog), make(map[caseKey]*Case, len(keys))}
	for len(keys) > 0 {
		domainID, ids := keys[0].domainID, []string(nil)
		for len(keys) > 0 && keys[0].domainID == domainID {
			ids, keys = append(ids, keys[0].caseID), keys[1:]
		}
		list, err := lockCases(tx, domainID, ids)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			held.cases[caseKey{domainID, c.ID}] = c
		}
		cat, err := s.catalog(tx, domainID)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		held.catalogs[domainID] = cat
	}
	return held, nil
}

// holdCase is holdCases for one case, which must exist.
func (s *Service) holdCase(tx *store.Tx, domainID, caseID string) (*catalog, *Case, error) {
	key := caseKey{domainID, caseID}
	held, err := s.holdCases(tx, key)
	if err != nil {
		return nil, nil, err
	}
	return held.get(key)
}
