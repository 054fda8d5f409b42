package connectcases

import (
	"math"
	"time"

	"github.com/casestream/casestream/store"
)

// Pages of the order of last updates show each case at the place that it had when the first page was read, so
// that a case that is updated in between is neither skipped nor shown twice. A row of cases_recent whose
// transaction that first page has not seen is passed over; the case's place is its newest row that was seen.

// view is what the first page of a search saw.
type view struct {
	domainNo int64
	horizon  store.Horizon
	at       time.Time
	certain  int64           // rows from before this instant, in microseconds, were seen whatever their number is
	placed   map[int64]int64 // the places of cases as far as they are known; notThere where a case had none
}

// maxPlaced bounds how many places a walk remembers, so as not to read a case again at each of its rows.
const maxPlaced = 20_000

// notThere is the place of a case that the first page has not seen.
const notThere = 0

// How old a row is that was surely seen: no transaction lasts so long, and no two clocks differ by so much. For
// the first page itself it only has to outlast a commit.
const (
	certainAfter      = 10 * time.Minute
	certainAfterFirst = time.Minute
)

// The bounds of times in microseconds.
const (
	minMicros = math.MinInt64
	maxMicros = math.MaxInt64
)

// newView makes a view. first says that the first page is read now.
func newView(domainNo int64, h store.Horizon, at time.Time, first bool) *view {
	v := &view{domainNo: domainNo, horizon: h, at: at, placed: make(map[int64]int64)}
	after := certainAfter
	if first {
		after = certainAfterFirst
	}
	v.certain = at.Add(-after).UnixMicro()
	return v
}

// sees says whether a row of cases_recent was seen.
func (v *view) sees(updatedAt, number int64) bool {
	return updatedAt < v.certain || v.horizon.Sees(number)
}

// place finds the places of cases.
func (v *view) place(tx *store.Tx, cases []*Case) error {
	var rows []recentKey
	for _, c := range cases {
		if _, ok := v.placed[c.No]; ok {
			continue
		}
		at := c.UpdatedAt.UnixMicro()
		if v.placed[c.No] = at; at >= v.certain {
			v.placed[c.No] = notThere
			rows = append(rows, recentKey{at, c.No})
		}
	}
	var moved []recentKey
	err := eachRecent(tx, v.domainNo, rows, func(r recentEntry) {
		switch {
		case v.sees(r.updatedAt, r.number):
			v.placed[r.no] = r.updatedAt
		case r.prevAt != 0:
			moved = append(moved, recentKey{r.prevAt, r.no})
		}
	})
	if err != nil {
		return err
	}
	for _, k := range moved {
		if err := v.placeMoved(tx, k); err != nil {
			return err
		}
	}
	return nil
}

// chainStep is how many rows of a case are read at once.
const chainStep = 256

// placeMoved finds the place of a case whose newest rows were not seen: it follows the rows back from one.
func (v *view) placeMoved(tx *store.Tx, from recentKey) error {
	for from.updatedAt != 0 {
		if from.updatedAt < v.certain {
			v.placed[from.no] = from.updatedAt
			return nil
		}
		next := recentKey{no: from.no}
		err := eachOlder(tx, v.domainNo, from, chainStep, func(r recentEntry) error {
			if next.updatedAt = r.prevAt; v.sees(r.updatedAt, r.number) {
				v.placed[r.no], next.updatedAt = r.updatedAt, 0
				return store.ErrEnough
			}
			return nil
		})
		if err != nil {
			return err
		}
		from = next
	}
	return nil
}
