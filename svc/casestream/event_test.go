package casestream_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/wire/wiretest"
)

func TestEventsAreListedByWhatIsAskedFor(t *testing.T) {
	each(t, func(n *node) {
		n.queue("orders")
		n.rule("shop", `{"source":["shop"]}`, "orders")
		n.rule("lost", `{"source":["lost"]}`, "nowhere")
		delivered := n.put("default", "shop", `{"n":1}`)
		dropped := n.put("default", "lost", `{"n":2}`)
		unmatched := n.put("default", "other", `{"n":3}`)
		homeless := n.put("nowhere", "shop", `{"n":1}`)
		now := float64(time.Now().Unix())
		for _, c := range []struct {
			name string
			in   object
			want []string
		}{
			{"all", object{}, []string{homeless, unmatched, dropped, delivered}},
			{"a bus by its name", object{"EventBusName": "default"}, []string{unmatched, dropped, delivered}},
			{"a bus by its ARN", object{"EventBusName": "arn:aws:events:eu-west-2:111122223333:event-bus/nowhere"}, []string{homeless}},
			{"a bus of nobody", object{"EventBusName": "no-such-bus"}, nil},
			{"a pattern", object{"EventPattern": `{"detail":{"n":[1]}}`}, []string{homeless, delivered}},
			{"delivered", object{"State": "DELIVERED"}, []string{delivered}},
			{"dropped", object{"State": "DROPPED"}, []string{homeless, dropped}},
			{"unmatched", object{"State": "UNMATCHED"}, []string{unmatched}},
			{"from an hour ago on", object{"StartTime": now - 3600}, []string{homeless, unmatched, dropped, delivered}},
			{"until an hour ago", object{"EndTime": now - 3600}, nil},
			{"the newest", object{"MaxResults": 1}, []string{homeless}},
		} {
			if diff := cmp.Diff(c.want, ids(n.do("ListEvents", c.in))); diff != "" {
				n.Errorf("%s: -want +got\n%s", c.name, diff)
			}
		}
		var all []string
		for in := (object{"MaxResults": 1}); ; {
			out := n.do("ListEvents", in)
			all = append(all, ids(out)...)
			if out["NextToken"] == nil {
				break
			}
			in["NextToken"] = out["NextToken"]
		}
		if diff := cmp.Diff([]string{homeless, unmatched, dropped, delivered}, all); diff != "" {
			n.Errorf("page by page: -want +got\n%s", diff)
		}
	})
}

func TestEventIsGivenWithWhatBecameOfIt(t *testing.T) {
	each(t, func(n *node) {
		n.rule("lost", `{"source":["lost"]}`, "nowhere")
		id := n.put("default", "lost", `{"n":2}`)
		e, _ := n.do("GetEvent", object{"EventId": id})["Event"].(object)
		text, _ := e["Event"].(string)
		if !strings.Contains(text, `"detail":{"n":2}`) || !strings.Contains(text, id) {
			n.Errorf("the event's text is %s", text)
		}
		came, _ := e["ReceivedTime"].(float64)
		if age := time.Since(time.UnixMilli(int64(came * 1000))); age < -time.Second || age > time.Minute {
			n.Errorf("it came %s ago", age)
		}
		attempt := object{
			"Number": 1.0, "Time": came, "DurationMillis": 0.0, "ErrorCode": "NO_RESOURCE", "ErrorMessage": "The specified queue does not exist.",
		}
		want := object{
			"EventId": id, "EventBusName": "default", "Source": "lost", "DetailType": "order", "ReceivedTime": came, "State": "DROPPED", "Event": text,
			"MatchedRules": []any{"arn:aws:events:eu-west-2:111122223333:rule/lost"},
			"Targets": []any{object{
				"EventBusName": "default", "RuleName": "lost", "RuleArn": "arn:aws:events:eu-west-2:111122223333:rule/lost", "TargetId": "t",
				"TargetArn": "arn:aws:sqs:eu-west-2:111122223333:nowhere", "State": "DROPPED", "ErrorCode": "NO_RESOURCE",
				"ErrorMessage": "The specified queue does not exist.", "Attempts": []any{attempt},
			}},
		}
		if diff := cmp.Diff(want, e); diff != "" {
			n.Errorf("-want +got\n%s", diff)
		}
	})
}

