package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// midday is when the events of these tests happen.
var midday = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// replay starts a replay of archive a from midday on, for an hour.
func (f *fixture) replay(name string, rules ...string) {
	f.Helper()
	for i := range rules {
		rules[i] = f.bus.RuleARN(bus.Default, rules[i])
	}
	f.write(func(tx *store.Tx) error {
		r, err := f.bus.StartReplay(tx, bus.Replay{
			Name: name, Archive: "a", Bus: bus.Default, From: midday, To: midday.Add(time.Hour), FilterARNs: rules,
		})
		if err == nil && r.State != bus.ReplayStarting {
			f.Errorf("a replay begins with %s", r.State)
		}
		return err
	})
}

// state gives a replay.
func (f *fixture) state(name, want string) bus.Replay {
	f.Helper()
	var r bus.Replay
	f.write(func(tx *store.Tx) (err error) {
		r, err = f.bus.Replay(tx, name)
		return err
	})
	if r.State != want {
		f.Errorf("replay %s is %s (%s), want %s", name, r.State, r.Reason, want)
	}
	return r
}

// finish takes steps until there is nothing left to do.
func (f *fixture) finish() {
	f.Helper()
	for more := true; more; {
		var err error
		if more, err = f.bus.StepReplays(f.Context()); err != nil {
			f.Fatal(err)
		}
	}
}

// fill publishes events that are a second apart, in batches, and gives their ids.
func (f *fixture) fill(n int) (ids []string) {
	f.Helper()
	var list []bus.Outgoing
	for i := range n {
		ids = append(ids, fmt.Sprintf("event-%05d", i))
		list = append(list, bus.Outgoing{Bus: bus.Default, Event: &bus.Event{
			ID: ids[i], Source: "s", DetailType: "t", Time: midday.Add(time.Duration(i%3600) * time.Second), Detail: fmt.Appendf(nil, `{"n":%d}`, i),
		}})
		if len(list) == 500 || i == n-1 {
			f.write(func(tx *store.Tx) error { _, err := f.bus.PublishMany(tx, list); return err })
			list = nil
		}
	}
	return ids
}

// ids gives the ids of what was delivered for a rule since the last time, in order.
func (f *fixture) ids(rule string) (list []string) {
	for _, d := range f.shelf.take() {
		if d.RuleName == rule {
			list = append(list, d.Event.ID)
		}
	}
	return list
}

func TestReplayGivesTheSameEventWithItsName(t *testing.T) {
	each(t, func(f *fixture) {
		f.archive("a", "", 0)
		f.rule("late", `{"replay-name":["again"]}`, target("q"))
		f.rule("other", `{"source":["s"]}`, target("q2"))
		f.rule("never", `{"source":["x"]}`, target("q3"))
		f.publish(bus.Event{
			ID: "i", Source: "s", DetailType: "ü\n", Time: midday.Add(time.Millisecond), Resources: []string{"a", "b"}, Detail: []byte(`{"n":1.50,"x":"\u00fc"}`),
			Account: "999988887777", Region: "us-east-1",
		})
		f.publish(bus.Event{ID: "too early", Source: "s", DetailType: "t", Time: midday.Add(-time.Second)})
		f.publish(bus.Event{ID: "too late", Source: "s", DetailType: "t", Time: midday.Add(time.Hour + time.Second)})
		f.publish(bus.Event{ID: "at the end", Source: "s", DetailType: "t", Time: midday.Add(time.Hour)})
		f.shelf.take()
		f.replay("again", "late", "never")
		f.finish()
		got := f.wants("late/q", "late/q")
		want := `{"version":"0","id":"i","detail-type":"ü\n","source":"s","account":"999988887777","time":"2026-03-01T12:00:00Z","region":"us-east-1",` +
			`"replay-name":"again","resources":["a","b"],"detail":{"n":1.50,"x":"\u00fc"}}`
		if diff := cmp.Diff(want, string(got[0].Body)); diff != "" {
			f.Error(diff)
		}
		r := f.state("again", bus.ReplayCompleted)
		if r.Ended.IsZero() || !r.LastReplayed.Equal(midday.Add(time.Hour)) || r.ArchiveARN != "arn:aws:events:eu-west-2:111122223333:archive/a" {
			f.Errorf("got %+v", r)
		}
		f.replay("all")
		f.finish()
		f.wants("other/q2", "other/q2")
		f.holds("a", 4) // nothing that was replayed
		f.replay("nothing")
		f.write(func(tx *store.Tx) error { return f.bus.DeleteArchive(tx, "a") })
		f.finish()
		if r := f.state("nothing", bus.ReplayFailed); r.Reason != "Archive a was deleted." || r.Ended.IsZero() {
			f.Errorf("got %+v", r)
		}
		f.wants()
	})
}

