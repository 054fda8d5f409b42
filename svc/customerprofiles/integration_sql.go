package customerprofiles

import (
	"time"

	"github.com/casestream/casestream/store"
)

// upsertIntegration adds an integration or replaces its settings. An instance (empty: none) that another
// domain has violates a unique constraint.
func upsertIntegration(tx *store.Tx, domainID int64, uri, instance, settings string) error {
	_, err := tx.Exec(`INSERT INTO customerprofiles_integration (domain_id, uri, instance, created_at, updated_at, settings) VALUES (?, ?, NULLIF(?, ''), ?, ?, ?)
		ON CONFLICT (domain_id, uri) DO UPDATE SET updated_at = excluded.updated_at, settings = excluded.settings`,
		domainID, uri, instance, tx.Micros(), tx.Micros(), settings)
	return err
}

// getIntegration reads an integration; a missing one is a fault.NotFound.
func getIntegration(tx *store.Tx, domainID int64, uri string) (integration, error) {
	i := integration{URI: uri}
	var created, updated int64
	found, err := tx.Get(`SELECT created_at, updated_at, settings FROM customerprofiles_integration WHERE domain_id = ? AND uri = ?`,
		[]any{domainID, uri}, &created, &updated, &i.Settings)
	if err == nil && !found {
		err = noIntegration(uri)
	}
	i.Created, i.Updated = time.UnixMicro(created).UTC(), time.UnixMicro(updated).UTC()
	return i, err
}

// listIntegrations reads at most limit integrations of a domain in the order of their uris, behind a uri.
func listIntegrations(tx *store.Tx, domainID int64, after string, limit int) ([]integration, error) {
	rows, err := tx.Query(`SELECT uri, created_at, updated_at, settings FROM customerprofiles_integration WHERE domain_id = ? AND uri > ? ORDER BY uri LIMIT ?`,
		domainID, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []integration
	for rows.Next() {
		var i integration
		var created, updated int64
		if err := rows.Scan(&i.URI, &created, &updated, &i.Settings); err != nil {
			return nil, err
		}
		i.Created, i.Updated = time.UnixMicro(created).UTC(), time.UnixMicro(updated).UTC()
		list = append(list, i)
	}
	return list, rows.Err()
}
