package connectcases

import (
	"encoding/json"

	"github.com/casestream/casestream/store"
)

// updateEventConfig stores a domain's event configuration.
func updateEventConfig(tx *store.Tx, domainID string, config eventConfig) error {
	text, err := json.Marshal(config)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE cases_domain SET events = ? WHERE domain_id = ?`, string(text), domainID)
	return err
}
