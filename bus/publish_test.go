package bus_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

func TestEventIsDeliveredInAWSsForm(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("all", `{"source":[{"prefix":""}]}`, target("q"))
		f.publish(bus.Event{
			ID: "8c2b6e5d-0000-4000-8000-000000000001", Source: "my \"app\"\\\n\x01é", DetailType: "Order <placed>",
			Time:      time.Date(2026, 3, 4, 7, 8, 9, 999, time.FixedZone("x", 3600)),
			Resources: []string{"arn:aws:x", "b"}, Detail: []byte(`{"n":1.50e3,"big":9007199254740993,"s":"\u00e9"}`),
		})
		f.publish(bus.Event{ID: "i", Source: "s", DetailType: "t", Time: time.Unix(0, 0), Account: "999988887777", Region: "us-east-1"})
		got := f.wants("all/q", "all/q")
		want := []string{
			`{"version":"0","id":"8c2b6e5d-0000-4000-8000-000000000001","detail-type":"Order <placed>","source":"my \"app\"\\\n\u0001é",` +
				`"account":"111122223333","time":"2026-03-04T06:08:09Z","region":"eu-west-2","resources":["arn:aws:x","b"],` +
				`"detail":{"n":1.50e3,"big":9007199254740993,"s":"\u00e9"}}`,
			`{"version":"0","id":"i","detail-type":"t","source":"s","account":"999988887777","time":"1970-01-01T00:00:00Z",` +
				`"region":"us-east-1","resources":[],"detail":{}}`,
		}
		for i := range want {
			if diff := cmp.Diff(want[i], string(got[i].Body)); diff != "" {
				f.Error(diff)
			}
		}
	})
}

func TestEventWithoutTimeHasItsTransactions(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("all", `{"source":["s"]}`, target("q"))
		var now time.Time
		f.write(func(tx *store.Tx) error {
			now = tx.Now()
			return f.bus.Publish(tx, bus.Default, &bus.Event{Source: "s", DetailType: "t"})
		})
		var body struct{ Time, ID string }
		if err := json.Unmarshal(f.wants("all/q")[0].Body, &body); err != nil {
			f.Fatal(err)
		}
		if want := now.Format("2006-01-02T15:04:05Z"); body.Time != want || len(body.ID) != 36 {
			f.Errorf("time %s and id %q, want time %s and an id", body.Time, body.ID, want)
		}
	})
}

func TestEveryMatchingRuleReachesEachOfItsTargets(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("a", `{"source":["s"]}`, target("q1"), target("q2"))
		f.rule("b", `{"detail":{"x":[1]}}`, target("q1"))
		f.rule("c", `{"source":["other"]}`, target("q1"))
		ev := f.publish(bus.Event{Source: "s", DetailType: "t", Detail: []byte(`{"x":1}`)})
		got := f.wants("a/q1", "a/q2", "b/q1")
		for _, d := range got {
			if !strings.Contains(string(d.Body), `"id":"`+ev.ID+`"`) {
				f.Errorf("body %s has not the id %s", d.Body, ev.ID)
			}
		}
		if d := got[1]; d.RuleARN != "arn:aws:events:eu-west-2:111122223333:rule/a" || d.TargetARN != queueARN("q2") || d.BusName != "default" {
			f.Errorf("delivery %+v", d)
		}
		f.publish(bus.Event{Source: "nobody asks", DetailType: "t"})
		f.wants()
		f.counts("events_published", 2)
		f.counts("events_matched", 2)
		f.delivered(3)
	})
}

