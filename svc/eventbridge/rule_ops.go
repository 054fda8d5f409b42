package eventbridge

import (
	"context"

	api "github.com/casestream/casestream/awsapi/eventbridge"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
)

// PutRule makes a rule or replaces its settings; targets and tags of an existing rule stay.
func (s *Service) PutRule(ctx context.Context, in *api.PutRuleInput) (*api.PutRuleOutput, error) {
	name, err := s.busName(in.EventBusName)
	if err != nil {
		return nil, err
	}
	if in.EventPattern == nil && value(in.ScheduleExpression) == "" {
		return nil, invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.")
	}
	r := bus.Rule{
		Bus: name, Name: in.Name, Pattern: value(in.EventPattern), Schedule: value(in.ScheduleExpression), State: value(in.State),
		Description: value(in.Description), RoleARN: value(in.RoleArn), Tags: readTags(in.Tags),
	}
	if err := s.db.Write(ctx, func(tx *store.Tx) error { return s.bus.PutRule(tx, r) }); err != nil {
		return nil, err
	}
	return &api.PutRuleOutput{RuleArn: new(s.bus.RuleARN(name, in.Name))}, nil
}

// DescribeRule gives one rule.
func (s *Service) DescribeRule(ctx context.Context, in *api.DescribeRuleInput) (*api.DescribeRuleOutput, error) {
	name, err := s.busName(in.EventBusName)
	if err != nil {
		return nil, err
	}
	var r bus.Rule
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		r, err = s.bus.Rule(tx, name, in.Name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.DescribeRuleOutput{
		Name: &r.Name, Arn: &r.ARN, EventPattern: optional(r.Pattern), ScheduleExpression: optional(r.Schedule), State: &r.State,
		EventBusName: &r.Bus, Description: optional(r.Description), RoleArn: optional(r.RoleARN), CreatedBy: &s.arns.Account,
	}, nil
}

// ListRules lists the rules of a bus in name order.
func (s *Service) ListRules(ctx context.Context, in *api.ListRulesInput) (*api.ListRulesOutput, error) {
	name, err := s.busName(in.EventBusName)
	if err != nil {
		return nil, err
	}
	wanted, err := readSpan("rules", in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	var list []bus.Rule
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, err = s.bus.Rules(tx, name, value(in.NamePrefix), wanted.after, wanted.size+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	list, next := first(list, wanted, func(r bus.Rule) string { return r.Name })
	out := &api.ListRulesOutput{Rules: make([]api.Rule, len(list)), NextToken: next}
	for i, r := range list {
		out.Rules[i] = api.Rule{
			Name: &r.Name, Arn: &r.ARN, EventPattern: optional(r.Pattern), ScheduleExpression: optional(r.Schedule), State: &r.State,
			EventBusName: &r.Bus, Description: optional(r.Description), RoleArn: optional(r.RoleARN),
		}
	}
	return out, nil
}

// DeleteRule removes a rule that has no targets.
func (s *Service) DeleteRule(ctx context.Context, in *api.DeleteRuleInput) (*api.DeleteRuleOutput, error) {
	name, err := s.busName(in.EventBusName)
	if err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error { return s.bus.DeleteRule(tx, name, in.Name) })
	if err != nil {
		return nil, err
	}
	return &api.DeleteRuleOutput{}, nil
}

// EnableRule lets a rule match again.
func (s *Service) EnableRule(ctx context.Context, in *api.EnableRuleInput) (*api.EnableRuleOutput, error) {
	if err := s.setState(ctx, in.EventBusName, in.Name, bus.Enabled); err != nil {
		return nil, err
	}
	return &api.EnableRuleOutput{}, nil
}

// DisableRule keeps a rule from matching.
func (s *Service) DisableRule(ctx context.Context, in *api.DisableRuleInput) (*api.DisableRuleOutput, error) {
	if err := s.setState(ctx, in.EventBusName, in.Name, bus.Disabled); err != nil {
		return nil, err
	}
	return &api.DisableRuleOutput{}, nil
}

// setState sets a rule's state.
func (s *Service) setState(ctx context.Context, busName *string, rule, state string) error {
	name, err := s.busName(busName)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *store.Tx) error { return s.bus.SetRuleState(tx, name, rule, state) })
}
