package connectcases

import (
	"github.com/casestream/casestream/store"
)

// The statements that bring the tables of the search up to date.
var (
	recentInsert = store.NewMany(`INSERT INTO cases_recent
		(domain_no, updated_at, case_no, prev_at, tx_no, s0, s1, s2, s3, s4, s5, s6, s7) VALUES `,
		`(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, ``)
	valueDelete = store.NewMany(`DELETE FROM cases_value WHERE (domain_no, field_no, value, case_no) IN (VALUES `,
		`(CAST(? AS BIGINT), CAST(? AS BIGINT), ?/*bytes*/, CAST(? AS BIGINT))`, `)`)
	valueInsert = store.NewMany(`INSERT INTO cases_value (domain_no, field_no, value, case_no) VALUES `, `(?, ?, ?, ?)`, ``)
	wordsDelete = store.NewMany(`/*sqlite*/ INSERT INTO cases_words (cases_words, rowid, words) VALUES `, `('delete', ?, ?)`, ``)
	wordsInsert = store.NewMany(`/*sqlite*/ INSERT INTO cases_words (rowid, words) VALUES `, `(?, ?)`, ``)
	wordsPut    = store.NewMany(`/*postgres*/ INSERT INTO cases_words (rowid, cases_words) VALUES `, `(?, ?)`,
		` ON CONFLICT (rowid) DO UPDATE SET cases_words = excluded.cases_words`)
	wordsDrop = store.NewIn[int64](`/*postgres*/ DELETE FROM cases_words WHERE rowid IN `, ``)
)

// writeIndex writes what changes of cases mean for the search.
func writeIndex(tx *store.Tx, rows *indexRows) error {
	if err := insertRecent(tx, rows.recent); err != nil {
		return err
	}
	for _, r := range rows.resigned {
		args := append(signatureArgs(nil, r.signature), r.domainNo, r.updatedAt, r.no)
		if _, err := tx.Exec(`UPDATE cases_recent SET s0 = ?, s1 = ?, s2 = ?, s3 = ?, s4 = ?, s5 = ?, s6 = ?, s7 = ?
			WHERE domain_no = ? AND updated_at = ? AND case_no = ?`, args...); err != nil {
			return err
		}
	}
	if err := valueDelete.Exec(tx, valueArgs(valueDelete, rows.removed)); err != nil {
		return err
	}
	if err := valueInsert.Exec(tx, valueArgs(valueInsert, rows.added)); err != nil {
		return err
	}
	if len(rows.words) > 0 {
		// SQLite's full-text index writes out what it has gathered at each savepoint: all together it is one piece.
		tx.Last(func(tx *store.Tx) error { return writeWords(tx, rows.words) })
	}
	return nil
}

// writeWords writes what becomes of cases' words. SQLite counts the rows that go in and out: a change is one of
// each, even where only one of them has words.
func writeWords(tx *store.Tx, rows []wordsRow) error {
	removed, added, put := wordsDelete.Args(len(rows)), wordsInsert.Args(len(rows)), wordsPut.Args(len(rows))
	var dropped []int64
	for _, w := range rows {
		if w.was {
			removed = append(removed, w.no, w.removed)
		}
		if w.now {
			added, put = append(added, w.no, w.added), append(put, w.no, w.whole)
		} else {
			dropped = append(dropped, w.no)
		}
	}
	if err := wordsDelete.Exec(tx, removed); err != nil {
		return err
	}
	if err := wordsInsert.Exec(tx, added); err != nil {
		return err
	}
	if err := wordsPut.Exec(tx, put); err != nil {
		return err
	}
	return wordsDrop.Exec(tx, dropped)
}

// insertRecent puts rows at the end of the order of last updates.
func insertRecent(tx *store.Tx, rows []recentRow) error {
	if len(rows) == 0 {
		return nil
	}
	number, err := tx.Number()
	if err != nil {
		return err
	}
	args := recentInsert.Args(len(rows))
	for _, r := range rows {
		args = signatureArgs(append(args, r.domainNo, r.updatedAt, r.no, r.prevAt, number), r.signature)
	}
	return recentInsert.Exec(tx, args)
}

// signatureArgs appends the columns of a signature.
func signatureArgs(args []any, s signature) []any {
	for _, part := range s {
		args = append(args, int64(part))
	}
	return args
}

// valueArgs gives the arguments of rows of values.
func valueArgs(m *store.Many, rows []valueRow) []any {
	args := m.Args(len(rows))
	for _, r := range rows {
		args = append(args, r.domainNo, r.fieldNo, r.value, r.no)
	}
	return args
}
