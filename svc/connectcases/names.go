package connectcases

import (
	"errors"

	"github.com/casestream/casestream/base/fault"
)

// domainARN names a domain.
func (s *Service) domainARN(domainID string) string {
	return s.arns.Make("cases", "domain/"+domainID)
}

// fieldARN names a field.
func (s *Service) fieldARN(domainID, fieldID string) string {
	return s.arns.Make("cases", "domain/"+domainID+"/field/"+fieldID)
}

// layoutARN names a layout.
func (s *Service) layoutARN(domainID, layoutID string) string {
	return s.arns.Make("cases", "domain/"+domainID+"/layout/"+layoutID)
}

// caseRuleARN names a case rule.
func (s *Service) caseRuleARN(domainID, ruleID string) string {
	return s.arns.Make("cases", "domain/"+domainID+"/case-rule/"+ruleID)
}

// templateARN names a template.
func (s *Service) templateARN(domainID, templateID string) string {
	return s.arns.Make("cases", "domain/"+domainID+"/template/"+templateID)
}

// caseARN names a case.
func (s *Service) caseARN(domainID, caseID string) string {
	return s.arns.Make("cases", "domain/"+domainID+"/case/"+caseID)
}

// relatedItemARN names an item of a case.
func (s *Service) relatedItemARN(domainID, caseID, itemID string) string {
	return s.arns.Make("cases", "domain/"+domainID+"/case/"+caseID+"/related-item/"+itemID)
}

// missing says that a resource does not exist, with its kind as ResourceNotFoundException shows it.
func missing(kind, id string) error {
	return fault.Missing(kind, id, "The "+nouns[kind]+" "+id+" does not exist.")
}

// nouns spells the kinds of resources in messages.
var nouns = map[string]string{
	"Domain": "domain", "Field": "field", "Layout": "layout", "Template": "template", "Case": "case",
	"RelatedItem": "related item", "CaseRule": "case rule", "Contact": "contact",
}

// invalid says that an input breaks a rule.
func invalid(msg string) error { return fault.New(fault.Invalid, msg) }

// faultOf finds the classified failure in an error.
func faultOf(err error) (*fault.Error, bool) { return errors.AsType[*fault.Error](err) }
