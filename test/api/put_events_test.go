package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"
)

// entry gives an event of a source.
func entry(source, detail string) types.PutEventsRequestEntry {
	return types.PutEventsRequestEntry{Source: &source, DetailType: new("API test"), Detail: &detail}
}

// put publishes events, none of which may be refused, and gives their ids.
func (s *server) put(t *testing.T, entries ...types.PutEventsRequestEntry) []string {
	t.Helper()
	out := got(s.events.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: entries}))(t)
	if out.FailedEntryCount != 0 || len(out.Entries) != len(entries) {
		t.Fatalf("got %+v", out)
	}
	var list []string
	for _, e := range out.Entries {
		if !uuid.MatchString(deref(e.EventId)) {
			t.Fatalf("event id %q is no UUID", deref(e.EventId))
		}
		list = append(list, *e.EventId)
	}
	return list
}

// route makes a rule for a source of its own with targets, and gives the source.
func (s *server) route(t *testing.T, targets ...types.Target) string {
	t.Helper()
	source := name("api.source")
	s.aim(t, s.rule(t, `{"source":["`+source+`"]}`), targets...)
	return source
}

func TestEventReachesTheQueueInItsEnvelope(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.openQueue(t)
		source := s.route(t, target(q))
		e := entry(source, ` { "b": 1.50, "a": [ true, null, "ü\u00fc" ] } `)
		e.Time = new(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
		e.Resources = []string{"arn:aws:x:::one", "two"}
		id := s.put(t, e)[0]
		m := s.receive(t, q, 10)
		if len(m) != 1 {
			t.Fatalf("got %d messages, want 1", len(m))
		}
		head := `{"version":"0","id":"` + id + `","detail-type":"API test","source":"` + source + `","account":"111122223333","time":"2026-01-02T03:04:05Z","region":"us-east-1",` +
			`"resources":["arn:aws:x:::one","two"],"detail":{"b":1.50,"a":[true,null,"`
		body := *m[0].Body
		if !strings.HasPrefix(body, head) {
			t.Errorf("got  %s\nwant %s…", body, head)
		}
		var event struct{ Detail map[string]any }
		if err := json.Unmarshal([]byte(body), &event); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]any{"b": 1.5, "a": []any{true, nil, "üü"}}, event.Detail); diff != "" {
			t.Error(diff)
		}
		if len(m[0].MessageAttributes) != 0 {
			t.Errorf("got message attributes %v", m[0].MessageAttributes)
		}
	})
}

func TestEventWithoutTimeAndResourcesGetsThem(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.openQueue(t)
		s.put(t, entry(s.route(t, target(q)), `{}`))
		var event struct {
			Time      time.Time
			Resources []string
		}
		if err := json.Unmarshal([]byte(s.drain(t, q, 1)[0]), &event); err != nil {
			t.Fatal(err)
		}
		if age := time.Since(event.Time); age < -time.Second || age > time.Minute || event.Resources == nil || len(event.Resources) != 0 {
			t.Errorf("got %+v", event)
		}
	})
}