func TestRuleChangeIsSeenByTheNextPublish(t *testing.T) {
	each(t, func(f *fixture) {
		ev := bus.Event{Source: "s", DetailType: "t"}
		change := func(fn func(tx *store.Tx) error) {
			f.Helper()
			f.write(fn)
			f.publish(ev)
		}
		f.publish(ev)
		f.wants()
		f.rule("r", `{"source":["s"]}`, target("q"))
		f.publish(ev)
		f.wants("r/q")
		change(func(tx *store.Tx) error { return f.bus.SetRuleState(tx, bus.Default, "r", bus.Disabled) })
		f.wants()
		change(func(tx *store.Tx) error { return f.bus.SetRuleState(tx, bus.Default, "r", bus.Enabled) })
		f.wants("r/q")
		change(func(tx *store.Tx) error {
			return f.bus.PutTargets(tx, bus.Default, "r", []bus.Target{target("q2")})
		})
		f.wants("r/q", "r/q2")
		change(func(tx *store.Tx) error {
			return f.bus.RemoveTargets(tx, bus.Default, "r", []string{"q", "never was"})
		})
		f.wants("r/q2")
		change(func(tx *store.Tx) error {
			return f.bus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: "r", Pattern: `{"source":["else"]}`})
		})
		f.wants()
	})
}

// A transaction that changes a rule, publishes (so that the change is compiled) and then fails must leave
// nothing behind, in the store or in memory.
func TestRuleChangeThatRollsBackIsForgotten(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("r", `{"source":["s"]}`, target("q"))
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		f.wants("r/q")
		err := f.db.Write(f.Context(), func(tx *store.Tx) error {
			if err := f.bus.SetRuleState(tx, bus.Default, "r", bus.Disabled); err != nil {
				return err
			}
			return errors.Join(f.bus.Publish(tx, bus.Default, &bus.Event{Source: "s", DetailType: "t"}), errStore)
		})
		if !errors.Is(err, errStore) {
			f.Fatal(err)
		}
		f.wants()
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		f.wants("r/q")
		f.counts("events_published", 2)
	})
}

func TestInputSettingsMakeTheBody(t *testing.T) {
	each(t, func(f *fixture) {
		constant, inside, whole := target("constant"), target("inside"), target("whole")
		constant.Input, inside.InputPath, whole.InputPath = new(`{"a": 1}`), new("$.detail.list[1]"), new("$")
		f.rule("r", `{"source":["s"]}`, constant, inside, whole)
		f.publish(bus.Event{ID: "i", Source: "s", DetailType: "t", Detail: []byte(`{"list":[0,{"n":1.0,"s":"ü"}]}`)})
		got := f.wants("r/constant", "r/inside", "r/whole")
		for i, want := range []string{`{"a": 1}`, `{"n":1.0,"s":"ü"}`, `{"version":"0","id":"i",`} {
			if !strings.HasPrefix(string(got[i].Body), want) {
				f.Errorf("body %s, want %s", got[i].Body, want)
			}
		}
	})
}

func TestFinalFailureGoesToTheDeadLetterQueue(t *testing.T) {
	each(t, func(f *fixture) {
		withPath := target("path")
		withPath.InputPath, withPath.DeadLetterARN = new("$.detail.nothing"), queueARN("dlq")
		denied, none := target("denied"), target("none")
		denied.DeadLetterARN = queueARN("dlq")
		f.rule("r", `{"source":["s"]}`, denied, none, withPath, target("q"))
		f.shelf.fail = func(d *bus.Delivery) error {
			switch d.TargetARN {
			case queueARN("denied"):
				return fault.New(fault.Denied, "no permission")
			case queueARN("none"):
				return fault.New(fault.NotFound, "no queue")
			}
			return nil
		}
		f.publish(bus.Event{ID: "i", Source: "s", DetailType: "t"})
		got := f.wants("r/q", "r/denied", "r/path")[1:]
		want := map[string]string{
			"RULE_ARN": "arn:aws:events:eu-west-2:111122223333:rule/r", "TARGET_ARN": queueARN("denied"),
			"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "no permission",
		}
		if diff := cmp.Diff(want, got[0].Attributes); diff != "" {
			f.Error(diff)
		}
		for _, d := range got {
			if d.TargetARN != queueARN("dlq") || !strings.HasPrefix(string(d.Body), `{"version":"0","id":"i",`) {
				f.Errorf("dead letter at %s: %s", d.TargetARN, d.Body)
			}
		}
		if code := got[1].Attributes["ERROR_CODE"]; code != bus.InvalidParameter {
			f.Errorf("an InputPath that selects nothing has the code %s", code)
		}
		f.delivered(1)
		f.counts("failed_invocations", 3)
		f.counts("invocations_sent_to_dlq", 2)
		f.counts("events_dropped", 1, bus.NoResource)
	})
}

