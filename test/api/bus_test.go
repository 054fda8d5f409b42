package api_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"
)

// newBus makes a bus and gives its name and ARN.
func (s *server) newBus(t *testing.T) (n, arn string) {
	t.Helper()
	n = name("bus")
	made := got(s.events.CreateEventBus(t.Context(), &eventbridge.CreateEventBusInput{Name: &n}))(t)
	if want := "arn:aws:events:us-east-1:111122223333:event-bus/" + n; deref(made.EventBusArn) != want {
		t.Fatalf("got %s, want %s", deref(made.EventBusArn), want)
	}
	return n, *made.EventBusArn
}

// ruleOn makes a rule for every event on a bus, with targets, and gives its name.
func (s *server) ruleOn(t *testing.T, bus string, targets ...types.Target) string {
	t.Helper()
	n := name("rule")
	got(s.events.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: &n, EventBusName: &bus, EventPattern: new(`{"source":[{"prefix":""}]}`)}))(t)
	if out := got(s.events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: &n, EventBusName: &bus, Targets: targets}))(t); out.FailedEntryCount != 0 {
		t.Fatal(refusedTargets(out))
	}
	return n
}

// to is an entry for a bus.
func to(bus, detail string) types.PutEventsRequestEntry {
	e := entry("api.buses", detail)
	e.EventBusName = &bus
	return e
}

func TestDefaultBusIsThere(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		const arn = "arn:aws:events:us-east-1:111122223333:event-bus/default"
		if d := got(s.events.DescribeEventBus(ctx, &eventbridge.DescribeEventBusInput{}))(t); *d.Name != "default" || *d.Arn != arn {
			t.Errorf("got %+v", d)
		}
		list := got(s.events.ListEventBuses(ctx, &eventbridge.ListEventBusesInput{NamePrefix: new("defau")}))(t).EventBuses
		if len(list) != 1 || *list[0].Name != "default" || *list[0].Arn != arn {
			t.Errorf("got %+v", list)
		}
	})
}

func TestBusIsMadeDescribedChangedListedAndRemoved(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, n := t.Context(), name("bus")
		letters := types.DeadLetterConfig{Arn: new("arn:aws:sqs:us-east-1:111122223333:dlq")}
		log := types.LogConfig{IncludeDetail: types.IncludeDetailFull, Level: types.LevelInfo}
		made := got(s.events.CreateEventBus(ctx, &eventbridge.CreateEventBusInput{
			Name: &n, Description: new("about it"), DeadLetterConfig: &letters, LogConfig: &log, Tags: []types.Tag{{Key: new("k"), Value: new("v")}},
		}))(t)
		if deref(made.Description) != "about it" || deref(made.DeadLetterConfig.Arn) != *letters.Arn || made.LogConfig.Level != log.Level {
			t.Errorf("got %+v", made)
		}
		d := got(s.events.DescribeEventBus(ctx, &eventbridge.DescribeEventBusInput{Name: made.EventBusArn}))(t)
		if *d.Name != n || *d.Arn != *made.EventBusArn || deref(d.Description) != "about it" || d.LogConfig.IncludeDetail != log.IncludeDetail || d.Policy != nil || time.Since(*d.CreationTime) > time.Minute || d.LastModifiedTime == nil {
			t.Errorf("got %+v", d)
		}
		changed := got(s.events.UpdateEventBus(ctx, &eventbridge.UpdateEventBusInput{Name: &n, Description: new("more")}))(t)
		if *changed.Name != n || *changed.Arn != *made.EventBusArn || deref(changed.Description) != "more" || deref(changed.DeadLetterConfig.Arn) != *letters.Arn {
			t.Errorf("got %+v", changed)
		}
		for i := range 2 {
			got(s.events.CreateEventBus(ctx, &eventbridge.CreateEventBusInput{Name: new(fmt.Sprint(n, ".", i))}))(t)
		}
		var names []string
		in := &eventbridge.ListEventBusesInput{NamePrefix: &n, Limit: new(int32(2))}
		for {
			out := got(s.events.ListEventBuses(ctx, in))(t)
			for _, b := range out.EventBuses {
				names = append(names, *b.Name)
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		names = slices.DeleteFunc(names, func(other string) bool { return other != n && !strings.HasPrefix(other, n+".") })
		if diff := cmp.Diff([]string{n, n + ".0", n + ".1"}, names); diff != "" {
			t.Error(diff)
		}
		for range 2 { // the second time it is gone already
			got(s.events.DeleteEventBus(ctx, &eventbridge.DeleteEventBusInput{Name: &n}))(t)
		}
		refuse(t, []refusal{
			{"describe", only(s.events.DescribeEventBus(ctx, &eventbridge.DescribeEventBusInput{Name: &n})), "ResourceNotFoundException", 400, "Event bus " + n + " does not exist."},
			{"update", only(s.events.UpdateEventBus(ctx, &eventbridge.UpdateEventBusInput{Name: &n})), "ResourceNotFoundException", 400, "Event bus " + n + " does not exist."},
		})
	})
}

func TestBadBusesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		n, _ := s.newBus(t)
		s.ruleOn(t, n, types.Target{Id: new("1"), Arn: new("arn:aws:sqs:us-east-1:111122223333:nobody")})
		create := func(n string, change func(*eventbridge.CreateEventBusInput)) error {
			in := &eventbridge.CreateEventBusInput{Name: &n}
			if change != nil {
				change(in)
			}
			return only(s.events.CreateEventBus(ctx, in))
		}
		const exists, bad, missing = "ResourceAlreadyExistsException", "ValidationException", "ResourceNotFoundException"
		refuse(t, []refusal{
			{"again", create(n, nil), exists, 400, "Event bus " + n + " already exists."},
			{"default", create("default", nil), exists, 400, "Event bus default already exists."},
			{"slash", create("a/b", nil), bad, 400, "Event bus name must not contain '/'."},
			{"pattern", create("a b", nil), bad, 400, `regular expression pattern: [/\.\-_A-Za-z0-9]+`},
			{"long", create(strings.Repeat("b", 257), nil), bad, 400, "less than or equal to 256"},
			{"partner", create("aws.partner/x/y", func(in *eventbridge.CreateEventBusInput) { in.EventSourceName = new("aws.partner/x/y") }), missing, 400, "Event source aws.partner/x/y does not exist."},
			{"key", create(name("bus"), func(in *eventbridge.CreateEventBusInput) { in.KmsKeyIdentifier = new("alias/k") }), bad, 400, "not supported"},
			{"letters", create(name("bus"), func(in *eventbridge.CreateEventBusInput) {
				in.DeadLetterConfig = &types.DeadLetterConfig{Arn: new("arn:aws:sqs:us-east-1:111122223333:q.fifo")}
			}), bad, 400, "Parameter DeadLetterConfig.Arn is not valid."},
			{"delete default", only(s.events.DeleteEventBus(ctx, &eventbridge.DeleteEventBusInput{Name: new("default")})), bad, 400, "Cannot delete event bus default."},
			{"delete with rules", only(s.events.DeleteEventBus(ctx, &eventbridge.DeleteEventBusInput{Name: &n})), bad, 400, "EventBus can't be deleted since it has rules."},
			{"foreign ARN", only(s.events.DescribeEventBus(ctx, &eventbridge.DescribeEventBusInput{Name: new("arn:aws:events:us-east-1:999988887777:event-bus/default")})), missing, 400, "does not exist"},
			{"endpoint", only(s.events.CreateEndpoint(ctx, &eventbridge.CreateEndpointInput{Name: new("e"), EventBuses: []types.EndpointEventBus{{EventBusArn: new("arn:aws:events:us-east-1:111122223333:event-bus/default")}, {EventBusArn: new("arn:aws:events:us-west-2:111122223333:event-bus/default")}}, RoutingConfig: &types.RoutingConfig{FailoverConfig: &types.FailoverConfig{Primary: &types.Primary{HealthCheck: new("arn:aws:route53:::healthcheck/x")}, Secondary: &types.Secondary{Route: new("us-west-2")}}}})), "NotImplemented", 501, "does not implement"},
			{"partner sources", only(s.events.ListEventSources(ctx, &eventbridge.ListEventSourcesInput{})), "NotImplemented", 501, "does not implement"},
		})
	})
}