func TestPutEventsRefusesEntriesOneByOne(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.openQueue(t)
		source := s.route(t, target(q))
		required := func(what string) string {
			return "InvalidArgument Parameter " + what + " is not valid. Reason: " + what + " is a required argument."
		}
		rows := []struct {
			entry types.PutEventsRequestEntry
			want  string
		}{
			{entry(source, `{"n":1}`), ""},
			{types.PutEventsRequestEntry{DetailType: new("x"), Detail: new("{}")}, required("Source")},
			{types.PutEventsRequestEntry{Source: &source, Detail: new("{}")}, required("DetailType")},
			{types.PutEventsRequestEntry{Source: &source, DetailType: new("x")}, required("Detail")},
			{entry(source, `{"n":`), "MalformedDetail Detail is malformed."},
			{entry(source, `[1]`), "MalformedDetail Detail is malformed."},
			{entry(source, `"text"`), "MalformedDetail Detail is malformed."},
			{entry("aws.cases", `{}`), "NotAuthorizedForSourceException Not authorized for the source."},
			{entry("", `{}`), required("Source")},
			{entry(source, `{"n":2}`), ""},
		}
		in := &eventbridge.PutEventsInput{}
		for _, r := range rows {
			in.Entries = append(in.Entries, r.entry)
		}
		out := got(s.events.PutEvents(t.Context(), in))(t)
		if len(out.Entries) != len(rows) || out.FailedEntryCount != 8 {
			t.Fatalf("got %d entries, %d failed", len(out.Entries), out.FailedEntryCount)
		}
		var accepted []string
		for i, r := range rows {
			e := out.Entries[i]
			said := strings.TrimSpace(deref(e.ErrorCode) + " " + deref(e.ErrorMessage))
			if said != r.want || (e.EventId == nil) != (r.want != "") {
				t.Errorf("entry %d: got %q and id %q, want %q", i, said, deref(e.EventId), r.want)
			}
			if e.EventId != nil {
				accepted = append(accepted, *e.EventId)
			}
		}
		var arrived []string
		for _, body := range s.drain(t, q, 2) {
			var event struct{ ID string }
			if err := json.Unmarshal([]byte(body), &event); err != nil {
				t.Fatal(err)
			}
			arrived = append(arrived, event.ID)
		}
		slices.Sort(accepted)
		slices.Sort(arrived)
		if diff := cmp.Diff(accepted, arrived); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPutEventsIsRefusedAsAWhole(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		put := func(entries ...types.PutEventsRequestEntry) error {
			return only(s.events.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: entries}))
		}
		eleven := make([]types.PutEventsRequestEntry, 11)
		for i := range eleven {
			eleven[i] = entry("api.none", `{}`)
		}
		refuse(t, []refusal{
			{"no entry", put([]types.PutEventsRequestEntry{}...), "ValidationException", 400, "at 'entries' failed to satisfy constraint: Member must "},
			{"11 entries", put(eleven...), "ValidationException", 400, "at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10"},
			{"over 1 MiB", put(entry("api.none", `{"x":"`+strings.Repeat("x", 1<<20)+`"}`)), "ValidationException", 400, "Total size of the entries in the request is over the limit."},
		})
	})
}

func TestEventForAnUnknownBusIsDropped(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.openQueue(t)
		source := s.route(t, target(q))
		lost := entry(source, `{"n":1}`)
		lost.EventBusName = new("other")
		byARN := entry(source, `{"n":2}`)
		byARN.EventBusName = new("arn:aws:events:us-east-1:111122223333:event-bus/default")
		s.put(t, lost, byARN)
		if body := s.drain(t, q, 1)[0]; !strings.HasSuffix(body, `"detail":{"n":2}}`) {
			t.Errorf("got %s", body)
		}
		if c := s.counts(t, q); c != "0 0 0" {
			t.Errorf("the queue still holds %s", c)
		}
	})
}

func TestTwoRulesGiveTwoMessagesOfOneEvent(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.openQueue(t)
		source := s.route(t, target(q))
		s.aim(t, s.rule(t, `{"source":["`+source+`"],"detail":{"n":[{"numeric":[">",0]}]}}`), target(q))
		s.put(t, entry(source, `{"n":1}`))
		bodies := s.drain(t, q, 2)
		if bodies[0] != bodies[1] {
			t.Errorf("got %s and %s", bodies[0], bodies[1])
		}
		s.put(t, entry(source, `{"n":0}`))
		s.drain(t, q, 1)
	})
}

func TestDisabledRuleDeliversNothing(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q, witness := t.Context(), s.openQueue(t), s.openQueue(t)
		source := s.route(t, target(witness))
		n := s.rule(t, `{"source":["`+source+`"]}`)
		s.aim(t, n, target(q))
		got(s.events.DisableRule(ctx, &eventbridge.DisableRuleInput{Name: &n}))(t)
		s.put(t, entry(source, `{"n":1}`))
		s.drain(t, witness, 1) // the event has been matched
		if c := s.counts(t, q); c != "0 0 0" {
			t.Errorf("the queue of a disabled rule holds %s", c)
		}
		got(s.events.EnableRule(ctx, &eventbridge.EnableRuleInput{Name: &n}))(t)
		s.put(t, entry(source, `{"n":2}`))
		if body := s.drain(t, q, 1)[0]; !strings.HasSuffix(body, `"detail":{"n":2}}`) {
			t.Errorf("got %s", body)
		}
		s.drain(t, witness, 1)
		s.cleanRule(t, n, "1")
		s.put(t, entry(source, `{"n":3}`))
		s.drain(t, witness, 1)
		if c := s.counts(t, q); c != "0 0 0" {
			t.Errorf("the queue of a deleted rule holds %s", c)
		}
	})
}

func TestQueueWithoutPermissionGetsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		statement := func(effect, principal, action, more string) string {
			return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Principal":{"Service":"` + principal + `"},"Action":"` + action + `","Resource":"*"` + more + `}]}`
		}
		source := name("api.source")
		n := s.rule(t, `{"source":["`+source+`"]}`)
		arn := "arn:aws:events:us-east-1:111122223333:rule/" + n
		onlyFrom := func(rule string) string {
			return statement("Allow", "events.amazonaws.com", "sqs:SendMessage", `,"Condition":{"ArnEquals":{"aws:SourceArn":"`+rule+`"}}`)
		}
		dead := s.openQueue(t)
		refused := map[string]queue{
			"no policy":       s.newQueue(t),
			"another service": s.newQueue(t, "Policy", statement("Allow", "sns.amazonaws.com", "sqs:SendMessage", "")),
			"another action":  s.newQueue(t, "Policy", statement("Allow", "events.amazonaws.com", "sqs:ReceiveMessage", "")),
			"another rule":    s.newQueue(t, "Policy", onlyFrom(arn+"-other")),
			"an explicit denial": s.newQueue(t, "Policy", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"},`+
				`{"Effect":"Deny","Principal":{"Service":"events.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"*"}]}`),
		}
		allowed := s.newQueue(t, "Policy", onlyFrom(arn))
		other := s.rule(t, `{"source":["`+source+`"]}`) // a rule has room for five targets
		for _, q := range refused {
			s.aim(t, other, types.Target{Id: &q.name, Arn: &q.arn, DeadLetterConfig: &types.DeadLetterConfig{Arn: &dead.arn}})
		}
		s.aim(t, n, target(allowed))
		id := s.put(t, entry(source, `{"n":1}`))[0]
		s.drain(t, allowed, 1)
		for what, q := range refused {
			if c := s.counts(t, q); c != "0 0 0" {
				t.Errorf("%s: the queue holds %s", what, c)
			}
		}
		buried := map[string]sqstypes.Message{}
		for range len(refused) {
			if len(buried) == len(refused) {
				break
			}
			for _, m := range s.receive(t, dead, 10) {
				buried[deref(m.MessageAttributes["TARGET_ARN"].StringValue)] = m
			}
		}
		for what, q := range refused {
			m, ok := buried[q.arn]
			if !ok {
				t.Errorf("%s: no dead letter", what)
				continue
			}
			if !strings.Contains(*m.Body, id) || deref(m.MessageAttributes["ERROR_CODE"].StringValue) != "NO_PERMISSIONS" || deref(m.MessageAttributes["ERROR_MESSAGE"].StringValue) == "" ||
				!strings.HasSuffix(deref(m.MessageAttributes["RULE_ARN"].StringValue), other) {
				t.Errorf("%s: got %s with %v", what, *m.Body, m.MessageAttributes)
			}
		}
	})
}

func TestDroppedEventIsCounted(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		closed, open := s.newQueue(t), s.openQueue(t)
		source := s.route(t, types.Target{Id: new("closed"), Arn: &closed.arn}, types.Target{Id: new("open"), Arn: &open.arn})
		lost := entry(source, `{}`)
		lost.EventBusName = new("other")
		s.put(t, entry(source, `{}`), entry(source, `{}`), lost, entry("api.unheard", `{}`))
		s.drain(t, open, 2)
		resp := got(http.Get("http://" + s.addr + "/metrics"))(t)
		defer resp.Body.Close()
		metrics := string(got(io.ReadAll(resp.Body))(t))
		for _, line := range []string{
			`casestream_events_dropped_total{reason="NO_PERMISSIONS"} 2`, `casestream_failed_invocations_total{error_code="NO_PERMISSIONS"} 2`,
		} {
			if !strings.Contains(metrics, line+"\n") {
				t.Errorf("the metrics lack %q:\n%s", line, metrics)
			}
		}
	})
}

