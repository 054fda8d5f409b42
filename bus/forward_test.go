package bus_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

const all = `{"source":[{"prefix":""}]}`

// busTarget is a target on a bus.
func busTarget(name string) bus.Target {
	return bus.Target{ID: "to-" + name, ARN: eventsARN + "event-bus/" + name, DeadLetterARN: queueARN("dlq")}
}

func TestBusPassesEventsOnToAnother(t *testing.T) {
	each(t, func(f *fixture) {
		f.make("a")
		f.make("b")
		f.ruleOn(bus.Default, "d", all, target("before"), busTarget("a"), target("z"))
		f.ruleOn("a", "a", all, busTarget("b"), target("q"))
		f.ruleOn("b", "b", all, target("q"))
		ev := f.send(bus.Default)
		got := f.wants("d/before", "a/q", "b/q", "d/z")
		for _, d := range got {
			if string(d.Body) != string(got[0].Body) || d.Event.ID != ev.ID {
				f.Errorf("%s of %s, want the same event everywhere", d.Body, d.BusName)
			}
		}
		f.counts("events_published", 1)
		f.counts("events_matched", 3)
		f.delivered(6)
		f.counts("failed_invocations", 0)
	})
}

func TestEventsThatGoRoundStop(t *testing.T) {
	each(t, func(f *fixture) {
		f.make("a")
		f.make("b")
		f.ruleOn("a", "a", all, busTarget("b"), target("q"))
		f.ruleOn("b", "b", all, busTarget("a"), target("q"))
		f.send("a")
		letters := f.wants("a/q", "b/q", "b/to-a")[2:]
		if a := letters[0].Attributes; a["ERROR_CODE"] != "LOOP_DETECTED" || a["TARGET_ARN"] != eventsARN+"event-bus/a" || a["RULE_ARN"] != eventsARN+"rule/b/b" {
			f.Errorf("%v", a)
		}
		f.ruleOn(bus.Default, "itself", all, bus.Target{ID: "t", ARN: eventsARN + "event-bus/default"})
		f.send(bus.Default)
		f.wants()
		f.counts("events_dropped", 1, bus.Loop)
	})
}

func TestEventsThatMultiplyOnTheirWayAreBounded(t *testing.T) {
	each(t, func(f *fixture) {
		const stages = 4
		for i := range stages {
			f.make(fmt.Sprint("b", i))
		}
		for i := range stages - 1 {
			var targets []bus.Target
			for n := range 5 {
				next := busTarget(fmt.Sprint("b", i+1))
				next.ID, next.DeadLetterARN = fmt.Sprint(n), ""
				targets = append(targets, next)
			}
			f.ruleOn(fmt.Sprint("b", i), "r", all, targets...)
		}
		f.ruleOn("b3", "r", all, target("q"))
		// Three of the first five copies and what comes of them, 31 each, and one of the fourth's to the end.
		f.send("b0")
		if arrived := len(f.shelf.take()); arrived != 3*25+5 {
			f.Errorf("%d copies arrived", arrived)
		}
		f.counts("events_dropped", 4+1, bus.LimitExceeded)
		f.delivered(100 + 3*25 + 5)
		f.send("b2") // the next event begins anew
		f.wants("r/q", "r/q", "r/q", "r/q", "r/q")
	})
}

func TestPolicyOfTheNextBusDecides(t *testing.T) {
	each(t, func(f *fixture) {
		f.make("a")
		f.ruleOn("a", "a", all, target("q"))
		to := busTarget("a")
		to.RoleARN = "arn:aws:iam::111122223333:role/forwarder"
		f.ruleOn(bus.Default, "d", all, to, busTarget("gone"))
		for _, row := range []struct {
			statement string
			arrives   bool
		}{
			{`"Principal":{"AWS":"arn:aws:iam::111122223333:role/forwarder"}`, false},
			{`"Principal":{"AWS":"arn:aws:iam::111122223333:role/other"}`, true},
			{`"Principal":"*","Condition":{"Bool":{"events:eventBusInvocation":"true"}}`, false},
			{`"Principal":"*","Condition":{"Bool":{"events:eventBusInvocation":"false"}}`, true},
			{`"Principal":"*","Condition":{"ArnEquals":{"aws:SourceArn":"` + eventsARN + `rule/d"}}`, false},
		} {
			if err := f.police("a", `{"Statement":[{"Effect":"Deny","Action":"events:PutEvents","Resource":"*",`+row.statement+`}]}`); err != nil {
				f.Fatal(err)
			}
			f.send(bus.Default)
			if row.arrives {
				if d := f.wants("a/q", "d/to-gone")[1]; d.Attributes["ERROR_CODE"] != bus.NoResource {
					f.Errorf("%v", d.Attributes)
				}
				continue
			}
			got := f.wants("d/to-a", "d/to-gone")
			if code := got[0].Attributes["ERROR_CODE"]; code != bus.NoPermissions {
				f.Errorf("%s: %s", row.statement, code)
			}
		}
	})
}

func TestTargetOnABusIsRefusedWhatABusCannotDo(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("r", all)
		put := func(to bus.Target) error {
			return f.try(func(tx *store.Tx) error { return f.bus.PutTargets(tx, bus.Default, "r", []bus.Target{to}) })
		}
		to := busTarget("a")
		to.InputPath = new("$.detail")
		refused(f.T, put(to), fault.Invalid, "an event bus receives events as they are")
		refused(f.T, put(bus.Target{ID: "t", ARN: "arn:aws:events:us-east-1:111122223333:event-bus/a"}), fault.Invalid, "is not supported")
		refused(f.T, put(bus.Target{ID: "t", ARN: eventsARN + "rule/a"}), fault.Invalid, "is not supported")
	})
}

func TestEveryStepOfPassingOnMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var f *fixture
		var err error
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			f = over(t, db, bus.Config{}) // which has compiled nothing yet
			f.write(func(tx *store.Tx) error {
				_, err := f.bus.CreateEventBus(tx, "a", bus.BusSettings{}, nil)
				if fault.KindOf(err) == fault.Conflict {
					return nil
				}
				return err
			})
			f.ruleOn(bus.Default, "d", all, busTarget("a"))
			f.ruleOn("a", "a", all, target("q"))
			arm()
			err = f.try(func(tx *store.Tx) error {
				return f.bus.Publish(tx, bus.Default, &bus.Event{Source: "s", DetailType: "t"})
			})
		}, func(t *testing.T, _ *store.DB, failed store.Step) {
			want := 0
			if failed.Kind == store.StepCommitted {
				want = 1
			}
			if got := len(f.shelf.take()); got > want || !errors.Is(err, storetest.ErrStep) {
				t.Errorf("%s failed: %d deliveries, want %d; err = %v", failed, got, want, err)
			}
		})
		if got := len(f.shelf.take()); got != 1 || err != nil {
			t.Errorf("the run that nothing disturbed: %d deliveries, err = %v", got, err)
		}
	})
}
