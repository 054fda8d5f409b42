package bus_test

import (
	"testing"
	"time"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

func TestEveryStepOfCarryingMayFail(t *testing.T) {
	// Each run brings two deliveries of a group to the point where the act is to happen to the first.
	for _, act := range []struct {
		name    string
		do      func(f outsider, lane int64, p *bus.Pending) error
		letters int // that are there when it has happened
	}{
		{"delivered", func(f outsider, _ int64, p *bus.Pending) error {
			return f.bus.Settle(f.Context(), bus.Outcome{Pending: p, Ending: bus.Delivered, Began: noon})
		}, 0},
		{"again", func(f outsider, _ int64, p *bus.Pending) error {
			return f.bus.Settle(f.Context(), bus.Outcome{Pending: p, Ending: bus.Again, Began: noon, Code: bus.Timeout, Next: noon.Add(-time.Minute)})
		}, 0},
		{"dead", func(f outsider, _ int64, p *bus.Pending) error {
			return f.bus.Settle(f.Context(), bus.Outcome{Pending: p, Ending: bus.Dead, Began: noon, Code: bus.Timeout})
		}, 1},
		{"parked", func(f outsider, lane int64, _ *bus.Pending) error {
			_, err := f.bus.Fresh(f.Context(), lane, 0, 10)
			return err
		}, 0},
		{"claimed", func(f outsider, lane int64, _ *bus.Pending) error {
			f.clock.pass(lease)
			_, err := f.bus.ClaimLanes(f.Context(), "other", lease, 10)
			return err
		}, 0},
		{"held", func(f outsider, lane int64, _ *bus.Pending) error {
			_, err := f.bus.HoldLanes(f.Context(), "n", lease, []int64{lane})
			return err
		}, 0},
		{"released", func(f outsider, lane int64, _ *bus.Pending) error {
			return f.bus.ReleaseLanes(f.Context(), "n", []int64{lane})
		}, 0},
	} {
		t.Run(act.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, d storetest.Database) {
				var f outsider
				var err error
				var first *bus.Pending
				c := &clock{at: noon}
				d.Now = c.now
				storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
					f = overFar(t, db, c)
					f.write(func(tx *store.Tx) error {
						for _, table := range []string{"bus_delivery", "bus_lane"} {
							if _, err := tx.Exec(`DELETE FROM ` + table); err != nil {
								return err
							}
						}
						return nil
					})
					to := remote("far.fifo")
					to.MessageGroupID, to.DeadLetterARN = "g", queueARN("dlq")
					f.rule("r", all, to)
					f.publish(bus.Event{Source: "s", DetailType: "t"})
					f.publish(bus.Event{Source: "s", DetailType: "t"})
					lane := f.lane()
					if act.name != "parked" {
						first = f.fresh(lane)[0]
					}
					arm()
					err = act.do(f, lane, first)
				}, func(t *testing.T, _ *store.DB, failed store.Step) {
					f.finish(t, act.name, act.letters, failed, err)
				})
				if err != nil {
					t.Errorf("the run that nothing disturbed: %v", err)
				}
			})
		})
	}
}

// finish carries what is there after an act that a failed step disturbed: both events have arrived or gone to the
// dead-letter queue in the end, each once.
func (f outsider) finish(t *testing.T, act string, letters int, failed store.Step, err error) {
	t.Helper()
	f.clock.pass(2 * lease)
	lane := f.lane()
	if failed.Kind != store.StepCommitted {
		letters = 0
	}
	if got := len(f.shelf.take()); got != letters || err == nil {
		t.Errorf("%s of %s failed: %d letters, want %d; err = %v", failed, act, got, letters, err)
	}
	carried := 0
	for {
		list := append(f.fresh(lane), f.due(lane).List...)
		if len(list) == 0 {
			break
		}
		if len(list) > 1 {
			t.Fatalf("%s of %s failed: %d deliveries of one group at once", failed, act, len(list))
		}
		carried++
		f.settle(bus.Outcome{Pending: list[0], Ending: bus.Delivered})
	}
	want := 2
	if failed.Kind == store.StepCommitted && (act == "delivered" || act == "dead") {
		want = 1
	}
	if carried != want {
		t.Errorf("%s of %s failed: %d carried afterwards, want %d", failed, act, carried, want)
	}
}
