package connectcases

import (
	"bytes"
	"slices"
	"strings"

	"github.com/casestream/casestream/store"
)

// indexChange tells the search of a change of a case: what it was and what it is now. was is nil for a new case,
// now for a deleted one. Both hold all that a search may look at: values, tags, times.
type indexChange struct {
	cat      *catalog
	was, now *Case
}

// indexRows gathers what changes of cases mean for the tables of the search, for statements of many rows.
type indexRows struct {
	recent   []recentRow
	resigned []recentRow // rows of which only the signature changes
	removed  []valueRow
	added    []valueRow
	words    []wordsRow
}

// recentRow is a row of cases_recent.
type recentRow struct {
	domainNo, updatedAt, no, prevAt int64
	signature                       signature
}

// valueRow is a row of cases_value.
type valueRow struct {
	domainNo, fieldNo int64
	value             []byte
	no                int64
}

// wordsRow is what becomes of a case's row of cases_words: two texts for an engine that is told the difference,
// and the whole for one that is not.
type wordsRow struct {
	no                    int64
	was, now              bool // whether there was a row, and is one
	removed, added, whole string
}

// tagsNo stands in cases_value for the tags.
const tagsNo = 0

// index brings the search up to date, in the transaction of the changes and after the rows of the cases. It
// writes what has changed and nothing else. A deleted case leaves its rows of cases_recent to the sweep.
func (s *Service) index(tx *store.Tx, changes ...indexChange) error {
	var rows indexRows
	for _, change := range changes {
		rows.add(change)
	}
	return writeIndex(tx, &rows)
}

// add gathers the rows of one change.
func (r *indexRows) add(ch indexChange) {
	r.addValues(ch)
	switch {
	case ch.was == nil:
		list := ch.now.words(ch.cat)
		r.recent = append(r.recent, ch.recent(list))
		r.words = append(r.words, ch.words(nil, list))
	case ch.now == nil:
		r.words = append(r.words, ch.words(ch.was.words(ch.cat), nil))
	default:
		r.addChange(ch)
	}
}

// addChange gathers the rows of a change of a case that was there and stays.
func (r *indexRows) addChange(ch indexChange) {
	if slices.Equal(ch.was.Values, ch.now.Values) && ch.was.UpdatedAt.Equal(ch.now.UpdatedAt) && len(ch.was.Tags) == 0 && len(ch.now.Tags) == 0 {
		return
	}
	list := ch.now.words(ch.cat)
	before := list
	if !slices.Equal(ch.was.Values, ch.now.Values) {
		if before = ch.was.words(ch.cat); !slices.Equal(before, list) {
			r.words = append(r.words, ch.words(before, list))
		}
	}
	row := ch.recent(list)
	switch {
	case !ch.was.UpdatedAt.Equal(ch.now.UpdatedAt):
		row.prevAt = ch.was.UpdatedAt.UnixMicro()
		r.recent = append(r.recent, row)
	case row.signature != ch.was.signature(ch.cat, before):
		r.resigned = append(r.resigned, row)
	}
}

// recent gives the row of cases_recent of a case as it is now, as the case's first one.
func (ch indexChange) recent(words []string) recentRow {
	return recentRow{
		domainNo: ch.cat.domain.No, updatedAt: ch.now.UpdatedAt.UnixMicro(), no: ch.now.No,
		signature: ch.now.signature(ch.cat, words),
	}
}

// words gives what becomes of the case's words; both lists are sorted.
func (ch indexChange) words(before, after []string) wordsRow {
	of := ch.now
	if of == nil {
		of = ch.was
	}
	row := wordsRow{no: of.No, was: ch.was != nil, now: ch.now != nil, whole: ch.cat.wordsText(after, nil)}
	row.removed, row.added = ch.cat.wordsText(before, after), ch.cat.wordsText(after, before)
	return row
}

// wordsText gives the words of one sorted list that are not in another one, as cases_words has them.
func (c *catalog) wordsText(list, without []string) string {
	var b strings.Builder
	for _, w := range list {
		if _, ok := slices.BinarySearch(without, w); ok {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(domainWord(c.domain, w))
	}
	return b.String()
}

// addValues gathers the values that the change has removed and added.
func (r *indexRows) addValues(ch indexChange) {
	before, after := ch.cat.indexed(ch.was), ch.cat.indexed(ch.now)
	for len(before) > 0 || len(after) > 0 {
		order := 0
		switch {
		case len(before) == 0:
			order = 1
		case len(after) == 0:
			order = -1
		default:
			order = before[0].compare(after[0])
		}
		if order < 0 {
			r.removed = append(r.removed, before[0])
		}
		if order > 0 {
			r.added = append(r.added, after[0])
		}
		if order <= 0 {
			before = before[1:]
		}
		if order >= 0 {
			after = after[1:]
		}
	}
}

// compare orders the rows of one case.
func (v valueRow) compare(other valueRow) int {
	if v.fieldNo != other.fieldNo {
		return int(v.fieldNo - other.fieldNo)
	}
	return bytes.Compare(v.value, other.value)
}

// indexed gives the rows that cases_value has of a case, in order; none of no case.
func (c *catalog) indexed(of *Case) []valueRow {
	if of == nil {
		return nil
	}
	rows := make([]valueRow, 0, len(of.Values)+len(of.Tags)+1)
	put := func(fieldNo int64, key []byte) {
		rows = append(rows, valueRow{domainNo: c.domain.No, fieldNo: fieldNo, value: cut(key), no: of.No})
	}
	if f := c.fieldByID[fieldCreated]; f != nil {
		put(f.Position, of.key(f))
	}
	for _, v := range of.Values {
		if f := c.fieldByID[v.ID]; f != nil && f.ordered() {
			put(f.Position, f.key(v.Value))
		}
	}
	for k, v := range of.Tags {
		put(tagsNo, tagKey(k, v))
	}
	slices.SortFunc(rows, valueRow.compare)
	return rows
}

// key gives the key of a case's value of a field.
func (c *Case) key(f *Field) []byte { return f.key(c.value(f.ID)) }

// tagKey gives the key of a tag.
func tagKey(key, value string) []byte { return []byte(key + "\x00" + value) }
