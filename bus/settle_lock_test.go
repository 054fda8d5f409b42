package bus_test

import (
	"os"
	"testing"
	"time"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// lockedLane tries to lock a lane, and says whether nobody else had it.
func lockedLane(tx *store.Tx, lane int64) (bool, error) {
	return tx.Get(`SELECT number FROM bus_lane WHERE number = ? /*skip locked*/`, []any{lane}, new(int64))
}

func TestSettlesLockLanesByTheirNumbers(t *testing.T) {
	server := os.Getenv("CASESTREAM_TEST_PG")
	if server == "" {
		t.Skip("CASESTREAM_TEST_PG is not set")
	}
	c := &clock{at: noon}
	f := overFar(t, storetest.Postgres(t, server).Open(t, store.Options{Now: c.now}), c)
	one, two := remote("one.fifo"), remote("two.fifo") // which hold what comes behind in its group
	one.MessageGroupID, two.MessageGroupID = "g", "g"
	f.rule("r", all, one, two)
	f.publish(bus.Event{Source: "s", DetailType: "t"})
	lanes := f.claims("n")
	low, high := min(lanes[0].Number, lanes[1].Number), max(lanes[0].Number, lanes[1].Number)
	outcomes := []bus.Outcome{ // in the order in which they must not lock
		{Pending: f.fresh(high)[0], Ending: bus.Delivered, Began: noon},
		{Pending: f.fresh(low)[0], Ending: bus.Delivered, Began: noon},
	}
	settled := make(chan error, 1)
	f.write(func(tx *store.Tx) error {
		if free, err := lockedLane(tx, low); err != nil || !free {
			t.Fatalf("lane %d is free: %v, %v", low, free, err)
		}
		go func() {
			settled <- f.db.Write(f.Context(), func(tx *store.Tx) error { return f.bus.SettleTogether(tx, outcomes...) })
		}()
		for waits := false; !waits; { // for the lane that is locked here
			err := f.db.Read(f.Context(), func(tx *store.Tx) error {
				var n int
				_, err := tx.Get(`SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`, nil, &n)
				waits = n > 0
				return err
			})
			if err != nil {
				return err
			}
			time.Sleep(5 * time.Millisecond)
		}
		if free, err := lockedLane(tx, high); err != nil || !free {
			t.Errorf("while it waits for lane %d it holds lane %d: %v", low, high, err)
		}
		return nil
	})
	if err := <-settled; err != nil {
		t.Fatal(err)
	}
	f.empty(low)
	f.empty(high)
}
