package loggroup

import (
	"time"

	"github.com/casestream/casestream/store"
)

// putPolicy adds or replaces a resource policy.
func putPolicy(tx *store.Tx, p ResourcePolicy) error {
	_, err := tx.Exec(`INSERT INTO loggroup_policy (name, document, modified_at) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET document = excluded.document, modified_at = excluded.modified_at`, p.Name, p.Document, tx.Micros())
	return err
}

// countPolicies counts all resource policies.
func countPolicies(tx *store.Tx) (n int, err error) {
	_, err = tx.Get(`SELECT COUNT(*) FROM loggroup_policy`, nil, &n)
	return n, err
}

// listPolicies lists resource policies by name, from behind one.
func listPolicies(tx *store.Tx, after string, limit int) ([]ResourcePolicy, error) {
	return store.List(tx, `SELECT name, document, modified_at FROM loggroup_policy WHERE name > ? ORDER BY name LIMIT ?`, []any{after, limit},
		func(scan store.Scan) (p ResourcePolicy, err error) {
			var modified int64
			err = scan(&p.Name, &p.Document, &modified)
			p.Modified = time.UnixMicro(modified).UTC()
			return p, err
		})
}

// deletePolicy removes a resource policy, and says whether it was there.
func deletePolicy(tx *store.Tx, name string) (bool, error) {
	n, err := tx.Exec(`DELETE FROM loggroup_policy WHERE name = ?`, name)
	return n > 0, err
}