func TestEventTellsOfEachAttemptOutside(t *testing.T) {
	each(t, func(n *node) {
		const function = "arn:aws:lambda:eu-west-2:111122223333:function:f"
		n.ruleFor("far", `{"source":["shop"]}`, function)
		id := n.put("default", "shop", `{"n":1}`)
		n.wants("waiting", ids(n.do("ListEvents", object{"State": "WAITING"})), id)
		lanes, err := n.bus.ClaimLanes(n.Context(), "here", time.Minute, 10)
		if err != nil || len(lanes) != 1 {
			t.Fatalf("%v %v", lanes, err)
		}
		page, err := n.bus.Fresh(n.Context(), lanes[0].Number, 0, 10)
		if err != nil || len(page.List) != 1 {
			t.Fatalf("%+v %v", page, err)
		}
		// Whole milliseconds, as the protocol has them.
		began := time.Now().Truncate(time.Second)
		next := began.Add(90 * time.Second)
		if err := n.bus.Settle(n.Context(), bus.Outcome{
			Pending: page.List[0], Ending: bus.Again, Began: began, Took: 1500 * time.Microsecond,
			Code: bus.Throttling, Message: "slow down", Status: 429, Next: next,
		}); err != nil {
			t.Fatal(err)
		}
		e, _ := n.do("GetEvent", object{"EventId": id})["Event"].(object)
		want := []any{object{
			"EventBusName": "default", "RuleName": "far", "RuleArn": "arn:aws:events:eu-west-2:111122223333:rule/far", "TargetId": "t",
			"TargetArn": function, "State": "WAITING", "ErrorCode": bus.Throttling, "ErrorMessage": "slow down", "NextTime": float64(next.Unix()),
			"Attempts": []any{object{
				"Number": 1.0, "Time": float64(began.Unix()), "DurationMillis": 1.5, "StatusCode": 429.0, "ErrorCode": bus.Throttling,
				"ErrorMessage": "slow down", "NextTime": float64(next.Unix()),
			}},
		}}
		if diff := cmp.Diff(want, e["Targets"]); diff != "" || e["State"] != "WAITING" {
			n.Errorf("%v: -want +got\n%s", e["State"], diff)
		}
	})
}

func TestRuleSaysWhyItDoesNotMatch(t *testing.T) {
	each(t, func(n *node) {
		n.rule("one", `{"detail":{"n":[1]}}`, "nowhere")
		one, two := n.put("default", "shop", `{"n":1}`), n.put("default", "shop", `{"n":2}`)
		for _, c := range []struct {
			id, rule, why string
			matched       bool
		}{
			{one, "one", "match", true},
			{two, "one", "no match\n  detail.n: it has 2; wanted: 1", false},
			{two, "arn:aws:events:eu-west-2:111122223333:rule/one", "no match\n  detail.n: it has 2; wanted: 1", false},
		} {
			want := object{"Matched": c.matched, "Explanation": c.why}
			if diff := cmp.Diff(want, n.do("ExplainEvent", object{"EventId": c.id, "Rule": c.rule})); diff != "" {
				n.Errorf("%s: -want +got\n%s", c.rule, diff)
			}
		}
	})
}

func TestEventComesToItsRulesAgain(t *testing.T) {
	each(t, func(n *node) {
		n.queue("a")
		n.queue("b")
		n.rule("a", `{"source":["shop"]}`, "a")
		n.rule("b", `{"source":["shop"]}`, "b")
		id := n.put("default", "shop", `{"n":1}`)
		n.do("ResendEvent", object{"EventId": id})
		n.do("ResendEvent", object{"EventId": id, "Rule": "b"})
		if diff := cmp.Diff([]string{id, id, id}, ids(n.do("ListEvents", object{}))); diff != "" {
			n.Errorf("-want +got\n%s", diff)
		}
		for name, want := range map[string]int{"a": 2, "b": 3} {
			got := 0
			for {
				list, err := n.queues.Receive(n.Context(), queue.Ref{Name: name}, queue.ReceiveOptions{Max: 10})
				if err != nil {
					n.Fatal(err)
				}
				if len(list) == 0 {
					break
				}
				got += len(list)
			}
			if got != want {
				n.Errorf("queue %s has %d messages, want %d", name, got, want)
			}
		}
	})
}

