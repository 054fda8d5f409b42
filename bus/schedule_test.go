package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
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

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

// noon is where the clock of a test begins.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// pass lets time pass.
func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// timed is a bus whose clock a test sets.
type timed struct {
	*fixture
	clock *clock
}

// eachTimed runs a test once an engine.
func eachTimed(t *testing.T, test func(f timed)) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := &clock{at: noon}
		test(timed{over(t, d.Open(t, store.Options{Now: c.now}), bus.Config{Quotas: bus.Quotas{RulesPerBus: 300}}), c})
	})
}

// scheduled makes a rule with a schedule and targets.
func (f *fixture) scheduled(name, expression string, targets ...bus.Target) {
	f.Helper()
	f.putRule(bus.Rule{Name: name, Schedule: expression})
	f.write(func(tx *store.Tx) error { return f.bus.PutTargets(tx, bus.Default, name, targets) })
}

// putRule puts a rule on the default bus.
func (f *fixture) putRule(r bus.Rule) {
	f.Helper()
	r.Bus = bus.Default
	f.write(func(tx *store.Tx) error { return f.bus.PutRule(tx, r) })
}

// setState enables or disables a rule.
func (f *fixture) setState(name, state string) {
	f.Helper()
	f.write(func(tx *store.Tx) error { return f.bus.SetRuleState(tx, bus.Default, name, state) })
}

