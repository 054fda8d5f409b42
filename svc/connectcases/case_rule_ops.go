package connectcases

import (
	"context"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store"
)

// CreateCaseRule adds a case rule.
func (s *Service) CreateCaseRule(ctx context.Context, in *api.CreateCaseRuleInput) (*api.CreateCaseRuleOutput, error) {
	var r CaseRule
	err := s.configure(ctx, in.DomainId, func(tx *store.Tx, cat *catalog) error {
		r = CaseRule{Entry: Entry{Name: in.Name}, Description: in.Description, Rule: ruleBody(in.Rule)}
		return s.createCaseRule(tx, cat, &r)
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateCaseRuleOutput{CaseRuleId: r.ID, CaseRuleArn: s.caseRuleARN(in.DomainId, r.ID)}, nil
}

// UpdateCaseRule changes what is given of a case rule; a rule replaces the whole rule, with one of its type.
func (s *Service) UpdateCaseRule(ctx context.Context, in *api.UpdateCaseRuleInput) (*api.UpdateCaseRuleOutput, error) {
	change := ruleChange{name: in.Name, description: in.Description}
	if in.Rule != nil {
		body := ruleBody(*in.Rule)
		change.rule = &body
	}
	err := s.configure(ctx, in.DomainId, func(tx *store.Tx, cat *catalog) error {
		return s.updateCaseRule(tx, cat, in.CaseRuleId, change)
	})
	if err != nil {
		return nil, err
	}
	return new(api.UpdateCaseRuleOutput), nil
}

// DeleteCaseRule takes a case rule out of use; to delete it again changes nothing.
func (s *Service) DeleteCaseRule(ctx context.Context, in *api.DeleteCaseRuleInput) (*api.DeleteCaseRuleOutput, error) {
	err := s.configure(ctx, in.DomainId, func(tx *store.Tx, cat *catalog) error {
		return s.deleteCaseRule(tx, cat, in.CaseRuleId)
	})
	if err != nil {
		return nil, err
	}
	return new(api.DeleteCaseRuleOutput), nil
}

// BatchGetCaseRule describes case rules, deleted ones too.
func (s *Service) BatchGetCaseRule(ctx context.Context, in *api.BatchGetCaseRuleInput) (*api.BatchGetCaseRuleOutput, error) {
	cat, err := s.readCatalog(ctx, in.DomainId)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(in.CaseRules))
	for i, r := range in.CaseRules {
		ids[i] = r.Id
	}
	found, unknown, err := pick(cat.ruleByID, "CaseRule", ids)
	if err != nil {
		return nil, err
	}
	out := &api.BatchGetCaseRuleOutput{CaseRules: []api.GetCaseRuleResponse{}, Errors: []api.CaseRuleError{}}
	for _, r := range found {
		out.CaseRules = append(out.CaseRules, api.GetCaseRuleResponse{
			CaseRuleId: r.ID, CaseRuleArn: s.caseRuleARN(in.DomainId, r.ID), Name: r.Name, Description: r.Description,
			Rule: ruleDetails(&r.Rule), Tags: sparse(r.Tags), Deleted: &r.Deleted, CreatedTime: &r.CreatedAt, LastModifiedTime: &r.ModifiedAt,
		})
	}
	for _, id := range unknown {
		msg := "The case rule " + id + " does not exist."
		out.Errors = append(out.Errors, api.CaseRuleError{Id: id, ErrorCode: errorCodeMissing, Message: &msg})
	}
	return out, nil
}

// ListCaseRules lists case rules that are not deleted, oldest first.
func (s *Service) ListCaseRules(ctx context.Context, in *api.ListCaseRulesInput) (*api.ListCaseRulesOutput, error) {
	cat, after, err := s.openList(ctx, in.DomainId, "case-rules", in.NextToken)
	if err != nil {
		return nil, err
	}
	list, next := entryPage(cat.rules, "case-rules", isLive, after, in.MaxResults)
	out := &api.ListCaseRulesOutput{CaseRules: []api.CaseRuleSummary{}, NextToken: next}
	for _, r := range list {
		out.CaseRules = append(out.CaseRules, api.CaseRuleSummary{
			CaseRuleId: r.ID, CaseRuleArn: s.caseRuleARN(in.DomainId, r.ID), Name: r.Name, RuleType: r.Rule.kind(), Description: r.Description,
		})
	}
	return out, nil
}

// ruleBody takes a rule out of its shape.
func ruleBody(d api.CaseRuleDetails) (r RuleBody) {
	switch {
	case d.Required != nil:
		r.Required = &BooleanRule{Default: d.Required.DefaultValue, Conditions: conditions(d.Required.Conditions)}
	case d.Hidden != nil:
		r.Hidden = &BooleanRule{Default: d.Hidden.DefaultValue, Conditions: conditions(d.Hidden.Conditions)}
	case d.FieldOptions != nil:
		r.FieldOptions = new(OptionsRule)
		if d.FieldOptions.ParentFieldId != nil {
			r.FieldOptions.ParentID = *d.FieldOptions.ParentFieldId
		}
		if d.FieldOptions.ChildFieldId != nil {
			r.FieldOptions.ChildID = *d.FieldOptions.ChildFieldId
		}
		for _, m := range d.FieldOptions.ParentChildFieldOptionsMappings {
			r.FieldOptions.Mappings = append(r.FieldOptions.Mappings, OptionMapping{Parent: m.ParentFieldOptionValue, Children: m.ChildFieldOptionValues})
		}
	}
	return r
}

// conditions takes conditions out of their shapes.
func conditions(list []api.BooleanCondition) []Condition {
	out := make([]Condition, len(list))
	for i, c := range list {
		switch {
		case c.EqualTo != nil:
			out[i].EqualTo = comparison(c.EqualTo)
		case c.NotEqualTo != nil:
			out[i].NotEqualTo = comparison(c.NotEqualTo)
		case c.AndAll != nil:
			out[i].AndAll = conditions(c.AndAll.Conditions)
		case c.OrAll != nil:
			out[i].OrAll = conditions(c.OrAll.Conditions)
		}
	}
	return out
}

// comparison takes a comparison out of its shape.
func comparison(o *api.BooleanOperands) *Comparison {
	c := &Comparison{Text: o.OperandTwo.StringValue, Number: o.OperandTwo.DoubleValue, Bool: o.OperandTwo.BooleanValue, Result: o.Result}
	if o.OperandOne.FieldId != nil {
		c.FieldID = *o.OperandOne.FieldId
	}
	return c
}

// ruleDetails puts a rule into its shape.
func ruleDetails(r *RuleBody) (d api.CaseRuleDetails) {
	switch {
	case r.Required != nil:
		d.Required = &api.RequiredCaseRule{DefaultValue: r.Required.Default, Conditions: conditionShapes(r.Required.Conditions)}
	case r.Hidden != nil:
		d.Hidden = &api.HiddenCaseRule{DefaultValue: r.Hidden.Default, Conditions: conditionShapes(r.Hidden.Conditions)}
	case r.FieldOptions != nil:
		o := r.FieldOptions
		d.FieldOptions = &api.FieldOptionsCaseRule{ParentFieldId: &o.ParentID, ChildFieldId: &o.ChildID}
		for _, m := range o.Mappings {
			d.FieldOptions.ParentChildFieldOptionsMappings = append(d.FieldOptions.ParentChildFieldOptionsMappings,
				api.ParentChildFieldOptionsMapping{ParentFieldOptionValue: m.Parent, ChildFieldOptionValues: m.Children})
		}
	}
	return d
}

// conditionShapes puts conditions into their shapes.
func conditionShapes(list []Condition) []api.BooleanCondition {
	out := make([]api.BooleanCondition, len(list))
	for i, c := range list {
		switch {
		case c.EqualTo != nil:
			out[i].EqualTo = operands(c.EqualTo)
		case c.NotEqualTo != nil:
			out[i].NotEqualTo = operands(c.NotEqualTo)
		case c.AndAll != nil:
			out[i].AndAll = &api.CompoundCondition{Conditions: conditionShapes(c.AndAll)}
		default:
			out[i].OrAll = &api.CompoundCondition{Conditions: conditionShapes(c.OrAll)}
		}
	}
	return out
}

// operands puts a comparison into its shape.
func operands(c *Comparison) *api.BooleanOperands {
	o := &api.BooleanOperands{OperandOne: api.OperandOne{FieldId: &c.FieldID}, Result: c.Result}
	o.OperandTwo = api.OperandTwo{StringValue: c.Text, DoubleValue: c.Number, BooleanValue: c.Bool}
	if c.Text == nil && c.Number == nil && c.Bool == nil {
		o.OperandTwo.EmptyValue = new(api.EmptyOperandValue)
	}
	return o
}