func TestReplayOfNothingCompletes(t *testing.T) {
	each(t, func(f *fixture) {
		f.archive("a", `{"source":["x"]}`, 0)
		f.archive("b", "", 0)
		f.replay("empty")
		f.fill(3) // later than the replay, and not for the archive
		f.replay("others")
		f.finish()
		for _, name := range []string{"empty", "others"} {
			if r := f.state(name, bus.ReplayCompleted); !r.LastReplayed.IsZero() || r.Ended.IsZero() {
				f.Errorf("got %+v", r)
			}
		}
	})
}

func TestManyEventsAreReplayedOnceInTheirOrder(t *testing.T) {
	each(t, func(f *fixture) {
		f.archive("a", "", 0)
		f.rule("r", `{"source":["s"]}`, target("q"))
		want := f.fill(10_000)
		f.shelf.take()
		f.replay("all", "r")
		start := time.Now()
		f.finish()
		f.Logf("10,000 events replayed in %v", time.Since(start))
		if diff := cmp.Diff(want, f.ids("r")); diff != "" {
			f.Error(diff)
		}
		f.state("all", bus.ReplayCompleted)
		f.holds("a", 10_000)
	})
}

// A node that is killed leaves a replay where its last step has committed; another one goes on there.
func TestReplayGoesOnWhereAnotherNodeHasStopped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		f := over(t, db, bus.Config{})
		f.archive("a", "", 0)
		f.rule("r", `{"source":["s"]}`, target("q"))
		want := f.fill(450)
		f.shelf.take()
		f.replay("all")
		var got []string
		for i := range 10 {
			node := over(t, db, bus.Config{})
			if i == 2 { // in the middle of a step
				node.shelf.fail = func(*bus.Delivery) error { return errStore }
				if _, err := node.bus.StepReplays(t.Context()); !errors.Is(err, errStore) {
					t.Fatalf("err = %v", err)
				}
				continue
			}
			if _, err := node.bus.StepReplays(t.Context()); err != nil {
				t.Fatal(err)
			}
			got = append(got, node.ids("r")...)
			if len(got) > 0 && len(got) < len(want) {
				if r := f.state("all", bus.ReplayRunning); !r.LastReplayed.Equal(midday.Add(time.Duration(len(got)-1) * time.Second)) {
					t.Errorf("after %d events the last was of %v", len(got), r.LastReplayed)
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		f.state("all", bus.ReplayCompleted)
	})
}

