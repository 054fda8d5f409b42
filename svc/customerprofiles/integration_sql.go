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
	return store.List(tx, `SELECT uri, created_at, updated_at, settings FROM customerprofiles_integration WHERE domain_id = ? AND uri > ? ORDER BY uri LIMIT ?`,
		[]any{domainID, after, limit}, func(scan store.Scan) (i integration, err error) {
			var created, updated int64
			err = scan(&i.URI, &created, &updated, &i.Settings)
			i.Created, i.Updated = time.UnixMicro(created).UTC(), time.UnixMicro(updated).UTC()
			return i, err
		})
}
