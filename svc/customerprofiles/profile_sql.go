package customerprofiles

import (
	"encoding/json"
	"fmt"

	"github.com/casestream/casestream/store"
)

// countProfiles counts a domain's profiles.
func countProfiles(tx *store.Tx, domainID int64) (n int64, err error) {
	_, err = tx.Get(`SELECT COUNT(*) FROM customerprofiles_profile WHERE domain_id = ?`, []any{domainID}, &n)
	return n, err
}

// insertProfile adds a profile.
func insertProfile(tx *store.Tx, domainID int64, id string, p *profile) error {
	document, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO customerprofiles_profile (domain_id, id, document) VALUES (?, ?, ?)`, domainID, id, string(document))
	return err
}

// lockProfile reads a profile and holds it until the transaction ends; a missing one is a fault.NotFound.
func lockProfile(tx *store.Tx, domainID int64, id string) (*profile, error) {
	var document string
	found, err := tx.Get(`SELECT document FROM customerprofiles_profile WHERE domain_id = ? AND id = ? /*for update*/`, []any{domainID, id}, &document)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, noProfile(id)
	}
	p := &profile{}
	if err := json.Unmarshal([]byte(document), p); err != nil {
		return nil, fmt.Errorf("document of profile %s: %w", id, err)
	}
	return p, nil
}

// storeProfile writes a changed profile.
func storeProfile(tx *store.Tx, domainID int64, id string, p *profile) error {
	document, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE customerprofiles_profile SET document = ? WHERE domain_id = ? AND id = ?`, string(document), domainID, id)
	return err
}

// deleteProfile removes a profile's row.
func deleteProfile(tx *store.Tx, domainID int64, id string) error {
	_, err := tx.Exec(`DELETE FROM customerprofiles_profile WHERE domain_id = ? AND id = ?`, domainID, id)
	return err
}

// insertKeys adds keys that a profile does not have.
func insertKeys(tx *store.Tx, domainID int64, id string, keys []key) error {
	for _, k := range keys {
		if _, err := tx.Exec(`INSERT INTO customerprofiles_key (domain_id, name, value, profile_id) VALUES (?, ?, ?, ?)`, domainID, k.Name, k.Value, id); err != nil {
			return err
		}
	}
	return nil
}

// deleteKeys removes keys of a profile.
func deleteKeys(tx *store.Tx, domainID int64, id string, keys []key) error {
	for _, k := range keys {
		if _, err := tx.Exec(`DELETE FROM customerprofiles_key WHERE domain_id = ? AND name = ? AND value = ? AND profile_id = ?`, domainID, k.Name, k.Value, id); err != nil {
			return err
		}
	}
	return nil
}
