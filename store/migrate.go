package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// files holds the schema: one file a step, NNNN_<room>.sql, named after the room that owns its tables.
// A file that has been released never changes; a change is a new file.
//
//go:embed migrations/*.sql
var files embed.FS

// migration is one file of the schema.
type migration struct {
	version int
	name    string
	text    string
}

// migrations lists the files in order.
func migrations() ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var list []migration
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		base := strings.TrimSuffix(strings.TrimPrefix(name, "migrations/"), ".sql")
		version, err := strconv.Atoi(base[:4])
		if err != nil || version != len(list)+1 {
			return nil, fmt.Errorf("migration %s: the numbers must run from 0001 without a gap", name)
		}
		list = append(list, migration{version, base, string(text)})
	}
	return list, nil
}

// migrate brings the schema up to date, in one transaction. Of several nodes that start together one does
// the work and the others wait for it.
func (db *DB) migrate(ctx context.Context) error {
	list, err := migrations()
	if err != nil {
		return err
	}
	// Outside the transaction: two nodes may both try it, and the one that comes second finds it done.
	err = db.writer.write(ctx, func(tx *Tx) error {
		return tx.script(`CREATE TABLE IF NOT EXISTS store_migration (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)`)
	})
	if err != nil && db.engine.Classify(err) != Unique {
		return fmt.Errorf("migrate: %w", err)
	}
	return db.writer.write(ctx, func(tx *Tx) error {
		return db.migrateTx(tx, list)
	})
}

// migrateTx applies the files that the database has not seen.
func (db *DB) migrateTx(tx *Tx, list []migration) error {
	if err := tx.script(db.engine.Rebind(`/*lock schema*/`)); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	var have int
	if _, err := tx.Get(`SELECT COALESCE(MAX(version), 0) FROM store_migration`, nil, &have); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if have > len(list) {
		return fmt.Errorf("the database has schema version %d and this program knows %d: it was written by a newer Casestream", have, len(list))
	}
	for _, m := range list[have:] {
		for _, statement := range strings.Split(m.text, ";\n") {
			if err := tx.script(statement); err != nil {
				return fmt.Errorf("migration %s: %w", m.name, err)
			}
		}
		if _, err := tx.Exec(`INSERT INTO store_migration (version, name, applied_at) VALUES (?, ?, ?)`, m.version, m.name, tx.Micros()); err != nil {
			return fmt.Errorf("migration %s: %w", m.name, err)
		}
	}
	return nil
}

// script runs a statement of the schema, without keeping it prepared.
func (tx *Tx) script(statement string) error {
	if strings.TrimSpace(statement) == "" {
		return nil
	}
	query := tx.db.engine.Rebind(statement)
	if query == "" {
		return nil // for another engine
	}
	_, err := tx.s.conn.ExecContext(tx.s.ctx, query)
	if err != nil {
		return tx.note(err)
	}
	return nil
}