func TestPermissionsArePutShownAndRemoved(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		n, arn := s.newBus(t)
		put := func(in eventbridge.PutPermissionInput) error {
			in.EventBusName = &n
			return only(s.events.PutPermission(ctx, &in))
		}
		remove := func(id *string, all bool) error {
			return only(s.events.RemovePermission(ctx, &eventbridge.RemovePermissionInput{EventBusName: &n, StatementId: id, RemoveAllPermissions: all}))
		}
		wants := func(sids ...string) {
			t.Helper()
			var policy struct {
				Version   string
				Statement []struct {
					Sid, Effect, Action, Resource string
					Principal                     any
				}
			}
			d := got(s.events.DescribeEventBus(ctx, &eventbridge.DescribeEventBusInput{Name: &n}))(t)
			if d.Policy != nil {
				if err := json.Unmarshal([]byte(*d.Policy), &policy); err != nil {
					t.Fatal(err)
				}
			}
			var list []string
			for _, st := range policy.Statement {
				list = append(list, st.Sid)
				if st.Effect != "Allow" || st.Action != "events:PutEvents" || st.Resource != arn || st.Principal == nil || policy.Version != "2012-10-17" {
					t.Errorf("got %s", *d.Policy)
				}
			}
			if diff := cmp.Diff(sids, list); diff != "" {
				t.Error(diff)
			}
		}
		action, condition := new("events:PutEvents"), &types.Condition{Type: new("StringEquals"), Key: new("aws:PrincipalOrgID"), Value: new("o-1")}
		do := func(err error) {
			t.Helper()
			if err != nil {
				t.Error(err)
			}
		}
		do(put(eventbridge.PutPermissionInput{Action: action, Principal: new("999988887777"), StatementId: new("one")}))
		do(put(eventbridge.PutPermissionInput{Action: action, Principal: new("*"), StatementId: new("org"), Condition: condition}))
		do(put(eventbridge.PutPermissionInput{Action: action, Principal: new("*"), StatementId: new("one")}))
		wants("one", "org")
		do(remove(new("one"), false))
		wants("org")
		do(remove(nil, true))
		wants()
		const bad = "ValidationException"
		refuse(t, []refusal{
			{"remove what is not there", remove(new("one"), false), "ResourceNotFoundException", 400, "Statement with the provided id does not exist."},
			{"remove nothing", remove(nil, false), bad, 400, "StatementId"},
			{"without a principal", put(eventbridge.PutPermissionInput{Action: action, StatementId: new("x")}), bad, 400, "Parameter Principal must be specified."},
			{"condition on an account", put(eventbridge.PutPermissionInput{Action: action, Principal: new("999988887777"), StatementId: new("x"), Condition: condition}), bad, 400, "must be '*'"},
			{"bad principal", put(eventbridge.PutPermissionInput{Action: action, Principal: new("12"), StatementId: new("x")}), bad, 400, `(\d{12}|\*)`},
			{"policy and more", put(eventbridge.PutPermissionInput{Action: action, Policy: new("{}")}), bad, 400, "Policy"},
			{"no JSON", put(eventbridge.PutPermissionInput{Policy: new("{")}), bad, 400, "This policy contains invalid Json"},
			{"long policy", put(eventbridge.PutPermissionInput{Policy: new(`{"Statement":[{"Sid":"` + strings.Repeat("x", 10_240) + `","Effect":"Allow","Principal":"*","Action":"events:*","Resource":"*"}]}`)}), "PolicyLengthExceededException", 400, "10240"},
			{"unknown bus", only(s.events.PutPermission(ctx, &eventbridge.PutPermissionInput{EventBusName: new("nowhere"), Action: action, Principal: new("*"), StatementId: new("x")})), "ResourceNotFoundException", 400, "Event bus nowhere does not exist."},
			{"remove from an unknown bus", only(s.events.RemovePermission(ctx, &eventbridge.RemovePermissionInput{EventBusName: new("nowhere"), StatementId: new("x")})), "ResourceNotFoundException", 400, "Event bus nowhere does not exist."},
		})
	})
}