func TestDroppedEventIsCountedAndLogged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var log strings.Builder
		now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		db := d.Open(t, store.Options{Now: func() time.Time { return now }})
		f := over(t, db, bus.Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
		lost := target("lost")
		lost.DeadLetterARN = queueARN("dlq")
		f.rule("r", `{"source":["s"]}`, lost)
		f.shelf.fail = func(d *bus.Delivery) error { return fault.New(fault.Denied, d.TargetARN+" is closed") }
		f.publish(bus.Event{ID: "one", Source: "s", DetailType: "t"})
		f.write(func(tx *store.Tx) error {
			return f.bus.Publish(tx, "nowhere", &bus.Event{ID: "two", Source: "s", DetailType: "t"})
		})
		f.publish(bus.Event{ID: "in the same minute", Source: "s", DetailType: "t"})
		now = now.Add(time.Minute)
		f.publish(bus.Event{ID: "three", Source: "s", DetailType: "t"})
		f.counts("events_dropped", 3, bus.NoPermissions)
		f.counts("events_dropped", 1, bus.NoSuchBus)
		want := [][]string{
			{"level=WARN", "reason=NO_PERMISSIONS", "event_id=one", "rule=r", "lost is closed", "dlq is closed"},
			{"level=WARN", "reason=NO_SUCH_BUS", "event_id=two", "bus=nowhere"},
			{"level=WARN", "reason=NO_PERMISSIONS", "event_id=three", "dropped_before=1"},
		}
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		if len(lines) != len(want) {
			t.Fatalf("%d lines logged, want %d:\n%s", len(lines), len(want), log.String())
		}
		for i, words := range want {
			for _, w := range words {
				if !strings.Contains(lines[i], w) {
					t.Errorf("line %q has not %q", lines[i], w)
				}
			}
		}
	})
}

// Two servers on one database: each has compiled rules of its own.
func TestRuleChangeOfAnotherNodeIsSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		one, two := over(t, db, bus.Config{}), over(t, db, bus.Config{})
		one.rule("r", `{"source":["s"]}`, target("q"))
		for range 2 {
			two.publish(bus.Event{Source: "s", DetailType: "t"})
			two.wants("r/q")
		}
		one.write(func(tx *store.Tx) error { return one.bus.SetRuleState(tx, bus.Default, "r", bus.Disabled) })
		two.publish(bus.Event{Source: "s", DetailType: "t"})
		two.wants()
	})
}

func TestFailureThatIsNotFinalFailsThePublisher(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("r", `{"source":["s"]}`, target("q"), target("q2"))
		f.shelf.fail = func(d *bus.Delivery) error {
			if d.TargetID == "q2" {
				return errStore
			}
			return nil
		}
		err := f.db.Write(f.Context(), func(tx *store.Tx) error {
			return f.bus.Publish(tx, bus.Default, &bus.Event{Source: "s", DetailType: "t"})
		})
		if !errors.Is(err, errStore) {
			f.Errorf("err = %v", err)
		}
		f.wants()
		f.counts("events_published", 0)
		f.delivered(0)
	})
}

