package bus_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// make makes a bus.
func (f *fixture) make(name string) {
	f.Helper()
	f.write(func(tx *store.Tx) error {
		_, err := f.bus.CreateEventBus(tx, name, bus.BusSettings{}, nil)
		return err
	})
}

// ruleOn makes a rule on a bus, with targets.
func (f *fixture) ruleOn(busName, name, pattern string, targets ...bus.Target) {
	f.Helper()
	f.write(func(tx *store.Tx) error {
		if err := f.bus.PutRule(tx, bus.Rule{Bus: busName, Name: name, Pattern: pattern}); err != nil {
			return err
		}
		return f.bus.PutTargets(tx, busName, name, targets)
	})
}

// send puts an event of the source s on a bus.
func (f *fixture) send(busName string) *bus.Event {
	f.Helper()
	ev := &bus.Event{Source: "s", DetailType: "t"}
	f.write(func(tx *store.Tx) error { return f.bus.Publish(tx, busName, ev) })
	return ev
}

// describe gives a bus.
func (f *fixture) describe(name string) bus.EventBus {
	f.Helper()
	var e bus.EventBus
	err := f.db.Read(f.Context(), func(tx *store.Tx) (err error) {
		e, err = f.bus.EventBus(tx, name)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return e
}

// names lists the buses whose name begins with a prefix.
func (f *fixture) names(prefix string) string {
	f.Helper()
	var names []string
	err := f.db.Read(f.Context(), func(tx *store.Tx) error {
		list, err := f.bus.EventBuses(tx, prefix)
		for _, e := range list {
			names = append(names, e.Name)
		}
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return strings.Join(names, " ")
}

// drop deletes a bus.
func (f *fixture) drop(name string) error {
	f.Helper()
	return f.try(func(tx *store.Tx) error { return f.bus.DeleteEventBus(tx, name) })
}

func TestBusIsMadeChangedAndRemoved(t *testing.T) {
	each(t, func(f *fixture) {
		var made, changed bus.EventBus
		f.write(func(tx *store.Tx) (err error) {
			made, err = f.bus.CreateEventBus(tx, "orders", bus.BusSettings{Description: "<about>", DeadLetterARN: queueARN("dlq")}, map[string]string{"k": "v"})
			return err
		})
		if diff := cmp.Diff(made, f.describe("orders")); diff != "" || made.Created.IsZero() || made.ARN != "arn:aws:events:eu-west-2:111122223333:event-bus/orders" {
			f.Errorf("%+v\n%s", made, diff)
		}
		f.write(func(tx *store.Tx) (err error) {
			changed, err = f.bus.UpdateEventBus(tx, "orders", func(s *bus.BusSettings) { s.Description, s.Log = "", &bus.LogConfig{Level: "INFO"} })
			return err
		})
		want := made
		want.Settings = bus.BusSettings{DeadLetterARN: queueARN("dlq"), Log: &bus.LogConfig{Level: "INFO"}}
		want.Modified = changed.Modified
		if diff := cmp.Diff(want, f.describe("orders")); diff != "" || changed.Modified.Before(made.Modified) {
			f.Error(diff)
		}
		f.make("b")
		if got := f.names(""); got != "b default orders" {
			f.Error(got)
		}
		if got := f.names("or"); got != "orders" {
			f.Error(got)
		}
		for range 2 { // the second time it is gone already
			if err := f.drop("orders"); err != nil {
				f.Error(err)
			}
		}
		if got := f.names(""); got != "b default" {
			f.Error(got)
		}
	})
}

func TestBusThatCannotBeIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		f := over(t, d.Open(t, store.Options{}), bus.Config{Quotas: bus.Quotas{EventBuses: 3}})
		create := func(name string, s bus.BusSettings, tags map[string]string) error {
			return f.try(func(tx *store.Tx) error {
				_, err := f.bus.CreateEventBus(tx, name, s, tags)
				return err
			})
		}
		f.make("a")
		refused(t, create("a", bus.BusSettings{}, nil), fault.Conflict, "Event bus a already exists.")
		refused(t, create("default", bus.BusSettings{}, nil), fault.Conflict, "Event bus default already exists.")
		refused(t, create("a/b", bus.BusSettings{}, nil), fault.Invalid, "Event bus name must not contain '/'.")
		refused(t, create("b", bus.BusSettings{Description: "a\x00"}, nil), fault.Invalid, "Parameter Description is not valid.")
		for _, arn := range []string{"x", queueARN("q.fifo"), "arn:aws:sns:eu-west-2:111122223333:t"} {
			refused(t, create("b", bus.BusSettings{DeadLetterARN: arn}, nil), fault.Invalid, "Parameter DeadLetterConfig.Arn is not valid.")
		}
		refused(t, create("b", bus.BusSettings{}, map[string]string{"aws:x": ""}), fault.Invalid, "cannot begin with aws:")
		f.make("b")
		refused(t, create("c", bus.BusSettings{}, nil), fault.Limit, "The requested resource exceeds the maximum number allowed.")
		if got := f.names(""); got != "a b default" {
			t.Error(got)
		}
		update := func(name string, s bus.BusSettings) error {
			return f.try(func(tx *store.Tx) error {
				_, err := f.bus.UpdateEventBus(tx, name, func(old *bus.BusSettings) { *old = s })
				return err
			})
		}
		refused(t, update("c", bus.BusSettings{}), fault.NotFound, "Event bus c does not exist.")
		refused(t, update("b", bus.BusSettings{DeadLetterARN: "x"}), fault.Invalid, "DeadLetterConfig.Arn")
		refused(t, f.drop("default"), fault.Invalid, "Cannot delete event bus default.")
	})
}

func TestQuotaOfBusesHoldsAgainstConcurrentCreation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		f := over(t, d.Open(t, store.Options{}), bus.Config{Quotas: bus.Quotas{EventBuses: 4}})
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				err := f.try(func(tx *store.Tx) error {
					_, err := f.bus.CreateEventBus(tx, fmt.Sprint("bus", i), bus.BusSettings{}, nil)
					return err
				})
				if err != nil && fault.KindOf(err) != fault.Limit {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := len(strings.Fields(f.names(""))); n != 4 {
			t.Errorf("%d buses, want 4", n)
		}
	})
}

