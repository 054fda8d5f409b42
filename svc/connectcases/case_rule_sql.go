package connectcases

import (
	"encoding/json"
	"fmt"

	"github.com/casestream/casestream/store"
)

// insertCaseRule stores a new case rule.
func insertCaseRule(tx *store.Tx, domainID string, r *CaseRule) error {
	return writeCaseRule(tx, r, `INSERT INTO cases_case_rule (name, description, deleted, modified_at, rule, tags, domain_id, case_rule_id, position, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, domainID, r.ID, r.Position, r.CreatedAt.UnixMicro())
}

// updateCaseRule stores what may change of a case rule.
func updateCaseRule(tx *store.Tx, domainID string, r *CaseRule) error {
	return writeCaseRule(tx, r, `UPDATE cases_case_rule SET name = ?, description = ?, deleted = ?, modified_at = ?, rule = ?, tags = ?
		WHERE domain_id = ? AND case_rule_id = ?`, domainID, r.ID)
}

// writeCaseRule runs a statement whose first arguments are what may change of a case rule.
func writeCaseRule(tx *store.Tx, r *CaseRule, query string, more ...any) error {
	c, err := r.columns()
	if err != nil {
		return err
	}
	rule, err := json.Marshal(r.Rule)
	if err != nil {
		return err
	}
	_, err = tx.Exec(query, append([]any{r.Name, r.Description, c.deleted, c.modified, string(rule), c.tags}, more...)...)
	return err
}

// listCaseRules reads a domain's case rules, deleted ones too.
func listCaseRules(tx *store.Tx, domainID string) ([]*CaseRule, error) {
	return store.List(tx, `SELECT case_rule_id, position, name, description, deleted, created_at, modified_at, rule, tags
		FROM cases_case_rule WHERE domain_id = ? ORDER BY position`, []any{domainID}, func(scan store.Scan) (*CaseRule, error) {
		r := new(CaseRule)
		var c columns
		var rule string
		if err := scan(&r.ID, &r.Position, &r.Name, &r.Description, &c.deleted, &c.created, &c.modified, &rule, &c.tags); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(rule), &r.Rule); err != nil {
			return nil, fmt.Errorf("case rule %s: %w", r.ID, err)
		}
		return r, r.read(c)
	})
}
