package eventbridge

import (
	"context"
	"strings"

	api "github.com/casestream/casestream/awsapi/eventbridge"
	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
)

// PutTargets adds targets to a rule, all or none; whether a target exists shows when an event is delivered.
func (s *Service) PutTargets(ctx context.Context, in *api.PutTargetsInput) (*api.PutTargetsOutput, error) {
	name, err := s.busName(in.EventBusName)
	if err != nil {
		return nil, err
	}
	targets := make([]bus.Target, len(in.Targets))
	for i := range in.Targets {
		if targets[i], err = readTarget(&in.Targets[i]); err != nil {
			return nil, err
		}
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error { return s.bus.PutTargets(tx, name, in.Rule, targets) })
	if err != nil {
		return nil, err
	}
	return &api.PutTargetsOutput{FailedEntryCount: new(int32(0)), FailedEntries: []api.PutTargetsResultEntry{}}, nil
}

// readTarget reads a target's shape and refuses what is not understood here, or contradicts itself.
func readTarget(in *api.Target) (bus.Target, error) {
	inputs := 0
	for _, given := range []bool{in.Input != nil, in.InputPath != nil, in.InputTransformer != nil} {
		if given {
			inputs++
		}
	}
	if inputs > 1 {
		return bus.Target{}, invalid("Only one of Input, InputPath, or InputTransformer must be provided for target " + in.Id + ".")
	}
	for _, m := range []struct {
		name  string
		given bool
	}{
		{"KinesisParameters", in.KinesisParameters != nil},
		{"RunCommandParameters", in.RunCommandParameters != nil},
		{"EcsParameters", in.EcsParameters != nil},
		{"BatchParameters", in.BatchParameters != nil},
		{"RedshiftDataParameters", in.RedshiftDataParameters != nil},
		{"SageMakerPipelineParameters", in.SageMakerPipelineParameters != nil},
		{"AppSyncParameters", in.AppSyncParameters != nil},
	} {
		if m.given {
			return bus.Target{}, unsupported("Target " + in.Id + ": " + m.name)
		}
	}
	t := bus.Target{ID: in.Id, ARN: in.Arn, RoleARN: value(in.RoleArn), Input: in.Input, InputPath: in.InputPath}
	if in.InputTransformer != nil {
		t.InputTransformer = &bus.InputTransformer{Paths: in.InputTransformer.InputPathsMap, Template: in.InputTransformer.InputTemplate}
	}
	if in.SqsParameters != nil {
		t.MessageGroupID = value(in.SqsParameters.MessageGroupId)
	}
	if a, ok := arn.Parse(in.Arn); ok && a.Service == "sqs" && strings.HasSuffix(a.Resource, ".fifo") && t.MessageGroupID == "" {
		return bus.Target{}, invalid("Parameter(s) SqsParameters must be specified for target: " + in.Id + ".")
	}
	if err := setHTTP(&t, in.HttpParameters); err != nil {
		return bus.Target{}, err
	}
	if in.DeadLetterConfig != nil {
		t.DeadLetterARN = value(in.DeadLetterConfig.Arn)
	}
	if in.RetryPolicy != nil {
		t.Retry = &bus.Retry{Attempts: in.RetryPolicy.MaximumRetryAttempts, AgeSeconds: in.RetryPolicy.MaximumEventAgeInSeconds}
	}
	return t, nil
}

// setHTTP takes over the parameters of requests to an API destination, which is the only kind of target that has any.
func setHTTP(t *bus.Target, p *api.HttpParameters) error {
	a, ok := arn.Parse(t.ARN)
	isAPI := ok && a.Service == "events" && strings.HasPrefix(a.Resource, "api-destination/")
	switch {
	case isAPI && t.RoleARN == "":
		return invalid("RoleArn is required for target " + t.ARN + ".")
	case p == nil:
		return nil
	case !isAPI:
		return invalid("Parameter(s) HttpParameters not valid for target: " + t.ID + ".")
	}
	t.HTTP = &bus.HTTPParameters{Path: p.PathParameterValues, Header: p.HeaderParameters, Query: p.QueryStringParameters}
	return nil
}

// showHTTP gives the shape of the parameters of requests.
func showHTTP(p *bus.HTTPParameters) *api.HttpParameters {
	if p == nil {
		return nil
	}
	return &api.HttpParameters{PathParameterValues: p.Path, HeaderParameters: p.Header, QueryStringParameters: p.Query}
}

// ListTargetsByRule lists the targets of a rule.
func (s *Service) ListTargetsByRule(ctx context.Context, in *api.ListTargetsByRuleInput) (*api.ListTargetsByRuleOutput, error) {
	name, err := s.busName(in.EventBusName)
	if err != nil {
		return nil, err
	}
	var list []bus.Target
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, err = s.bus.Targets(tx, name, in.Rule)
		return err
	})
	if err != nil {
		return nil, err
	}
	list, next, err := cut(list, "targets", func(t bus.Target) string { return t.ID }, in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &api.ListTargetsByRuleOutput{Targets: make([]api.Target, len(list)), NextToken: next}
	for i := range list {
		out.Targets[i] = showTarget(&list[i])
	}
	return out, nil
}

// showTarget gives a target's shape.
func showTarget(t *bus.Target) api.Target {
	out := api.Target{Id: t.ID, Arn: t.ARN, RoleArn: optional(t.RoleARN), Input: t.Input, InputPath: t.InputPath}
	if t.InputTransformer != nil {
		out.InputTransformer = &api.InputTransformer{InputPathsMap: t.InputTransformer.Paths, InputTemplate: t.InputTransformer.Template}
	}
	out.HttpParameters = showHTTP(t.HTTP)
	if t.MessageGroupID != "" {
		out.SqsParameters = &api.SqsParameters{MessageGroupId: &t.MessageGroupID}
	}
	if t.DeadLetterARN != "" {
		out.DeadLetterConfig = &api.DeadLetterConfig{Arn: &t.DeadLetterARN}
	}
	if t.Retry != nil {
		out.RetryPolicy = &api.RetryPolicy{MaximumRetryAttempts: t.Retry.Attempts, MaximumEventAgeInSeconds: t.Retry.AgeSeconds}
	}
	return out
}

// RemoveTargets takes targets from a rule.
func (s *Service) RemoveTargets(ctx context.Context, in *api.RemoveTargetsInput) (*api.RemoveTargetsOutput, error) {
	name, err := s.busName(in.EventBusName)
	if err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error { return s.bus.RemoveTargets(tx, name, in.Rule, in.Ids) })
	if err != nil {
		return nil, err
	}
	return &api.RemoveTargetsOutput{FailedEntryCount: new(int32(0)), FailedEntries: []api.RemoveTargetsResultEntry{}}, nil
}

// ListRuleNamesByTarget lists the rules that have a target of an ARN.
func (s *Service) ListRuleNamesByTarget(ctx context.Context, in *api.ListRuleNamesByTargetInput) (*api.ListRuleNamesByTargetOutput, error) {
	name, err := s.busName(in.EventBusName)
	if err != nil {
		return nil, err
	}
	wanted, err := readSpan("rule-names", in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	names := []string{}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		found, err := s.bus.RuleNamesByTarget(tx, name, in.TargetArn, wanted.after, wanted.size+1)
		names = append(names[:0], found...)
		return err
	})
	if err != nil {
		return nil, err
	}
	names, next := first(names, wanted, func(n string) string { return n })
	return &api.ListRuleNamesByTargetOutput{RuleNames: names, NextToken: next}, nil
}
