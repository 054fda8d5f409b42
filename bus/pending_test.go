package bus_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// remoteARN names a target outside the store.
func remoteARN(name string) string { return "arn:aws:far:" + region + ":" + account + ":" + name }

// remote is a target outside the store.
func remote(id string) bus.Target { return bus.Target{ID: id, ARN: remoteARN(id)} }

// lease is how long the tests' nodes hold lanes.
const lease = 15 * time.Second

// outsider is a bus with targets outside the store.
type outsider struct{ timed }

// far says what lies outside the store.
func far(a arn.ARN) bool { return a.Service == "far" }

// overFar puts a bus with targets outside the store on one.
func overFar(t *testing.T, db *store.DB, c *clock) outsider {
	return outsider{timed{over(t, db, bus.Config{Outside: far}), c}}
}

// eachOutside runs a test once an engine.
func eachOutside(t *testing.T, test func(f outsider)) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := &clock{at: noon}
		test(overFar(t, d.Open(t, store.Options{Now: c.now}), c))
	})
}

// claims lists the targets of the lanes that a node claims.
func (f outsider) claims(node string) (lanes []bus.Lane) {
	f.Helper()
	lanes, err := f.bus.ClaimLanes(f.Context(), node, lease, 100)
	if err != nil {
		f.Fatal(err)
	}
	return lanes
}

// lane claims the one lane that has something to carry.
func (f outsider) lane() int64 {
	f.Helper()
	lanes := f.claims("n")
	if len(lanes) != 1 {
		f.Fatalf("%d lanes are free", len(lanes))
	}
	return lanes[0].Number
}

// fresh reads what was not tried yet.
func (f outsider) fresh(lane int64) []*bus.Pending {
	f.Helper()
	page, err := f.bus.Fresh(f.Context(), lane, 0, 100)
	if err != nil {
		f.Fatal(err)
	}
	return page.List
}

// due reads what is to be tried again.
func (f outsider) due(lane int64) bus.Pendings {
	f.Helper()
	page, err := f.bus.Due(f.Context(), lane, 100)
	if err != nil {
		f.Fatal(err)
	}
	return page
}

// settle settles an attempt.
func (f outsider) settle(o bus.Outcome) {
	f.Helper()
	if o.Began.IsZero() {
		o.Began = f.clock.now()
	}
	if err := f.bus.Settle(f.Context(), o); err != nil {
		f.Fatal(err)
	}
}

// empty wants nothing left of a lane.
func (f outsider) empty(lane int64) {
	f.Helper()
	due := f.due(lane)
	if n := len(f.fresh(lane)) + len(due.List); n > 0 || !due.Next.IsZero() {
		f.Errorf("%d deliveries wait, the next %v", n, due.Next)
	}
}

func TestEventForATargetOutsideTheStoreWaits(t *testing.T) {
	eachOutside(t, func(f outsider) {
		made := remote("made")
		made.Input, made.DeadLetterARN, made.RoleARN = new(`{"a":1}`), queueARN("dlq"), "arn:aws:iam::111122223333:role/r"
		made.Retry = &bus.Retry{Attempts: new(int32(3)), AgeSeconds: new(int32(60))}
		f.rule("r", all, made, remote("plain"), target("q"))
		ev := f.publish(bus.Event{Source: "s", DetailType: "t", TraceHeader: "Root=1", Detail: []byte(`{"case":{"caseId":"c1"}}`)})
		envelope := f.wants("r/q")[0].Body
		f.delivered(1)
		select {
		case <-f.bus.Woken():
		default:
			f.Error("nobody is told")
		}
		lanes := f.claims("n")
		if waiting := f.bus.Waiting(); len(lanes) != 2 || len(waiting) != 2 || len(f.bus.Waiting()) != 0 {
			f.Fatalf("lanes %v, told of %v", lanes, waiting)
		}
		for _, l := range lanes {
			list := f.fresh(l.Number)
			if len(list) != 1 {
				f.Fatalf("%s: %d wait", l.Target, len(list))
			}
			p := list[0]
			age, retries, body := 24*time.Hour, 185, string(envelope)
			if p.TargetID == "made" {
				age, retries, body = time.Minute, 3, `{"a":1}`
				if p.DeadLetterARN != queueARN("dlq") || p.RoleARN != made.RoleARN {
					f.Errorf("%+v", p)
				}
			}
			if p.TargetARN != l.Target || p.RuleARN != f.bus.RuleARN(bus.Default, "r") || p.Event.ID != ev.ID || p.Event.TraceHeader != "Root=1" || p.Key != "c1" ||
				p.Hold || p.Attempts != 0 || !p.Due.IsZero() || p.Expires.Sub(p.Accepted) != age || p.Retries != retries || string(p.Body) != body {
				f.Errorf("%+v %s", p, p.Body)
			}
			f.settle(bus.Outcome{Pending: p, Ending: bus.Delivered})
			f.empty(l.Number)
		}
		f.delivered(3)
		f.counts("failed_invocations", 0)
	})
}

