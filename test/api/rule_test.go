package api_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/google/go-cmp/cmp"
)

// rule makes a rule and gives its name.
func (s *server) rule(t *testing.T, pattern string) string {
	t.Helper()
	n := name("rule")
	got(s.events.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: &n, EventPattern: &pattern}))(t)
	return n
}

func TestRuleIsPutDescribedSwitchedAndDeleted(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, n := t.Context(), name("rule")
		const pattern = `{"source": [ "api.rules" ]}` // kept as it was given
		made := got(s.events.PutRule(ctx, &eventbridge.PutRuleInput{Name: &n, EventPattern: new(pattern), Description: new("about it"), State: types.RuleStateEnabled}))(t)
		if want := "arn:aws:events:us-east-1:111122223333:rule/" + n; *made.RuleArn != want {
			t.Errorf("got %s, want %s", *made.RuleArn, want)
		}
		state := func() types.RuleState {
			t.Helper()
			d := got(s.events.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: &n}))(t)
			if *d.Arn != *made.RuleArn || *d.Name != n || deref(d.EventPattern) != pattern || deref(d.Description) != "about it" || deref(d.EventBusName) != "default" || deref(d.CreatedBy) != account {
				t.Errorf("got %+v", d)
			}
			return d.State
		}
		if is := state(); is != types.RuleStateEnabled {
			t.Errorf("got state %s", is)
		}
		got(s.events.DisableRule(ctx, &eventbridge.DisableRuleInput{Name: &n}))(t)
		if is := state(); is != types.RuleStateDisabled {
			t.Errorf("got state %s", is)
		}
		got(s.events.EnableRule(ctx, &eventbridge.EnableRuleInput{Name: &n}))(t)
		if is := state(); is != types.RuleStateEnabled {
			t.Errorf("got state %s", is)
		}
		got(s.events.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: &n}))(t)
		missing := "Rule " + n + " does not exist on EventBus default."
		const code = "ResourceNotFoundException"
		refuse(t, []refusal{
			{"describe", only(s.events.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: &n})), code, 400, missing},
			{"enable", only(s.events.EnableRule(ctx, &eventbridge.EnableRuleInput{Name: &n})), code, 400, missing},
			{"disable", only(s.events.DisableRule(ctx, &eventbridge.DisableRuleInput{Name: &n})), code, 400, missing},
			{"put targets", only(s.events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &n, Targets: []types.Target{{Id: new("1"), Arn: new("arn:aws:sqs:us-east-1:111122223333:q")}}})), code, 400, missing},
			{"list targets", only(s.events.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: &n})), code, 400, missing},
			{"remove targets", only(s.events.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: &n, Ids: []string{"1"}})), code, 400, missing},
		})
		if _, err := s.events.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: &n}); err != nil {
			t.Errorf("deleting a rule that does not exist: %v", err)
		}
	})
}

func TestRuleIsEnabledByDefaultAndKeepsItsTargetsWhenPutAgain(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		n := s.rule(t, `{"source":["api.rules"]}`)
		s.aim(t, n, types.Target{Id: new("1"), Arn: new("arn:aws:sqs:us-east-1:111122223333:nobody")})
		got(s.events.PutRule(ctx, &eventbridge.PutRuleInput{Name: &n, EventPattern: new(`{"source":["api.other"]}`)}))(t)
		if d := got(s.events.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: &n}))(t); *d.EventPattern != `{"source":["api.other"]}` || d.State != types.RuleStateEnabled {
			t.Errorf("got %+v", d)
		}
		if targets := got(s.events.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: &n}))(t).Targets; len(targets) != 1 {
			t.Errorf("got targets %+v", targets)
		}
		refuse(t, []refusal{{"delete with targets", only(s.events.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: &n})), "ValidationException", 400, "Rule can't be deleted since it has targets."}})
	})
}

