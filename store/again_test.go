package store_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// What a panic behind a commit makes of the calls is told to all of them, and is no reason to run them one by one: they are stored.
func TestPanicBehindACommitDoesNothingTwice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		hold := make(chan struct{})
		var rows atomic.Int64
		b := store.NewBatch(db, 10, func(tx *store.Tx, calls []*store.BatchCall[int, struct{}]) error {
			<-hold
			for _, c := range calls {
				if c.In == 1 {
					continue
				}
				tx.AfterCommit(func() { panic("oops") })
				if err := put(tx, 10+int(rows.Add(1))); err != nil {
					return err
				}
			}
			return nil
		})
		done := make(chan error, 9)
		call := func(in int) {
			_, err := b.Do(t.Context(), in)
			done <- err
		}
		for range 4 { // all that may run at once
			go call(1)
			time.Sleep(20 * time.Millisecond)
		}
		for range 5 { // these wait, and run together
			go call(2)
		}
		time.Sleep(50 * time.Millisecond)
		close(hold)
		for range 9 {
			<-done
		}
		if got := ids(t, db); len(got) != 5 {
			t.Errorf("5 calls have left %d rows", len(got))
		}
	})
}
