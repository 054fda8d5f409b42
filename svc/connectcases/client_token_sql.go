package connectcases

import (
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// insertToken stores a token unless it is there already.
func insertToken(tx *store.Tx, domainID, token, hash, caseID string) (bool, error) {
	n, err := tx.Exec(`INSERT INTO cases_client_token (domain_id, token, created_at, request_hash, case_id)
		VALUES (?, ?, ?, ?, ?) ON CONFLICT (domain_id, token) DO NOTHING`, domainID, token, tx.Micros(), hash, caseID)
	return n == 1, err
}

// getToken reads a token that insertToken found.
func getToken(tx *store.Tx, domainID, token string) (hash, caseID string, err error) {
	found, err := tx.Get(`SELECT request_hash, case_id FROM cases_client_token WHERE domain_id = ? AND token = ?`,
		[]any{domainID, token}, &hash, &caseID)
	if err == nil && !found {
		err = fault.New(fault.Busy, "The client token has just expired. Try again.")
	}
	return hash, caseID, err
}

// deleteTokens removes up to limit tokens from before an instant, passing over those that others remove.
func deleteTokens(tx *store.Tx, domainID string, before time.Time, limit int) error {
	_, err := tx.Exec(`DELETE FROM cases_client_token WHERE domain_id = ? AND token IN (
		SELECT token FROM cases_client_token WHERE domain_id = ? AND created_at < ? ORDER BY created_at LIMIT ? /*skip locked*/)`,
		domainID, domainID, before.UnixMicro(), limit)
	return err
}