func TestDeliveryThatFailsIsDueAgain(t *testing.T) {
	eachOutside(t, func(f outsider) {
		f.rule("r", all, remote("far"))
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		lane := f.lane()
		p := f.fresh(lane)[0]
		f.settle(bus.Outcome{Pending: p, Ending: bus.Again, Code: bus.Timeout, Message: "It took too long", Next: noon.Add(time.Minute)})
		if len(f.fresh(lane)) != 0 {
			f.Error("it is tried at once")
		}
		if due := f.due(lane); len(due.List) != 0 || due.Next.Sub(noon) != time.Minute {
			f.Errorf("%+v", due)
		}
		f.clock.pass(time.Minute)
		due := f.due(lane).List
		if len(due) != 1 || due[0].Attempts != 1 || due[0].Code != bus.Timeout || due[0].Message != "It took too long" || due[0].Due.Sub(noon) != time.Minute {
			f.Fatalf("%+v", due)
		}
		// What an earlier attempt says afterwards, by a node that no longer holds the lane, does not count.
		f.settle(bus.Outcome{Pending: p, Ending: bus.Again, Next: noon.Add(time.Hour)})
		if len(f.due(lane).List) != 1 {
			f.Error("the earlier attempt has put it off")
		}
		f.settle(bus.Outcome{Pending: due[0], Ending: bus.Delivered})
		f.empty(lane)
		f.delivered(1)
	})
}

func TestDeliveryIsDueNoLaterThanItExpires(t *testing.T) {
	eachOutside(t, func(f outsider) {
		to := remote("far")
		to.Retry = &bus.Retry{AgeSeconds: new(int32(60))}
		f.rule("r", all, to)
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		lane := f.lane()
		expired := func() []*bus.Pending {
			page, err := f.bus.Expired(f.Context(), lane, 10)
			if err != nil {
				f.Fatal(err)
			}
			return page.List
		}
		f.settle(bus.Outcome{Pending: f.fresh(lane)[0], Ending: bus.Again, Code: bus.Timeout, Next: noon.Add(time.Hour)})
		if next := f.due(lane).Next; next.Sub(noon) != time.Minute || len(expired()) != 0 {
			f.Errorf("next %v, expired %v", next, expired())
		}
		f.clock.pass(time.Minute)
		if len(f.due(lane).List) != 1 || len(expired()) != 1 {
			f.Errorf("due %v, expired %v", f.due(lane).List, expired())
		}
	})
}

func TestDeliveryThatIsGivenUpGoesToTheDeadLetterQueueOnce(t *testing.T) {
	eachOutside(t, func(f outsider) {
		to := remote("far")
		to.DeadLetterARN, to.Input = queueARN("dlq"), new(`"constant"`)
		f.rule("r", all, to)
		for _, row := range []struct {
			exhausted string
			attempts  int // before
			began     bool
			want      map[string]string
		}{
			{want: map[string]string{}, began: true},
			{attempts: 2, began: true, want: map[string]string{"RETRY_ATTEMPTS": "2"}},
			{exhausted: bus.MaximumRetryAttempts, attempts: 185, began: true, want: map[string]string{"RETRY_ATTEMPTS": "185", "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts"}},
			{exhausted: bus.MaximumEventAgeInSeconds, attempts: 5, want: map[string]string{"RETRY_ATTEMPTS": "4", "EXHAUSTED_RETRY_CONDITION": "MaximumEventAgeInSeconds"}},
			{exhausted: bus.MaximumEventAgeInSeconds, want: map[string]string{"RETRY_ATTEMPTS": "0", "EXHAUSTED_RETRY_CONDITION": "MaximumEventAgeInSeconds"}},
		} {
			ev := f.publish(bus.Event{Source: "s", DetailType: "t"})
			lane := f.lane()
			p := f.fresh(lane)[0]
			p.Attempts = row.attempts
			o := bus.Outcome{Pending: p, Ending: bus.Dead, Code: bus.Timeout, Message: "It took\x00too long" + strings.Repeat("!", 2000), Exhausted: row.exhausted}
			if row.began {
				o.Began = f.clock.now()
			}
			for range 2 { // the second one comes of a node that no longer holds the lane
				if err := f.bus.Settle(f.Context(), o); err != nil {
					f.Fatal(err)
				}
			}
			f.empty(lane)
			letter := f.wants("r/far")[0]
			want := map[string]string{"RULE_ARN": p.RuleARN, "TARGET_ARN": remoteARN("far"), "ERROR_CODE": "TIMEOUT", "ERROR_MESSAGE": "It took too long" + strings.Repeat("!", 1008)}
			for name, value := range row.want {
				want[name] = value
			}
			if diff := cmp.Diff(want, letter.Attributes); diff != "" {
				f.Error(diff)
			}
			if letter.TargetARN != queueARN("dlq") || letter.Event.ID != ev.ID || !strings.Contains(string(letter.Body), `"id":"`+ev.ID+`"`) {
				f.Errorf("%s to %s", letter.Body, letter.TargetARN)
			}
			if err := f.bus.ReleaseLanes(f.Context(), "n", []int64{lane}); err != nil {
				f.Fatal(err)
			}
		}
		f.counts("failed_invocations", 5)
		f.counts("invocations_sent_to_dlq", 5)
	})
}

