package connectcases

import (
	"math"
	"math/rand/v2"

	"github.com/casestream/casestream/store"
)

// getVersion reads which version a domain's configuration has.
func getVersion(tx *store.Tx, domainID string) (version int64, found bool, err error) {
	found, err = tx.Get(`SELECT version FROM cases_domain WHERE domain_id = ?`, []any{domainID}, &version)
	return version, found, err
}

// lockVersion is getVersion that holds the domain until the transaction ends.
func lockVersion(tx *store.Tx, domainID string) (version int64, found bool, err error) {
	found, err = tx.Get(`SELECT version FROM cases_domain WHERE domain_id = ? /*for update*/`, []any{domainID}, &version)
	return version, found, err
}

// updateVersion draws a new version for a domain's configuration. It is drawn and not counted up: a change
// that rolls back must not leave a cached copy that a later change's version would match.
func updateVersion(tx *store.Tx, domainID string) error {
	_, err := tx.Exec(`UPDATE cases_domain SET version = ? WHERE domain_id = ?`, drawVersion(), domainID)
	return err
}

// drawVersion gives a version that was never used before; 0 is none.
func drawVersion() int64 { return 1 + rand.Int64N(math.MaxInt64) }