func TestPolicyOfABusRefusesEntries(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q := t.Context(), s.openQueue(t)
		n, arn := s.newBus(t)
		s.ruleOn(t, n, target(q))
		deny := func(detailType string) {
			t.Helper()
			got(s.events.PutPermission(ctx, &eventbridge.PutPermissionInput{EventBusName: &n, Policy: new(`{"Version":"2012-10-17","Statement":[{"Sid":"d","Effect":"Deny","Principal":"*",` +
				`"Action":"events:PutEvents","Resource":"` + arn + `","Condition":{"StringEquals":{"events:detail-type":"` + detailType + `"}}}]}`)}))(t)
		}
		deny("another")
		s.put(t, to(n, `{"n":1}`))
		deny("API test")
		out := got(s.events.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{to(n, `{"n":2}`), to("nowhere", `{}`)}}))(t)
		if e := out.Entries[0]; out.FailedEntryCount != 1 || deref(e.ErrorCode) != "AccessDeniedException" || e.EventId != nil ||
			!strings.HasSuffix(deref(e.ErrorMessage), " is not authorized to perform: events:PutEvents on resource: "+arn+" with an explicit deny in a resource-based policy") {
			t.Errorf("got %d failed, %s: %s", out.FailedEntryCount, deref(e.ErrorCode), deref(e.ErrorMessage))
		}
		got(s.events.RemovePermission(ctx, &eventbridge.RemovePermissionInput{EventBusName: &n, RemoveAllPermissions: true}))(t)
		s.put(t, to(n, `{"n":3}`))
		bodies := s.drain(t, q, 2)
		if !strings.Contains(bodies[0], `{"n":1}`) || !strings.Contains(bodies[1], `{"n":3}`) {
			t.Errorf("got %q", bodies)
		}
	})
}

func TestEventsStayOnTheirBusUnlessARulePassesThemOn(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q, last := s.openQueue(t), s.openQueue(t)
		a, aARN := s.newBus(t)
		b, bARN := s.newBus(t)
		s.ruleOn(t, b, target(last), types.Target{Id: new("back"), Arn: &aARN})
		s.ruleOn(t, a, target(q))
		s.put(t, to(a, `{"n":1}`))
		s.drain(t, q, 1)
		s.ruleOn(t, a, types.Target{Id: new("on"), Arn: &bARN, RoleArn: new("arn:aws:iam::111122223333:role/on")})
		id := s.put(t, to(aARN, `{"n":2}`))[0]
		for _, bodies := range [][]string{s.drain(t, q, 1), s.drain(t, last, 1)} {
			if !strings.Contains(bodies[0], `"id":"`+id+`"`) || !strings.HasSuffix(bodies[0], `"detail":{"n":2}}`) {
				t.Errorf("got %s", bodies[0])
			}
		}
		for _, each := range []queue{q, last} {
			if c := s.counts(t, each); c != "0 0 0" {
				t.Errorf("a queue still holds %s", c)
			}
		}
	})
}

func TestRulesOfABusHaveItsNameInTheirs(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q := t.Context(), s.openQueue(t)
		n, arn := s.newBus(t)
		var names []string
		for range 3 {
			names = append(names, s.ruleOn(t, n, target(q)))
		}
		d := got(s.events.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: &names[0], EventBusName: &arn}))(t)
		if want := "arn:aws:events:us-east-1:111122223333:rule/" + n + "/" + names[0]; *d.Arn != want || deref(d.EventBusName) != n || deref(d.CreatedBy) != account || d.ManagedBy != nil {
			t.Errorf("got %+v, want %s", d, want)
		}
		var listed []string
		in := &eventbridge.ListRuleNamesByTargetInput{TargetArn: &q.arn, EventBusName: &n, Limit: new(int32(2))}
		for {
			out := got(s.events.ListRuleNamesByTarget(ctx, in))(t)
			listed = append(listed, out.RuleNames...)
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		slices.Sort(names)
		if diff := cmp.Diff(names, listed); diff != "" {
			t.Error(diff)
		}
		if list := got(s.events.ListRules(ctx, &eventbridge.ListRulesInput{EventBusName: &n}))(t).Rules; len(list) != 3 || deref(list[0].EventBusName) != n {
			t.Errorf("got %+v", list)
		}
		refuse(t, []refusal{
			{"rule of another bus", only(s.events.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: &names[0]})), "ResourceNotFoundException", 400, "Rule " + names[0] + " does not exist on EventBus default."},
			{"schedule", only(s.events.PutRule(ctx, &eventbridge.PutRuleInput{Name: new("s"), EventBusName: &n, ScheduleExpression: new("rate(1 day)")})), "ValidationException", 400, "ScheduleExpression is supported only on the default event bus."},
			{"unknown bus by ARN", only(s.events.ListRuleNamesByTarget(ctx, &eventbridge.ListRuleNamesByTargetInput{TargetArn: &q.arn, EventBusName: new(arn + "x")})), "ResourceNotFoundException", 400, "Event bus " + n + "x does not exist."},
		})
	})
}

