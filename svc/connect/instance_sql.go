package connect

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/casestream/casestream/store"
)

// countInstances counts all instances.
func countInstances(tx *store.Tx) (n int, err error) {
	_, err = tx.Get(`SELECT COUNT(*) FROM connect_instance`, nil, &n)
	return n, err
}

// insertInstance adds an instance, and says whether its alias and its token were free.
func insertInstance(tx *store.Tx, i *instance) (bool, error) {
	tags, err := json.Marshal(i.Tags)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(`INSERT INTO connect_instance (id, alias, host, token, identity_type, directory, inbound, outbound, created_at, tags)
		VALUES (?, ?, NULLIF(?, ''), NULLIF(?, ''), ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		i.ID, i.Alias, i.host(), i.Token, i.Identity, i.Directory, flag(i.Inbound), flag(i.Outbound), i.Created.UnixMicro(), string(tags))
	return n == 1, err
}

// flag writes a boolean as its column holds it.
func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// getInstance reads an instance; a missing one is a fault.NotFound.
func getInstance(tx *store.Tx, id string) (*instance, error) {
	list, err := store.List(tx, `SELECT `+instanceColumns+` FROM connect_instance WHERE id = ?`, []any{id}, scanInstance)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, noInstance(id)
	}
	return &list[0], nil
}

// instanceOfToken reads the instance that a client token made, nil when there is none.
func instanceOfToken(tx *store.Tx, token string) (*instance, error) {
	list, err := store.List(tx, `SELECT `+instanceColumns+` FROM connect_instance WHERE token = ?`, []any{token}, scanInstance)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// listInstances reads at most limit instances, oldest first, behind an id.
func listInstances(tx *store.Tx, after string, limit int) ([]instance, error) {
	return store.List(tx, `SELECT `+instanceColumns+` FROM connect_instance WHERE id > ? ORDER BY id LIMIT ?`, []any{after, limit}, scanInstance)
}

// instanceColumns are what scanInstance reads.
const instanceColumns = `id, alias, identity_type, directory, inbound, outbound, created_at, tags`

// scanInstance reads a row of instanceColumns.
func scanInstance(scan store.Scan) (i instance, err error) {
	var inbound, outbound, created int64
	var tags string
	if err := scan(&i.ID, &i.Alias, &i.Identity, &i.Directory, &inbound, &outbound, &created, &tags); err != nil {
		return i, err
	}
	i.Inbound, i.Outbound, i.Created = inbound != 0, outbound != 0, time.UnixMicro(created).UTC()
	if err := json.Unmarshal([]byte(tags), &i.Tags); err != nil {
		return i, fmt.Errorf("tags of instance %s: %w", i.ID, err)
	}
	return i, nil
}

// lockInstance holds an instance until the transaction ends: nothing is added to one that is being deleted.
func lockInstance(tx *store.Tx, id string) error {
	found, err := tx.Get(`SELECT id FROM connect_instance WHERE id = ? /*for update*/`, []any{id}, &id)
	if err == nil && !found {
		err = noInstance(id)
	}
	return err
}

// deleteInstance removes an instance and its associations.
func deleteInstance(tx *store.Tx, id string) error {
	if err := lockInstance(tx, id); err != nil {
		return err
	}
	if err := deleteAssociations(tx, id); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM connect_instance WHERE id = ?`, id)
	return err
}
