package customerprofiles

import (
	"strings"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// An integration says where a domain's data come from. The one with a Connect instance ties the domain to it.
type integration struct {
	URI              string
	Settings         string // what PutIntegration was given last, as JSON
	Created, Updated time.Time
}

// instanceOf gives the uri where it is the ARN of one of the account's Connect instances, and nothing
// otherwise.
func (s *Service) instanceOf(uri string) string {
	if strings.HasPrefix(uri, s.arns.Make("connect", "instance/")) {
		return uri
	}
	return ""
}

// putIntegration adds an integration to a domain, or changes it.
func (s *Service) putIntegration(tx *store.Tx, domainName, uri, settings string) (integration, error) {
	d, err := lockDomain(tx, domainName)
	if err != nil {
		return integration{}, err
	}
	if err := upsertIntegration(tx, d.ID, uri, s.instanceOf(uri), settings); err != nil {
		if tx.IsUnique(err) {
			err = fault.Wrap(fault.Conflict, "The instance "+uri+" is integrated with another domain already.", err)
		}
		return integration{}, err
	}
	return getIntegration(tx, d.ID, uri)
}

// noIntegration says that an integration does not exist.
func noIntegration(uri string) error {
	return fault.Missing("Integration", uri, "Integration "+uri+" does not exist.")
}