func TestBusWithRulesIsNotRemoved(t *testing.T) {
	each(t, func(f *fixture) {
		f.make("orders")
		f.ruleOn("orders", "r", `{"source":["s"]}`, target("q"))
		refused(f.T, f.drop("orders"), fault.Conflict, "EventBus can't be deleted since it has rules.")
		f.send("orders")
		f.wants("r/q")
		f.write(func(tx *store.Tx) error {
			return errors.Join(f.bus.RemoveTargets(tx, "orders", "r", []string{"q"}), f.bus.DeleteRule(tx, "orders", "r"))
		})
		if err := f.drop("orders"); err != nil {
			f.Error(err)
		}
	})
}

// What a node has compiled of a bus must not serve another bus of the same name.
func TestBusThatIsMadeAgainBeginsAnew(t *testing.T) {
	each(t, func(f *fixture) {
		other := over(f.T, f.db, bus.Config{})
		for i := range 3 {
			f.make("orders")
			f.send("orders")
			f.wants()
			other.send("orders")
			other.wants()
			name := fmt.Sprint("r", i)
			f.ruleOn("orders", name, `{"source":["s"]}`, target("q"))
			f.send("orders")
			other.send("orders")
			other.wants(name + "/q")
			d := f.wants(name + "/q")[0]
			if want := "arn:aws:events:eu-west-2:111122223333:rule/orders/" + name; d.RuleARN != want || d.BusName != "orders" {
				f.Errorf("got %s on %s, want %s", d.RuleARN, d.BusName, want)
			}
			f.write(func(tx *store.Tx) error {
				return errors.Join(f.bus.RemoveTargets(tx, "orders", name, []string{"q"}), f.bus.DeleteRule(tx, "orders", name), f.bus.DeleteEventBus(tx, "orders"))
			})
			f.send("orders")
			f.wants()
			f.counts("events_dropped", int64(i+1), bus.NoSuchBus)
		}
	})
}

func TestRulesOfOneBusSeeNoEventsOfAnother(t *testing.T) {
	each(t, func(f *fixture) {
		f.make("a")
		f.make("b")
		f.ruleOn("a", "r", `{"source":["s"]}`, target("qa"))
		f.ruleOn("b", "r", `{"source":["s"]}`, target("qb"))
		f.ruleOn(bus.Default, "r", `{"source":["s"]}`, target("qd"))
		list := []bus.Outgoing{}
		for _, name := range []string{"b", "a", "b", bus.Default, "nowhere"} {
			list = append(list, bus.Outgoing{Bus: name, Event: &bus.Event{Source: "s", DetailType: "t"}})
		}
		if _, err := f.bus.PublishAll(f.Context(), list); err != nil {
			f.Fatal(err)
		}
		f.wants("r/qb", "r/qa", "r/qb", "r/qd")
		f.counts("events_dropped", 1, bus.NoSuchBus)
	})
}

func TestEveryStepOfMakingAndRemovingABusMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var f *fixture
		var err error
		run := func(t *testing.T, db *store.DB, arm func()) {
			f = over(t, db, bus.Config{})
			if err := f.drop("orders"); err != nil {
				t.Fatal(err)
			}
			arm()
			err = f.try(func(tx *store.Tx) error {
				_, err := f.bus.CreateEventBus(tx, "orders", bus.BusSettings{Description: "d"}, map[string]string{"k": "v"})
				if err != nil {
					return err
				}
				return f.bus.AddPermission(tx, "orders", bus.Permission{StatementID: "s", Principal: "*"})
			})
		}
		storetest.EveryStep(t, d, run, func(t *testing.T, _ *store.DB, failed store.Step) {
			want := "default"
			if failed.Kind == store.StepCommitted {
				want = "default orders"
			}
			if got := f.names(""); got != want || !errors.Is(err, storetest.ErrStep) {
				t.Errorf("%s failed: buses %s, want %s; err = %v", failed, got, want, err)
			}
			if want != "default" {
				f.ruleOn("orders", "r", `{"source":["s"]}`)
				f.write(func(tx *store.Tx) error { return f.bus.DeleteRule(tx, "orders", "r") })
			}
		})
		if err != nil || f.describe("orders").Policy == "" {
			t.Errorf("the run that nothing disturbed: %v", err)
		}
	})
}

func TestDefaultBusHasTimesOnceItIsChanged(t *testing.T) {
	each(t, func(f *fixture) {
		if e := f.describe(bus.Default); !e.Created.IsZero() || !e.Modified.IsZero() {
			f.Errorf("%+v", e)
		}
		var now time.Time
		f.write(func(tx *store.Tx) error {
			now = tx.Now()
			return f.bus.SetPolicy(tx, bus.Default, "")
		})
		if e := f.describe(bus.Default); !e.Created.Equal(now) || !e.Modified.Equal(now) {
			f.Errorf("%+v, want %s", e, now)
		}
	})
}
