package connectcases

import (
	"slices"
)

// maxTotal is how far matches are counted.
const maxTotal = 10_000

// countPatience is how many rows of the order of last updates there may be at most, to count by reading the cases what
// no index can.
const countPatience = 2048

// count gives how many cases the search finds on all pages, up to maxTotal; nil where neither an index nor a look
// at so many cases tells.
func (q *query) count(first searchPage) (*int64, error) {
	var n int64
	var err error
	switch {
	case !first.more:
		n = int64(len(first.cases))
	case q.filter == nil && len(q.term) == 0:
		n, err = countValues(q.tx, q.cat.domain.No, q.cat.fieldByID[fieldCreated].everyValue(), maxTotal)
	case q.filter == nil && len(q.term) <= maxAsked:
		n, err = q.countTerm()
	case len(q.term) > 0:
		return q.countReading()
	default:
		return q.countFilter()
	}
	return &n, err
}

// countReading counts the cases one by one if they can only be few.
func (q *query) countReading() (*int64, error) {
	w := q.newWalk(true)
	if _, more, err := skipRecent(q.tx, w, countPatience); more || err != nil {
		return nil, err
	}
	var n int64
	_, err := w.run(countPatience, func(found) bool {
		n++
		return false
	})
	return &n, err
}

// countTerm is count for a search of words alone.
func (q *query) countTerm() (int64, error) {
	list, term := q.domainTerm(q.term)
	if q.svc.common.hasMany(term, q.tx.Now()) {
		return maxTotal, nil
	}
	n, err := countWords(q.tx, list, maxTotal)
	if n == maxTotal {
		q.svc.common.putMany(term, q.tx.Now())
	}
	return n, err
}

// countFilter is count for a filter without a term: by an index where it is a single comparison that one can make.
func (q *query) countFilter() (*int64, error) {
	f := q.filter
	for len(f.parts) == 1 && f.op != opNot {
		f = f.parts[0]
	}
	r, ok := f.valueRange()
	if !ok || !r.exact {
		return q.countReading()
	}
	n, err := countValues(q.tx, q.cat.domain.No, r, maxTotal)
	return &n, err
}

// searchTerm gives the words of a term, each once.
func searchTerm(term string) []string {
	list := words(term)
	slices.Sort(list)
	return slices.Compact(list)
}
