package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"testing"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// errSick is what a sick engine's connections and background work fail with.
var errSick = errors.New("sick")

// sick is an engine of which parts fail.
type sick struct {
	store.Engine
	class    store.Class                     // of errSick
	noReads  bool                            // no connection to read on can be opened
	maintain func(ctx context.Context) error // in place of the engine's own; nil: the engine's own
}

// Open puts the failing parts in place.
func (s sick) Open(ctx context.Context, dsn string) (store.Conns, error) {
	c, err := s.Engine.Open(ctx, dsn)
	if err != nil {
		return c, err
	}
	if s.noReads {
		if err := c.Read.Close(); err != nil {
			return c, err
		}
		c.Read = sql.OpenDB(s)
	}
	if s.maintain != nil {
		c.Maintain = s.maintain
	}
	return c, nil
}

// Classify knows errSick.
func (s sick) Classify(err error) store.Class {
	if errors.Is(err, errSick) {
		return s.class
	}
	return s.Engine.Classify(err)
}

// Connect fails.
func (sick) Connect(context.Context) (driver.Conn, error) { return nil, errSick }

// Driver is not asked for.
func (sick) Driver() driver.Driver { return nil }

func TestReadThatGetsNoConnectionFails(t *testing.T) {
	for _, class := range []store.Class{store.Gone, store.Full, store.Broken} {
		d := storetest.SQLite(t)
		d.Engine = sick{Engine: d.Engine, class: class, noReads: true}
		db := d.Open(t, store.Options{})
		ran := false
		err := db.Read(t.Context(), func(*store.Tx) error { ran = true; return nil })
		if fault.KindOf(err) != fault.Unavailable || ran {
			t.Errorf("class %d: err = %v, ran = %v", class, err, ran)
		}
		if broken := db.Err() != nil; broken != (class == store.Broken) {
			t.Errorf("class %d: broken = %v", class, broken)
		}
	}
}

func TestMaintenanceGoesOnAfterAFailure(t *testing.T) {
	d := storetest.SQLite(t)
	again := make(chan struct{})
	runs := 0
	d.Engine = sick{Engine: d.Engine, class: store.Full, maintain: func(ctx context.Context) error {
		if runs++; runs == 1 {
			return errSick
		}
		close(again)
		<-ctx.Done()
		return nil
	}}
	d.Open(t, store.Options{})
	select {
	case <-again:
	case <-time.After(10 * time.Second):
		t.Error("the background work was given up after one failure")
	}
}

func TestTransactionTakesNothingAfterAFailedStatement(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		for name, statement := range map[string]string{
			"unique":  `INSERT INTO store_probe (id, at) VALUES (1, 0)`,
			"mistake": `INSERT INTO no_such_table (id) VALUES (1)`,
		} {
			var next error
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				if err := put(tx, 10); err != nil {
					return err
				}
				_, _ = tx.Exec(statement)
				next = put(tx, 11)
				return nil
			})
			if err == nil || next == nil {
				t.Errorf("%s: err = %v, next statement's = %v", name, err, next)
			}
			if got := ids(t, db); len(got) != 0 {
				t.Errorf("%s: rows %v", name, got)
			}
		}
	})
}

func TestClosedStoreAnswersAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		nothing := func(*store.Tx) error { return nil }
		if err := db.Read(ctx, nothing); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("read: %v", err)
		}
		if err := db.Write(ctx, nothing); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("write: %v", err)
		}
	})
}

func TestCloseWaitsForTransactionsUnderWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		inside, leave, closed, wrote := make(chan struct{}), make(chan struct{}), make(chan error, 1), make(chan error, 1)
		go func() {
			wrote <- db.Write(t.Context(), func(tx *store.Tx) error {
				close(inside)
				<-leave
				return put(tx, 10)
			})
		}()
		<-inside
		go func() { closed <- db.Close() }()
		select {
		case err := <-closed:
			t.Errorf("closed under a transaction, with %v", err)
			close(leave)
			<-wrote
			return
		case <-time.After(50 * time.Millisecond):
		}
		close(leave)
		if err := errors.Join(<-wrote, <-closed); err != nil {
			t.Error(err)
		}
		if got := ids(t, d.Open(t, store.Options{})); len(got) != 1 {
			t.Errorf("rows %v, want the acknowledged one", got)
		}
	})
}

func TestClockThatIsSetBackGoesOn(t *testing.T) {
	d := storetest.SQLite(t)
	system := time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC)
	db := d.Open(t, store.Options{Now: func() time.Time { return system }})
	start := db.Now()
	// Without a monotonic reading the difference of two instants is all that can be known of the time that
	// passed: the clock is set back, and then goes on.
	system = system.Add(-10 * 365 * 24 * time.Hour)
	if now := db.Now(); !now.Equal(start) {
		t.Errorf("Now went from %v to %v", start, now)
	}
	system = system.Add(8 * time.Minute)
	if now := db.Now(); now.Sub(start) != 7*time.Minute {
		t.Errorf("in 8 minutes Now went from %v to %v", start, now)
	}
}
