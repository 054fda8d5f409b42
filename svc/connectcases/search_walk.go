package connectcases

import (
	"math"
	"time"
)

// How the order of last updates is walked along: in steps of so many rows, each of which ends early when it has
// found as many as are wanted. After walkPatience rows without a full page the indexes are asked whether there are
// more cases at all.
const (
	walkStep     = 4_096
	walkPatience = 8_192
	readAtOnce   = 64 // cases
)

// bound narrows the bounds of last updates to those that the filter leaves.
func (f *filter) bound(lower, upper *int64) {
	if f.op == opAnd {
		for _, p := range f.parts {
			p.bound(lower, upper)
		}
	}
	if f.field == nil || f.fieldID != fieldLastUpdated || f.value.Kind == Empty {
		return
	}
	t, ok := parseInstant(f.value.Text)
	if !ok {
		return
	}
	// The field shows milliseconds, cut off: what it shows as t was updated up to one later.
	if f.op == opEqual || f.op == opGreater || f.op == opGreaterOrEqual {
		*lower = max(*lower, boundedMicros(t))
	}
	if f.op == opEqual || f.op == opLess || f.op == opLessOrEqual {
		*upper = min(*upper, boundedMicros(t.Add(time.Millisecond)))
	}
}

// boundedMicros gives an instant in microseconds, the nearest that there is.
func boundedMicros(t time.Time) int64 {
	switch s := t.Unix(); {
	case s > math.MaxInt64/1_000_000-1:
		return maxMicros
	case s < math.MinInt64/1_000_000+1:
		return minMicros
	}
	return t.UnixMicro()
}

// runWalk fills the page from the index that has the order asked for, or from all cases.
func (q *query) runWalk(col *collector) error {
	switch {
	case q.byUpdate():
		col.ordered = true
		w := q.newWalk(q.sorts[0].desc)
		done, err := w.run(walkPatience, col.add)
		if done || err != nil {
			return err
		}
		few, _, ok, err := q.few(manyCases, true)
		if err != nil {
			return err
		}
		if ok {
			col.ordered = false
			return q.collectFew(few, col)
		}
		_, err = w.run(math.MaxInt, col.add)
		return err
	case q.sorts[0].field.ordered():
		return q.runValues(col)
	}
	return q.runAll(col)
}

// runAll looks at all cases that can match, and keeps the best.
func (q *query) runAll(col *collector) error {
	few, _, ok, err := q.few(manyCases, true)
	if err != nil {
		return err
	}
	if ok {
		return q.collectFew(few, col)
	}
	_, err = q.newWalk(true).run(math.MaxInt, col.add)
	return err
}

// walk goes along the rows of cases_recent that can be those of matches.
type walk struct {
	q    *query
	desc bool
	from recentKey // the row that was looked at last
}

// newWalk begins where the page before ended, or at the end that the bounds leave.
func (q *query) newWalk(desc bool) *walk {
	w := &walk{q: q, desc: desc}
	switch {
	case q.after != nil && q.byUpdate() && len(q.sorts) == 1:
		w.from = recentKey{keyMicros(q.after.keys[0]), q.after.no}
	case q.after != nil && q.byUpdate() && desc:
		w.from = recentKey{keyMicros(q.after.keys[0]), math.MaxInt64}
	case q.after != nil && q.byUpdate():
		w.from = recentKey{keyMicros(q.after.keys[0]), math.MinInt64}
	case desc:
		w.from = recentKey{q.upper, math.MaxInt64}
	default:
		w.from = recentKey{q.lower, math.MinInt64}
	}
	return w
}

// until gives the last instant that the walk goes to, in microseconds.
func (w *walk) until() int64 {
	if w.desc {
		return w.q.lower
	}
	return w.q.upper
}

// run gives the matches to add, in order, until that says that it is full, there are no more rows, or it has
// looked at so many. It says whether there is nothing more to be done.
func (w *walk) run(rows int, add func(found) bool) (done bool, err error) {
	for looked := 0; looked < rows; {
		if err := w.q.gone(); err != nil {
			return false, err
		}
		most := min(2*(w.q.size+1), walkStep) // some only look as if they matched
		list, err := listRecent(w.q.tx, w, most)
		if err != nil {
			return false, err
		}
		if full, err := w.q.visit(list, add); full || err != nil {
			return full, err
		}
		if len(list) == most {
			last := list[most-1]
			w.from = recentKey{last.updatedAt, last.no}
			looked += most
			continue
		}
		next, ok, err := skipRecent(w.q.tx, w, walkStep)
		if !ok || err != nil {
			return true, err
		}
		w.from = next
		looked += walkStep
	}
	return false, nil
}

// visit reads the cases of rows and gives those that match and are at these places to add, in order.
func (q *query) visit(rows []recentEntry, add func(found) bool) (full bool, err error) {
	for len(rows) > 0 {
		n := min(len(rows), max(q.size+1, 8), readAtOnce)
		if full, err = q.visitSome(rows[:n], add); full || err != nil {
			return full, err
		}
		rows = rows[n:]
	}
	return false, nil
}

// visitSome is visit for as many as are read at once.
func (q *query) visitSome(rows []recentEntry, add func(found) bool) (full bool, err error) {
	q.view.forget()
	nos := make([]int64, 0, len(rows))
	for _, r := range rows {
		if at, ok := q.view.placed[r.no]; q.view.sees(r.updatedAt, r.number) && (!ok || at == r.updatedAt) {
			nos = append(nos, r.no)
		}
	}
	cases, err := q.readCases(nos)
	if err != nil {
		return false, err
	}
	var moved []*Case
	for _, r := range rows {
		if c := cases[r.no]; c != nil && c.UpdatedAt.UnixMicro() == r.updatedAt && q.view.sees(r.updatedAt, r.number) {
			q.view.placed[r.no] = r.updatedAt
		}
	}
	for no, c := range cases {
		if _, ok := q.view.placed[no]; !ok {
			moved = append(moved, c)
		}
	}
	if err := q.view.place(q.tx, moved); err != nil {
		return false, err
	}
	for _, r := range rows {
		c := cases[r.no]
		if c == nil || q.view.placed[r.no] != r.updatedAt || !q.match(c) {
			continue
		}
		if at, ok := q.spot(c); ok && add(found{c, at}) {
			return true, nil
		}
	}
	return false, nil
}
