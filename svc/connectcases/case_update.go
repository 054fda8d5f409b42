package connectcases

import (
	"cmp"
	"slices"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
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
	catalogs, cases, err := s.lockForUpdate(tx, calls)
	if err != nil {
		return err
	}
	var rows []auditRow
	var events []*bus.Event
	var changed []*Case
	var indexed []indexChange
	for _, call := range calls {
		u := call.In
		cat, c := catalogs[u.domainID], cases[caseKey{u.domainID, u.caseID}]
		switch {
		case cat == nil:
			call.Err = missing("Domain", u.domainID)
		case c == nil:
			call.Err = missing("Case", u.caseID)
		case len(u.fields) > 0:
			call.Err = s.checkChange(cat, c, u, tx.Now())
		}
		if call.Err != nil || len(u.fields) == 0 {
			continue
		}
		if !slices.Contains(changed, c) {
			changed = append(changed, c)
			was := *c
			was.Values = slices.Clone(c.Values)
			indexed = append(indexed, indexChange{cat: cat, was: &was, now: c})
		}
		ids, history := c.apply(u.fields, u.by, c.touch(tx.Now()))
		rows = append(rows, c.record(audit{Type: auditCaseUpdated, By: u.by, At: c.ChangedAt, Changes: history}))
		events = append(events, s.caseEvent(cat, c, caseUpdated, ids, u.by))
	}
	if err := insertAudit(tx, rows...); err != nil {
		return err
	}
	if err := updateCaseValues(tx, changed...); err != nil {
		return err
	}
	if err := s.index(tx, indexed...); err != nil {
		return err
	}
	return s.publish(tx, events...)
}

// lockForUpdate reads the configuration and the cases that calls are about, and holds the cases. What does
// not exist is absent. Cases are taken in one order everywhere, so that no two transactions wait for each
// other.
func (s *Service) lockForUpdate(tx *store.Tx, calls []*store.BatchCall[update, struct{}]) (map[string]*catalog, map[caseKey]*Case, error) {
	keys := make([]caseKey, len(calls))
	for i, call := range calls {
		keys[i] = caseKey{call.In.domainID, call.In.caseID}
	}
	slices.SortFunc(keys, func(a, b caseKey) int {
		return cmp.Or(cmp.Compare(a.domainID, b.domainID), cmp.Compare(a.caseID, b.caseID))
	})
	keys = slices.Compact(keys)
	catalogs, cases := make(map[string]*catalog), make(map[caseKey]*Case, len(keys))
	for len(keys) > 0 {
		domainID, ids := keys[0].domainID, []string(nil)
		for len(keys) > 0 && keys[0].domainID == domainID {
			ids, keys = append(ids, keys[0].caseID), keys[1:]
		}
		cat, err := s.catalog(tx, domainID)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		catalogs[domainID] = cat
		list, err := lockCases(tx, domainID, ids)
		if err != nil {
			return nil, nil, err
		}
		for _, c := range list {
			cases[caseKey{domainID, c.ID}] = c
		}
	}
	return catalogs, cases, nil
}
