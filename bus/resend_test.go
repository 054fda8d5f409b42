package bus_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

func TestResendBringsTheSameEventAgain(t *testing.T) {
	eachTraced(t, func(f outsider) {
		f.archive("a", "", 0)
		f.make("orders")
		f.rule("r", `{"source":["s"]}`, target("q"), busTarget("orders"))
		f.rule("r2", `{"source":["s"]}`, target("q"))
		f.rule("no", `{"source":["x"]}`, target("q"))
		f.ruleOn("orders", "o", all, target("q"))
		ev := f.publish(bus.Event{Source: "s", DetailType: "t", Resources: []string{"r"}, TraceHeader: "Root=1", Time: noon.Add(-time.Hour), Detail: []byte(`{"a":"ü"}`)})
		body := string(f.wants("r/q", "o/q", "r2/q")[0].Body)
		f.clock.pass(time.Minute)
		for _, row := range []struct {
			rule  string
			where []string
		}{{"", []string{"r/q", "o/q", "r2/q"}}, {"r2", []string{"r2/q"}}, {eventsARN + "rule/r", []string{"r/q", "o/q"}}} {
			if err := f.bus.Resend(f.Context(), ev.ID, row.rule); err != nil {
				f.Fatal(err)
			}
			for _, d := range f.wants(row.where...) {
				if string(d.Body) != body || d.Event.ID != ev.ID || d.Event.TraceHeader != "Root=1" {
					f.Errorf("%s of %+v, want %s", d.Body, d.Event, body)
				}
			}
			f.clock.pass(time.Minute)
		}
		page := f.traces(bus.TraceQuery{EventID: ev.ID})
		if len(page.List) != 4 {
			f.Fatalf("%d traces", len(page.List))
		}
		f.same(page.List[1], bus.TraceDelivered, "r2/q DELIVERED")
		f.holds("a", 1)
		try := func(id, rule string) error { return f.bus.Resend(f.Context(), id, rule) }
		refused(f.T, try("none", ""), fault.NotFound, "Event none does not exist")
		refused(f.T, try(ev.ID, "none"), fault.NotFound, "none")
		refused(f.T, try(ev.ID, "no"), fault.Invalid, `Rule no does not take event `+ev.ID+`: no match`)
		f.setState("r", bus.Disabled)
		refused(f.T, try(ev.ID, "r"), fault.Invalid, "the rule is disabled")
	})
}

func TestWhyNotTellsThePathThatFails(t *testing.T) {
	eachTraced(t, func(f outsider) {
		f.rule("yes", `{"source":["s"]}`, target("q"))
		f.rule("no", `{"detail":{"case":{"status":["closed"]}}}`, target("q"))
		f.scheduled("clock", "rate(1 day)", target("q"))
		ev := f.publish(bus.Event{Source: "s", DetailType: "t", Detail: []byte(`{"case":{"status":"open"}}`)})
		f.rule("late", all, target("q"))
		for _, row := range []struct {
			rule, want string
			matched    bool
		}{
			{"yes", "match", true},
			{eventsARN + "rule/yes", "match", true},
			{"no", "no match\n  detail.case.status: it has \"open\"; wanted: \"closed\"", false},
			{"clock", "the rule has a schedule and no event pattern", false},
			{"late", "match; but the rule did not take it when it came", true},
		} {
			why, matched, err := f.bus.WhyNot(f.Context(), ev.ID, "", row.rule)
			if err != nil || matched != row.matched || !strings.HasPrefix(why, row.want) {
				f.Errorf("%s: %v %q, err = %v", row.rule, matched, why, err)
			}
		}
		_, _, err := f.bus.WhyNot(f.Context(), ev.ID, "", "none")
		refused(f.T, err, fault.NotFound, "none")
		_, _, err = f.bus.WhyNot(f.Context(), "none", "", "yes")
		refused(f.T, err, fault.NotFound, "none")
		_, _, err = f.bus.WhyNot(f.Context(), ev.ID, "nowhere", "yes")
		refused(f.T, err, fault.NotFound, "nowhere")
	})
}

func TestEveryStepOfResendingMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var f outsider
		var err error
		traces := 0
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			if f.fixture == nil {
				f = overTraced(t, db, &clock{at: noon}, bus.TraceConfig{Keep: time.Hour})
				f.rule("r", all, target("q"))
				f.publish(bus.Event{ID: "e", Source: "s", DetailType: "t"})
			}
			f.shelf.take()
			traces = f.rows(countTraces)
			arm()
			err = f.bus.Resend(t.Context(), "e", "r")
		}, func(t *testing.T, _ *store.DB, failed store.Step) {
			arrived, traced := len(f.shelf.take()), f.rows(countTraces)-traces
			if arrived != traced || err == nil || arrived == 1 && failed.Kind != store.StepCommitted {
				t.Errorf("%s failed: %d arrived, %d traced, err = %v", failed, arrived, traced, err)
			}
		})
		if err != nil {
			t.Errorf("the run that nothing disturbed: %v", err)
		}
	})
}
