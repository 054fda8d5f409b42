package connectcases

import (
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
