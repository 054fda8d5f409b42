package connectcases

import (
	"fmt"
	"strings"
	"time"

	"github.com/casestream/casestream/store"
)

// recentKey names a row of a domain in cases_recent.
type recentKey struct{ updatedAt, no int64 }

// recentEntry is a row of cases_recent without its signature.
type recentEntry struct {
	recentKey
	prevAt, number int64
}

// scanRecent reads a recentEntry.
func scanRecent(scan store.Scan) (r recentEntry, err error) {
	err = scan(&r.updatedAt, &r.no, &r.prevAt, &r.number)
	return r, err
}

// recentTexts are the statements of listRecent for one direction: one for each part of the signature that alone
// matters, and one for any. Statements are prepared once a text, so that there must be few of them.
type recentTexts struct {
	parts [8]string
	any   string
	skip  string
}

// The statements of walks in either direction.
var ascending, descending = newRecentTexts(">", "<=", ""), newRecentTexts("<", ">=", " DESC")

// newRecentTexts builds the statements of a direction.
func newRecentTexts(behind, until, direction string) (t recentTexts) {
	order := `ORDER BY updated_at` + direction + `, case_no` + direction
	rows := ` FROM cases_recent WHERE domain_no = ? AND (updated_at, case_no) ` + behind + ` (?, ?) AND updated_at ` + until + ` ? ` + order
	signed := func(parts, condition string) string {
		return `SELECT updated_at, case_no, prev_at, tx_no FROM
			(SELECT updated_at, case_no, prev_at, tx_no, ` + parts + rows + ` LIMIT ?) AS r WHERE ` + condition + ` ` + order + ` LIMIT ?`
	}
	var all []string
	for i := range t.parts {
		part := fmt.Sprintf(`(s%d & ?) = ?`, i)
		all = append(all, part)
		t.parts[i] = signed(fmt.Sprintf(`s%d`, i), part)
	}
	t.any = signed(`s0, s1, s2, s3, s4, s5, s6, s7`, strings.Join(all, ` AND `))
	t.skip = `SELECT updated_at, case_no` + rows + ` LIMIT 1 OFFSET ?`
	return t
}

// recentTextsOf gives the statements of a direction.
func recentTextsOf(desc bool) *recentTexts {
	if desc {
		return &descending
	}
	return &ascending
}

// listRecent reads, of the next rows of a walk, as many as a step has, up to limit that have the signature.
func listRecent(tx *store.Tx, w *walk, limit int) ([]recentEntry, error) {
	q, texts := w.q, recentTextsOf(w.desc)
	args := []any{q.cat.domain.No, w.from.updatedAt, w.from.no, w.until(), walkStep}
	text, used := texts.any, 0
	for i, part := range q.signature {
		if part != 0 {
			text = texts.parts[i]
			used++
		}
	}
	if used != 1 {
		text = texts.any
	}
	for _, part := range q.signature {
		if used != 1 || part != 0 {
			args = append(args, int64(part), int64(part))
		}
	}
	return store.List(tx, text, append(args, limit), scanRecent)
}

// skipRecent gives the last of a walk's next rows; not ok when there are fewer.
func skipRecent(tx *store.Tx, w *walk, rows int) (last recentKey, ok bool, err error) {
	ok, err = tx.Get(recentTextsOf(w.desc).skip, []any{w.q.cat.domain.No, w.from.updatedAt, w.from.no, w.until(), rows - 1},
		&last.updatedAt, &last.no)
	return last, ok, err
}

// recentRows reads rows of cases_recent by their keys.
var recentRows = store.NewMany(`SELECT updated_at, case_no, prev_at, tx_no FROM cases_recent
	WHERE (domain_no, updated_at, case_no) IN (VALUES `, `(CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT))`, `)`)

// eachRecent reads rows of cases_recent.
func eachRecent(tx *store.Tx, domainNo int64, keys []recentKey, row func(recentEntry)) error {
	args := recentRows.Args(len(keys))
	for _, k := range keys {
		args = append(args, domainNo, k.updatedAt, k.no)
	}
	return recentRows.Each(tx, args, func(scan store.Scan) error {
		r, err := scanRecent(scan)
		if err == nil {
			row(r)
		}
		return err
	})
}

