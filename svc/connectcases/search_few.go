package connectcases

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// How many cases are few: so many are looked up at once, and so many when going along an order has not filled
// the page.
const (
	fewCases  = 250
	manyCases = 1_000
)

// commonTerms remembers which searches for words had too many hits to be few: for those it is quicker to go along
// the order first. It is a hint, forgotten when there are too many.
type commonTerms struct {
	mu    sync.Mutex
	terms map[string]bool
	many  map[string]time.Time // when a term was last counted up to maxTotal
}

// countAgain is how long a term that many cases have is taken to go on so: counting it means reading much of the
// index on PostgreSQL.
const countAgain = time.Minute

// hasMany says whether a term was counted up to maxTotal shortly before now.
func (c *commonTerms) hasMany(term string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.many[term]
	return ok && now.Sub(at) < countAgain
}

// putMany remembers that a term was counted up to maxTotal.
func (c *commonTerms) putMany(term string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.many == nil || len(c.many) >= maxCommon {
		c.many = make(map[string]time.Time)
	}
	c.many[term] = now
}

// maxCommon bounds how many terms are remembered.
const maxCommon = 10_000

// has says whether a term is a common one.
func (c *commonTerms) has(term string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.terms[term]
}

// put remembers whether a term is a common one.
func (c *commonTerms) put(term string, common bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !common {
		delete(c.terms, term)
		return
	}
	if c.terms == nil || len(c.terms) >= maxCommon {
		c.terms = make(map[string]bool)
	}
	c.terms[term] = true
}

// few gives the numbers of all cases that can match, if an index says that they are no more than limit. exact
// says that all of them match. again asks about common terms too.
func (q *query) few(limit int, again bool) (nos []int64, exact, ok bool, err error) {
	if q.filter != nil {
		if nos, exact, ok, err = q.fewOf(q.filter, limit, again); ok || err != nil {
			return nos, exact && len(q.term) == 0, ok, err
		}
	}
	if len(q.term) == 0 {
		return nil, false, false, nil
	}
	nos, ok, err = q.fewWords(q.term, limit, again)
	return nos, q.filter == nil && len(q.term) <= maxAsked, ok, err
}

// fewOf is few for a part of the filter that every match fulfils.
func (q *query) fewOf(f *filter, limit int, again bool) (nos []int64, exact, ok bool, err error) {
	switch f.op {
	case opAnd:
		for _, p := range f.parts {
			if nos, exact, ok, err = q.fewOf(p, limit, again); ok || err != nil {
				return nos, exact && len(f.parts) == 1, ok, err
			}
		}
	case opOr:
		return q.fewOfAny(f.parts, limit, again)
	case opEqual, opTag, opGreater, opGreaterOrEqual, opLess, opLessOrEqual:
		if r, ok := f.valueRange(); ok {
			nos, ok, err = listValues(q.tx, q.cat.domain.No, r, limit)
			return nos, r.exact, ok, err
		}
		if f.op == opEqual && f.key != nil {
			return q.fewEqual(f, limit, again)
		}
	case opNot, opContains:
	}
	return nil, false, false, nil
}

// fewOfAny is few for alternatives.
func (q *query) fewOfAny(parts []*filter, limit int, again bool) (nos []int64, exact, ok bool, err error) {
	if len(parts) == 0 {
		return nil, true, true, nil // of no alternatives none is fulfilled
	}
	exact = true
	for _, p := range parts {
		some, all, ok, err := q.fewOf(p, limit-len(nos), again)
		if !ok || err != nil {
			return nil, false, false, err
		}
		nos, exact = append(nos, some...), exact && all
	}
	slices.Sort(nos)
	return slices.Compact(nos), exact, true, nil
}

// fewEqual is few for a field with a value that cases_value does not hold.
func (q *query) fewEqual(f *filter, limit int, again bool) (nos []int64, exact, ok bool, err error) {
	switch {
	case f.fieldID == fieldCaseID:
		nos, err = listCaseNo(q.tx, q.cat.domain.ID, f.value.Text)
		return nos, true, err == nil, err
	case f.field.Type == typeDateTime:
		return nil, false, false, nil
	}
	list := words(f.value.Text)
	if len(list) == 0 {
		return nil, false, false, nil
	}
	nos, ok, err = q.fewWords(list, limit, again)
	if !ok || err != nil {
		return nil, false, false, err
	}
	more, ok, err := q.fewWords([]string{moreWords}, limit, again) // whose words may have been left out
	nos = append(nos, more...)
	slices.Sort(nos)
	return slices.Compact(nos), false, ok, err
}

