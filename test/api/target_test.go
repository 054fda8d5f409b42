package api_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/google/go-cmp/cmp"
)

// aim adds targets to a rule; none may be refused.
func (s *server) aim(t *testing.T, rule string, targets ...types.Target) {
	t.Helper()
	out := got(s.events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: &rule, Targets: targets}))(t)
	if out.FailedEntryCount != 0 || len(out.FailedEntries) != 0 {
		t.Fatalf("refused: %s", refusedTargets(out))
	}
}

// refusedTargets shows which targets were refused and why.
func refusedTargets(out *eventbridge.PutTargetsOutput) string {
	var lines []string
	for _, e := range out.FailedEntries {
		lines = append(lines, deref(e.TargetId)+": "+deref(e.ErrorCode)+": "+deref(e.ErrorMessage))
	}
	return strings.Join(lines, "\n")
}

// target gives a target with the id "1" for a queue.
func target(q queue) types.Target { return types.Target{Id: new("1"), Arn: &q.arn} }

func TestTargetsAreReplacedByIDListedAndRemoved(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, n := t.Context(), s.rule(t, `{"source":["api.targets"]}`)
		arn := func(q string) *string { return new("arn:aws:sqs:us-east-1:111122223333:" + q) }
		s.aim(t, n, types.Target{Id: new("a"), Arn: arn("one")}, types.Target{Id: new("b"), Arn: arn("two")}, types.Target{Id: new("c"), Arn: arn("three")})
		s.aim(t, n, types.Target{
			Id: new("b"), Arn: arn("four"), Input: new(`{"k":1}`), RetryPolicy: &types.RetryPolicy{MaximumRetryAttempts: new(int32(3)), MaximumEventAgeInSeconds: new(int32(60))},
			DeadLetterConfig: &types.DeadLetterConfig{Arn: arn("dead")},
		})
		list := func() (shown []string) {
			t.Helper()
			all := walk(t, 2, func(x types.Target) string { return *x.Id }, func(ctx context.Context, token *string) ([]types.Target, *string, error) {
				out, err := s.events.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: &n, Limit: new(int32(2)), NextToken: token})
				if err != nil {
					return nil, nil, err
				}
				return out.Targets, out.NextToken, nil
			})
			for _, x := range all {
				line := *x.Id + " " + (*x.Arn)[strings.LastIndex(*x.Arn, ":")+1:]
				if x.Input != nil {
					line += " " + *x.Input
				}
				if x.RetryPolicy != nil && x.DeadLetterConfig != nil {
					line += fmt.Sprint(" ", *x.RetryPolicy.MaximumRetryAttempts, " ", *x.RetryPolicy.MaximumEventAgeInSeconds, " ", *x.DeadLetterConfig.Arn)
				}
				shown = append(shown, line)
			}
			return shown
		}
		if diff := cmp.Diff([]string{"a one", `b four {"k":1} 3 60 arn:aws:sqs:us-east-1:111122223333:dead`, "c three"}, list()); diff != "" {
			t.Error(diff)
		}
		names := got(s.events.ListRuleNamesByTarget(ctx, &eventbridge.ListRuleNamesByTargetInput{TargetArn: arn("three")}))(t).RuleNames
		if diff := cmp.Diff([]string{n}, names); diff != "" {
			t.Error(diff)
		}
		if out := got(s.events.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: &n, Ids: []string{"a", "b"}}))(t); out.FailedEntryCount != 0 {
			t.Errorf("got %+v", out)
		}
		if diff := cmp.Diff([]string{"c three"}, list()); diff != "" {
			t.Error(diff)
		}
		s.cleanRule(t, n, "c")
	})
}

func TestRulesOfATargetAreListedInPages(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		arn := "arn:aws:sqs:us-east-1:111122223333:" + name("nobody")
		var want []string
		for range 5 {
			n := s.rule(t, `{"source":["api.targets"]}`)
			s.aim(t, n, types.Target{Id: new("1"), Arn: &arn}, types.Target{Id: new("2"), Arn: &arn})
			want = append(want, n)
		}
		names := walk(t, 2, func(n string) string { return n }, func(ctx context.Context, token *string) ([]string, *string, error) {
			out, err := s.events.ListRuleNamesByTarget(ctx, &eventbridge.ListRuleNamesByTargetInput{TargetArn: &arn, Limit: new(int32(2)), NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return out.RuleNames, out.NextToken, nil
		})
		slices.Sort(want)
		if diff := cmp.Diff(want, names); diff != "" {
			t.Error(diff)
		}
	})
}

