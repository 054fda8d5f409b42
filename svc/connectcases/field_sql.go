package connectcases

import (
	"encoding/json"
	"fmt"

	"github.com/casestream/casestream/store"
)

// insertField stores a new field.
func insertField(tx *store.Tx, domainID string, f *Field) error {
	return writeField(tx, f, `INSERT INTO cases_field
		(name, description, multiline, deleted, modified_at, options, tags, domain_id, field_id, position, type, namespace, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		domainID, f.ID, f.Position, f.Type, f.Namespace, f.CreatedAt.UnixMicro())
}

// updateField stores what may change of a field.
func updateField(tx *store.Tx, domainID string, f *Field) error {
	return writeField(tx, f, `UPDATE cases_field SET name = ?, description = ?, multiline = ?, deleted = ?, modified_at = ?, options = ?, tags = ?
		WHERE domain_id = ? AND field_id = ?`, domainID, f.ID)
}

// writeField runs a statement whose first arguments are what may change of a field.
func writeField(tx *store.Tx, f *Field, query string, more ...any) error {
	c, err := f.columns()
	if err != nil {
		return err
	}
	options, err := json.Marshal(f.Options)
	if err != nil {
		return err
	}
	var multiline *int64
	if f.Multiline != nil {
		n := number(*f.Multiline)
		multiline = &n
	}
	args := []any{f.Name, f.Description, multiline, c.deleted, c.modified, string(options), c.tags}
	_, err = tx.Exec(query, append(args, more...)...)
	return err
}

// listFields reads a domain's fields, deleted ones too.
func listFields(tx *store.Tx, domainID string) ([]*Field, error) {
	return store.List(tx, `SELECT field_id, position, name, description, type, namespace, multiline, deleted, created_at, modified_at, options, tags
		FROM cases_field WHERE domain_id = ? ORDER BY position`, []any{domainID}, func(scan store.Scan) (*Field, error) {
		f := new(Field)
		var multiline *int64
		var c columns
		var options string
		if err := scan(&f.ID, &f.Position, &f.Name, &f.Description, &f.Type, &f.Namespace, &multiline, &c.deleted, &c.created, &c.modified, &options, &c.tags); err != nil {
			return nil, err
		}
		if multiline != nil {
			m := *multiline == 1
			f.Multiline = &m
		}
		if err := json.Unmarshal([]byte(options), &f.Options); err != nil {
			return nil, fmt.Errorf("options of field %s: %w", f.ID, err)
		}
		return f, f.read(c)
	})
}