func TestPublishAllAnswersForEachEvent(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("r", `{"detail":{"x":[1]}}`, target("q"))
		list := []bus.Outgoing{
			{Bus: bus.Default, Event: &bus.Event{Source: "s", DetailType: "t", Detail: []byte(`{"x":1}`)}},
			{Bus: bus.Default, Event: &bus.Event{Source: "s", DetailType: "t", Detail: []byte(`{"x":1,"y":`)}},
			{Bus: "nowhere", Event: &bus.Event{Source: "s", DetailType: "t"}},
			{Bus: bus.Default, Event: &bus.Event{ID: "mine", Source: "s", DetailType: "t", Detail: []byte(" {\n\t\"x\" : 1 } ")}},
			{Bus: bus.Default, Event: &bus.Event{Source: "s", DetailType: "t", Detail: []byte(`[{"x":1}]`)}},
			{Bus: bus.Default, Event: &bus.Event{Source: "s", DetailType: "t", Detail: []byte(`{"x":1}}`)}},
		}
		errs, err := f.bus.PublishAll(f.Context(), list)
		if err != nil {
			f.Fatal(err)
		}
		for _, i := range []int{1, 4, 5} {
			refused(f.T, errs[i], fault.Invalid, "Detail is malformed.")
		}
		if errs[0] != nil || errs[2] != nil || errs[3] != nil {
			f.Errorf("errs = %v", errs)
		}
		got := f.wants("r/q", "r/q")
		if got[0].Event.ID != list[0].Event.ID || got[1].Event.ID != "mine" {
			f.Errorf("ids %s and %s, want %s and mine", got[0].Event.ID, got[1].Event.ID, list[0].Event.ID)
		}
		if body := string(got[1].Body); !strings.HasSuffix(body, `"detail":{"x":1}}`) {
			f.Errorf("body %s", body)
		}
		if errs, err = f.bus.PublishAll(f.Context(), list[4:]); err != nil || errs[0] == nil || errs[1] == nil {
			f.Errorf("with no good event among them: %v, %v", errs, err)
		}
	})
}

func TestEveryStepOfAPublishMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var f *fixture
		var ev *bus.Event
		var err error
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			if f == nil {
				f = over(t, db, bus.Config{})
				f.rule("r", `{"source":["s"]}`, target("q"), target("q2"))
			}
			ev = &bus.Event{Source: "s", DetailType: "t"}
			f.shelf.take()
			arm()
			_, err = f.bus.PublishAll(t.Context(), []bus.Outgoing{{Bus: bus.Default, Event: ev}})
		}, func(t *testing.T, _ *store.DB, failed store.Step) {
			if !errors.Is(err, storetest.ErrStep) {
				t.Errorf("%s failed and the caller heard %v", failed, err)
			}
			want := 0
			if failed.Kind == store.StepCommitted {
				want = 2
			}
			if got := f.shelf.take(); len(got) != want {
				t.Errorf("%s failed: %d deliveries, want %d", failed, len(got), want)
			}
		})
	})
}

func FuzzEnvelopeIsJSON(f *testing.F) {
	f.Add("source", "detail-type", "resource")
	f.Add("\"\\\x00\x1f\n", "é\xff\xfe", "\u2028\ufffd😀")
	f.Fuzz(func(t *testing.T, source, detailType, resource string) {
		var got struct {
			Source     string
			DetailType string `json:"detail-type"`
			Resources  []string
			Detail     struct{ N json.Number }
		}
		text := bus.Envelope(&bus.Event{Source: source, DetailType: detailType, Resources: []string{resource}, Detail: []byte(`{"N":1.0}`)})
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got.Source != expand(source) || got.DetailType != expand(detailType) || got.Resources[0] != expand(resource) || got.Detail.N != "1.0" {
			t.Errorf("%+v of %q %q %q", got, source, detailType, resource)
		}
	})
}

// expand is what becomes of bytes that are not UTF-8: a replacement character for each.
func expand(s string) string { return string([]rune(s)) }

func TestEventHasNoCharacterThatAQueueRefuses(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("all", `{"source":[{"prefix":""}]}`, target("q"))
		f.publish(bus.Event{Source: "a\ufffeb", DetailType: "\uffff", Detail: []byte("{\"t\":\"\ufffe\uffff\uff01\ufffd\"}")})
		body := string(f.wants("all/q")[0].Body)
		if strings.ContainsAny(body, "\ufffe\uffff") {
			f.Errorf("%q", body)
		}
		var got struct {
			Source string `json:"source"`
			Type   string `json:"detail-type"`
			Detail struct{ T string }
		}
		if err := json.Unmarshal([]byte(body), &got); err != nil || got.Source != "a\ufffeb" || got.Type != "\uffff" || got.Detail.T != "\ufffe\uffff\uff01\ufffd" {
			f.Errorf("%+q, %v", got, err)
		}
	})
}
