package connectcases

import (
	"encoding/json"
	"fmt"

	"github.com/casestream/casestream/store"
)

// insertLayout stores a new layout.
func insertLayout(tx *store.Tx, domainID string, l *Layout) error {
	return writeLayout(tx, l, `INSERT INTO cases_layout (name, deleted, modified_at, content, tags, domain_id, layout_id, position, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, domainID, l.ID, l.Position, l.CreatedAt.UnixMicro())
}

// updateLayout stores what may change of a layout.
func updateLayout(tx *store.Tx, domainID string, l *Layout) error {
	return writeLayout(tx, l, `UPDATE cases_layout SET name = ?, deleted = ?, modified_at = ?, content = ?, tags = ?
		WHERE domain_id = ? AND layout_id = ?`, domainID, l.ID)
}

// writeLayout runs a statement whose first arguments are what may change of a layout.
func writeLayout(tx *store.Tx, l *Layout, query string, more ...any) error {
	c, err := l.columns()
	if err != nil {
		return err
	}
	content, err := json.Marshal(l.Content)
	if err != nil {
		return err
	}
	_, err = tx.Exec(query, append([]any{l.Name, c.deleted, c.modified, string(content), c.tags}, more...)...)
	return err
}

// listLayouts reads a domain's layouts, deleted ones too.
func listLayouts(tx *store.Tx, domainID string) ([]*Layout, error) {
	return store.List(tx, `SELECT layout_id, position, name, deleted, created_at, modified_at, content, tags
		FROM cases_layout WHERE domain_id = ? ORDER BY position`, []any{domainID}, func(scan store.Scan) (*Layout, error) {
		l := new(Layout)
		var c columns
		var content string
		if err := scan(&l.ID, &l.Position, &l.Name, &c.deleted, &c.created, &c.modified, &content, &c.tags); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(content), &l.Content); err != nil {
			return nil, fmt.Errorf("layout %s: %w", l.ID, err)
		}
		return l, l.read(c)
	})
}
