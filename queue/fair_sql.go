package queue

import (
	"github.com/casestream/casestream/store"
)

// dueClaim hides messages that this transaction has picked.
var dueClaim = store.NewIn[int64](`UPDATE queue_slot SET visible_at = ?, receives = receives + 1, first_received_at = CASE WHEN first_received_at = 0 THEN ? ELSE first_received_at END
	WHERE +bin = ? AND seq IN `, ` RETURNING seq, receives, first_received_at, source, tenant`)

// dueSlots lists and holds the messages that have been visible for longest, of those that became so after from and not
// after to.
func dueSlots(tx *store.Tx, q *Queue, from, to int64, limit int) ([]due, error) {
	return store.List(tx, `SELECT seq, tenant FROM queue_slot WHERE bin = ? AND visible_at > ? AND visible_at <= ? ORDER BY visible_at, seq LIMIT ? /*skip locked*/`,
		[]any{q.bin, from, to, limit}, scanDue)
}

// dueOf lists and holds the messages of one tenant that have been visible for longest.
func dueOf(tx *store.Tx, q *Queue, tenant string, limit int) ([]due, error) {
	return store.List(tx, `SELECT seq, tenant FROM queue_slot WHERE bin = ? AND tenant = ? AND visible_at > ? AND visible_at <= ? ORDER BY visible_at, seq LIMIT ? /*skip locked*/`,
		[]any{q.bin, tenant, q.oldest(tx), tx.Micros(), limit}, scanDue)
}

// scanDue reads one row of dueSlots.
func scanDue(scan store.Scan) (d due, err error) {
	var tenant *string
	err = scan(&d.seq, &tenant)
	if tenant != nil {
		d.tenant = *tenant
	}
	return d, err
}

// claimDue hides messages that this transaction holds.
func claimDue(tx *store.Tx, q *Queue, until int64, list []due) ([]*Received, error) {
	seqs := make([]int64, len(list))
	for i, d := range list {
		seqs[i] = d.seq
	}
	out := make([]*Received, 0, len(list))
	err := dueClaim.Each(tx, seqs, []any{until, tx.Micros(), q.bin}, func(scan store.Scan) error {
		m, _, err := scanSlot(scan)
		out = append(out, m)
		return err
	})
	return out, err
}

// countTenant counts a tenant's messages in flight, up to a limit.
func countTenant(tx *store.Tx, q *Queue, tenant string, limit int64) (n int64, err error) {
	_, err = tx.Get(`SELECT COUNT(*) FROM (SELECT 1 FROM queue_slot WHERE bin = ? AND tenant = ? AND visible_at > ? AND receives > 0 ORDER BY visible_at LIMIT ?) AS flight`,
		[]any{q.bin, tenant, tx.Micros(), limit}, &n)
	return n, err
}

// walkTenants lists the tenants that follow one, in order, up to a limit, and says which of them have messages
// that may be received. It looks at one or two rows of each.
func walkTenants(tx *store.Tx, q *Queue, after string, limit int) (walked []string, ready map[string]bool, err error) {
	ready = make(map[string]bool)
	err = tx.Each(`WITH RECURSIVE walk (tenant, place) AS (
			SELECT MIN(tenant), 1 FROM queue_slot WHERE bin = ? AND tenant > ?
			UNION ALL SELECT (SELECT MIN(s.tenant) FROM queue_slot s WHERE s.bin = ? AND s.tenant > walk.tenant), place + 1 FROM walk
			WHERE tenant IS NOT NULL AND place < ?)
		SELECT tenant, COALESCE((SELECT 1 FROM queue_slot s WHERE s.bin = ? AND s.tenant = walk.tenant AND s.visible_at > ? AND s.visible_at <= ? ORDER BY s.visible_at, s.seq LIMIT 1), 0)
		FROM walk WHERE tenant IS NOT NULL ORDER BY place`,
		[]any{q.bin, after, q.bin, limit, q.bin, q.oldest(tx), tx.Micros()}, func(scan store.Scan) error {
			var tenant string
			var some int64
			err := scan(&tenant, &some)
			walked = append(walked, tenant)
			if some > 0 {
				ready[tenant] = true
			}
			return err
		})
	return walked, ready, err
}

// countInFlight counts a queue's messages in flight, up to a limit. Of a standard queue it looks at no more than
// twice as many rows: delayed messages are between them.
func countInFlight(tx *store.Tx, q *Queue, limit int64) (n int64, err error) {
	query := `SELECT COUNT(CASE WHEN receives > 0 THEN 1 END) FROM (SELECT receives FROM queue_slot WHERE bin = ? AND visible_at > ? ORDER BY visible_at LIMIT ?) AS hidden`
	rows := 2 * limit
	if q.FIFO {
		query = `SELECT COUNT(*) FROM (SELECT 1 FROM queue_fifo WHERE bin = ? AND visible_at > ? AND receives > 0 ORDER BY visible_at LIMIT ?) AS flight`
		rows = limit
	}
	_, err = tx.Get(query, []any{q.bin, tx.Micros(), rows}, &n)
	return min(n, limit), err
}