// fire fires what is due and tells when the next is.
func (f *fixture) fire() time.Time {
	f.Helper()
	next, err := f.bus.FireSchedules(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	return next
}

// after lets time pass and wants who fires then: "rule/target" in order.
func (f timed) after(d time.Duration, where ...string) []bus.Delivery {
	f.Helper()
	f.clock.pass(d)
	f.fire()
	return f.wants(where...)
}

func TestScheduledEventIsAWSs(t *testing.T) {
	eachTimed(t, func(f timed) {
		f.clock.pass(7*time.Second + 8*time.Microsecond)
		f.rule("others", `{"source":[{"prefix":""}]}`, target("all"))
		constant := target("c")
		constant.Input = new(`{"do":"it"}`)
		part := target("p")
		part.InputPath = new("$.resources[0]")
		made := target("t")
		made.InputTransformer = &bus.InputTransformer{Paths: map[string]string{"t": "$.time"}, Template: `"<aws.events.rule-name> at <t>, <aws.events.event.ingestion-time>"`}
		f.scheduled("r", "rate(5 minutes)", constant, part, target("q"), made)
		f.after(5*time.Minute - time.Microsecond)
		got := f.after(time.Second, "r/c", "r/p", "r/q", "r/t")
		const arn = "arn:aws:events:eu-west-2:111122223333:rule/r"
		want := []string{
			`{"do":"it"}`, `"` + arn + `"`,
			`{"version":"0","id":"` + got[2].Event.ID + `","detail-type":"Scheduled Event","source":"aws.events","account":"111122223333",` +
				`"time":"2026-03-04T12:05:07Z","region":"eu-west-2","resources":["` + arn + `"],"detail":{}}`,
			`"r at 2026-03-04T12:05:07Z, 2026-03-04T12:05:08Z"`,
		}
		for i := range want {
			if diff := cmp.Diff(want[i], string(got[i].Body)); diff != "" {
				f.Error(diff)
			}
		}
		if d := got[2]; d.RuleARN != arn || len(d.Event.ID) != 36 || d.BusName != "default" {
			f.Errorf("delivery %+v", d)
		}
		f.counts("events_scheduled", 1)
		f.delivered(4)
		f.counts("events_published", 0)
	})
}

func TestRuleFiresWhenItIsDueAndOnlyThen(t *testing.T) {
	eachTimed(t, func(f timed) {
		f.scheduled("rate", "rate(2 minutes)", target("q"))
		f.scheduled("cron", "cron(3,4 12 * * ? *)", target("q"))
		f.scheduled("past", "cron(0 0 1 1 ? 2020)", target("q"))
		f.scheduled("none", "rate(1 minute)")
		f.after(0)
		f.after(119 * time.Second)
		f.after(time.Second, "rate/q")
		f.after(0)
		f.after(time.Minute, "cron/q")
		f.after(time.Minute, "rate/q", "cron/q")
		if next, want := f.fire(), noon.Add(5*time.Minute); !next.Equal(want) { // the rule without targets
			f.Errorf("due next at %v, want %v", next, want)
		}
		f.write(func(tx *store.Tx) error { return f.bus.DeleteRule(tx, bus.Default, "none") })
		f.write(func(tx *store.Tx) error { return f.bus.RemoveTargets(tx, bus.Default, "rate", []string{"q"}) })
		f.write(func(tx *store.Tx) error { return f.bus.DeleteRule(tx, bus.Default, "rate") })
		if next, want := f.fire(), noon.Add(24*time.Hour+3*time.Minute); !next.Equal(want) {
			f.Errorf("due next at %v, want %v", next, want)
		}
	})
}

func TestRuleMayHaveAPatternAndASchedule(t *testing.T) {
	eachTimed(t, func(f timed) {
		f.putRule(bus.Rule{Name: "r", Pattern: `{"source":["s"]}`, Schedule: "rate(1 minute)"})
		f.write(func(tx *store.Tx) error { return f.bus.PutTargets(tx, bus.Default, "r", []bus.Target{target("q")}) })
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		f.wants("r/q")
		f.after(time.Minute, "r/q")
		f.putRule(bus.Rule{Name: "r", Schedule: "rate(1 minute)"})
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		f.wants()
		f.after(time.Minute, "r/q")
		f.putRule(bus.Rule{Name: "r", Pattern: `{"source":["s"]}`})
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		f.wants("r/q")
		if next := f.after(time.Hour); !f.fire().IsZero() {
			f.Errorf("a rule without a schedule is due: %v", next)
		}
	})
}

func TestScheduleStopsAndGoesOnFromNow(t *testing.T) {
	eachTimed(t, func(f timed) {
		f.scheduled("r", "rate(10 minutes)", target("q"))
		f.clock.pass(9 * time.Minute)
		f.setState("r", bus.Enabled) // it was enabled already: it counts on
		f.putRule(bus.Rule{Name: "r", Schedule: "rate(10 minutes)", Description: "the schedule is the same"})
		f.after(time.Minute, "r/q")
		f.setState("r", bus.Disabled)
		if !f.fire().IsZero() {
			f.Error("a disabled rule is due")
		}
		f.after(25 * time.Minute)
		f.setState("r", bus.Enabled)
		f.after(9 * time.Minute)
		f.after(time.Minute, "r/q")
		f.putRule(bus.Rule{Name: "r", Schedule: "rate(3 minutes)"}) // it counts from here
		f.after(2 * time.Minute)
		f.after(time.Minute, "r/q")
		f.putRule(bus.Rule{Name: "r", Schedule: "rate(3 minutes)", State: bus.Disabled})
		f.after(time.Hour)
		f.putRule(bus.Rule{Name: "r", Schedule: "rate(3 minutes)"})
		f.after(3*time.Minute, "r/q")
	})
}

// A rule that is deleted and made again is another rule.
func TestDeletedScheduleIsForgotten(t *testing.T) {
	eachTimed(t, func(f timed) {
		f.putRule(bus.Rule{Name: "r", Schedule: "rate(10 minutes)"})
		f.clock.pass(9 * time.Minute)
		f.write(func(tx *store.Tx) error { return f.bus.DeleteRule(tx, bus.Default, "r") })
		f.scheduled("r", "rate(10 minutes)", target("q"))
		f.after(9 * time.Minute)
		f.after(time.Minute, "r/q")
	})
}

func TestBadSchedulesAreRefused(t *testing.T) {
	eachTimed(t, func(f timed) {
		put := func(r bus.Rule) error {
			return f.try(func(tx *store.Tx) error { return f.bus.PutRule(tx, r) })
		}
		refused(f.T, put(bus.Rule{Bus: bus.Default, Name: "r", Schedule: "rate(1 minutes)"}), fault.Invalid, "Parameter ScheduleExpression is not valid.")
		refused(f.T, put(bus.Rule{Bus: "x", Name: "r", Schedule: "rate(1 minutes)"}), fault.Invalid, "ScheduleExpression is supported only on the default event bus.")
		refused(f.T, put(bus.Rule{Bus: bus.Default, Name: "r"}), fault.Invalid, "Event pattern is not valid.")
	})
}

// What was missed while no server ran comes once, with the time of the first that was missed; then the schedule goes
// on as if nothing had happened.
func TestSchedulesSurviveARestart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		start := func(at time.Time) (*fixture, *store.DB) {
			db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{Now: func() time.Time { return at }})
			if err != nil {
				t.Fatal(err)
			}
			return over(t, db, bus.Config{}), db
		}
		f, db := start(noon)
		f.scheduled("cron", "cron(0/15 * * * ? *)", target("q"))
		f.scheduled("rate", "rate(7 minutes)", target("q"))
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		f, db = start(noon.Add(24*time.Hour + time.Second))
		defer db.Close()
		next := f.fire()
		var times []string
		for _, d := range f.wants("rate/q", "cron/q") {
			var body struct{ Time string }
			if err := json.Unmarshal(d.Body, &body); err != nil {
				t.Fatal(err)
			}
			times = append(times, body.Time)
		}
		if diff := cmp.Diff([]string{"2026-03-04T12:07:00Z", "2026-03-04T12:15:00Z"}, times); diff != "" {
			t.Error(diff)
		}
		if want := noon.Add(206 * 7 * time.Minute); !next.Equal(want) {
			t.Errorf("due next at %v, want %v", next, want)
		}
	})
}

