package connectcases

import (
	"slices"
	"time"
)

// In an order by other fields than the last update a case that is updated between two pages may move. Later pages
// put those cases back: what they were sorted by when the first page was read is in their history.

// maxMoved bounds how many updates since the first page are gone through; past it cases are shown where they are now.
const maxMoved = 5_000

// fixed are the fields whose values never change.
var fixed = map[string]bool{fieldCaseID: true, fieldReferenceNumber: true, fieldCreated: true, fieldLastUpdated: true}

// putBack finds the cases that have changed since the first page, and the places that they had.
func (q *query) putBack() error {
	if q.after == nil || !slices.ContainsFunc(q.sorts, func(s sortBy) bool { return !fixed[s.field.ID] }) {
		return nil
	}
	from := q.view.at.Add(-certainAfterFirst).UnixMicro()
	rows, err := listNewest(q.tx, q.cat.domain.No, from, maxMoved)
	if err != nil || len(rows) == maxMoved {
		return err
	}
	var nos []int64
	q.changed = make(map[int64]bool)
	for _, r := range rows {
		if !q.view.sees(r.updatedAt, r.number) && !q.changed[r.no] {
			q.changed[r.no] = true
			nos = append(nos, r.no)
		}
	}
	for len(nos) > 0 {
		n := min(len(nos), readAtOnce)
		if err := q.putBackSome(nos[:n]); err != nil {
			return err
		}
		nos = nos[n:]
	}
	return nil
}

// putBackSome puts cases back that have changed. Those that were made since are left out.
func (q *query) putBackSome(nos []int64) error {
	cases, err := q.readCases(nos)
	if err != nil {
		return err
	}
	var list []*Case
	for _, c := range cases {
		if q.match(c) {
			list = append(list, c)
		}
	}
	if err := q.view.place(q.tx, list); err != nil {
		return err
	}
	for _, c := range list {
		placed := q.view.placed[c.No]
		if placed == notThere {
			continue
		}
		before, err := q.before(c, placed)
		if err != nil {
			return err
		}
		if at, ok := q.spot(before); ok && q.compare(at, *q.after) > 0 {
			q.extra = append(q.extra, found{c, at})
		}
	}
	return nil
}

// before gives a case as far as it is sorted by, as it was after the update of an instant.
func (q *query) before(c *Case, at int64) (*Case, error) {
	was := *c
	was.UpdatedAt, was.Values = time.UnixMicro(at).UTC(), slices.Clone(c.Values)
	err := eachChange(q.tx, c, at, func(changes []change) {
		for _, ch := range changes {
			was.Values.set(ch.ID, ch.Old)
		}
	})
	return &was, err
}
