package bus_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
)

// transformed is a target with a template whose variable x is a path.
func transformed(id, path, template string) bus.Target {
	t := target(id)
	t.InputTransformer = &bus.InputTransformer{Template: template}
	if path != "" {
		t.InputTransformer.Paths = map[string]string{"x": path}
	}
	return t
}

func TestTemplateMakesTheBody(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("r", `{"source":["s"]}`,
			transformed("1", "$.detail.list[*].n", `{"n": <x>, "rule": <aws.events.rule-arn>}`),
			transformed("2", "$.detail.list[0].s", `"<x> of <aws.events.rule-name>"`),
			transformed("3", "", `{"event": <aws.events.event>}`),
			transformed("4", "$.detail.none", `{"none": <x>}`),
			transformed("5", "$.detail.odd", `"<x>"`))
		f.publish(bus.Event{
			ID: "i", Source: "s", DetailType: "t", Time: time.Unix(0, 0),
			Detail: []byte(`{"list":[{"n":1.50,"s":"say \"ü\""},{"n":2}],"odd":"\ufffe"}`),
		})
		var got []string
		for _, d := range f.wants("r/1", "r/2", "r/3", "r/4", "r/5") {
			got = append(got, string(d.Body))
		}
		want := []string{
			`{"n": [1.50,2], "rule": "arn:aws:events:eu-west-2:111122223333:rule/r"}`,
			`"say "ü" of r"`,
			`{"event": {"id":"i","account":"111122223333","detailType":"t","time":"1970-01-01T00:00:00Z","source":"s","region":"eu-west-2","resources":[],"version":"0"}}`,
			`{"none": ""}`,
			`"\ufffe"`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			f.Error(diff)
		}
	})
}

// The time of ingestion is the transaction's, whatever time the event says that it happened at.
func TestIngestionTimeIsTheTransactions(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("r", `{"source":["s"]}`, transformed("q", "$.time", `"<x> <aws.events.event.ingestion-time>"`))
		var now time.Time
		f.write(func(tx *store.Tx) error {
			now = tx.Now()
			return f.bus.Publish(tx, bus.Default, &bus.Event{Source: "s", DetailType: "t", Time: time.Unix(0, 0)})
		})
		want := `"1970-01-01T00:00:00Z ` + now.UTC().Format("2006-01-02T15:04:05Z") + `"`
		if got := string(f.wants("r/q")[0].Body); got != want {
			f.Errorf("got %s, want %s", got, want)
		}
	})
}

// Of a template that a value breaks there is nothing to deliver; the dead letter is the event as it came.
func TestTemplateThatIsNoJSONAnyMoreIsNotDelivered(t *testing.T) {
	each(t, func(f *fixture) {
		const template = `{"x": "<x>"}`
		buried := transformed("buried", "$.detail", template)
		buried.DeadLetterARN = queueARN("dlq")
		long := transformed("long", "$.detail.l", `"`+strings.Repeat("<x>", 11)+`"`)
		long.DeadLetterARN = queueARN("dlq")
		f.rule("r", `{"source":["s"]}`, buried, transformed("dropped", "$.detail.q", template), long, transformed("ok", "$.id", template))
		f.publish(bus.Event{ID: "i", Source: "s", DetailType: "t", Detail: []byte(`{"q":"\"","l":"` + strings.Repeat("l", 100_000) + `"}`)})
		got := f.wants("r/ok", "r/buried", "r/long")[1:]
		want := []map[string]string{{
			"RULE_ARN": "arn:aws:events:eu-west-2:111122223333:rule/r", "TARGET_ARN": queueARN("buried"), "ERROR_CODE": "INVALID_JSON",
			"ERROR_MESSAGE": "The target's InputTransformer has no result: with the event's values in it, the template is not valid JSON.",
		}, {
			"RULE_ARN": "arn:aws:events:eu-west-2:111122223333:rule/r", "TARGET_ARN": queueARN("long"), "ERROR_CODE": "INVALID_PARAMETER",
			"ERROR_MESSAGE": "The target's InputTransformer has no result: the result is longer than 1048576 bytes.",
		}}
		for i, d := range got {
			if diff := cmp.Diff(want[i], d.Attributes); diff != "" {
				f.Error(diff)
			}
			if !strings.HasPrefix(string(d.Body), `{"version":"0","id":"i",`) {
				f.Errorf("the dead letter is %.80s", d.Body)
			}
		}
		f.delivered(1)
		f.counts("events_dropped", 1, bus.InvalidJSON)
	})
}

func TestTargetsAreListedWithTheirTemplates(t *testing.T) {
	each(t, func(f *fixture) {
		with, without := transformed("a", "$.detail", `{"\u0000": <x>}`), transformed("b", "", "\"a\"\n\"b\"")
		f.rule("r", `{"source":["s"]}`, with, without)
		f.write(func(tx *store.Tx) error {
			got, err := f.bus.Targets(tx, bus.Default, "r")
			if diff := cmp.Diff([]bus.Target{with, without}, got); diff != "" {
				f.Error(diff)
			}
			return err
		})
	})
}

// Settings that an older program cannot read keep their target from events, and nothing else.
func TestUnreadableInputSettingsConcernTheirTargetAlone(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("r", `{"source":["s"]}`, target("a"), target("b"))
		f.write(func(tx *store.Tx) error {
			_, err := tx.Exec(`UPDATE bus_target SET settings = ? WHERE id = ?`, `{"inputPath":"$..future"}`, "a")
			return err
		})
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		f.wants("r/b")
		f.counts("events_dropped", 1, bus.InvalidParameter)
	})
}
