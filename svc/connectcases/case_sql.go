package connectcases

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/casestream/casestream/store"
)

// insertCase stores a new case.
func insertCase(tx *store.Tx, c *Case) error {
	tags, err := json.Marshal(c.Tags)
	if err != nil {
		return err
	}
	_, err = tx.Get(`INSERT INTO cases_case
		(domain_id, case_id, template_id, created_at, updated_at, changed_at, settled_at, settling_at, items, slas, audit_id, tags, fields)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING case_no`, []any{
		c.DomainID, c.ID, c.TemplateID, c.CreatedAt.UnixMicro(), c.UpdatedAt.UnixMicro(), c.ChangedAt.UnixMicro(),
		c.SettledAt.UnixMicro(), c.SettlingAt.UnixMicro(), c.Items, c.SLAs, c.AuditID, string(tags), c.Values.marshal(),
	}, &c.No)
	return err
}

// caseColumns are what scanCase reads.
const caseColumns = `case_no, case_id, template_id, created_at, updated_at, changed_at, settled_at, settling_at, items, slas, audit_id, tags, fields`

// getCase reads a case.
func getCase(tx *store.Tx, domainID, caseID string) (*Case, error) {
	list, err := store.List(tx, `SELECT `+caseColumns+`
		FROM cases_case WHERE domain_id = ? AND case_id = ?`, []any{domainID, caseID},
		func(scan store.Scan) (*Case, error) { return scanCase(scan, domainID) })
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, missing("Case", caseID)
	}
	return list[0], nil
}

// getCaseWithVersion reads a case, nil when there is none, with the version of its domain's configuration. That is 0
// when the domain is deleted and the case not yet.
func getCaseWithVersion(tx *store.Tx, domainID, caseID string) (version int64, c *Case, err error) {
	err = tx.Each(`SELECT COALESCE((SELECT version FROM cases_domain WHERE domain_id = ?), 0), `+caseColumns+`
		FROM cases_case WHERE domain_id = ? AND case_id = ?`, []any{domainID, domainID, caseID}, func(scan store.Scan) (err error) {
		c, err = scanCase(func(dest ...any) error { return scan(append([]any{&version}, dest...)...) }, domainID)
		return err
	})
	return version, c, err
}

// caseLock reads and holds cases.
var caseLock = store.NewIn[string](`SELECT `+caseColumns+`
	FROM cases_case WHERE domain_id = ? AND case_id IN `, ` ORDER BY case_id /*for update*/`)

// lockCases reads those of a domain's cases that exist, and holds them until the transaction ends. ids are
// sorted.
func lockCases(tx *store.Tx, domainID string, ids []string) (list []*Case, err error) {
	err = caseLock.Each(tx, ids, []any{domainID}, func(scan store.Scan) error {
		c, err := scanCase(scan, domainID)
		list = append(list, c)
		return err
	})
	return list, err
}

// scanCase reads the row of a case of a domain.
func scanCase(scan store.Scan, domainID string) (*Case, error) {
	c := &Case{DomainID: domainID}
	var created, updated, changed, settled, settling int64
	var tags, fields store.RawBytes
	if err := scan(&c.No, &c.ID, &c.TemplateID, &created, &updated, &changed, &settled, &settling, &c.Items, &c.SLAs, &c.AuditID, &tags, &fields); err != nil {
		return nil, err
	}
	c.CreatedAt, c.UpdatedAt, c.ChangedAt = time.UnixMicro(created).UTC(), time.UnixMicro(updated).UTC(), time.UnixMicro(changed).UTC()
	c.SettledAt, c.SettlingAt = time.UnixMicro(settled).UTC(), time.UnixMicro(settling).UTC()
	if string(tags) != "{}" {
		if err := json.Unmarshal(tags, &c.Tags); err != nil {
			return nil, fmt.Errorf("tags of case %s: %w", c.ID, err)
		}
	}
	var err error
	if c.Values, err = unmarshalValues(fields); err != nil {
		return nil, fmt.Errorf("case %s: %w", c.ID, err)
	}
	return c, nil
}

// caseUpdate stores what may change of many cases. The casts tell PostgreSQL the types of the columns.
var caseUpdate = store.NewMany(`WITH v (domain_id, case_id, updated_at, changed_at, settled_at, settling_at, items, slas, audit_id, fields) AS (VALUES `,
	`(CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT))`, `)
	UPDATE cases_case SET updated_at = v.updated_at, changed_at = v.changed_at, settled_at = v.settled_at, settling_at = v.settling_at,
		items = v.items, slas = v.slas, audit_id = v.audit_id, fields = v.fields
	FROM v WHERE cases_case.domain_id = v.domain_id AND cases_case.case_id = v.case_id`)

// changeable gives the columns that may change, in the order of caseUpdate.
func (c *Case) changeable() []any {
	return []any{
		c.UpdatedAt.UnixMicro(), c.ChangedAt.UnixMicro(), c.SettledAt.UnixMicro(), c.SettlingAt.UnixMicro(), c.Items, c.SLAs, c.AuditID, c.Values.marshal(),
	}
}

// updateCases stores what may change of cases.
func updateCases(tx *store.Tx, cases ...*Case) error {
	if len(cases) == 1 {
		c := cases[0]
		_, err := tx.Exec(`UPDATE cases_case SET updated_at = ?, changed_at = ?, settled_at = ?, settling_at = ?, items = ?, slas = ?,
			audit_id = ?, fields = ? WHERE domain_id = ? AND case_id = ?`, append(c.changeable(), c.DomainID, c.ID)...)
		return err
	}
	args := caseUpdate.Args(len(cases))
	for _, c := range cases {
		args = append(append(args, c.DomainID, c.ID), c.changeable()...)
	}
	return caseUpdate.Exec(tx, args)
}

// deleteCaseRows removes a case and its related items.
func deleteCaseRows(tx *store.Tx, c *Case) error {
	if _, err := tx.Exec(`DELETE FROM cases_related_item WHERE domain_id = ? AND case_id = ?`, c.DomainID, c.ID); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM cases_case WHERE domain_id = ? AND case_id = ?`, c.DomainID, c.ID)
	return err
}
