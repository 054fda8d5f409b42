package connectcases

import (
	"fmt"
	"time"

	"github.com/casestream/casestream/store"
)

// auditInsert appends rows to the history.
var auditInsert = store.NewMany(`INSERT INTO cases_audit
	(domain_id, event_id, prev_id, case_id, type, item_type, performed_at, performed_by, fields) VALUES `,
	`(?, ?, ?, ?, ?, ?, ?, ?, ?)`, ``)

// insertAudit appends rows to the history.
func insertAudit(tx *store.Tx, rows ...auditRow) error {
	args := auditInsert.Args(len(rows))
	for _, r := range rows {
		var itemType *string
		if r.ItemType != "" {
			itemType = &r.ItemType
		}
		args = append(args, r.domainID, r.id, r.prev, r.caseID, r.Type, itemType, r.At.UnixMicro(), r.By.marshal(), marshalChanges(r.Changes))
	}
	return auditInsert.Exec(tx, args)
}

// deleteAudit removes a case's whole history, following the chain of its rows.
func deleteAudit(tx *store.Tx, c *Case) error {
	_, err := tx.Exec(`DELETE FROM cases_audit WHERE domain_id = ? AND event_id IN (
		WITH RECURSIVE chain (event_id, prev_id) AS (
			SELECT event_id, prev_id FROM cases_audit WHERE domain_id = ? AND event_id = ?
			UNION ALL
			SELECT a.event_id, a.prev_id FROM chain c JOIN cases_audit a ON a.domain_id = ? AND a.event_id = c.prev_id
		) SELECT event_id FROM chain)`,
		c.DomainID, c.DomainID, c.AuditID, c.DomainID)
	return err
}

// listAudit reads up to limit rows of a case's history, newest first, from a row on. It finds nothing when the row
// is none of the case's.
func listAudit(tx *store.Tx, domainID, caseID, from string, limit int) ([]auditRow, error) {
	return store.List(tx, `WITH RECURSIVE chain (event_id, prev_id, type, item_type, performed_at, performed_by, fields, n) AS (
			SELECT event_id, prev_id, type, item_type, performed_at, performed_by, fields, 1
			FROM cases_audit WHERE domain_id = ? AND event_id = ? AND case_id = ?
			UNION ALL
			SELECT a.event_id, a.prev_id, a.type, a.item_type, a.performed_at, a.performed_by, a.fields, c.n + 1
			FROM chain c JOIN cases_audit a ON a.domain_id = ? AND a.event_id = c.prev_id WHERE c.n < ?
		) SELECT event_id, prev_id, type, item_type, performed_at, performed_by, fields FROM chain ORDER BY n`,
		[]any{domainID, from, caseID, domainID, limit}, func(scan store.Scan) (r auditRow, err error) {
			var itemType *string
			var at int64
			var by string
			var fields store.RawBytes
			if err := scan(&r.id, &r.prev, &r.Type, &itemType, &at, &by, &fields); err != nil {
				return r, err
			}
			if itemType != nil {
				r.ItemType = *itemType
			}
			r.At = time.UnixMicro(at).UTC()
			if r.By, err = unmarshalActor(by); err != nil {
				return r, fmt.Errorf("audit event %s: %w", r.id, err)
			}
			r.Changes, err = unmarshalChanges(fields)
			return r, err
		})
}
