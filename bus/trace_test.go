package bus_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// overTraced puts a bus that keeps traces on a store.
func overTraced(t *testing.T, db *store.DB, c *clock, keep bus.TraceConfig) outsider {
	return outsider{timed{over(t, db, bus.Config{Outside: far, Trace: keep}), c}}
}

// eachTraced runs a test once an engine.
func eachTraced(t *testing.T, test func(f outsider)) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := &clock{at: noon}
		test(overTraced(t, d.Open(t, store.Options{Now: c.now}), c, bus.TraceConfig{Keep: time.Hour}))
	})
}

// traceOf gives the trace of an event.
func (f outsider) traceOf(id string) bus.Trace {
	f.Helper()
	t, err := f.bus.TraceOf(f.Context(), id)
	if err != nil {
		f.Fatal(err)
	}
	return t
}

// traces lists a page of traces.
func (f outsider) traces(q bus.TraceQuery) bus.Traces {
	f.Helper()
	page, err := f.bus.Traces(f.Context(), q)
	if err != nil {
		f.Fatal(err)
	}
	return page
}

// told says in short what a trace tells: "rule/target STATE CODE" for each target.
func told(t *bus.Trace) (list []string) {
	for _, to := range t.Targets {
		list = append(list, strings.TrimSpace(to.RuleName+"/"+to.TargetID+" "+to.State+" "+to.Code))
	}
	return list
}

// same compares what a trace tells.
func (f outsider) same(t bus.Trace, state string, want ...string) {
	f.Helper()
	if diff := cmp.Diff(want, told(&t)); diff != "" || t.State != state {
		f.Errorf("%s, want %s: %s", t.State, state, diff)
	}
}

// denies lets the shelf refuse what is for queues whose name begins with "no".
func (f outsider) denies() {
	f.shelf.fail = func(d *bus.Delivery) error {
		if strings.HasPrefix(d.TargetARN, queueARN("no")) {
			return fault.New(fault.Denied, "no permission")
		}
		return nil
	}
}

func TestTraceTellsWhatBecameOfAnEventAtEachTarget(t *testing.T) {
	eachTraced(t, func(f outsider) {
		f.denies()
		f.make("orders")
		buried, dropped, lost := target("no-buried"), target("no-dropped"), target("no-lost")
		buried.DeadLetterARN, lost.DeadLetterARN = queueARN("dlq"), queueARN("no-dlq")
		f.rule("a", `{"source":["s"]}`, target("q"), buried, dropped, lost, busTarget("orders"))
		f.rule("b", `{"source":["other"]}`, target("q"))
		f.rule("c", all, remote("far"))
		f.ruleOn("orders", "o", all, target("q"))
		ev := f.publish(bus.Event{Source: "s", DetailType: "t", Detail: []byte(`{"a":1}`)})
		got := f.traceOf(ev.ID)
		f.same(got, bus.TraceDropped, "a/no-buried DEAD_LETTERED NO_PERMISSIONS", "a/no-dropped DROPPED NO_PERMISSIONS",
			"a/no-lost DROPPED NO_PERMISSIONS", "a/q DELIVERED", "a/to-orders DELIVERED", "o/q DELIVERED", "c/far WAITING")
		if want := []string{eventsARN + "rule/a", eventsARN + "rule/orders/o", eventsARN + "rule/c"}; !cmp.Equal(got.Rules, want) {
			f.Errorf("rules %q", got.Rules)
		}
		want := bus.TraceTarget{
			Bus: "orders", RuleARN: eventsARN + "rule/orders/o", RuleName: "o", TargetID: "q", TargetARN: queueARN("q"), State: bus.TraceDelivered,
			Attempts: []bus.Attempt{{Number: 1, At: noon}},
		}
		if diff := cmp.Diff(want, got.Targets[5]); diff != "" {
			f.Error(diff)
		}
		if m := got.Targets[2].Message; m != "no permission The dead-letter queue did not take it: no permission" {
			f.Error(m)
		}
		if got.EventID != ev.ID || got.Bus != bus.Default || got.Source != "s" || got.DetailType != "t" || !got.At.Equal(noon) ||
			!strings.Contains(string(got.Event), `"detail":{"a":1}}`) {
			f.Errorf("%+v", got)
		}
	})
}

