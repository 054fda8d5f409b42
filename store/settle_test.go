package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// slowDisk is an engine whose way to the disk a test steers.
type slowDisk struct {
	store.Engine
	sync func(own func() error) error // in place of the engine's own
}

// Open puts the test's way to the disk in place.
func (s slowDisk) Open(ctx context.Context, dsn string) (store.Conns, error) {
	c, err := s.Engine.Open(ctx, dsn)
	if err != nil {
		return c, err
	}
	own := c.Sync
	c.Sync = func() error { return s.sync(own) }
	return c, nil
}

// held is a disk that, once armed, lets nothing through before it is released.
type held struct {
	mu       sync.Mutex
	armed    bool
	entered  chan struct{} // closed when somebody waits for it
	released chan struct{}
}

// through is the way to the disk.
func (h *held) through(own func() error) error {
	h.mu.Lock()
	armed := h.armed
	h.armed = false
	h.mu.Unlock()
	if armed {
		close(h.entered)
		<-h.released
	}
	return own()
}

// arm holds the next one up.
func (h *held) arm() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.armed = true
}

func TestNobodyHearsOfWhatTheDiskDoesNotHaveYet(t *testing.T) {
	h := &held{entered: make(chan struct{}), released: make(chan struct{})}
	d := storetest.SQLite(t)
	d.Engine = slowDisk{d.Engine, h.through}
	db := d.Open(t, store.Options{})
	h.arm()
	told := make(chan string, 3)
	go func() {
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			tx.AfterCommit(func() { told <- "after commit" })
			return put(tx, 10)
		})
		told <- "write " + text(err)
	}()
	<-h.entered
	// The next transaction is made meanwhile, and sees the first one's row.
	second := make(chan error, 1)
	ran := make(chan struct{})
	go func() {
		second <- db.Write(t.Context(), func(tx *store.Tx) error {
			defer close(ran)
			var at int64
			if found, err := tx.Get(`SELECT at FROM store_probe WHERE id = ?`, []any{10}, &at); err != nil || !found {
				return errors.Join(err, errors.New("the second transaction does not see the first"))
			}
			return put(tx, 11)
		})
	}()
	<-ran
	read := make(chan struct{})
	go func() {
		err := db.Read(t.Context(), func(tx *store.Tx) error {
			defer close(read)
			var n int
			_, err := tx.Get(`SELECT COUNT(*) FROM store_probe WHERE id = 10`, nil, &n)
			return err
		})
		told <- "read " + text(err)
	}()
	<-read
	select {
	case what := <-told:
		t.Errorf("%q, and a power cut could undo it still", what)
	case err := <-second:
		t.Errorf("the second write was acknowledged with %v before the first", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(h.released)
	if err := <-second; err != nil {
		t.Error(err)
	}
	got := map[string]bool{<-told: true, <-told: true, <-told: true}
	for _, want := range []string{"after commit", "write nil", "read nil"} {
		if !got[want] {
			t.Errorf("told %v, want %q among it", got, want)
		}
	}
}

// text writes an error.
func text(err error) string {
	if err == nil {
		return "nil"
	}
	return err.Error()
}

func TestWhatCommitsLeaveToDoIsDoneInTheirOrder(t *testing.T) {
	db := storetest.SQLite(t).Open(t, store.Options{})
	var mu sync.Mutex
	var made, done []int
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for n := range 50 {
				id := 10 + w*50 + n
				if err := db.Write(t.Context(), func(tx *store.Tx) error {
					made = append(made, id) // one transaction at a time
					tx.AfterCommit(func() {
						mu.Lock()
						defer mu.Unlock()
						done = append(done, id)
					})
					return put(tx, id)
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	for i := range made {
		if made[i] != done[i] {
			t.Fatalf("transaction %d was %d, and the one told of as number %d was %d", i, made[i], i, done[i])
		}
	}
	if len(made) != 400 {
		t.Errorf("%d transactions, want 400", len(made))
	}
}

func TestDiskThatFailsStopsTheStore(t *testing.T) {
	fails := false
	d := storetest.SQLite(t)
	d.Engine = slowDisk{d.Engine, func(own func() error) error {
		if fails {
			return errSick
		}
		return own()
	}}
	db := d.Open(t, store.Options{})
	fails = true
	acknowledged := false
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		tx.AfterCommit(func() { acknowledged = true })
		return put(tx, 10)
	})
	if fault.KindOf(err) != fault.Unavailable || acknowledged || db.Err() == nil {
		t.Errorf("err = %v, acknowledged = %v, the store's = %v", err, acknowledged, db.Err())
	}
	fails = false
	nothing := func(*store.Tx) error { return nil }
	if err := db.Write(t.Context(), nothing); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a write after it: %v", err)
	}
	if err := db.Read(t.Context(), nothing); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a read after it: %v", err)
	}
}

func TestPanicBehindACommitHoldsUpNobody(t *testing.T) {
	db := storetest.SQLite(t).Open(t, store.Options{})
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		tx.AfterCommit(func() { panic("oops") })
		return put(tx, 10)
	})
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("err = %v, want one that tells of the panic", err)
	}
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return put(tx, 11) }); err != nil {
		t.Error(err)
	}
	if got := ids(t, db); len(got) != 2 {
		t.Errorf("rows %v", got)
	}
}