func TestWrongRequestsAreRefused(t *testing.T) {
	each(t, func(n *node) {
		n.rule("one", `{"detail":{"n":[1]}}`, "nowhere")
		id := n.put("default", "shop", `{"n":2}`)
		const invalid, missing = "ValidationException", "ResourceNotFoundException"
		for _, c := range []struct {
			op, code, message string
			in                object
		}{
			{"ListEvents", invalid, "Event pattern is not valid", object{"EventPattern": "{"}},
			{"ListEvents", invalid, "NextToken is not valid", object{"NextToken": "x"}},
			{"ListEvents", invalid, "NextToken is not valid", object{"NextToken": page.Token("events", "-1")}},
			{"ListEvents", invalid, "NextToken is not valid", object{"NextToken": page.Token("tail", "1")}},
			{"ListEvents", invalid, "state", object{"State": "GONE"}},
			{"ListEvents", invalid, "maxResults", object{"MaxResults": 101}},
			{"TailEvents", invalid, "Event pattern is not valid", object{"EventPattern": "{"}},
			{"TailEvents", invalid, "Cursor is not valid", object{"Cursor": "x"}},
			{"TailEvents", invalid, "cursor is not valid", object{"Cursor": page.Token("tail", "x")}},
			{"TailEvents", invalid, "waitTimeSeconds", object{"WaitTimeSeconds": 21}},
			{"GetEvent", invalid, "eventId", object{}},
			{"GetEvent", missing, "Event x does not exist", object{"EventId": "x"}},
			{"ExplainEvent", missing, "Event x does not exist", object{"EventId": "x", "Rule": "one"}},
			{"ExplainEvent", missing, "Rule two does not exist", object{"EventId": id, "Rule": "two"}},
			{"ExplainEvent", missing, "Event bus other does not exist", object{"EventId": id, "Rule": "one", "EventBusName": "other"}},
			{"ResendEvent", missing, "Event x does not exist", object{"EventId": "x"}},
			{"ResendEvent", missing, "Rule two does not exist", object{"EventId": id, "Rule": "two"}},
			{"ResendEvent", invalid, "Rule one does not take event " + id, object{"EventId": id, "Rule": "one"}},
		} {
			n.Refuse(wiretest.Request{Op: c.op, Body: c.in}, c.code, 400, c.message)
		}
	})
}

func TestServerThatKeepsNothingSaysSo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		n := open(t, d.Open(t, store.Options{}), 0)
		for op, in := range map[string]object{
			"ListEvents": {}, "TailEvents": {}, "GetEvent": {"EventId": "x"}, "ResendEvent": {"EventId": "x"}, "ExplainEvent": {"EventId": "x", "Rule": "x"},
		} {
			n.Refuse(wiretest.Request{Op: op, Body: in}, "ValidationException", 400, "--trace-for 0s")
		}
	})
}

func TestOnlyTheCallersFaultsAreShown(t *testing.T) {
	each(t, func(n *node) {
		const shown = "ValidationException"
		n.Faults(map[fault.Kind]string{
			fault.Invalid: shown, fault.Conflict: shown, fault.Limit: shown, fault.Denied: "AccessDeniedException", fault.NotFound: "ResourceNotFoundException",
			fault.Internal: "", fault.Busy: "", fault.Unavailable: "",
		})
	})
}

func FuzzTokensAreAnsweredOrRefused(f *testing.F) {
	n := open(f, storetest.SQLite(f).Open(f, store.Options{}), time.Hour)
	n.put("default", "shop", `{"n":1}`)
	cursor, _ := n.do("TailEvents", object{})["Cursor"].(string)
	if place, ok := page.Open(&cursor, "tail", 1); ok {
		f.Add(place[0])
	}
	for _, text := range []string{"", "1", "-1", "9223372036854775807", "1,2,3,4,5/1/2", "\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n := &node{Door: n.On(t)}
		for _, token := range []string{text, page.Token("events", text), page.Token("tail", text)} {
			for op, in := range map[string]object{"ListEvents": {"NextToken": token}, "TailEvents": {"Cursor": token}} {
				_, err := n.Try(wiretest.Request{Op: op, Body: in})
				if err != nil && err.Code != "ValidationException" {
					t.Errorf("%s %q: %+v", op, text, err)
				}
			}
		}
	})
}
