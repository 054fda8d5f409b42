package connectcases

import (
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/store"
)

// Domain is what fields, templates and cases live in.
type Domain struct {
	ID, Name  string
	No        int64 // its short name in the tables of the search
	CreatedAt time.Time
	Tags      map[string]string
}

// createDomain makes a domain with the system fields, and with case events off.
func (s *Service) createDomain(tx *store.Tx, name string) (string, error) {
	made, err := lockAccount(tx)
	if err != nil {
		return "", err
	}
	count, taken, err := countDomains(tx, name)
	if err != nil {
		return "", err
	}
	if taken {
		return "", fault.New(fault.Conflict, "A domain with the name "+name+" exists already.")
	}
	if count >= s.quotas.Domains {
		return "", fault.New(fault.Limit, "The account has as many domains as it may have.")
	}
	d := Domain{ID: id.New(), No: made + 1, Name: name, CreatedAt: tx.Now()}
	if err := insertDomain(tx, d, eventConfig{}); err != nil {
		return "", err
	}
	for i, f := range systemFields(tx.Now()) {
		f.Position = int64(i + 1)
		if err := insertField(tx, d.ID, f); err != nil {
			return "", err
		}
	}
	return d.ID, nil
}