func TestNodesShareReplaysWithoutDoingAnythingTwice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		f := over(t, db, bus.Config{})
		f.archive("a", "", 0)
		f.rule("r", `{"source":["s"]}`, target("q"))
		want := f.fill(700)
		f.shelf.take()
		f.replay("one")
		f.replay("two")
		nodes := []*fixture{f, over(t, db, bus.Config{}), over(t, db, bus.Config{})}
		var wg sync.WaitGroup
		for _, node := range nodes {
			wg.Go(func() {
				for range 30 {
					if _, err := node.bus.StepReplays(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		f.finish()
		got := map[string][]string{}
		for _, node := range nodes {
			for _, d := range node.shelf.take() {
				for _, name := range []string{"one", "two"} {
					if strings.Contains(string(d.Body), `"replay-name":"`+name+`"`) {
						got[name] = append(got[name], d.Event.ID)
					}
				}
			}
		}
		slices.Sort(got["one"]) // of each node's in turn
		slices.Sort(got["two"])
		for _, name := range []string{"one", "two"} {
			if diff := cmp.Diff(want, got[name]); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
			f.state(name, bus.ReplayCompleted)
		}
	})
}

func TestReplayIsCancelledInTheMiddle(t *testing.T) {
	each(t, func(f *fixture) {
		f.archive("a", "", 0)
		f.rule("r", `{"source":["s"]}`, target("q"))
		f.fill(300)
		f.shelf.take()
		f.replay("all")
		cancel := func() error {
			return f.db.Write(f.Context(), func(tx *store.Tx) error {
				_, err := f.bus.CancelReplay(tx, "all")
				return err
			})
		}
		for range 2 { // it begins, and replays a first lot
			if _, err := f.bus.StepReplays(f.Context()); err != nil {
				f.Fatal(err)
			}
		}
		some := len(f.ids("r"))
		if err := cancel(); err != nil {
			f.Fatal(err)
		}
		f.state("all", bus.ReplayCancelling)
		const text = "Replay all is not in a valid state for this operation."
		refused(f.T, cancel(), fault.Conflict, text)
		f.finish()
		if r := f.state("all", bus.ReplayCancelled); r.Ended.IsZero() || some == 0 || some == 300 || len(f.ids("r")) > 0 {
			f.Errorf("%d events, then %+v", some, r)
		}
		err := cancel()
		refused(f.T, err, fault.Conflict, text)
		if !errors.Is(err, bus.ErrState) {
			f.Errorf("err = %v", err)
		}
		f.replay("again")
		f.finish()
		if n := len(f.ids("r")); n != 300 {
			f.Errorf("%d events of a replay that came after, want 300", n)
		}
	})
}

func TestReplayIsRefused(t *testing.T) {
	each(t, func(f *fixture) {
		f.archive("a", "", 0)
		good := bus.Replay{Name: "r", Archive: "a", Bus: bus.Default, From: midday, To: midday.Add(time.Hour)}
		try := func(edit func(r *bus.Replay)) error {
			r := good
			edit(&r)
			return f.db.Write(f.Context(), func(tx *store.Tx) error {
				_, err := f.bus.StartReplay(tx, r)
				return err
			})
		}
		const not = "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime."
		refused(f.T, try(func(r *bus.Replay) { r.To = r.From }), fault.Invalid, not)
		refused(f.T, try(func(r *bus.Replay) { r.To = r.From.Add(-time.Second) }), fault.Invalid, not)
		refused(f.T, try(func(r *bus.Replay) { r.Archive = "x" }), fault.Invalid, "Parameter EventSourceArn is not valid. Reason: Archive x does not exist.")
		refused(f.T, try(func(r *bus.Replay) { r.Bus = "x" }), fault.NotFound, "Event bus x does not exist.")
		refused(f.T, try(func(r *bus.Replay) { r.Description = "\x00" }), fault.Invalid, "Parameter Description is not valid.")
		for i := range 10 {
			if err := try(func(r *bus.Replay) { r.Name = fmt.Sprint("r", i) }); err != nil {
				f.Fatal(err)
			}
		}
		refused(f.T, try(func(*bus.Replay) {}), fault.Limit, "The requested resource exceeds the maximum number allowed.")
		f.finish()
		if err := try(func(*bus.Replay) {}); err != nil {
			f.Error(err)
		}
		refused(f.T, try(func(*bus.Replay) {}), fault.Conflict, "Replay r already exists.")
		missing := f.db.Write(f.Context(), func(tx *store.Tx) error { _, err := f.bus.CancelReplay(tx, "x"); return err })
		refused(f.T, missing, fault.NotFound, "Replay x does not exist.")
	})
}

func TestEveryStepOfAReplayMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var f *fixture
		var ids []string
		n := 0
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			if f == nil {
				f = over(t, db, bus.Config{})
				f.archive("a", "", 0)
				f.rule("r", `{"source":["s"]}`, target("q"))
				ids = f.fill(150)
			}
			f.shelf.take()
			n++
			f.replay(fmt.Sprint("r", n))
			arm()
			for range 3 { // it begins, and takes two steps
				if _, err := f.bus.StepReplays(t.Context()); err != nil {
					break
				}
			}
		}, func(t *testing.T, _ *store.DB, failed store.Step) {
			f.finish()
			if diff := cmp.Diff(ids, f.ids("r")); diff != "" {
				t.Errorf("%s failed: %s", failed, diff)
			}
			f.state(fmt.Sprint("r", n), bus.ReplayCompleted)
			f.holds("a", 150)
		})
	})
}