func TestDeliveryThatIsGivenUpWithoutADeadLetterQueueIsDropped(t *testing.T) {
	eachOutside(t, func(f outsider) {
		buried := remote("buried")
		buried.DeadLetterARN = queueARN("gone")
		f.rule("r", all, remote("far"), buried)
		f.shelf.fail = func(*bus.Delivery) error { return fault.New(fault.NotFound, "no such queue") }
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		for _, l := range f.claims("n") {
			f.settle(bus.Outcome{Pending: f.fresh(l.Number)[0], Ending: bus.Dead, Code: bus.ErrorFromTarget, Message: "404"})
			f.empty(l.Number)
		}
		f.wants()
		f.counts("events_dropped", 2, bus.ErrorFromTarget)
		f.counts("invocations_sent_to_dlq", 0)
	})
}

func TestLogTellsWhatWasDroppedOutOfTheOutbox(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var log strings.Builder
		c := &clock{at: noon}
		f := outsider{timed{over(t, d.Open(t, store.Options{Now: c.now}), bus.Config{Outside: far, Log: slog.New(slog.NewTextHandler(&log, nil))}), c}}
		f.rule("r", all, remote("far"))
		ev := f.publish(bus.Event{Source: "the.source", DetailType: "the-type"})
		f.settle(bus.Outcome{Pending: f.fresh(f.lane())[0], Ending: bus.Dead, Code: bus.ErrorFromTarget, Message: "404"})
		for _, want := range []string{"reason=ERROR_FROM_TARGET", "event_id=" + ev.ID, "source=the.source", "detail_type=the-type", "404"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("%q is not in %s", want, log.String())
			}
		}
	})
}

func TestOneNodeHoldsALane(t *testing.T) {
	eachOutside(t, func(f outsider) {
		f.rule("r", all, remote("a"), remote("b"))
		if len(f.claims("x")) != 0 {
			f.Error("there are lanes before there are events")
		}
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		first, err := f.bus.ClaimLanes(f.Context(), "x", lease, 1)
		if err != nil || len(first) != 1 || first[0].Target != remoteARN("a") {
			f.Fatalf("%v, %v", first, err)
		}
		second := f.claims("y")
		if len(second) != 1 || second[0].Target != remoteARN("b") || len(f.claims("x")) != 0 {
			f.Fatalf("y has %v", second)
		}
		numbers := []int64{first[0].Number, second[0].Number}
		hold := func(node string, want ...int64) {
			f.Helper()
			if held, err := f.bus.HoldLanes(f.Context(), node, lease, numbers); err != nil || !slices.Equal(held, want) {
				f.Errorf("%s holds %v, want %v; err = %v", node, held, want, err)
			}
		}
		f.clock.pass(lease - 1)
		hold("y", numbers[1])
		f.clock.pass(1)
		if got := f.claims("y"); len(got) != 1 || got[0] != first[0] {
			f.Errorf("y has %v when the lease is over", got)
		}
		hold("x")
		hold("y", numbers...)
		if err := f.bus.ReleaseLanes(f.Context(), "x", numbers); err != nil || len(f.claims("x")) != 0 {
			f.Errorf("x has given back what is y's; err = %v", err)
		}
		if err := f.bus.ReleaseLanes(f.Context(), "y", numbers[:1]); err != nil {
			f.Fatal(err)
		}
		if got := f.claims("x"); len(got) != 1 || got[0] != first[0] {
			f.Errorf("x has %v", got)
		}
		if err := f.bus.ReleaseLanes(f.Context(), "y", nil); err != nil || len(f.claims("x")) != 1 {
			f.Errorf("y holds something still; err = %v", err)
		}
	})
}