// Servers on one database fire the same rules at once, while rules are switched: each firing happens once, and none
// after the rule was disabled.
func TestNodesFireARuleOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := &clock{at: noon}
		db := d.Open(t, store.Options{Now: c.now})
		quotas := bus.Config{Quotas: bus.Quotas{RulesPerBus: 300}}
		nodes := []*fixture{over(t, db, quotas), over(t, db, quotas), over(t, db, quotas)}
		const rules = 150
		for i := range rules {
			nodes[0].scheduled("r"+strconv.Itoa(i), "rate(1 minute)", target("q"))
		}
		var switching sync.WaitGroup
		for round := range 4 {
			c.pass(time.Minute)
			var wg sync.WaitGroup
			for _, n := range nodes {
				wg.Go(func() {
					for range 5 {
						if _, err := n.bus.FireSchedules(t.Context()); err != nil {
							t.Error(err)
						}
					}
				})
			}
			switching.Go(func() { nodes[0].setState("r"+strconv.Itoa(rules-1-round), bus.Disabled) })
			wg.Wait()
			switching.Wait()
			nodes[0].fire()
			count := map[string]int{}
			for _, n := range nodes {
				for _, d := range n.shelf.take() {
					count[d.RuleName]++
				}
			}
			for i := range rules {
				name := "r" + strconv.Itoa(i)
				least, most := 1, 1
				if i == rules-1-round { // disabled before or after
					least = 0
				} else if i > rules-1-round {
					least, most = 0, 0
				}
				if n := count[name]; n < least || n > most {
					t.Errorf("round %d: %s fired %d times, want %d to %d", round, name, n, least, most)
				}
			}
		}
	})
}

// A target that fails in a way that is not final holds up its own rule only.
func TestRuleThatCannotFireHoldsUpNoOther(t *testing.T) {
	eachTimed(t, func(f timed) {
		var want []string
		for i := range 200 {
			name := fmt.Sprintf("r%03d", i)
			if i%2 == 0 {
				f.scheduled(name, "rate(5 minutes)", target("bad"))
				continue
			}
			f.scheduled(name, "rate(5 minutes)", target("q"))
			want = append(want, name+"/q")
		}
		f.shelf.fail = func(d *bus.Delivery) error {
			if d.TargetID == "bad" {
				return fault.Wrap(fault.Internal, "", errStore)
			}
			return nil
		}
		f.after(5*time.Minute, want...)
		f.shelf.fail = nil
		f.after(time.Minute - time.Microsecond)
		want = want[:0]
		for i := 0; i < 200; i += 2 {
			want = append(want, fmt.Sprintf("r%03d/bad", i))
		}
		f.after(time.Microsecond, want...)
		f.after(3 * time.Minute)
		f.clock.pass(time.Minute)
		f.fire()
		if n := len(f.shelf.take()); n != 200 {
			f.Errorf("%d rules fired, want all on their old beat", n)
		}
	})
}