func TestTraceIsKeptOfEventsThatMeetNoTarget(t *testing.T) {
	eachTraced(t, func(f outsider) {
		f.rule("r", `{"source":["x"]}`, target("q"))
		f.same(f.traceOf(f.publish(bus.Event{Source: "s", DetailType: "t"}).ID), bus.TraceUnmatched)
		ev := &bus.Event{Source: "s", DetailType: "t"}
		f.write(func(tx *store.Tx) error { return f.bus.Publish(tx, "nowhere", ev) })
		if got := f.traceOf(ev.ID); got.State != bus.TraceDropped || got.Code != bus.NoSuchBus || got.Bus != "nowhere" || got.Message != "Event bus nowhere does not exist." {
			f.Errorf("%+v", got)
		}
		f.rule("none", all)
		if got := f.traceOf(f.publish(bus.Event{Source: "s", DetailType: "t"}).ID); got.State != bus.TraceUnmatched || len(got.Rules) != 1 {
			f.Errorf("%+v", got)
		}
		_, err := f.bus.TraceOf(f.Context(), "\x00")
		refused(f.T, err, fault.NotFound, "does not exist")
	})
}

func TestTraceIsKeptOfReplayedAndScheduledEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := &clock{at: midday}
		f := overTraced(t, d.Open(t, store.Options{Now: c.now}), c, bus.TraceConfig{Keep: time.Hour})
		f.archive("a", "", 0)
		f.rule("r", `{"source":["s"]}`, target("q"))
		f.rule("r2", `{"source":["s"]}`, target("q"))
		ids := f.fill(2)
		f.replay("again", "r2")
		f.fixture.finish()
		page := f.traces(bus.TraceQuery{EventID: ids[0]})
		if len(page.List) != 2 || page.List[0].Replay != "again" || page.List[1].Replay != "" {
			t.Fatalf("%+v", page)
		}
		f.same(page.List[0], bus.TraceDelivered, "r2/q DELIVERED")
		f.scheduled("s", "rate(1 minute)", target("q"))
		c.pass(2 * time.Minute)
		f.fire()
		got := f.traces(bus.TraceQuery{Limit: 1}).List[0]
		f.same(got, bus.TraceDelivered, "s/q DELIVERED")
		if got.Source != "aws.events" || got.DetailType != "Scheduled Event" {
			t.Errorf("%+v", got)
		}
	})
}

func TestTraceTellsEachAttemptOfCourier(t *testing.T) {
	eachTraced(t, func(f outsider) {
		to := remote("far")
		to.DeadLetterARN = queueARN("dlq")
		f.rule("r", all, target("q"), to)
		ids := []string{f.publish(bus.Event{Source: "s", DetailType: "t"}).ID, f.publish(bus.Event{Source: "s", DetailType: "t"}).ID, f.publish(bus.Event{Source: "s", DetailType: "t"}).ID}
		lane := f.lane()
		list := f.fresh(lane)
		f.clock.pass(time.Second)
		next := f.clock.now().Add(time.Minute)
		f.settle(bus.Outcome{Pending: list[0], Ending: bus.Again, Took: time.Second, Code: bus.Throttling, Message: "429", Status: 429, Next: next})
		f.settle(bus.Outcome{Pending: list[1], Ending: bus.Dead, Took: time.Second, Code: bus.NoPermissions, Message: "403", Status: 403})
		f.settle(bus.Outcome{Pending: list[2], Ending: bus.Delivered, Took: time.Millisecond, Status: 200})
		got := f.traceOf(ids[0])
		f.same(got, bus.TraceWaiting, "r/far WAITING THROTTLING", "r/q DELIVERED")
		first := bus.Attempt{Number: 1, At: noon.Add(time.Second), Took: time.Second, Code: bus.Throttling, Message: "429", Status: 429, Next: next}
		if diff := cmp.Diff([]bus.Attempt{first}, got.Targets[0].Attempts); diff != "" || !got.Targets[0].NextAttempt.Equal(next) {
			f.Errorf("%s %v", diff, got.Targets[0].NextAttempt)
		}
		f.same(f.traceOf(ids[1]), bus.TraceDeadLettered, "r/far DEAD_LETTERED NO_PERMISSIONS", "r/q DELIVERED")
		f.same(f.traceOf(ids[2]), bus.TraceDelivered, "r/far DELIVERED", "r/q DELIVERED")
		f.clock.pass(time.Minute)
		due := f.due(lane).List[0]
		f.settle(bus.Outcome{Pending: due, Ending: bus.Delivered, Took: time.Millisecond, Status: 200})
		f.settle(bus.Outcome{Pending: list[0], Ending: bus.Again, Code: bus.Timeout, Next: next}) // another node, too late
		got = f.traceOf(ids[0])
		f.same(got, bus.TraceDelivered, "r/far DELIVERED", "r/q DELIVERED")
		want := []bus.Attempt{first, {Number: 2, At: f.clock.now(), Took: time.Millisecond, Status: 200}}
		if diff := cmp.Diff(want, got.Targets[0].Attempts); diff != "" || !got.Targets[0].NextAttempt.IsZero() {
			f.Error(diff)
		}
	})
}

