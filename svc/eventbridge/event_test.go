package eventbridge_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

func TestPutEventsReachesTheQueue(t *testing.T) {
	each(t, func(f *fixture) {
		f.queue("q")
		f.rule("r", "my.app", "q", "")
		out := f.must("PutEvents", `{"Entries":[{"Source":"my.app","DetailType":"Order placed","Time":1767323045,"Resources":["arn:aws:x"],
			"Detail":"{ \"n\" : 1.0, \"text\": \"<ü>\" }","EventBusName":"arn:aws:events:eu-west-2:111122223333:event-bus/default"}]}`)
		ids := regexp.MustCompile(`"EventId":"([0-9a-f-]{36})"`).FindStringSubmatch(out)
		if ids == nil || !strings.HasPrefix(out, `{"FailedEntryCount":0,`) {
			f.Fatal(out)
		}
		got := f.receive("q")
		want := `{"version":"0","id":"` + ids[1] + `","detail-type":"Order placed","source":"my.app","account":"111122223333",` +
			`"time":"2026-01-02T03:04:05Z","region":"eu-west-2","resources":["arn:aws:x"],"detail":{"n":1.0,"text":"<ü>"}}`
		if len(got) != 1 || got[0].Body != want || len(got[0].Attributes) != 0 {
			f.Errorf("%d messages; want one\n%s", len(got), cmp.Diff(want, got[0].Body))
		}
	})
}

