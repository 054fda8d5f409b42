package loggroup

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/casestream/casestream/store"
)

// insertGroup adds a log group, and says whether its name was free.
func insertGroup(tx *store.Tx, group Group) (bool, error) {
	tags, err := json.Marshal(group.Tags)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(`INSERT INTO loggroup (name, class, retention_days, protected, tags, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`,
		group.Name, group.Class, group.RetentionDays, flag(group.Protected), string(tags), tx.Micros())
	return n == 1, err
}

// flag is how a column holds yes and no.
func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// lockGroup holds a log group's row, so that changes come one after the other.
func lockGroup(tx *store.Tx, name string) error {
	var id int64
	_, err := tx.Get(`SELECT id FROM loggroup WHERE name = ? /*for update*/`, []any{name}, &id)
	return err
}

// getGroup reads a log group, and says whether there is one of the name.
func getGroup(tx *store.Tx, name string) (group *Group, found bool, err error) {
	err = tx.Each(`SELECT id, name, class, retention_days, protected, tags, created_at FROM loggroup WHERE name = ?`, []any{name}, func(scan store.Scan) (err error) {
		found = true
		group, err = readGroup(scan)
		return err
	})
	return group, found, err
}

// readGroup reads the columns of a log group.
func readGroup(scan store.Scan) (*Group, error) {
	var protected, created int64
	var tags string
	g := &Group{}
	if err := scan(&g.id, &g.Name, &g.Class, &g.RetentionDays, &protected, &tags, &created); err != nil {
		return nil, err
	}
	g.Protected, g.Created = protected != 0, time.UnixMicro(created).UTC()
	if err := json.Unmarshal([]byte(tags), &g.Tags); err != nil {
		return nil, fmt.Errorf("tags of log group %s: %w", g.Name, err)
	}
	return g, nil
}

// listGroups lists log groups whose names begin with a prefix, by name and from behind one.
func listGroups(tx *store.Tx, prefix, after string, limit int) ([]*Group, error) {
	return store.List(tx, `SELECT id, name, class, retention_days, protected, tags, created_at FROM loggroup
		WHERE name > ? AND name >= ? AND SUBSTR(name, 1, ?) = ? ORDER BY name LIMIT ?`,
		[]any{after, prefix, len(prefix), prefix, limit}, readGroup)
}

// listRetaining lists the log groups that do not keep their events for ever.
func listRetaining(tx *store.Tx) ([]*Group, error) {
	return store.List(tx, `SELECT id, name, class, retention_days, protected, tags, created_at FROM loggroup WHERE retention_days > 0 ORDER BY id`, nil, readGroup)
}

// updateGroup writes a log group's settings.
func updateGroup(tx *store.Tx, group *Group) error {
	tags, err := json.Marshal(group.Tags)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE loggroup SET retention_days = ?, protected = ?, tags = ? WHERE id = ?`,
		group.RetentionDays, flag(group.Protected), string(tags), group.id)
	return err
}

// deleteGroup removes a log group and its streams, and leaves its events to be swept.
func deleteGroup(tx *store.Tx, id int64) error {
	if _, err := tx.Exec(`DELETE FROM loggroup_stream WHERE group_id = ?`, id); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO loggroup_gone (group_id, stream_id, gone_at) VALUES (?, 0, ?)`, id, tx.Micros()); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM loggroup WHERE id = ?`, id)
	return err
}