// fewWords is few for words that a case must have.
func (q *query) fewWords(list []string, limit int, again bool) (nos []int64, ok bool, err error) {
	list, term := q.domainTerm(list)
	if !again && q.svc.common.has(term) {
		return nil, false, nil
	}
	nos, err = listWords(q.tx, list, limit+1)
	if err != nil {
		return nil, false, err
	}
	q.svc.common.put(term, len(nos) > fewCases)
	return nos, len(nos) <= limit, nil
}

// maxAsked bounds how many words an index is asked for at once: the longest, which are likely to be the rarest.
const maxAsked = 24

// domainTerm gives words as cases_words has them, each once and maxAsked at most, and one text for all of them.
func (q *query) domainTerm(words []string) (list []string, term string) {
	list = slices.Clone(words)
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	list = slices.Compact(list)
	list = list[:min(len(list), maxAsked)]
	for i, w := range list {
		list[i] = domainWord(q.cat.domain, w)
	}
	return list, strings.Join(list, " ")
}

// runFew gives the page of cases that an index has found.
func (q *query) runFew(nos []int64, exact bool) (searchPage, error) {
	col := newCollector(q)
	total := int64(len(nos))
	if exact || q.after != nil {
		if err := q.collectFew(nos, col); err != nil {
			return searchPage{}, err
		}
	} else {
		total = 0
		err := q.eachFew(nos, func(f found) bool {
			total++
			col.add(f)
			return false
		})
		if err != nil {
			return searchPage{}, err
		}
	}
	p := col.page()
	if q.after == nil {
		p.total = &total
	}
	return p, nil
}

// collectFew adds those of the cases that match. Many of them are not all read: their last updates say which
// come first.
func (q *query) collectFew(nos []int64, col *collector) error {
	if !q.byUpdate() || len(q.sorts) > 1 || len(nos) <= readAtOnce {
		return q.eachFew(nos, col.add)
	}
	rows, err := q.fewPlaces(nos)
	if err != nil {
		return err
	}
	desc := q.sorts[0].desc
	slices.SortFunc(rows, func(a, b recentEntry) int {
		return directed(cmp.Or(cmp.Compare(a.updatedAt, b.updatedAt), cmp.Compare(a.no, b.no)), desc)
	})
	if q.after != nil {
		at := recentKey{keyMicros(q.after.keys[0]), q.after.no}
		rows = slices.DeleteFunc(rows, func(r recentEntry) bool {
			return directed(cmp.Or(cmp.Compare(r.updatedAt, at.updatedAt), cmp.Compare(r.no, at.no)), desc) <= 0
		})
	}
	col.ordered = true
	nos = nos[:0]
	for _, r := range rows {
		nos = append(nos, r.no)
	}
	return q.eachFew(nos, col.add)
}

// fewPlaces gives the places of cases in the order of last updates, without reading more of them.
func (q *query) fewPlaces(nos []int64) ([]recentEntry, error) {
	cases, err := listUpdates(q.tx, q.cat.domain.ID, nos)
	if err != nil {
		return nil, err
	}
	if err := q.view.place(q.tx, cases); err != nil {
		return nil, err
	}
	rows := make([]recentEntry, 0, len(cases))
	for _, c := range cases {
		if at := q.view.placed[c.No]; at != notThere {
			rows = append(rows, recentEntry{recentKey: recentKey{at, c.No}})
		}
	}
	return rows, nil
}

// eachFew reads cases and gives those that match and have a place to add, in the order of their numbers' list,
// until it is full.
func (q *query) eachFew(nos []int64, add func(found) bool) error {
	for len(nos) > 0 {
		n := min(len(nos), readAtOnce)
		cases, err := q.readCases(nos[:n])
		if err != nil {
			return err
		}
		if q.placesNeeded() {
			list := make([]*Case, 0, len(cases))
			for _, c := range cases {
				list = append(list, c)
			}
			q.view.forget()
			if err := q.view.place(q.tx, list); err != nil {
				return err
			}
		}
		for _, no := range nos[:n] {
			c := cases[no]
			if c == nil || !q.match(c) {
				continue
			}
			if at, ok := q.spot(c); ok && add(found{c, at}) {
				return nil
			}
		}
		nos = nos[n:]
	}
	return nil
}
