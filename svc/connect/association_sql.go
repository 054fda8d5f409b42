package connect

import (
	"encoding/json"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// insertAssociation adds an association, and says whether its place was free.
func insertAssociation(tx *store.Tx, a *association) (bool, error) {
	tags, err := json.Marshal(a.Tags)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(`INSERT INTO connect_association (instance_id, id, type, arn, source_url, source_name, source_type, created_at, tags)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		a.InstanceID, a.ID, a.Type, a.ARN, a.SourceURL, a.SourceName, a.SourceType, tx.Micros(), string(tags))
	return n == 1, err
}

// listAssociations reads at most limit associations of an instance, oldest first, behind an id; an empty
// kind or ARN stands for any.
func listAssociations(tx *store.Tx, instanceID, kind, arn, after string, limit int) ([]association, error) {
	return store.List(tx, `SELECT id, type, arn, source_url, source_name, source_type FROM connect_association
		WHERE instance_id = ? AND id > ? AND (? = '' OR type = ?) AND (? = '' OR arn = ?) ORDER BY id LIMIT ?`,
		[]any{instanceID, after, kind, kind, arn, arn, limit}, func(scan store.Scan) (association, error) {
			a := association{InstanceID: instanceID}
			err := scan(&a.ID, &a.Type, &a.ARN, &a.SourceURL, &a.SourceName, &a.SourceType)
			return a, err
		})
}

// deleteAssociation removes an association; a missing one is a fault.NotFound.
func deleteAssociation(tx *store.Tx, instanceID, id string) error {
	n, err := tx.Exec(`DELETE FROM connect_association WHERE instance_id = ? AND id = ?`, instanceID, id)
	if err == nil && n == 0 {
		err = fault.Missing("IntegrationAssociation", id, "Could not find an integration association with the ID "+id+".")
	}
	return err
}

// deleteAssociations removes all associations of an instance.
func deleteAssociations(tx *store.Tx, instanceID string) error {
	_, err := tx.Exec(`DELETE FROM connect_association WHERE instance_id = ?`, instanceID)
	return err
}
