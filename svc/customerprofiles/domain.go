package customerprofiles

import (
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// A domain holds the profiles of one company's customers.
type domain struct {
	ID               int64 // never given twice
	Name             string
	Settings         string // what CreateDomain was given, as JSON
	Created, Updated time.Time
}

// createDomain stores a new domain and gives the time of its creation.
func (s *Service) createDomain(tx *store.Tx, name, settings string) (time.Time, error) {
	// Creations on several nodes may pass this together; a quota is no promise that needs a lock.
	n, err := countDomains(tx)
	if err != nil {
		return time.Time{}, err
	}
	if n >= s.quotas.Domains {
		return time.Time{}, fault.New(fault.Limit, "The limit of domains in this account is reached.")
	}
	added, err := insertDomain(tx, name, settings)
	if err == nil && !added {
		err = fault.New(fault.Conflict, "Domain "+name+" already exists.")
	}
	return tx.Now(), err
}

// removeDomain removes a domain with everything in it, and says how many profiles that were. A profile that
// another node adds at the same moment stays behind under a number that no domain has any more.
func removeDomain(tx *store.Tx, name string) (profiles int64, err error) {
	d, err := lockDomain(tx, name)
	if err != nil {
		return 0, err
	}
	return deleteDomain(tx, d.ID)
}

// noDomain says that a domain does not exist.
func noDomain(name string) error {
	return fault.Missing("Domain", name, "Domain "+name+" does not exist.")
}