// eachOlder reads a row of cases_recent and up to limit before it of the same case, the newest first.
func eachOlder(tx *store.Tx, domainNo int64, from recentKey, limit int, row func(recentEntry) error) error {
	return tx.Each(`WITH RECURSIVE chain (updated_at, case_no, prev_at, tx_no) AS (
			SELECT updated_at, case_no, prev_at, tx_no FROM cases_recent WHERE domain_no = ? AND updated_at = ? AND case_no = ?
			UNION ALL
			SELECT r.updated_at, r.case_no, r.prev_at, r.tx_no FROM chain c
				JOIN cases_recent r ON r.domain_no = ? AND r.updated_at = c.prev_at AND r.case_no = c.case_no
		) SELECT updated_at, case_no, prev_at, tx_no FROM chain LIMIT ?`,
		[]any{domainNo, from.updatedAt, from.no, domainNo, limit}, func(scan store.Scan) error {
			r, err := scanRecent(scan)
			if err != nil {
				return err
			}
			return row(r)
		})
}

// listNewest reads up to limit rows of the end of a domain's order, back to an instant, the newest first.
func listNewest(tx *store.Tx, domainNo, from int64, limit int) ([]recentEntry, error) {
	return store.List(tx, `SELECT updated_at, case_no, prev_at, tx_no FROM cases_recent WHERE domain_no = ? AND updated_at >= ?
		ORDER BY updated_at DESC, case_no DESC LIMIT ?`, []any{domainNo, from, limit}, scanRecent)
}

// eachChange reads what updates have changed in a case since an instant, the newest first.
func eachChange(tx *store.Tx, c *Case, since int64, row func(changes []change)) error {
	return tx.Each(`WITH RECURSIVE chain (prev_id, type, fields) AS (
			SELECT prev_id, type, fields FROM cases_audit WHERE domain_id = ? AND event_id = ? AND performed_at > ?
			UNION ALL
			SELECT a.prev_id, a.type, a.fields FROM chain c
				JOIN cases_audit a ON a.domain_id = ? AND a.event_id = c.prev_id AND a.performed_at > ?
		) SELECT fields FROM chain WHERE type = ?`,
		[]any{c.DomainID, c.AuditID, since, c.DomainID, since, auditCaseUpdated}, func(scan store.Scan) error {
			var fields store.RawBytes
			if err := scan(&fields); err != nil {
				return err
			}
			changes, err := unmarshalChanges(fields)
			if err == nil {
				row(changes)
			}
			return err
		})
}

// The statements that read cases by their numbers: whole, and only when they were last updated. The numbers come
// from rows of the domain; asked for the domain too, SQLite would look for it first.
var (
	casesByNo   = store.NewIn[int64](`SELECT `+caseColumns+` FROM cases_case WHERE case_no IN `, ``)
	updatesByNo = store.NewIn[int64](`SELECT case_no, updated_at FROM cases_case WHERE case_no IN `, ``)
)

// readCases reads cases of the domain; those that are not there are absent.
func (q *query) readCases(nos []int64) (map[int64]*Case, error) {
	if err := q.gone(); err != nil {
		return nil, err
	}
	tx, domainID := q.tx, q.cat.domain.ID
	cases := make(map[int64]*Case, len(nos))
	err := casesByNo.Each(tx, nos, nil, func(scan store.Scan) error {
		c, err := scanCase(scan, domainID)
		if err == nil {
			cases[c.No] = c
		}
		return err
	})
	return cases, err
}

// listUpdates reads when cases of a domain were last updated, and nothing else of them.
func listUpdates(tx *store.Tx, domainID string, nos []int64) (list []*Case, err error) {
	err = updatesByNo.Each(tx, nos, nil, func(scan store.Scan) error {
		var at int64
		c := &Case{DomainID: domainID}
		if err := scan(&c.No, &at); err != nil {
			return err
		}
		c.UpdatedAt = time.UnixMicro(at).UTC()
		list = append(list, c)
		return nil
	})
	return list, err
}

