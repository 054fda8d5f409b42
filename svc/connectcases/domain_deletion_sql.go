package connectcases

import (
	"time"

	"github.com/casestream/casestream/store"
)

// deletion is a domain that is deleted and of which something may be left.
type deletion struct {
	domainID  string
	domainNo  int64
	deletedAt time.Time
}

// deleteDomainRow removes a domain, and notes that there is more of it.
func deleteDomainRow(tx *store.Tx, d Domain) error {
	if _, err := tx.Exec(`DELETE FROM cases_domain WHERE domain_id = ?`, d.ID); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO cases_domain_deletion (domain_id, domain_no, deleted_at, look_at) VALUES (?, ?, ?, ?)`,
		d.ID, d.No, tx.Micros(), tx.Micros())
	return err
}

// claimDeletion takes a deleted domain that is to be looked at, until the transaction ends. It passes over those
// that other transactions have taken.
func claimDeletion(tx *store.Tx) (d deletion, found bool, err error) {
	var deleted int64
	found, err = tx.Get(`SELECT domain_id, domain_no, deleted_at FROM cases_domain_deletion
		WHERE look_at <= ? ORDER BY look_at LIMIT 1 /*skip locked*/`, []any{tx.Micros()}, &d.domainID, &d.domainNo, &deleted)
	d.deletedAt = time.UnixMicro(deleted).UTC()
	return d, found, err
}

// updateDeletion notes when a deleted domain is to be looked at again.
func updateDeletion(tx *store.Tx, d deletion, lookAt time.Time) error {
	_, err := tx.Exec(`UPDATE cases_domain_deletion SET look_at = ? WHERE domain_id = ?`, lookAt.UnixMicro(), d.domainID)
	return err
}

// deleteDeletion forgets a deleted domain of which nothing is left.
func deleteDeletion(tx *store.Tx, d deletion) error {
	_, err := tx.Exec(`DELETE FROM cases_domain_deletion WHERE domain_id = ?`, d.domainID)
	return err
}

// remains removes up to so many rows of a table that belong to a domain, which comes twice: by its id, or by its
// number.
var remains = []struct {
	byNo  bool
	query string
}{
	{false, `DELETE FROM cases_related_item WHERE domain_id = ? AND (case_id, related_item_id) IN (
		SELECT case_id, related_item_id FROM cases_related_item WHERE domain_id = ? LIMIT ?)`},
	{false, `DELETE FROM cases_audit WHERE domain_id = ? AND event_id IN (
		SELECT event_id FROM cases_audit WHERE domain_id = ? LIMIT ?)`},
	{false, `DELETE FROM cases_client_token WHERE domain_id = ? AND token IN (
		SELECT token FROM cases_client_token WHERE domain_id = ? LIMIT ?)`},
	{true, `DELETE FROM cases_recent WHERE domain_no = ? AND (updated_at, case_no) IN (
		SELECT updated_at, case_no FROM cases_recent WHERE domain_no = ? LIMIT ?)`},
	{true, `DELETE FROM cases_value WHERE domain_no = ? AND (field_no, value, case_no) IN (
		SELECT field_no, value, case_no FROM cases_value WHERE domain_no = ? LIMIT ?)`},
	{true, `DELETE FROM cases_recent_sweep WHERE domain_no = ? AND domain_no IN (
		SELECT domain_no FROM cases_recent_sweep WHERE domain_no = ? LIMIT ?)`},
	// Last, because the clocks of a domain can only be found among all.
	{false, `DELETE FROM cases_sla_clock WHERE domain_id = ? AND (due_at, case_id, related_item_id) IN (
		SELECT due_at, case_id, related_item_id FROM cases_sla_clock WHERE domain_id = ? LIMIT ?)`},
}

// deleteRemains removes up to limit rows of a deleted domain from the first table that has some, but not its cases
// and its configuration. It gives how many it has removed; none are left when it is none.
func deleteRemains(tx *store.Tx, d deletion, limit int) (removed int64, err error) {
	for _, r := range remains {
		var domain any = d.domainID
		if r.byNo {
			domain = d.domainNo
		}
		if removed, err = tx.Exec(r.query, domain, domain, limit); err != nil || removed > 0 {
			return removed, err
		}
	}
	return 0, nil
}

// caseRows removes cases by their numbers.
var caseRows = store.NewIn[int64](`DELETE FROM cases_case WHERE case_no IN `, ``)

// listRemainingCases reads up to limit cases of a deleted domain, in no order.
func listRemainingCases(tx *store.Tx, d deletion, limit int) ([]*Case, error) {
	return store.List(tx, `SELECT `+caseColumns+` FROM cases_case WHERE domain_id = ? LIMIT ?`, []any{d.domainID, limit},
		func(scan store.Scan) (*Case, error) { return scanCase(scan, d.domainID) })
}

// deleteConfiguration removes the configuration of a deleted domain.
func deleteConfiguration(tx *store.Tx, d deletion) error {
	for _, query := range []string{
		`DELETE FROM cases_field WHERE domain_id = ?`,
		`DELETE FROM cases_layout WHERE domain_id = ?`,
		`DELETE FROM cases_template WHERE domain_id = ?`,
		`DELETE FROM cases_case_rule WHERE domain_id = ?`,
	} {
		if _, err := tx.Exec(query, d.domainID); err != nil {
			return err
		}
	}
	return nil
}