// Publishers of several cases commit at the same time: a case's events are replayed in the order of its changes.
func TestEventsOfACaseAreReplayedInOrder(t *testing.T) {
	each(t, func(f *fixture) {
		f.archive("a", "", 0)
		f.rule("r", `{"source":["s"]}`, target("q"))
		var wg sync.WaitGroup
		want := map[string][]string{}
		for c := range 8 {
			name := fmt.Sprint("case", c)
			for n := range 40 {
				want[name] = append(want[name], fmt.Sprintf("%s-%02d", name, n))
			}
			ids := want[name]
			wg.Go(func() {
				for _, id := range ids {
					ev := &bus.Event{ID: id, Source: "s", DetailType: name, Time: midday}
					if err := f.db.Write(f.Context(), func(tx *store.Tx) error { return f.bus.Publish(tx, bus.Default, ev) }); err != nil {
						f.Error(err)
					}
				}
			})
		}
		wg.Wait()
		f.shelf.take()
		f.replay("all")
		f.finish()
		got := map[string][]string{}
		for _, d := range f.shelf.take() {
			got[d.Event.DetailType] = append(got[d.Event.DetailType], d.Event.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			f.Error(diff)
		}
	})
}

// TestReplaysAndSweepRunByThemselves runs the loops in virtual time, on a database of its own.
func TestReplaysAndSweepRunByThemselves(t *testing.T) {
	d := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		f := over(t, db, bus.Config{})
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		defer wg.Wait()
		defer stop()
		replays, stopReplays := context.WithCancel(ctx)
		defer stopReplays()
		wg.Go(func() { f.bus.RunReplays(replays) })
		wg.Go(func() { f.bus.RunArchiveSweep(ctx) })
		f.archive("a", "", 1)
		f.rule("r", `{"source":["s"]}`, target("q"))
		want := f.fill(250)
		f.shelf.take()
		f.replay("woken")
		time.Sleep(time.Millisecond)
		f.state("woken", bus.ReplayCompleted)
		if diff := cmp.Diff(want, f.ids("r")); diff != "" {
			t.Error(diff)
		}
		other := over(t, db, bus.Config{}) // another node begins one
		other.replay("polled")
		time.Sleep(1100 * time.Millisecond)
		f.state("polled", bus.ReplayCompleted)
		stopReplays() // they would look 90,000 times
		time.Sleep(24*time.Hour + 2*time.Minute)
		f.holds("a", 0)
	})
}

func FuzzArchivedEventComesBackAsItWas(f *testing.F) {
	f.Add("source", "detail-type", "resource", "again")
	f.Add("\"\\\x00\x1f\n", "é\xff\xfe", "\u2028\ufffe😀", "a.b-c")
	f.Fuzz(func(t *testing.T, source, detailType, resource, name string) {
		ev := &bus.Event{ID: "i", Source: source, DetailType: detailType, Resources: []string{resource}, Detail: []byte(`{"n":1.50,"u":"\u00fc<>&"}`)}
		same, replayed, err := bus.ArchivedAndBack(ev, name)
		if err != nil {
			t.Fatal(err)
		}
		want := string(bus.Envelope(ev))
		if diff := cmp.Diff(want, string(same)); diff != "" {
			t.Error(diff)
		}
		var got struct {
			Replay string `json:"replay-name"`
		}
		if err := json.Unmarshal(replayed, &got); err != nil || got.Replay != expand(name) {
			t.Errorf("%s: %q, %v", replayed, got.Replay, err)
		}
	})
}

// An event that its publisher should not have sent is told of, and does not hold up those behind it.
func TestArchivedEventThatIsNoJSONIsDroppedFromAReplay(t *testing.T) {
	each(t, func(f *fixture) {
		f.archive("a", "", 0)
		f.publish(bus.Event{ID: "bad", Source: "s", DetailType: "t", Time: midday, Detail: []byte(`{"x":1,`)})
		f.rule("r", `{"source":["s"]}`, target("q"))
		f.publish(bus.Event{ID: "good", Source: "s", DetailType: "t", Time: midday})
		f.shelf.take()
		f.holds("a", 2)
		f.replay("all")
		f.finish()
		f.state("all", bus.ReplayCompleted)
		if diff := cmp.Diff([]string{"good"}, f.ids("r")); diff != "" {
			f.Error(diff)
		}
		f.counts("events_dropped", 1, bus.InvalidJSON)
	})
}

// A rule that a replay is for may forward its events to another bus: all rules of that one get them, and its archives
// have them already.
func TestReplayedEventIsForwardedToAnotherBus(t *testing.T) {
	each(t, func(f *fixture) {
		f.make("orders")
		f.archive("a", "", 0)
		f.write(func(tx *store.Tx) error {
			_, err := f.bus.CreateArchive(tx, bus.Archive{Name: "b", Bus: "orders"})
			return err
		})
		f.rule("over", `{"source":["s"]}`, bus.Target{ID: "o", ARN: f.bus.ARN("orders")})
		f.rule("not", `{"source":["s"]}`, target("q"))
		f.ruleOn("orders", "there", `{"source":["s"]}`, target("q2"))
		f.fill(2)
		f.shelf.take()
		f.replay("all", "over")
		f.finish()
		for _, d := range f.wants("there/q2", "there/q2") {
			if !strings.Contains(string(d.Body), `"replay-name":"all"`) {
				f.Errorf("got %s", d.Body)
			}
		}
		f.holds("a", 2)
		f.holds("b", 2)
	})
}