func TestRulesAreListedByNameInPages(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		prefix := name("listed") + "-"
		for _, suffix := range []string{"c", "a", "e", "d", "b"} {
			got(s.events.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: new(prefix + suffix), EventPattern: new(`{"source":["api.rules"]}`)}))(t)
		}
		rules := walk(t, 2, func(r types.Rule) string { return *r.Name }, func(ctx context.Context, token *string) ([]types.Rule, *string, error) {
			out, err := s.events.ListRules(ctx, &eventbridge.ListRulesInput{NamePrefix: &prefix, Limit: new(int32(2)), NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return out.Rules, out.NextToken, nil
		})
		var names []string
		for _, r := range rules {
			names = append(names, strings.TrimPrefix(*r.Name, prefix))
			if deref(r.EventPattern) != `{"source":["api.rules"]}` || r.State != types.RuleStateEnabled || deref(r.EventBusName) != "default" || *r.Arn != "arn:aws:events:us-east-1:111122223333:rule/"+*r.Name {
				t.Errorf("got %+v", r)
			}
		}
		if diff := cmp.Diff([]string{"a", "b", "c", "d", "e"}, names); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRuleCallsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		put := func(edit func(*eventbridge.PutRuleInput)) error {
			in := &eventbridge.PutRuleInput{Name: new(name("rule")), EventPattern: new(`{"source":["api.rules"]}`)}
			edit(in)
			return only(s.events.PutRule(ctx, in))
		}
		pattern := func(p string) error { return put(func(in *eventbridge.PutRuleInput) { in.EventPattern = &p }) }
		const bad, invalid = "ValidationException", "InvalidEventPatternException"
		refuse(t, []refusal{
			{"neither pattern nor schedule", put(func(in *eventbridge.PutRuleInput) { in.EventPattern = nil }), bad, 400, "Parameter(s) EventPattern or ScheduleExpression must be specified."},
			{"bad name", put(func(in *eventbridge.PutRuleInput) { in.Name = new("a rule") }), bad, 400, `regular expression pattern: [\.\-_A-Za-z0-9]+`},
			{"long name", put(func(in *eventbridge.PutRuleInput) { in.Name = new(strings.Repeat("r", 65)) }), bad, 400, "less than or equal to 64"},
			{"bad state", put(func(in *eventbridge.PutRuleInput) { in.State = "ASLEEP" }), bad, 400, "enum value set"},
			{"long pattern", pattern(`{"source":["` + strings.Repeat("x", 4096) + `"]}`), bad, 400, "less than or equal to 4096"},
			{"long description", put(func(in *eventbridge.PutRuleInput) { in.Description = new(strings.Repeat("d", 513)) }), bad, 400, "less than or equal to 512"},
			{"schedule on another bus", put(func(in *eventbridge.PutRuleInput) {
				in.ScheduleExpression, in.EventBusName = new("rate(5 minutes)"), new("other")
			}), bad, 400, "ScheduleExpression is supported only on the default event bus."},
			{"long schedule", put(func(in *eventbridge.PutRuleInput) {
				in.ScheduleExpression = new("cron(" + strings.Repeat("1,", 128) + ")")
			}), bad, 400, "less than or equal to 256"},
			{"unknown bus", put(func(in *eventbridge.PutRuleInput) { in.EventBusName = new("other") }), "ResourceNotFoundException", 400, "Event bus other does not exist."},
			{"list of an unknown bus", only(s.events.ListRules(ctx, &eventbridge.ListRulesInput{EventBusName: new("other")})), "ResourceNotFoundException", 400, "Event bus other does not exist."},
			{"page too large", only(s.events.ListRules(ctx, &eventbridge.ListRulesInput{Limit: new(int32(101))})), bad, 400, "less than or equal to 100"},
			{"foreign token", only(s.events.ListRules(ctx, &eventbridge.ListRulesInput{NextToken: new("nonsense")})), bad, 400, ""},
			{"no object", pattern(`["api.rules"]`), invalid, 400, "Event pattern is not valid. Reason: Filter is not an object"},
			{"no JSON", pattern(`{"source":["api.rules"`), invalid, 400, "Event pattern is not valid. Reason: "},
			{"empty list", pattern(`{"source":[]}`), invalid, 400, "Reason: Empty arrays are not allowed"},
			{"scalar", pattern(`{"source":"api.rules"}`), invalid, 400, `Reason: "source" must be an object or an array`},
			{"unknown operator", pattern(`{"source":[{"sounds-like":"x"}]}`), invalid, 400, "Reason: Unrecognized match type sounds-like"},
		})
	})
}

