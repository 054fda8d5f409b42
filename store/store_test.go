package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// put adds a row to the one table that the store itself has.
func put(tx *store.Tx, n int) error {
	_, err := tx.Exec(`INSERT INTO store_probe (id, at) VALUES (?, ?)`, n, tx.Micros())
	return err
}

// ids lists the rows that put added.
func ids(t *testing.T, db *store.DB) []int {
	t.Helper()
	var list []int
	err := db.Read(t.Context(), func(tx *store.Tx) (err error) {
		list, err = store.Column[int](tx, `SELECT id FROM store_probe WHERE id > ? ORDER BY id`, 1)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestWriteKeepsAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		no := errors.New("no")
		woken := 0
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			tx.AfterCommit(func() { woken++ })
			return errors.Join(put(tx, 10), no)
		})
		if !errors.Is(err, no) {
			t.Errorf("err = %v, want the closure's own", err)
		}
		if got := ids(t, db); len(got) != 0 || woken != 0 {
			t.Errorf("rows %v, %d wake-ups after a failed closure", got, woken)
		}
		if err := db.Write(t.Context(), func(tx *store.Tx) error {
			tx.AfterCommit(func() { woken++ })
			return put(tx, 11)
		}); err != nil {
			t.Fatal(err)
		}
		if got := ids(t, db); fmt.Sprint(got) != "[11]" || woken != 1 {
			t.Errorf("rows %v, %d wake-ups", got, woken)
		}
	})
}

func TestConcurrentWritersFailAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		var wg sync.WaitGroup
		var failed atomic.Int32
		for n := range 200 {
			wg.Go(func() {
				err := db.Write(t.Context(), func(tx *store.Tx) error {
					if err := put(tx, 100+n); err != nil {
						return err
					}
					switch n % 10 {
					case 3:
						return fault.New(fault.Invalid, "every tenth refuses")
					case 7:
						panic("every tenth panics")
					}
					return nil
				})
				if err != nil {
					failed.Add(1)
				}
			})
		}
		wg.Wait()
		if got := len(ids(t, db)); got != 160 || failed.Load() != 40 {
			t.Errorf("%d rows and %d failures, want 160 and 40", got, failed.Load())
		}
	})
}

func TestLastRunsBehindEverythingOfThoseThatSucceed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		var wg sync.WaitGroup
		for n := range 100 {
			wg.Go(func() {
				_ = db.Write(t.Context(), func(tx *store.Tx) error { // what is kept is looked at below
					tx.Last(func(tx *store.Tx) error {
						_, err := tx.Exec(`UPDATE store_probe SET at = -1 WHERE id = ?`, 100+n)
						return err
					})
					if err := put(tx, 100+n); err != nil || n%2 == 0 {
						return err
					}
					return errors.New("every other refuses")
				})
			})
		}
		wg.Wait()
		var last int
		err := db.Read(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Get(`SELECT COUNT(*) FROM store_probe WHERE at = -1`, nil, &last)
			return err
		})
		if rows := len(ids(t, db)); err != nil || rows != 50 || last != 50 {
			t.Errorf("%d rows, %d of them changed at last (%v), want 50 of 50", rows, last, err)
		}
		err = db.Write(t.Context(), func(tx *store.Tx) error {
			tx.Last(func(tx *store.Tx) error { return errors.New("no") })
			return put(tx, 1000)
		})
		if rows := len(ids(t, db)); err == nil || rows != 50 {
			t.Errorf("%d rows after a failure at last (%v)", rows, err)
		}
	})
}

func TestUniqueViolationIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		var unique bool
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			if err := put(tx, 10); err != nil {
				return err
			}
			err := put(tx, 10)
			unique = tx.IsUnique(err)
			return err
		})
		if err == nil || !unique {
			t.Errorf("err = %v, unique = %v", err, unique)
		}
	})
}

func TestForgottenStatementErrorStillFails(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			_, _ = tx.Exec(`INSERT INTO no_such_table (id) VALUES (?)`, 1)
			return nil
		})
		if err == nil {
			t.Error("a transaction with a failed statement was acknowledged")
		}
	})
}

func TestNowIsOneInstantAndNeverGoesBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		clock := time.Date(2026, 1, 2, 3, 4, 5, 678_901_234, time.FixedZone("x", 3600))
		db := d.Open(t, store.Options{Now: func() time.Time { clock = clock.Add(-time.Hour); return clock }})
		var last time.Time
		for n := range 3 {
			if err := db.Write(t.Context(), func(tx *store.Tx) error {
				if tx.Now().Before(last) || tx.Now().Location() != time.UTC || tx.Now().Nanosecond()%1000 != 0 {
					t.Errorf("Now = %v after %v", tx.Now(), last)
				}
				last = tx.Now()
				if err := put(tx, 10+n); err != nil {
					return err
				}
				var at int64
				if _, err := tx.Get(`SELECT at FROM store_probe WHERE id = ?`, []any{10 + n}, &at); err != nil {
					return err
				}
				if got := time.UnixMicro(at).UTC(); !got.Equal(tx.Now()) {
					t.Errorf("stored %v, Now %v", got, tx.Now())
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestEveryStepFailsCleanly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		n := 10
		var err error
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			n++
			arm()
			err = db.Write(t.Context(), func(tx *store.Tx) error {
				if err := put(tx, n); err != nil {
					return err
				}
				tx.Last(func(tx *store.Tx) error { return put(tx, n+200_000) })
				return put(tx, n+100_000)
			})
		}, func(t *testing.T, db *store.DB, failed store.Step) {
			if !errors.Is(err, storetest.ErrStep) {
				t.Errorf("%s failed and the caller heard %v", failed, err)
			}
			have := 0
			for _, id := range ids(t, db) {
				if id == n || id == n+100_000 || id == n+200_000 {
					have++
				}
			}
			want := 0
			if failed.Kind == store.StepCommitted {
				want = 3
			}
			if have != want {
				t.Errorf("%s failed: %d rows, want %d", failed, have, want)
			}
		})
	})
}

func TestReopenKeepsWhatWasAcknowledged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Write(t.Context(), func(tx *store.Tx) error { return put(tx, 10) }); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := db.Write(t.Context(), func(tx *store.Tx) error { return put(tx, 11) }); err == nil {
			t.Error("a closed store acknowledged")
		}
		if got := ids(t, d.Open(t, store.Options{})); fmt.Sprint(got) != "[10]" {
			t.Errorf("rows %v after reopening", got)
		}
	})
}

func TestSQLiteRefusesASecondProcess(t *testing.T) {
	d := storetest.SQLite(t)
	d.Open(t, store.Options{})
	_, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{})
	if err == nil || !strings.Contains(err.Error(), "held by another process") {
		t.Errorf("err = %v", err)
	}
}

func TestCallerWhoLeavesBeforeHisTurnIsNotServed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.Write(ctx, func(tx *store.Tx) error { return put(tx, 10) }); !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v", err)
		}
		if got := ids(t, db); len(got) != 0 {
			t.Errorf("rows %v", got)
		}
	})
}

func TestBatchWhoseCommitNobodyHeardIsNotRunAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var lose atomic.Bool
		db := d.Open(t, store.Options{Step: func(s store.Step) error {
			if s.Kind == store.StepCommitted && lose.Load() {
				return storetest.ErrStep
			}
			return nil
		}})
		var stored atomic.Int32
		hold := make(chan struct{})
		b := store.NewBatch(db, 50, func(tx *store.Tx, calls []*store.BatchCall[int, int]) error {
			stored.Add(int32(len(calls)))
			for _, c := range calls {
				if c.In == 0 {
					<-hold // while the first call is in its transaction the others gather
				}
			}
			return nil
		})
		var wg sync.WaitGroup
		lose.Store(true)
		for n := range 20 {
			wg.Go(func() {
				if _, err := b.Do(t.Context(), n); fault.KindOf(err) != fault.Unavailable {
					t.Errorf("err = %v", err)
				}
			})
		}
		close(hold)
		wg.Wait()
		if got := stored.Load(); got != 20 {
			t.Errorf("20 calls were stored %d times", got)
		}
	})
}

func TestBatchGivesEachCallItsOwnAnswer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		var runs atomic.Int32
		b := store.NewBatch(db, 50, func(tx *store.Tx, calls []*store.BatchCall[int, int]) error {
			runs.Add(1)
			for _, c := range calls {
				if c.In%10 == 3 {
					c.Err = fault.New(fault.Invalid, "refused")
					continue
				}
				if err := put(tx, c.In); err != nil {
					return err
				}
				if c.In%10 == 7 {
					return errors.New("spoils the batch")
				}
				c.Out = c.In * 2
			}
			return nil
		})
		var wg sync.WaitGroup
		for n := 100; n < 300; n++ {
			wg.Go(func() {
				out, err := b.Do(t.Context(), n)
				bad := n%10 == 3 || n%10 == 7
				if bad != (err != nil) || !bad && out != 2*n {
					t.Errorf("Do(%d) = %d, %v", n, out, err)
				}
			})
		}
		wg.Wait()
		if got := len(ids(t, db)); got != 160 {
			t.Errorf("%d rows, want 160", got)
		}
		t.Logf("%d runs for 200 calls", runs.Load())
	})
}
