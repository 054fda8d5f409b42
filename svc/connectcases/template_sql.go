package connectcases

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/casestream/casestream/store"
)

// insertTemplate stores a new template.
func insertTemplate(tx *store.Tx, domainID string, t *Template) error {
	body, err := json.Marshal(t.TemplateBody)
	if err != nil {
		return err
	}
	tags, err := json.Marshal(t.Tags)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO cases_template
		(domain_id, template_id, position, name, status, deleted, created_at, modified_at, body, tags)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		domainID, t.ID, t.Position, t.Name, t.Status, number(t.Deleted), t.CreatedAt.UnixMicro(), t.ModifiedAt.UnixMicro(), string(body), string(tags))
	return err
}

// listTemplates reads a domain's templates, deleted ones too.
func listTemplates(tx *store.Tx, domainID string) ([]*Template, error) {
	return store.List(tx, `SELECT template_id, position, name, status, deleted, created_at, modified_at, body, tags
		FROM cases_template WHERE domain_id = ? ORDER BY position`, []any{domainID}, func(scan store.Scan) (*Template, error) {
		t := new(Template)
		var deleted, created, modified int64
		var body, tags string
		if err := scan(&t.ID, &t.Position, &t.Name, &t.Status, &deleted, &created, &modified, &body, &tags); err != nil {
			return nil, err
		}
		t.Deleted, t.CreatedAt, t.ModifiedAt = deleted == 1, time.UnixMicro(created).UTC(), time.UnixMicro(modified).UTC()
		if err := json.Unmarshal([]byte(body), &t.TemplateBody); err != nil {
			return nil, fmt.Errorf("template %s: %w", t.ID, err)
		}
		if err := json.Unmarshal([]byte(tags), &t.Tags); err != nil {
			return nil, fmt.Errorf("tags of template %s: %w", t.ID, err)
		}
		return t, nil
	})
}