func TestDeliveryThatExpiresBetweenAttemptsIsTracedAsDropped(t *testing.T) {
	eachTraced(t, func(f outsider) {
		f.rule("r", all, remote("far"))
		id := f.publish(bus.Event{Source: "s", DetailType: "t"}).ID
		lane := f.lane()
		p := f.fresh(lane)[0]
		f.settle(bus.Outcome{Pending: p, Ending: bus.Again, Code: bus.Timeout, Message: "late", Next: noon.Add(time.Minute)})
		f.clock.pass(time.Minute)
		p = f.due(lane).List[0]
		if err := f.bus.Settle(f.Context(), bus.Outcome{Pending: p, Ending: bus.Dead, Code: bus.Timeout, Message: "late", Exhausted: bus.MaximumEventAgeInSeconds}); err != nil {
			f.Fatal(err)
		}
		got := f.traceOf(id)
		f.same(got, bus.TraceDropped, "r/far DROPPED TIMEOUT")
		if n := len(got.Targets[0].Attempts); n != 1 {
			f.Errorf("%d attempts", n)
		}
	})
}

func TestOfManyAttemptsTheFirstAndTheLastAreKept(t *testing.T) {
	eachTraced(t, func(f outsider) {
		f.rule("r", all, remote("far"))
		id := f.publish(bus.Event{Source: "s", DetailType: "t"}).ID
		lane := f.lane()
		p := f.fresh(lane)[0]
		for n := range 60 {
			if n > 0 {
				p = f.due(lane).List[0]
			}
			f.settle(bus.Outcome{Pending: p, Ending: bus.Again, Code: bus.Timeout, Next: f.clock.now()})
		}
		var numbers []int
		for _, a := range f.traceOf(id).Targets[0].Attempts {
			numbers = append(numbers, a.Number)
		}
		if len(numbers) != 50 || numbers[9] != 10 || numbers[10] != 21 || numbers[49] != 60 {
			f.Errorf("%v", numbers)
		}
	})
}

func TestTracesAreListedNewestFirstByWhatIsAskedFor(t *testing.T) {
	eachTraced(t, func(f outsider) {
		f.make("orders")
		f.rule("r", `{"detail-type":["hit"]}`, target("q"))
		for i := range 10 {
			kind := []string{"hit", "miss"}[i%2]
			f.publish(bus.Event{ID: fmt.Sprint("e", i), Source: "s", DetailType: kind, Detail: fmt.Appendf(nil, `{"n":%d}`, i)})
			f.clock.pass(2 * time.Minute)
		}
		f.write(func(tx *store.Tx) error {
			return f.bus.Publish(tx, "orders", &bus.Event{ID: "o", Source: "s", DetailType: "t"})
		})
		small, err := pattern.Compile(`{"detail":{"n":[{"numeric":["<",3]}]}}`)
		if err != nil {
			f.Fatal(err)
		}
		for _, row := range []struct {
			name string
			q    bus.TraceQuery
			want string
		}{
			{"all", bus.TraceQuery{}, "o e9 e8 e7 e6 e5 e4 e3 e2 e1 e0"},
			{"limit", bus.TraceQuery{Limit: 3}, "o e9 e8"},
			{"bus", bus.TraceQuery{Bus: "orders"}, "o"},
			{"id", bus.TraceQuery{EventID: "e4"}, "e4"},
			{"pattern", bus.TraceQuery{Pattern: small}, "e2 e1 e0"},
			{"state", bus.TraceQuery{State: bus.TraceDelivered}, "e8 e6 e4 e2 e0"},
			{"time", bus.TraceQuery{From: noon.Add(4 * time.Minute), To: noon.Add(8 * time.Minute)}, "e3 e2"},
			{"all of it", bus.TraceQuery{Bus: bus.Default, State: bus.TraceUnmatched, Limit: 2}, "e9 e7"},
		} {
			var ids []string
			for _, t := range f.traces(row.q).List {
				ids = append(ids, t.EventID)
			}
			if got := strings.Join(ids, " "); got != row.want {
				f.Errorf("%s: %s, want %s", row.name, got, row.want)
			}
		}
		var ids []string
		q := bus.TraceQuery{State: bus.TraceDelivered, Limit: 2}
		for pages := 0; ; pages++ {
			page := f.traces(q)
			for _, t := range page.List {
				ids = append(ids, t.EventID)
			}
			if q.Before = page.Next; q.Before == 0 {
				break
			}
			if pages > 5 {
				f.Fatal("pages without end")
			}
		}
		if got := strings.Join(ids, " "); got != "e8 e6 e4 e2 e0" {
			f.Errorf("page by page: %s", got)
		}
	})
}

func TestNothingIsWrittenWhereNoTracesAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var seen []string
		db := d.Open(t, store.Options{Step: func(s store.Step) error {
			if strings.Contains(s.Query, "bus_trace") || strings.Contains(s.Query, "bus_attempt") {
				seen = append(seen, s.Query)
			}
			return nil
		}})
		f := overTraced(t, db, &clock{at: noon}, bus.TraceConfig{})
		seen = nil
		f.rule("r", all, target("q"), remote("far"))
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		for _, p := range f.fresh(f.lane()) {
			f.settle(bus.Outcome{Pending: p, Ending: bus.Delivered})
		}
		if len(seen) > 0 {
			t.Errorf("%q", seen)
		}
	})
}

func TestEventThatIsRefusedLeavesNoTrace(t *testing.T) {
	eachTraced(t, func(f outsider) {
		f.rule("r", `{"detail":{"a":[1]}}`, target("q"))
		list := []bus.Outgoing{
			{Bus: bus.Default, Event: &bus.Event{ID: "good", Source: "s", DetailType: "t"}},
			{Bus: bus.Default, Event: &bus.Event{ID: "bad", Source: "s", DetailType: "t", Detail: []byte(`{"a":`)}},
			{Bus: bus.Default, Event: &bus.Event{ID: "fine", Source: "s", DetailType: "t", Detail: []byte(`{"a":1}`)}},
		}
		f.write(func(tx *store.Tx) error { _, err := f.bus.PublishMany(tx, list); return err })
		var ids []string
		for _, t := range f.traces(bus.TraceQuery{}).List {
			ids = append(ids, t.EventID+" "+t.State)
		}
		if got := strings.Join(ids, ", "); got != "fine DELIVERED, good UNMATCHED" {
			f.Error(got)
		}
	})
}

func TestEveryStepOfTracingMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := &clock{at: noon}
		d.Now = c.now
		var f outsider
		var ids []string
		arrived := map[string]bool{}
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			if f.fixture == nil {
				f = overTraced(t, db, c, bus.TraceConfig{Keep: time.Hour})
				f.rule("r", all, target("q"), remote("far"))
			}
			f.write(func(tx *store.Tx) error {
				_, err := tx.Exec(`UPDATE bus_lane SET leased_until = ?`, 0)
				return err
			})
			id := fmt.Sprint("e", len(ids))
			ids = append(ids, id)
			arm()
			_, err := f.bus.PublishAll(t.Context(), []bus.Outgoing{{Bus: bus.Default, Event: &bus.Event{ID: id, Source: "s", DetailType: "t"}}})
			if err != nil {
				return
			}
			lanes, err := f.bus.ClaimLanes(t.Context(), "n", lease, 1)
			if err != nil || len(lanes) == 0 {
				return
			}
			page, err := f.bus.Fresh(t.Context(), lanes[0].Number, 0, 100)
			for _, p := range page.List {
				if err == nil {
					err = f.bus.Settle(t.Context(), bus.Outcome{Pending: p, Ending: bus.Dead, Began: noon, Code: bus.Timeout})
				}
			}
		}, func(t *testing.T, _ *store.DB, failed store.Step) {
			for _, d := range f.shelf.take() {
				arrived[d.Event.ID] = true
			}
			waits := map[string]bool{}
			f.write(func(tx *store.Tx) error { _, err := tx.Exec(`UPDATE bus_lane SET leased_until = ?`, 0); return err })
			for _, l := range f.claims("n") {
				for _, p := range f.fresh(l.Number) {
					waits[p.Event.ID] = true
				}
			}
			for _, id := range ids {
				want := []string{"r/far DROPPED TIMEOUT", "r/q DELIVERED"}
				if waits[id] {
					want[0] = "r/far WAITING"
				}
				tr, err := f.bus.TraceOf(t.Context(), id)
				if arrived[id] != (err == nil) {
					t.Fatalf("%s failed: event %s arrived: %v; its trace: %v", failed, id, arrived[id], err)
				}
				if diff := cmp.Diff(want, told(&tr)); err == nil && diff != "" {
					t.Errorf("%s failed: event %s: %s", failed, id, diff)
				}
			}
		})
	})
}
