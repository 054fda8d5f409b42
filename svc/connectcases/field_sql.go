package connectcases

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/casestream/casestream/store"
)

// insertField stores a new field.
func insertField(tx *store.Tx, domainID string, f *Field) error {
	options, err := json.Marshal(f.Options)
	if err != nil {
		return err
	}
	tags, err := json.Marshal(f.Tags)
	if err != nil {
		return err
	}
	var multiline *int64
	if f.Multiline != nil {
		n := number(*f.Multiline)
		multiline = &n
	}
	_, err = tx.Exec(`INSERT INTO cases_field
		(domain_id, field_id, position, name, description, type, namespace, multiline, deleted, created_at, modified_at, options, tags)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		domainID, f.ID, f.Position, f.Name, f.Description, f.Type, f.Namespace, multiline, number(f.Deleted),
		f.CreatedAt.UnixMicro(), f.ModifiedAt.UnixMicro(), string(options), string(tags))
	return err
}

// listFields reads a domain's fields, deleted ones too.
func listFields(tx *store.Tx, domainID string) ([]*Field, error) {
	return store.List(tx, `SELECT field_id, position, name, description, type, namespace, multiline, deleted, created_at, modified_at, options, tags
		FROM cases_field WHERE domain_id = ? ORDER BY position`, []any{domainID}, func(scan store.Scan) (*Field, error) {
		f := new(Field)
		var multiline *int64
		var deleted, created, modified int64
		var options, tags string
		if err := scan(&f.ID, &f.Position, &f.Name, &f.Description, &f.Type, &f.Namespace, &multiline, &deleted, &created, &modified, &options, &tags); err != nil {
			return nil, err
		}
		if multiline != nil {
			m := *multiline == 1
			f.Multiline = &m
		}
		f.Deleted, f.CreatedAt, f.ModifiedAt = deleted == 1, time.UnixMicro(created).UTC(), time.UnixMicro(modified).UTC()
		if err := json.Unmarshal([]byte(options), &f.Options); err != nil {
			return nil, fmt.Errorf("options of field %s: %w", f.ID, err)
		}
		if err := json.Unmarshal([]byte(tags), &f.Tags); err != nil {
			return nil, fmt.Errorf("tags of field %s: %w", f.ID, err)
		}
		return f, nil
	})
}

// updateFieldOptions stores a field's options anew.
func updateFieldOptions(tx *store.Tx, domainID, fieldID string, options []Option) error {
	text, err := json.Marshal(options)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE cases_field SET options = ?, modified_at = ? WHERE domain_id = ? AND field_id = ?`,
		string(text), tx.Micros(), domainID, fieldID)
	return err
}