func TestBusesAndRulesAreTagged(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		n, arn := s.newBus(t)
		rule := "arn:aws:events:us-east-1:111122223333:rule/" + n + "/" + s.ruleOn(t, n, types.Target{Id: new("1"), Arn: new("arn:aws:sqs:us-east-1:111122223333:nobody")})
		for _, resource := range []string{arn, rule} {
			tags := func() map[string]string {
				t.Helper()
				m := map[string]string{}
				for _, tag := range got(s.events.ListTagsForResource(ctx, &eventbridge.ListTagsForResourceInput{ResourceARN: &resource}))(t).Tags {
					m[*tag.Key] = *tag.Value
				}
				return m
			}
			got(s.events.TagResource(ctx, &eventbridge.TagResourceInput{ResourceARN: &resource, Tags: []types.Tag{{Key: new("a"), Value: new("1")}, {Key: new("b"), Value: new("")}}}))(t)
			got(s.events.TagResource(ctx, &eventbridge.TagResourceInput{ResourceARN: &resource, Tags: []types.Tag{{Key: new("a"), Value: new("2")}}}))(t)
			if diff := cmp.Diff(map[string]string{"a": "2", "b": ""}, tags()); diff != "" {
				t.Error(diff)
			}
			got(s.events.UntagResource(ctx, &eventbridge.UntagResourceInput{ResourceARN: &resource, TagKeys: []string{"a", "nobody"}}))(t)
			if diff := cmp.Diff(map[string]string{"b": ""}, tags()); diff != "" {
				t.Error(diff)
			}
			refuse(t, []refusal{
				{"missing", only(s.events.ListTagsForResource(ctx, &eventbridge.ListTagsForResourceInput{ResourceARN: new(resource + "x")})), "ResourceNotFoundException", 400, "does not exist"},
				{"reserved", only(s.events.TagResource(ctx, &eventbridge.TagResourceInput{ResourceARN: &resource, Tags: []types.Tag{{Key: new("aws:x"), Value: new("")}}})), "ValidationException", 400, "aws:"},
				{"long key", only(s.events.TagResource(ctx, &eventbridge.TagResourceInput{ResourceARN: &resource, Tags: []types.Tag{{Key: new(strings.Repeat("k", 129)), Value: new("")}}})), "ValidationException", 400, "less than or equal to 128"},
				{"no ARN of ours", only(s.events.UntagResource(ctx, &eventbridge.UntagResourceInput{ResourceARN: new("arn:aws:sqs:us-east-1:111122223333:q"), TagKeys: []string{"a"}})), "ValidationException", 400, "Parameter ResourceARN is not valid."},
			})
		}
	})
}

func TestTraceHeaderTravelsWithTheMessage(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.openQueue(t)
		n, _ := s.newBus(t)
		s.ruleOn(t, n, target(q))
		e := to(n, `{}`)
		e.TraceHeader = new("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
		s.put(t, e)
		out := got(s.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &q.url, MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{"AWSTraceHeader"}, WaitTimeSeconds: 5}))(t)
		if len(out.Messages) != 1 || out.Messages[0].Attributes["AWSTraceHeader"] != *e.TraceHeader {
			t.Errorf("got %+v", out.Messages)
		}
	})
}

func TestQuotaOfBusesIsHeld(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		s.newBus(t)
		refuse(t, []refusal{{"a third", only(s.events.CreateEventBus(t.Context(), &eventbridge.CreateEventBusInput{Name: new("third")})), "LimitExceededException", 400, "The requested resource exceeds the maximum number allowed."}})
	}, "--events-quota", "event-buses=2")
}