// What real clients have been seen to send, and AWS to take or to refuse.
func TestSchedulesAreTakenAndRefusedAsByAWS(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		for _, expression := range []string{
			"rate(1 minute)", "rate(10 minutes)", "cron(0 2 ? * SAT *)", "cron(5,35 14 * * ? *)", "cron(15 10 ? * 6L 2002-2005)", "cron(* * ? * SAT#3 *)",
			"cron(0/5 5 ? JAN 1-5 2022)", "cron(0/30 20-23 ? * MON-FRI *)", "cron(0 9 LW * ? *)",
		} {
			n := name("scheduled")
			made := got(s.events.PutRule(ctx, &eventbridge.PutRuleInput{Name: &n, ScheduleExpression: &expression}))(t)
			d := got(s.events.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: &n}))(t)
			if deref(d.ScheduleExpression) != expression || d.EventPattern != nil || *d.Arn != *made.RuleArn || d.State != types.RuleStateEnabled {
				t.Errorf("%s: got %+v", expression, d)
			}
			list := got(s.events.ListRules(ctx, &eventbridge.ListRulesInput{NamePrefix: &n}))(t).Rules
			if len(list) != 1 || deref(list[0].ScheduleExpression) != expression || list[0].EventPattern != nil {
				t.Errorf("%s: listed %+v", expression, list)
			}
		}
		var refusals []refusal
		for _, expression := range []string{
			"rate(10 seconds)", "rate(1 minutes)", "rate(10 minute)", "rate()", "rate(0 minutes)", "rate(-10 minutes)", "rate(10 MINUTES)", "rate( 10 minutes )",
			" rate(10 minutes)", "cron(0 1 * * * *)", "cron(7 20 * * NOT *)", "cron(INVALID)", "cron(0 dummy ? * MON-FRI *)", "cron(71 8 1 * ? *)",
		} {
			err := only(s.events.PutRule(ctx, &eventbridge.PutRuleInput{Name: new(name("scheduled")), ScheduleExpression: &expression}))
			refusals = append(refusals, refusal{expression, err, "ValidationException", 400, "Parameter ScheduleExpression is not valid."})
		}
		refuse(t, refusals)
	})
}

func TestEventPatternIsTested(t *testing.T) {
	const event = `{"id":"1","account":"111122223333","source":"aws.cases","time":"2026-01-01T00:00:00Z","region":"us-east-1","resources":["a","b"],` +
		`"detail-type":"Amazon Connect Cases Change","detail":{"eventType":"CASE.UPDATED","n":12.50,"flag":true,"none":null,"list":["x","y"]}}`
	each(t, func(t *testing.T, s *server) {
		for pattern, want := range map[string]bool{
			`{"source":["aws.cases"]}`:                                                          true,
			`{"source":["aws.case"]}`:                                                           false,
			`{"resources":["b"]}`:                                                               true,
			`{"detail":{"eventType":[{"prefix":"CASE."}]}}`:                                     true,
			`{"detail":{"eventType":[{"prefix":"RELATED_ITEM."}]}}`:                             false,
			`{"detail":{"eventType":[{"suffix":".UPDATED"}]}}`:                                  true,
			`{"detail":{"eventType":[{"equals-ignore-case":"case.updated"}]}}`:                  true,
			`{"detail":{"eventType":[{"anything-but":["CASE.CREATED"]}]}}`:                      true,
			`{"detail":{"eventType":[{"anything-but":["CASE.UPDATED"]}]}}`:                      false,
			`{"detail":{"n":[{"numeric":[">",12,"<=",12.5]}]}}`:                                 true,
			`{"detail":{"n":[{"numeric":["<",12]}]}}`:                                           false,
			`{"detail":{"n":[12.5]}}`:                                                           true,
			`{"detail":{"flag":[true],"none":[null]}}`:                                          true,
			`{"detail":{"missing":[{"exists":false}]}}`:                                         true,
			`{"detail":{"missing":[{"exists":true}]}}`:                                          false,
			`{"detail":{"$or":[{"eventType":["CASE.CREATED"]},{"list":["y"]}]}}`:                true,
			`{"detail":{"$or":[{"eventType":["CASE.CREATED"]},{"list":["z"]}]}}`:                false,
			`{"source":["aws.cases"],"detail-type":["Amazon Connect Cases Change"]}`:            true,
			`{"source":["aws.cases"],"detail-type":["Amazon Connect Cases Event"]}`:             false,
			`{"detail":{"eventType":["CASE.CREATED","CASE.UPDATED","CASE.DELETED"]}}`:           true,
			`{"detail":{"eventType":[{"exists":false},{"equals-ignore-case":"cAsE.uPdAtEd"}]}}`: true,
		} {
			out, err := s.events.TestEventPattern(t.Context(), &eventbridge.TestEventPatternInput{Event: new(event), EventPattern: &pattern})
			if err != nil {
				t.Errorf("%s: %v", pattern, err)
			} else if out.Result != want {
				t.Errorf("%s: got %v", pattern, out.Result)
			}
		}
		test := func(event, pattern string) error {
			return only(s.events.TestEventPattern(t.Context(), &eventbridge.TestEventPatternInput{Event: &event, EventPattern: &pattern}))
		}
		refuse(t, []refusal{
			{"bad pattern", test(event, `{"source":[]}`), "InvalidEventPatternException", 400, "Event pattern is not valid. Reason: Empty arrays are not allowed"},
			{"bad event", test(`{"source":`, `{"source":["x"]}`), "ValidationException", 400, ""},
		})
	})
}