// listCases reads up to limit cases of a domain behind a number, in the order of their numbers. The || keeps
// SQLite from looking for the domain first and sorting all of it.
func listCases(tx *store.Tx, domainID string, after int64, desc bool, limit int) ([]*Case, error) {
	query := `SELECT ` + caseColumns + ` FROM cases_case WHERE case_no > ? AND domain_id || '' = ? ORDER BY case_no LIMIT ?`
	if desc {
		query = `SELECT ` + caseColumns + ` FROM cases_case WHERE case_no < ? AND domain_id || '' = ? ORDER BY case_no DESC LIMIT ?`
	}
	return store.List(tx, query, []any{after, domainID, limit}, func(scan store.Scan) (*Case, error) { return scanCase(scan, domainID) })
}

// listCaseNo reads the number of the case with an id; none when there is no such case.
func listCaseNo(tx *store.Tx, domainID, caseID string) ([]int64, error) {
	return store.Column[int64](tx, `SELECT case_no FROM cases_case WHERE domain_id = ? AND case_id = ?`, domainID, caseID)
}

// listValues reads which cases have values in a range. It is not ok when they are more than limit, which it finds out
// without reading them.
func listValues(tx *store.Tx, domainNo int64, r valueRange, limit int) (nos []int64, ok bool, err error) {
	var one int64
	more, err := tx.Get(`SELECT 1 FROM cases_value WHERE domain_no = ? AND field_no = ? AND value >= ? AND value < ? LIMIT 1 OFFSET ?`,
		[]any{domainNo, r.fieldNo, r.from, r.to, limit}, &one)
	if more || err != nil {
		return nil, false, err
	}
	nos, err = store.Column[int64](tx, `SELECT case_no FROM cases_value WHERE domain_no = ? AND field_no = ? AND value >= ? AND value < ?`,
		domainNo, r.fieldNo, r.from, r.to)
	return nos, true, err
}

// countValues counts the cases that have values in a range, up to a limit.
func countValues(tx *store.Tx, domainNo int64, r valueRange, limit int) (n int64, err error) {
	_, err = tx.Get(`SELECT COUNT(*) FROM (SELECT 1 FROM cases_value
		WHERE domain_no = ? AND field_no = ? AND value >= ? AND value < ? LIMIT ?) AS v`, []any{domainNo, r.fieldNo, r.from, r.to, limit}, &n)
	return n, err
}

// valueKey names a row of a field in cases_value.
type valueKey struct {
	value []byte
	no    int64
}

// listInOrder reads up to limit rows of a range of values behind one, in their order.
func listInOrder(tx *store.Tx, domainNo int64, r valueRange, desc bool, from valueKey, limit int) ([]valueKey, error) {
	query := `SELECT value, case_no FROM cases_value WHERE domain_no = ? AND field_no = ? AND (value, case_no) > (?, ?) AND value < ?
		ORDER BY value, case_no LIMIT ?`
	until := r.to
	if desc {
		query = `SELECT value, case_no FROM cases_value WHERE domain_no = ? AND field_no = ? AND (value, case_no) < (?, ?) AND value >= ?
		ORDER BY value DESC, case_no DESC LIMIT ?`
		until = r.from
	}
	return store.List(tx, query, []any{domainNo, r.fieldNo, from.value, from.no, until, limit}, func(scan store.Scan) (k valueKey, err error) {
		err = scan(&k.value, &k.no)
		return k, err
	})
}

// listWords reads up to limit cases that have all of some words, as cases_words has them.
func listWords(tx *store.Tx, words []string, limit int) ([]int64, error) {
	return store.Column[int64](tx, `SELECT rowid FROM cases_words WHERE cases_words /*match*/ ? LIMIT ?`, tx.AllOf(words), limit)
}

// countWords counts the cases that have all of some words, up to a limit.
func countWords(tx *store.Tx, words []string, limit int) (n int64, err error) {
	_, err = tx.Get(`SELECT COUNT(*) FROM (SELECT 1 FROM cases_words WHERE cases_words /*match*/ ? LIMIT ?) AS w`, []any{tx.AllOf(words), limit}, &n)
	return n, err
}
