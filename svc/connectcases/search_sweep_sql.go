package connectcases

import (
	"github.com/casestream/casestream/store"
)

// sweepCursor is how far the sweep of a domain has come.
type sweepCursor struct{ sweptAt, countedAt int64 }

// listDomainNos reads the short names of the domains.
func listDomainNos(tx *store.Tx) ([]int64, error) {
	return store.Column[int64](tx, `SELECT domain_no FROM cases_domain ORDER BY domain_no`)
}

// lockSweep reads how far the sweep of a domain has come and holds it; not ok when another node does.
func lockSweep(tx *store.Tx, domainNo int64) (c sweepCursor, ok bool, err error) {
	_, err = tx.Exec(`INSERT INTO cases_recent_sweep (domain_no, swept_at, counted_at)
		SELECT domain_no, 0, 0 FROM cases_domain WHERE domain_no = ? ON CONFLICT (domain_no) DO NOTHING`, domainNo)
	if err != nil {
		return c, false, err
	}
	ok, err = tx.Get(`SELECT swept_at, counted_at FROM cases_recent_sweep WHERE domain_no = ? /*skip locked*/`,
		[]any{domainNo}, &c.sweptAt, &c.countedAt)
	return c, ok, err
}

// updateSweep stores how far the sweep of a domain has come.
func updateSweep(tx *store.Tx, domainNo int64, c sweepCursor) error {
	_, err := tx.Exec(`UPDATE cases_recent_sweep SET swept_at = ?, counted_at = ? WHERE domain_no = ?`, c.sweptAt, c.countedAt, domainNo)
	return err
}

// maxCounted bounds how many new rows are counted at once.
const maxCounted = 50_000

// countRecent counts a domain's rows behind an instant, up to maxCounted, and gives the instant of the last.
func countRecent(tx *store.Tx, domainNo, after int64) (n int, last int64, err error) {
	_, err = tx.Get(`SELECT COUNT(*), COALESCE(MAX(updated_at), 0) FROM (SELECT updated_at FROM cases_recent
		WHERE domain_no = ? AND updated_at > ? ORDER BY updated_at LIMIT ?) AS r`, []any{domainNo, after, maxCounted}, &n, &last)
	return n, last, err
}

// sweepEnd gives the instant of the last row of a step behind an instant; not ok when there are fewer before old.
func sweepEnd(tx *store.Tx, domainNo, after, old int64) (to int64, ok bool, err error) {
	ok, err = tx.Get(`SELECT updated_at FROM cases_recent WHERE domain_no = ? AND updated_at > ? AND updated_at < ?
		ORDER BY updated_at LIMIT 1 OFFSET ?`, []any{domainNo, after, old, sweepStep - 1}, &to)
	return to, ok, err
}

// deleteSettled removes rows of deleted cases, and those whose place was taken before old, between two instants.
func deleteSettled(tx *store.Tx, domainNo, from, to, old int64) error {
	_, err := tx.Exec(`DELETE FROM cases_recent WHERE domain_no = ? AND updated_at > ? AND updated_at <= ? AND NOT EXISTS (
		SELECT 1 FROM cases_case c WHERE c.case_no = cases_recent.case_no AND cases_recent.updated_at >=
			CASE WHEN c.updated_at < ? THEN c.updated_at WHEN c.settling_at < ? THEN c.settling_at ELSE c.settled_at END)`,
		domainNo, from, to, old, old)
	return err
}