// cleanRule removes a rule with its targets.
func (s *server) cleanRule(t *testing.T, rule string, targets ...string) {
	t.Helper()
	got(s.events.RemoveTargets(t.Context(), &eventbridge.RemoveTargetsInput{Rule: &rule, Ids: targets}))(t)
	got(s.events.DeleteRule(t.Context(), &eventbridge.DeleteRuleInput{Name: &rule}))(t)
}

func TestTargetsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, n := t.Context(), s.rule(t, `{"source":["api.targets"]}`)
		put := func(targets ...types.Target) error {
			out, err := s.events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &n, Targets: targets})
			if err == nil && out.FailedEntryCount > 0 {
				t.Errorf("answered with failed entries: %s", refusedTargets(out))
			}
			return err
		}
		one := func(edit func(*types.Target)) error {
			x := types.Target{Id: new("1"), Arn: new("arn:aws:sqs:us-east-1:111122223333:q")}
			edit(&x)
			return put(x)
		}
		six := make([]types.Target, 6)
		for i := range six {
			six[i] = types.Target{Id: new(fmt.Sprint(i)), Arn: new("arn:aws:sqs:us-east-1:111122223333:q")}
		}
		const bad = "ValidationException"
		refuse(t, []refusal{
			{"six targets", put(six...), "LimitExceededException", 400, "The requested resource exceeds the maximum number allowed."},
			{"bad ARN", one(func(x *types.Target) { x.Arn = new("q") }), bad, 400, "Parameter q is not valid. Reason: Provided Arn is not in correct format."},
			{"bad id", one(func(x *types.Target) { x.Id = new("!") }), bad, 400, `1 validation error detected: Value '!' at 'targets.1.member.id' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+`},
			{"long id", one(func(x *types.Target) { x.Id = new(strings.Repeat("i", 65)) }), bad, 400, "Member must have length less than or equal to 64"},
			{"FIFO queue without a group", one(func(x *types.Target) { x.Arn = new(*x.Arn + ".fifo") }), bad, 400, "Parameter(s) SqsParameters must be specified for target: 1."},
			{"input and path", one(func(x *types.Target) { x.Input, x.InputPath = new(`{}`), new("$.detail") }), bad, 400, "Only one of Input, InputPath, or InputTransformer must be provided for target 1."},
			{"unknown variable", one(func(x *types.Target) { x.InputTransformer = &types.InputTransformer{InputTemplate: new(`"<x>"`)} }), bad, 400, "InputTemplate for target 1 contains invalid placeholder x."},
			{"long input", one(func(x *types.Target) { x.Input = new(`"` + strings.Repeat("i", 8192) + `"`) }), bad, 400, "less than or equal to 8192"},
			{"too many retries", one(func(x *types.Target) { x.RetryPolicy = &types.RetryPolicy{MaximumRetryAttempts: new(int32(186))} }), bad, 400, "less than or equal to 185"},
			{"short age", one(func(x *types.Target) { x.RetryPolicy = &types.RetryPolicy{MaximumEventAgeInSeconds: new(int32(59))} }), bad, 400, "greater than or equal to 60"},
		})
		if targets := got(s.events.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: &n}))(t).Targets; len(targets) != 0 {
			t.Errorf("refused calls left %+v", targets)
		}
	})
}

func TestTargetsOfOtherKindsAreRefusedPlainly(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		n := s.rule(t, `{"source":["api.targets"]}`)
		for what, x := range map[string]types.Target{
			"a function": {Id: new("1"), Arn: new("arn:aws:lambda:us-east-1:111122223333:function:f")},
		} {
			out, err := s.events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: &n, Targets: []types.Target{x}})
			said := fmt.Sprint(err)
			if err == nil {
				said = refusedTargets(out)
			}
			if !strings.Contains(said, "not supported") {
				t.Errorf("%s: got %q", what, said)
			}
		}
		if targets := got(s.events.ListTargetsByRule(t.Context(), &eventbridge.ListTargetsByRuleInput{Rule: &n}))(t).Targets; len(targets) != 0 {
			t.Errorf("refused calls left %+v", targets)
		}
	})
}
