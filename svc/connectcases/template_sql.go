package connectcases

import (
	"encoding/json"
	"fmt"

	"github.com/casestream/casestream/store"
)

// insertTemplate stores a new template.
func insertTemplate(tx *store.Tx, domainID string, t *Template) error {
	return writeTemplate(tx, t, `INSERT INTO cases_template (name, status, deleted, modified_at, body, tags, domain_id, template_id, position, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, domainID, t.ID, t.Position, t.CreatedAt.UnixMicro())
}

// updateTemplate stores what may change of a template.
func updateTemplate(tx *store.Tx, domainID string, t *Template) error {
	return writeTemplate(tx, t, `UPDATE cases_template SET name = ?, status = ?, deleted = ?, modified_at = ?, body = ?, tags = ?
		WHERE domain_id = ? AND template_id = ?`, domainID, t.ID)
}

// writeTemplate runs a statement whose first arguments are what may change of a template.
func writeTemplate(tx *store.Tx, t *Template, query string, more ...any) error {
	c, err := t.columns()
	if err != nil {
		return err
	}
	body, err := json.Marshal(t.TemplateBody)
	if err != nil {
		return err
	}
	_, err = tx.Exec(query, append([]any{t.Name, t.Status, c.deleted, c.modified, string(body), c.tags}, more...)...)
	return err
}

// listTemplates reads a domain's templates, deleted ones too.
func listTemplates(tx *store.Tx, domainID string) ([]*Template, error) {
	return store.List(tx, `SELECT template_id, position, name, status, deleted, created_at, modified_at, body, tags
		FROM cases_template WHERE domain_id = ? ORDER BY position`, []any{domainID}, func(scan store.Scan) (*Template, error) {
		t := new(Template)
		var c columns
		var body string
		if err := scan(&t.ID, &t.Position, &t.Name, &t.Status, &c.deleted, &c.created, &c.modified, &body, &c.tags); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &t.TemplateBody); err != nil {
			return nil, fmt.Errorf("template %s: %w", t.ID, err)
		}
		return t, t.read(c)
	})
}