func TestNextDeliveryOfAGroupWaitsForTheOneBefore(t *testing.T) {
	eachOutside(t, func(f outsider) {
		to := remote("far.fifo")
		to.MessageGroupID = "$.detail.group"
		f.rule("r", all, to)
		sent := make(map[string]string)
		for _, name := range []string{"a1", "a2", "b1", "a3"} {
			ev := f.publish(bus.Event{Source: "s", DetailType: "t", Detail: fmt.Appendf(nil, `{"group":"%s"}`, name[:1])})
			sent[ev.ID] = name
		}
		lane := f.lane()
		wants := func(list []*bus.Pending, names ...string) {
			f.Helper()
			var got []string
			for _, p := range list {
				got = append(got, sent[p.Event.ID])
			}
			if !slices.Equal(got, names) {
				f.Errorf("got %v, want %v", got, names)
			}
		}
		list := f.fresh(lane)
		wants(list, "a1", "b1")
		f.settle(bus.Outcome{Pending: list[0], Ending: bus.Again, Code: bus.Timeout, Next: noon.Add(time.Minute)})
		wants(f.fresh(lane), "b1")
		f.clock.pass(time.Minute)
		due := f.due(lane)
		wants(due.List, "a1")
		if !due.Next.IsZero() {
			f.Errorf("what is parked is due at %v", due.Next)
		}
		f.settle(bus.Outcome{Pending: due.List[0], Ending: bus.Dead, Code: bus.Timeout})
		list = f.fresh(lane)
		wants(list, "a2", "b1")
		f.bus.Waiting()
		f.settle(bus.Outcome{Pending: list[0], Ending: bus.Delivered})
		if waiting := f.bus.Waiting(); !slices.Equal(waiting, []int64{lane}) {
			f.Errorf("told of %v", waiting)
		}
		list = f.fresh(lane)
		wants(list, "b1", "a3")
		for _, p := range list {
			f.settle(bus.Outcome{Pending: p, Ending: bus.Delivered})
		}
		f.empty(lane)
	})
}

func TestPageOfDeliveriesIsBounded(t *testing.T) {
	eachOutside(t, func(f outsider) {
		f.rule("r", all, remote("far"))
		detail := []byte(`{"x":"` + strings.Repeat("x", 900<<10) + `"}`)
		for range 7 {
			f.publish(bus.Event{Source: "s", DetailType: "t", Detail: detail})
		}
		lane := f.lane()
		after, read := int64(0), 0
		for _, row := range []struct {
			limit, want int
			more        bool
		}{{2, 2, true}, {10, 5, false}} {
			page, err := f.bus.Fresh(f.Context(), lane, after, row.limit)
			if err != nil || len(page.List) != row.want || page.More != row.more {
				f.Fatalf("%d of %d, more: %v, err = %v", len(page.List), row.limit, page.More, err)
			}
			after = page.List[len(page.List)-1].Position
			read += len(page.List)
		}
		if page, err := f.bus.Fresh(f.Context(), lane, 0, 10); err != nil || len(page.List) != 5 || !page.More || read != 7 {
			f.Errorf("%d of 4 MiB, more: %v, err = %v", len(page.List), page.More, err)
		}
	})
}

func TestEveryStepOfLeavingADeliveryMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var f outsider
		var err error
		left := func() (n int) {
			for _, l := range f.claims("n") {
				for _, p := range f.fresh(l.Number) {
					n++
					f.settle(bus.Outcome{Pending: p, Ending: bus.Delivered})
				}
			}
			f.write(func(tx *store.Tx) error { _, err := tx.Exec(`UPDATE bus_lane SET leased_until = ?`, 0); return err })
			return n
		}
		n := 0
		d.Now = func() time.Time { return noon }
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			n++
			f = overFar(t, db, &clock{at: noon})
			f.rule("r", all)
			f.write(func(tx *store.Tx) error { return f.bus.RemoveTargets(tx, bus.Default, "r", []string{"a"}) })
			to := remote(fmt.Sprint("far", n)) // a lane of its own, which the publish makes
			to.ID = "a"
			f.rule("r", all, to, target("q"))
			arm()
			err = f.try(func(tx *store.Tx) error {
				return f.bus.Publish(tx, bus.Default, &bus.Event{Source: "s", DetailType: "t"})
			})
		}, func(t *testing.T, _ *store.DB, failed store.Step) {
			want := 0
			if failed.Kind == store.StepCommitted {
				want = 1
			}
			if got, near := left(), len(f.shelf.take()); got != want || near != want || err == nil {
				t.Errorf("%s failed: %d wait and %d arrived, want %d; err = %v", failed, got, near, want, err)
			}
		})
		if got := left(); got != 1 || err != nil {
			t.Errorf("the run that nothing disturbed: %d deliveries, err = %v", got, err)
		}
	})
}

// targets lists the targets of a rule.
func (f *fixture) targets(rule string) (list []bus.Target) {
	f.Helper()
	f.write(func(tx *store.Tx) (err error) {
		list, err = f.bus.Targets(tx, bus.Default, rule)
		return err
	})
	return list
}
