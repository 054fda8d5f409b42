package bus_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// countTraces and countAttempts count rows.
const (
	countTraces   = `SELECT COUNT(*) FROM bus_trace`
	countAttempts = `SELECT COUNT(*) FROM bus_attempt`
)

// sweep sweeps, and wants so many traces and attempts to be left.
func (f outsider) sweep(traces, attempts int) {
	f.Helper()
	if err := f.bus.SweepTraces(f.Context()); err != nil {
		f.Fatal(err)
	}
	if n, m := f.rows(countTraces), f.rows(countAttempts); n != traces || m != attempts {
		f.Errorf("%d traces and %d attempts are left, want %d and %d", n, m, traces, attempts)
	}
}

func TestTracesGoWhenTheyAreTooOldOrTooMany(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := &clock{at: noon}
		f := overTraced(t, d.Open(t, store.Options{Now: c.now}), c, bus.TraceConfig{Keep: time.Hour, Events: 1200})
		f.rule("r", `{"source":["far"]}`, remote("far"))
		say := func(n int, source string) {
			list := make([]bus.Outgoing, n)
			for i := range list {
				list[i] = bus.Outgoing{Bus: bus.Default, Event: &bus.Event{Source: source, DetailType: "t"}}
			}
			f.write(func(tx *store.Tx) error { _, err := f.bus.PublishMany(tx, list); return err })
		}
		say(2, "far")
		list := f.fresh(f.lane())
		f.settle(bus.Outcome{Pending: list[0], Ending: bus.Delivered})
		say(1098, "s")
		f.sweep(1100, 1)
		c.pass(30 * time.Minute)
		say(100, "s")
		f.sweep(1200, 1)
		say(1, "s")
		f.sweep(1200, 0)
		c.pass(30*time.Minute + time.Microsecond)
		f.sweep(101, 0)
		f.settle(bus.Outcome{Pending: list[1], Ending: bus.Delivered}) // after its trace has gone
		f.sweep(101, 0)
		off := overTraced(t, f.db, c, bus.TraceConfig{})
		c.pass(time.Microsecond) // what is written now may stay a moment
		off.sweep(0, 0)
	})
}

func TestTracesGoWhenTheirEventsAreTooLarge(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := &clock{at: noon}
		f := overTraced(t, d.Open(t, store.Options{Now: c.now}), c, bus.TraceConfig{Keep: time.Hour, Bytes: 1 << 20})
		list := make([]bus.Outgoing, 200)
		for i := range list {
			detail := fmt.Sprintf(`{"x":"%s"}`, strings.Repeat("x", (1+i%3)*10_000)) // about 20 kB on average
			list[i] = bus.Outgoing{Bus: bus.Default, Event: &bus.Event{Source: "s", DetailType: "t", Detail: []byte(detail)}}
		}
		f.write(func(tx *store.Tx) error { _, err := f.bus.PublishMany(tx, list); return err })
		if err := f.bus.SweepTraces(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := f.rows(countTraces); n < 40 || n > 60 {
			t.Errorf("%d traces are left", n)
		}
	})
}

func TestEveryStepOfSweepingTracesMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := &clock{at: noon}
		d.Now = c.now
		var f outsider
		n := 0
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			if f.fixture == nil {
				f = overTraced(t, db, c, bus.TraceConfig{Keep: time.Hour, Events: 5})
			}
			for range 10 {
				n++
				f.publish(bus.Event{ID: fmt.Sprint("e", n), Source: "s", DetailType: "t"})
			}
			arm()
			_ = f.bus.SweepTraces(t.Context())
		}, func(t *testing.T, _ *store.DB, failed store.Step) {
			if f.rows(`SELECT COUNT(*) FROM bus_trace WHERE position <= (SELECT swept_to FROM bus_trace_sweep)`) > 0 {
				t.Errorf("%s failed: a part was swept", failed)
			}
			f.traceOf(fmt.Sprint("e", n-4))
			f.sweep(5, 0)
		})
	})
}