func TestEntriesAreAcceptedOneByOne(t *testing.T) {
	each(t, func(f *fixture) {
		f.queue("q")
		f.rule("r", "s", "q", "")
		var out struct {
			FailedEntryCount int
			Entries          []struct{ EventId, ErrorCode, ErrorMessage string }
		}
		text := f.must("PutEvents", `{"Entries":[`+strings.Join([]string{
			entry("s", `{"n":1}`), entry("s", `[1]`), entry("aws.cases", `{}`), `{"DetailType":"t","Detail":"{}"}`,
			`{"Source":"s","DetailType":"","Detail":"{}"}`, `{"Source":"s","DetailType":"t"}`, entry("s", `{"a":`), entry("s", ` "x"`), entry("s", `{"n":2}`),
		}, ",")+`]}`)
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			f.Fatal(err)
		}
		required := func(name string) string {
			return "InvalidArgument Parameter " + name + " is not valid. Reason: " + name + " is a required argument."
		}
		const malformed = "MalformedDetail Detail is malformed."
		want := []string{
			" ", malformed, "NotAuthorizedForSourceException Not authorized for the source.", required("Source"), required("DetailType"), required("Detail"),
			malformed, malformed, " ",
		}
		var got []string
		for _, e := range out.Entries {
			got = append(got, e.ErrorCode+" "+e.ErrorMessage)
			if (e.EventId == "") != (e.ErrorCode != "") {
				f.Errorf("entry %+v", e)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || out.FailedEntryCount != 7 {
			f.Errorf("%d failed\n%s", out.FailedEntryCount, diff)
		}
		messages := f.receive("q")
		if len(messages) != 2 || !strings.Contains(messages[0].Body, `{"n":1}`) || !strings.Contains(messages[1].Body, `{"n":2}`) {
			f.Errorf("%d messages, want the two good ones in order", len(messages))
		}
	})
}

func TestWholeRequestIsRefused(t *testing.T) {
	each(t, func(f *fixture) {
		big := `{"x":"` + strings.Repeat("a", 600_000) + `"}`
		f.fails("PutEvents", `{"Entries":[`+entry("s", big)+`,`+entry("s", big)+`]}`, "ValidationException", "Total size of the entries in the request is over the limit.")
		const shown = `PutEventsRequestEntry(time=null, source=s, resources=null, detailType=t, detail={"n":1}, eventBusName=null, traceHeader=null, kmsKeyIdentifier=null, internalMetadata=null)`
		f.fails("PutEvents", `{"Entries":[`+strings.Repeat(entry("s", `{"n":1}`)+",", 10)+entry("s", `{"n":1}`)+`]}`, "ValidationException",
			"1 validation error detected: Value '["+strings.Repeat(shown+", ", 10)+shown+"]' at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10")
		f.fails("PutEvents", `{"Entries":[`+entry("s", "{}")+`],"EndpointId":"abcde.veo"}`, "ValidationException", "EndpointId is not supported by this version of Casestream.")
	})
}

func TestEventOfUnknownBusIsAcceptedAndDropped(t *testing.T) {
	each(t, func(f *fixture) {
		for _, name := range []string{"nowhere", "arn:aws:events:us-east-1:111122223333:event-bus/default"} {
			out := f.must("PutEvents", `{"Entries":[{"Source":"s","DetailType":"t","Detail":"{}","EventBusName":"`+name+`"}]}`)
			if !strings.Contains(out, `"FailedEntryCount":0`) || !strings.Contains(out, `"EventId":"`) {
				f.Error(out)
			}
		}
		f.dropped(bus.NoSuchBus, 2)
	})
}

func TestTwoRulesOnOneQueueGiveTwoMessagesOfOneEvent(t *testing.T) {
	each(t, func(f *fixture) {
		f.queue("q")
		f.rule("r1", "s", "q", "")
		f.rule("r2", "s", "q", "")
		id := f.put("s", `{}`)
		got := f.receive("q")
		if len(got) != 2 || got[0].Body != got[1].Body || !strings.Contains(got[0].Body, id) || got[0].ID == got[1].ID {
			f.Errorf("%d messages: %+v", len(got), got)
		}
	})
}

func TestQueuePolicyDecides(t *testing.T) {
	each(t, func(f *fixture) {
		const only = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sqs:SendMessage",` +
			`"Resource":"arn:aws:sqs:eu-west-2:111122223333:conditional","Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:events:eu-west-2:111122223333:rule/%s"},` +
			`"StringEquals":{"aws:SourceAccount":"111122223333"}}}]}`
		f.queue("closed", "Policy", "")
		f.queue("conditional", "Policy", fmt.Sprintf(only, "mine"))
		f.queue("dlq")
		f.rule("closed", "s", "closed", "")
		f.rule("missing", "s", "missing", "")
		f.rule("mine", "s", "conditional", "")
		f.rule("other", "s", "conditional", `,"DeadLetterConfig":{"Arn":"arn:aws:sqs:eu-west-2:111122223333:dlq"}`)
		f.rule("abroad", "s", "dlq", "")
		f.must("PutTargets", `{"Rule":"abroad","Targets":[{"Id":"t","Arn":"arn:aws:sqs:us-east-1:111122223333:dlq"}]}`)
		id := f.put("s", `{"secret":1}`)
		if got := f.receive("conditional"); len(got) != 1 {
			f.Errorf("%d messages in the queue with a condition, want the one of the rule that it names", len(got))
		}
		if got := f.receive("closed"); len(got) != 0 {
			f.Errorf("%d messages in the queue without a policy", len(got))
		}
		f.dropped(bus.NoPermissions, 1)
		f.dropped(bus.NoResource, 2)
		letters := f.receive("dlq")
		if len(letters) != 1 || !strings.Contains(letters[0].Body, id) {
			f.Fatalf("%d dead letters", len(letters))
		}
		got := map[string]string{}
		for _, a := range letters[0].Attributes {
			got[a.Name] = a.DataType + " " + a.StringValue
		}
		want := map[string]string{
			"RULE_ARN":   "String arn:aws:events:eu-west-2:111122223333:rule/other",
			"TARGET_ARN": "String arn:aws:sqs:eu-west-2:111122223333:conditional",
			"ERROR_CODE": "String NO_PERMISSIONS",
			"ERROR_MESSAGE": "String The policy of the queue arn:aws:sqs:eu-west-2:111122223333:conditional does not let events.amazonaws.com " +
				"send messages for the rule arn:aws:events:eu-west-2:111122223333:rule/other",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			f.Error(diff)
		}
	})
}

func TestFIFOQueueReceivesInOrder(t *testing.T) {
	each(t, func(f *fixture) {
		f.queue("content.fifo", "ContentBasedDeduplication", "true")
		f.queue("plain.fifo")
		f.rule("r", "s", "content.fifo", `,"SqsParameters":{"MessageGroupId":"g"},"InputPath":"$.detail.n"`)
		f.rule("r2", "s", "plain.fifo", `,"SqsParameters":{"MessageGroupId":"g"}`)
		for _, n := range []string{"1", "2", "2", "3"} {
			f.put("s", `{"n":`+n+`}`)
		}
		var got []string
		for _, m := range f.receive("content.fifo") {
			got = append(got, m.GroupID+m.Body)
		}
		if diff := cmp.Diff([]string{"g1", "g2", "g3"}, got); diff != "" {
			f.Error(diff)
		}
		f.dropped(bus.InvalidParameter, 4)
	})
}

func TestDisabledRuleIsSilent(t *testing.T) {
	each(t, func(f *fixture) {
		f.queue("q")
		f.rule("r", "s", "q", "")
		f.must("DisableRule", `{"Name":"r"}`)
		f.put("s", `{}`)
		if got := f.receive("q"); len(got) != 0 {
			f.Errorf("%d messages", len(got))
		}
		f.must("EnableRule", `{"Name":"r"}`)
		f.put("s", `{}`)
		if got := f.receive("q"); len(got) != 1 {
			f.Errorf("%d messages after the rule was enabled", len(got))
		}
	})
}

func TestConcurrentPutEventsLoseNothing(t *testing.T) {
	each(t, func(f *fixture) {
		f.queue("q")
		f.rule("r", "s", "q", "")
		var wg sync.WaitGroup
		var mu sync.Mutex
		want := map[string]bool{}
		for range 40 {
			wg.Go(func() {
				id := f.put("s", `{}`)
				mu.Lock()
				defer mu.Unlock()
				want[id] = true
			})
		}
		wg.Wait()
		got := map[string]bool{}
		messages := f.receive("q")
		for _, m := range messages {
			var ev struct{ ID string }
			if err := json.Unmarshal([]byte(m.Body), &ev); err != nil {
				f.Error(err)
			}
			got[ev.ID] = true
		}
		if diff := cmp.Diff(want, got); diff != "" || len(messages) != 40 {
			f.Errorf("%d messages\n%s", len(messages), diff)
		}
	})
}

func TestEveryStepOfPutEventsMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var f *fixture
		var err error
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			if f == nil {
				f = open(t, db)
				f.queue("q")
				f.rule("r", "s", "q", "")
			}
			f.receive("q")
			arm()
			_, err = f.call("PutEvents", `{"Entries":[`+entry("s", `{"n":1}`)+`,`+entry("s", `{"n":2}`)+`]}`)
		}, func(t *testing.T, _ *store.DB, failed store.Step) {
			if !errors.Is(err, storetest.ErrStep) {
				t.Errorf("%s failed and the caller heard %v", failed, err)
			}
			want := 0
			if failed.Kind == store.StepCommitted {
				want = 2
			}
			if got := f.receive("q"); len(got) != want {
				t.Errorf("%s failed: %d messages, want %d", failed, len(got), want)
			}
		})
		if got := f.receive("q"); err != nil || len(got) != 2 {
			t.Errorf("the run that nothing disturbed: %d messages, err = %v", len(got), err)
		}
	})
}

func TestTraceHeaderMustBeOne(t *testing.T) {
	each(t, func(f *fixture) {
		f.queue("q")
		f.rule("r", "s", "q", "")
		out := f.must("PutEvents", `{"Entries":[{"Source":"s","DetailType":"t","Detail":"{}","TraceHeader":"a\u0000"},{"Source":"s","DetailType":"t","Detail":"{}","TraceHeader":"Root=1"}]}`)
		if !strings.HasPrefix(out, `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InvalidArgument","ErrorMessage":"Parameter TraceHeader is not valid."}`) {
			f.Error(out)
		}
		if got := f.receive("q"); len(got) != 1 || got[0].TraceHeader != "Root=1" {
			f.Errorf("received %+v", got)
		}
	})
}
