package customerprofiles

import (
	"time"

	"github.com/casestream/casestream/store"
)

// countDomains counts all domains.
func countDomains(tx *store.Tx) (n int, err error) {
	_, err = tx.Get(`SELECT COUNT(*) FROM customerprofiles_domain`, nil, &n)
	return n, err
}

// insertDomain adds a domain, and says whether its name was free.
func insertDomain(tx *store.Tx, name, settings string) (bool, error) {
	n, err := tx.Exec(`INSERT INTO customerprofiles_domain (name, created_at, updated_at, settings) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		name, tx.Micros(), tx.Micros(), settings)
	return n == 1, err
}

// domainID gives a domain's number; a missing domain is a fault.NotFound.
func domainID(tx *store.Tx, name string) (id int64, err error) {
	found, err := tx.Get(`SELECT id FROM customerprofiles_domain WHERE name = ?`, []any{name}, &id)
	if err == nil && !found {
		err = noDomain(name)
	}
	return id, err
}

// getDomain reads a domain; a missing one is a fault.NotFound.
func getDomain(tx *store.Tx, name string) (domain, error) {
	return oneDomain(tx, `SELECT id, created_at, updated_at, settings FROM customerprofiles_domain WHERE name = ?`, name)
}

// lockDomain is getDomain, and holds the domain until the transaction ends.
func lockDomain(tx *store.Tx, name string) (domain, error) {
	return oneDomain(tx, `SELECT id, created_at, updated_at, settings FROM customerprofiles_domain WHERE name = ? /*for update*/`, name)
}

// oneDomain reads the domain that a query finds by its name.
func oneDomain(tx *store.Tx, query, name string) (domain, error) {
	d := domain{Name: name}
	var created, updated int64
	found, err := tx.Get(query, []any{name}, &d.ID, &created, &updated, &d.Settings)
	if err == nil && !found {
		err = noDomain(name)
	}
	d.Created, d.Updated = time.UnixMicro(created).UTC(), time.UnixMicro(updated).UTC()
	return d, err
}

// listDomains reads at most limit domains in the order of their names, behind a name.
func listDomains(tx *store.Tx, after string, limit int) ([]domain, error) {
	return store.List(tx, `SELECT id, name, created_at, updated_at, settings FROM customerprofiles_domain WHERE name > ? ORDER BY name LIMIT ?`,
		[]any{after, limit}, func(scan store.Scan) (d domain, err error) {
			var created, updated int64
			err = scan(&d.ID, &d.Name, &created, &updated, &d.Settings)
			d.Created, d.Updated = time.UnixMicro(created).UTC(), time.UnixMicro(updated).UTC()
			return d, err
		})
}

// deleteDomain removes a domain's rows and gives the number of its profiles.
func deleteDomain(tx *store.Tx, id int64) (profiles int64, err error) {
	if _, err := tx.Exec(`DELETE FROM customerprofiles_key WHERE domain_id = ?`, id); err != nil {
		return 0, err
	}
	if profiles, err = tx.Exec(`DELETE FROM customerprofiles_profile WHERE domain_id = ?`, id); err != nil {
		return 0, err
	}
	if _, err := tx.Exec(`DELETE FROM customerprofiles_integration WHERE domain_id = ?`, id); err != nil {
		return 0, err
	}
	_, err = tx.Exec(`DELETE FROM customerprofiles_domain WHERE id = ?`, id)
	return profiles, err
}
