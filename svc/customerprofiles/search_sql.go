package customerprofiles

import (
	"fmt"

	"github.com/casestream/casestream/store"
)

// listIDs reads a chunk of the ids that have a value under a key, in order, from an id on. A profile's own id
// is no row among the keys: its row is the proof.
func listIDs(tx *store.Tx, domainID int64, key, value, from string) ([]string, error) {
	query := `SELECT profile_id FROM customerprofiles_key WHERE domain_id = ? AND name = ? AND value = ? AND profile_id >= ? ORDER BY profile_id LIMIT ?`
	args := []any{domainID, key, value, from, chunk}
	if key == keyProfile {
		query = `SELECT id FROM customerprofiles_profile WHERE domain_id = ? AND id = ? AND id >= ?`
		args = []any{domainID, value, from}
	}
	return store.Column[string](tx, query, args...)
}

// getDocument reads a profile that a key of the same snapshot names.
func getDocument(tx *store.Tx, domainID int64, id string) (document string, err error) {
	found, err := tx.Get(`SELECT document FROM customerprofiles_profile WHERE domain_id = ? AND id = ?`, []any{domainID, id}, &document)
	if err == nil && !found {
		err = fmt.Errorf("profile %s has keys and no document", id)
	}
	return document, err
}