func TestEventForAQueueThatDoesNotExistGoesToTheDeadLetterQueue(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		dead := s.openQueue(t)
		source := s.route(t, types.Target{Id: new("1"), Arn: new("arn:aws:sqs:us-east-1:111122223333:" + name("nobody")), Input: new(`{"changed":true}`), DeadLetterConfig: &types.DeadLetterConfig{Arn: &dead.arn}})
		id := s.put(t, entry(source, `{"n":1}`))[0]
		m := s.receive(t, dead, 10)
		if len(m) != 1 || !strings.Contains(*m[0].Body, id) || deref(m[0].MessageAttributes["ERROR_CODE"].StringValue) != "NO_RESOURCE" {
			t.Errorf("got %+v", m)
		}
	})
}

func TestInputAndInputPathShapeTheMessage(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		const detail = `{"name":"baz","list":[{"n":1},{"n":2}],"number":12.50}`
		for _, row := range []struct{ input, path, want string }{
			{`{"fixed": true}`, "", `{"fixed": true}`},
			{`"text"`, "", `"text"`},
			{"", "$.detail", detail},
			{"", "$.detail.name", `"baz"`},
			{"", "$.detail.list[1].n", `2`},
			{"", "$.detail.number", `12.50`},
			{"", "$.detail-type", `"API test"`},
		} {
			q := s.openQueue(t)
			x := target(q)
			if row.input != "" {
				x.Input = &row.input
			} else {
				x.InputPath = &row.path
			}
			s.put(t, entry(s.route(t, x), detail))
			if body := s.drain(t, q, 1)[0]; body != row.want {
				t.Errorf("input %q, path %q: got %s, want %s", row.input, row.path, body, row.want)
			}
		}
	})
}

func TestInputTransformerShapesTheMessage(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		const detail = `{"name":"baz","list":["a","b"],"number":12.50}`
		paths := map[string]string{"name": "$.detail.name", "list": "$.detail.list", "number": "$.detail.number", "none": "$.detail.none", "type": "$.detail-type"}
		for template, want := range map[string]string{
			`{"a": <name>, "b": "<name>!", "c": <list>, "d": <number>, "e": <none>}`: `{"a": "baz", "b": "baz!", "c": ["a","b"], "d": 12.50, "e": ""}`,
			"\"<type> <list> <number><none>\"\n\"<name>\"":                           "\"API test [a,b] 12.50\"\n\"baz\"",
		} {
			q := s.openQueue(t)
			x := target(q)
			x.InputTransformer = &types.InputTransformer{InputPathsMap: paths, InputTemplate: &template}
			s.put(t, entry(s.route(t, x), detail))
			if body := s.drain(t, q, 1)[0]; body != want {
				t.Errorf("template %s: got %s, want %s", template, body, want)
			}
		}
	})
}

func TestFIFOTargetGetsEventsInOrderInItsGroup(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.openQueue(t, "FifoQueue", "true", "ContentBasedDeduplication", "true")
		x := target(q)
		x.SqsParameters = &types.SqsParameters{MessageGroupId: new("cases")}
		source := s.route(t, x)
		var want, bodies []string
		for i := range 5 {
			want = append(want, s.put(t, entry(source, fmt.Sprintf(`{"n":%d}`, i)))...)
		}
		for _, m := range s.receive(t, q, 10) {
			if m.Attributes["MessageGroupId"] != "cases" || m.Attributes["MessageDeduplicationId"] == "" {
				t.Errorf("got attributes %v", m.Attributes)
			}
			var event struct{ ID string }
			if err := json.Unmarshal([]byte(*m.Body), &event); err != nil {
				t.Fatal(err)
			}
			bodies = append(bodies, event.ID)
		}
		if diff := cmp.Diff(want, bodies); diff != "" {
			t.Error(diff)
		}
	})
}
