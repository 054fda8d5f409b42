package bus_test

import (
	"testing"
	"time"

	"github.com/casestream/casestream/bus"
)

func TestInvocationsAreCountedByRuleAndTarget(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("r", all, target("a"), target("b"))
		f.rule("s", `{"source":["other"]}`, target("a"))
		for range 2 {
			f.publish(bus.Event{Source: "s", DetailType: "t", Detail: []byte(`{}`)})
		}
		f.counts("events_matched", 2, "default", "r")
		f.counts("events_matched", 0, "s")
		f.counts("invocations", 2, "default", "r", "a")
		f.counts("invocations", 2, "default", "r", "b")
		f.counts("invocations", 0, "s")
	})
}

func TestAttemptsOutsideTheStoreAreCounted(t *testing.T) {
	eachOutside(t, func(f outsider) {
		f.rule("r", all, remote("x"))
		f.publish(bus.Event{Source: "s", DetailType: "t", Detail: []byte(`{}`)})
		f.clock.pass(90 * time.Second)
		if l, now, err := f.bus.Backlog(f.Context()); err != nil || l.Pending != 1 || now.Sub(l.Oldest).Round(time.Second) != 90*time.Second {
			f.Errorf("backlog %+v at %v, %v", l, now, err)
		}
		lane := f.lane()
		p := f.fresh(lane)[0]
		f.settle(bus.Outcome{Pending: p, Ending: bus.Again, Began: f.clock.now(), Code: bus.Throttling, Next: f.clock.now()})
		f.counts("throttled_rules", 1)
		f.counts("retry_invocation_attempts", 0)
		p = f.due(lane).List[0]
		f.settle(bus.Outcome{Pending: p, Ending: bus.Again, Began: f.clock.now(), Code: bus.Timeout, Next: f.clock.now()})
		f.counts("retry_invocation_attempts", 1)
		f.counts("invocations", 0)
		p = f.due(lane).List[0]
		f.settle(bus.Outcome{Pending: p, Ending: bus.Delivered, Began: f.clock.now()})
		f.counts("retry_invocation_attempts", 2)
		f.counts("duplicate_deliveries", 1) // the attempt that timed out may have arrived
		f.counts("invocations", 1, "default", "r", "x")
		f.settle(bus.Outcome{Pending: p, Ending: bus.Delivered, Began: f.clock.now()}) // another node's
		f.counts("duplicate_deliveries", 2)
		f.counts("invocations", 1)
		if l, _, err := f.bus.Backlog(f.Context()); err != nil || l != (bus.Backlog{}) {
			f.Errorf("backlog %+v, %v", l, err)
		}
	})
}

func TestEventsThatWouldGoRoundAreNoFailedInvocations(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("r", all, bus.Target{ID: "self", ARN: f.bus.ARN(bus.Default)})
		f.publish(bus.Event{Source: "s", DetailType: "t", Detail: []byte(`{}`)})
		f.counts("dead_letter_invocations", 1)
		f.counts("invocations", 0)
		f.counts("failed_invocations", 0)
		f.counts("events_dropped", 1, bus.Loop)
	})
}
