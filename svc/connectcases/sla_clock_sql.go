package connectcases

import (
	"time"

	"github.com/casestream/casestream/store"
)

// insertClock starts the clock of an SLA.
func insertClock(tx *store.Tx, k clock) error {
	_, err := tx.Exec(`INSERT INTO cases_sla_clock (due_at, domain_id, case_id, related_item_id) VALUES (?, ?, ?, ?)`,
		k.dueAt, k.domainID, k.caseID, k.itemID)
	return err
}

// deleteClock removes a clock, unless another transaction has claimed it, which then removes it.
func deleteClock(tx *store.Tx, k clock) error {
	_, err := tx.Exec(`DELETE FROM cases_sla_clock WHERE due_at = ? AND domain_id = ? AND case_id = ? AND related_item_id IN (
		SELECT related_item_id FROM cases_sla_clock WHERE due_at = ? AND domain_id = ? AND case_id = ? AND related_item_id = ? /*skip locked*/)`,
		k.dueAt, k.domainID, k.caseID, k.dueAt, k.domainID, k.caseID, k.itemID)
	return err
}

// nextClock tells when the next clock is due; the zero time when none runs.
func nextClock(tx *store.Tx) (at time.Time, err error) {
	var micros int64
	found, err := tx.Get(`SELECT due_at FROM cases_sla_clock ORDER BY due_at LIMIT 1`, nil, &micros)
	if found {
		at = time.UnixMicro(micros).UTC()
	}
	return at, err
}

// claimClocks takes up to limit clocks that are due, the earliest first, and passes over those that another node
// has taken.
func claimClocks(tx *store.Tx, limit int) ([]clock, error) {
	return store.List(tx, `SELECT due_at, domain_id, case_id, related_item_id FROM cases_sla_clock WHERE due_at <= ?
		ORDER BY due_at, domain_id, case_id, related_item_id LIMIT ? /*skip locked*/`, []any{tx.Micros(), limit},
		func(scan store.Scan) (k clock, err error) {
			err = scan(&k.dueAt, &k.domainID, &k.caseID, &k.itemID)
			return k, err
		})
}