// TestEveryStepOfAFiringMayFail makes each step fail in turn: the event is delivered and the next time is stored, once,
// whatever fails.
func TestEveryStepOfAFiringMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var f *fixture
		c := &clock{at: noon}
		d.Now = c.now
		var fired, told int
		run := func(t *testing.T, db *store.DB, arm func()) {
			if f == nil {
				f = over(t, db, bus.Config{})
				f.scheduled("a", "rate(1 minute)", target("q"))
				f.scheduled("b", "cron(* * * * ? *)", target("q"))
			}
			c.pass(time.Minute)
			fired++
			arm()
			f.bus.FireSchedules(t.Context())
		}
		storetest.EveryStep(t, d, run, func(t *testing.T, _ *store.DB, failed store.Step) {
			f.fire()
			told += len(f.shelf.take())
			if told != 2*fired {
				t.Errorf("after %s: %d events in %d minutes, want two a minute", failed, told, fired)
			}
		})
	})
}

// TestRulesFireByThemselves runs the loop in virtual time.
func TestRulesFireByThemselves(t *testing.T) {
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
		wg.Go(func() { f.bus.RunSchedules(ctx) })
		f.scheduled("rate", "rate(3 minutes)", target("q"))
		f.scheduled("cron", "cron(* * * * ? *)", target("q"))
		time.Sleep(6*time.Minute + 30*time.Second)
		var rates, crons int
		for _, d := range f.shelf.take() {
			switch d.RuleName {
			case "rate":
				rates++
			case "cron":
				crons++
				if d.Event.Time.Second() != 0 {
					t.Errorf("cron at %v", d.Event.Time)
				}
			}
		}
		if rates != 2 || crons < 6 || crons > 7 {
			t.Errorf("%d and %d events in six and a half minutes", rates, crons)
		}
	})
}

// A change of the schedule that rolls back changes nothing.
func TestEveryStepOfPuttingAScheduleMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var f *fixture
		c := &clock{at: noon}
		d.Now = c.now
		run := func(t *testing.T, db *store.DB, arm func()) {
			if f == nil {
				f = over(t, db, bus.Config{})
			}
			f.putRule(bus.Rule{Name: "r", Schedule: "rate(10 minutes)"})
			arm()
			err := f.try(func(tx *store.Tx) error {
				return f.bus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: "r", Schedule: "rate(1 minute)"})
			})
			if err != nil && !errors.Is(err, storetest.ErrStep) && !strings.Contains(err.Error(), storetest.ErrStep.Error()) {
				t.Error(err)
			}
		}
		storetest.EveryStep(t, d, run, func(t *testing.T, db *store.DB, failed store.Step) {
			want := map[string]time.Duration{"rate(10 minutes)": 10 * time.Minute, "rate(1 minute)": time.Minute}
			var got bus.Rule
			f.write(func(tx *store.Tx) (err error) { got, err = f.bus.Rule(tx, bus.Default, "r"); return err })
			if next := f.fire(); !next.Equal(noon.Add(want[got.Schedule])) || (got.Schedule == "rate(1 minute)") != (failed.Kind == store.StepCommitted) {
				t.Errorf("after %s: %s is due at %v", failed, got.Schedule, next)
			}
		})
	})
}

// names lists the rules of deliveries, each once.
func names(list []bus.Delivery) []string {
	var all []string
	for _, d := range list {
		all = append(all, d.RuleName)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Rules that are due at once fire in steps, so that others write between them.
func TestManyRulesFireInSteps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		const rules = 2000
		c := &clock{at: noon}
		var inserts statements
		f := over(t, d.Open(t, store.Options{Now: c.now, Step: inserts.step}), bus.Config{Quotas: bus.Quotas{RulesPerBus: rules}})
		for from := 0; from < rules; from += 500 {
			f.write(func(tx *store.Tx) error {
				for i := from; i < from+500; i++ {
					name := "r" + strconv.Itoa(i)
					if err := f.bus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: name, Schedule: "rate(1 minute)"}); err != nil {
						return err
					}
					if err := f.bus.PutTargets(tx, bus.Default, name, []bus.Target{target("q")}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		inserts.count()
		c.pass(time.Minute)
		f.fire()
		if n := len(names(f.shelf.take())); n != rules {
			t.Errorf("%d rules fired, want %d", n, rules)
		}
		if n := inserts.count("SELECT changes, version, policy FROM bus")[0]; n != (rules+63)/64 {
			t.Errorf("they fired in %d transactions", n)
		}
		f.counts("events_scheduled", rules)
	})
}
