package connectcases

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/casestream/casestream/store"
)

// A search goes one of three ways, each of which gives the same page: filter.match and the words decide which
// cases belong to it, and the tables of the search only say which cases to look at.
//
//   - Few cases can match, as an index says (search_few.go): all of them are read and sorted.
//   - The order asked for is that of an index (search_walk.go): it is walked along until the page is full,
//     passing over cases whose signature shows that they cannot match.
//   - Otherwise all cases that can match are read, and the best of them kept.
//
// Later pages show cases in the order that they had for the first: see search_view.go and search_moved.go.

// query is one SearchCases: a page of the cases that a filter and a term want.
type query struct {
	svc    *Service
	tx     *store.Tx
	gone   func() error // says when nobody waits for the answer any more
	cat    *catalog
	filter *filter  // nil: every case
	term   []string // words that a case must have
	none   bool     // the term has no words: nothing is found
	sorts  []sortBy // never empty
	size   int
	after  *spot // where the page before ended; nil for the first
	view   *view

	changed map[int64]bool // cases that have changed since the first page; put back by extra
	extra   []found        // those of them that match, at the places that they had

	signature    signature // of what every match has
	lower, upper int64     // the bounds of the last updates of matches, in microseconds
}

// sortBy is one key of an order.
type sortBy struct {
	field *Field
	desc  bool
}

// byUpdate says whether the key is the last update.
func (s sortBy) byUpdate() bool { return s.field.ID == fieldLastUpdated }

// found is a case of a page, with its place in the order.
type found struct {
	c  *Case
	at spot
}

// searchPage is what a search gives.
type searchPage struct {
	cases []found
	more  bool
	total *int64 // how many there are on all pages, where that is known; on the first page only
}

// run carries the search out.
func (q *query) run() (searchPage, error) {
	if q.none {
		return searchPage{total: new(int64)}, nil
	}
	q.prepare()
	if err := q.putBack(); err != nil {
		return searchPage{}, err
	}
	few, exact, ok, err := q.few(fewCases, false)
	if err != nil {
		return searchPage{}, err
	}
	if ok {
		return q.runFew(few, exact)
	}
	col := newCollector(q)
	if err := q.runWalk(col); err != nil {
		return searchPage{}, err
	}
	p := col.page()
	if q.after == nil {
		p.total, err = q.count(p)
	}
	return p, err
}

// prepare works out what the tables of the search are asked.
func (q *query) prepare() {
	q.lower, q.upper = minMicros, maxMicros
	if q.filter != nil {
		q.filter.sign(&q.signature)
		q.filter.bound(&q.lower, &q.upper)
	}
	for _, w := range q.term {
		q.signature.addWord(w)
	}
}

// match says whether a case is wanted.
func (q *query) match(c *Case) bool {
	return (q.filter == nil || q.filter.match(c)) && (len(q.term) == 0 || c.hasWords(q.cat, q.term))
}

// byUpdate says whether the order is first of all that of last updates.
func (q *query) byUpdate() bool { return q.sorts[0].byUpdate() }

// placesNeeded says whether the order depends on when cases were last updated.
func (q *query) placesNeeded() bool { return slices.ContainsFunc(q.sorts, sortBy.byUpdate) }

// spot is a place in an order: the keys of a case, nil where it has no value, and its number.
type spot struct {
	keys [][]byte
	no   int64
}

// spot gives a case's place. It says whether the case has one: in the order of last updates cases that were made
// after the first page have none.
func (q *query) spot(c *Case) (spot, bool) {
	at := spot{no: c.No, keys: make([][]byte, len(q.sorts))}
	for i, s := range q.sorts {
		if !s.byUpdate() {
			at.keys[i] = cut(c.key(s.field))
			continue
		}
		placed := q.view.placed[c.No]
		if placed == notThere {
			return at, false
		}
		at.keys[i] = microsKey(placed)
	}
	return at, true
}

// compare orders places: without a value last in both directions, equal ones by the cases' numbers in the
// direction of the last key.
func (q *query) compare(a, b spot) int {
	for i, s := range q.sorts {
		x, y := a.keys[i], b.keys[i]
		if (x == nil) != (y == nil) {
			if x == nil {
				return 1
			}
			return -1
		}
		if order := bytes.Compare(x, y); order != 0 {
			return directed(order, s.desc)
		}
	}
	return directed(cmp.Compare(a.no, b.no), q.sorts[len(q.sorts)-1].desc)
}

// directed turns an order round when it is a descending one.
func directed(order int, desc bool) int {
	if desc {
		return -order
	}
	return order
}

// collector gathers the cases of a page, and one more.
type collector struct {
	q    *query
	list []found
	// ordered says that the cases come in the order of the first key.
	ordered bool
	seen    map[int64]bool // the cases of list
}

// newCollector makes one for cases that come in any order.
func newCollector(q *query) *collector { return &collector{q: q, seen: make(map[int64]bool)} }

// add takes a case that matches. It says whether the page is full, so that nothing that comes can be in it.
func (l *collector) add(f found) (full bool) {
	q := l.q
	if q.after != nil && q.compare(f.at, *q.after) <= 0 || l.seen[f.c.No] || q.changed[f.c.No] {
		return false
	}
	last := len(l.list) > q.size && l.ordered
	if last && (len(q.sorts) == 1 || !bytes.Equal(f.at.keys[0], l.list[len(l.list)-1].at.keys[0])) {
		return true
	}
	l.seen[f.c.No] = true
	l.list = append(l.list, f)
	if len(l.list) > 4*(q.size+1) && (!l.ordered || len(q.sorts) > 1) {
		l.trim()
	}
	return l.ordered && len(q.sorts) == 1 && len(l.list) > q.size
}

// trim leaves the best of what has come: a page and one more.
func (l *collector) trim() {
	slices.SortFunc(l.list, func(a, b found) int { return l.q.compare(a.at, b.at) })
	keep := min(len(l.list), l.q.size+1)
	for _, f := range l.list[keep:] {
		delete(l.seen, f.c.No)
	}
	clear(l.list[keep:])
	l.list = l.list[:keep]
}

// page gives the page.
func (l *collector) page() searchPage {
	l.list = append(l.list, l.q.extra...)
	l.trim()
	p := searchPage{cases: l.list}
	if p.more = len(l.list) > l.q.size; p.more {
		p.cases = l.list[:l.q.size]
	}
	return p
}
