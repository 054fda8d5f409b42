package connect

import (
	"strings"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// casesDomain is the type of the association that gives an instance its cases.
const casesDomain = "CASES_DOMAIN"

// maxARN bounds an integration's ARN, which AWS's model does not: it must fit into an index.
const maxARN = 2048

// An association ties an instance to a resource of another service.
type association struct {
	InstanceID, ID string
	Type, ARN      string
	// Where the data of an EVENT association come from; empty: not given.
	SourceURL, SourceName, SourceType string
	Tags                              map[string]string
}

// check finds what the model's constraints do not say. A Cases domain is told by its ARN's form: whether it
// exists is known to the Cases service alone.
func (a *association) check() error {
	if err := checkText(a.InstanceID, a.ARN, a.SourceURL); err != nil {
		return err
	}
	parsed, ok := arn.Parse(a.ARN)
	if !ok || len(a.ARN) > maxARN {
		return fault.New(fault.Invalid, "IntegrationArn is not a valid ARN.")
	}
	if a.Type == casesDomain {
		if domain, ok := strings.CutPrefix(parsed.Resource, "domain/"); !ok || domain == "" || parsed.Service != "cases" {
			return fault.New(fault.Invalid, "IntegrationArn is not the ARN of a Cases domain.")
		}
	}
	return checkTags(a.Tags)
}

// associationARN names an association.
func (s *Service) associationARN(a *association) string {
	return s.instanceARN(a.InstanceID) + "/integration-association/" + a.ID
}

// createAssociation stores a new association.
func createAssociation(tx *store.Tx, a *association) error {
	if err := lockInstance(tx, a.InstanceID); err != nil {
		return err
	}
	added, err := insertAssociation(tx, a)
	if added || err != nil {
		return err
	}
	if a.Type == casesDomain {
		return fault.New(fault.Conflict, "The instance has a Cases domain already.")
	}
	return fault.New(fault.Conflict, "The instance is associated with "+a.ARN+" already.")
}
