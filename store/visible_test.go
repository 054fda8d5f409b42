package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// slowCommit is an engine in which a commit is over for everybody else before it is for who makes it.
type slowCommit struct {
	store.Engine
	behind func() // called in between
}

// Open puts the delay in place.
func (s slowCommit) Open(ctx context.Context, dsn string) (store.Conns, error) {
	c, err := s.Engine.Open(ctx, dsn)
	if err == nil {
		c.Write = sql.OpenDB(delayed{c.Write, s.behind})
	}
	return c, err
}

// delayed connects through a pool.
type delayed struct {
	pool   *sql.DB
	behind func()
}

// Driver is the pool's.
func (d delayed) Driver() driver.Driver { return d.pool.Driver() }

// Close closes the pool.
func (d delayed) Close() error { return d.pool.Close() }

// Connect takes a connection out of the pool.
func (d delayed) Connect(ctx context.Context) (driver.Conn, error) {
	held, err := d.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	c := delayedConn{held: held, behind: d.behind}
	err = held.Raw(func(own any) (err error) {
		var ok bool
		if c.Conn, ok = own.(driver.Conn); !ok {
			err = fmt.Errorf("%T is no connection", own)
		}
		return err
	})
	return c, err
}

// delayedConn is a connection whose COMMIT takes longer.
type delayedConn struct {
	driver.Conn
	held   *sql.Conn
	behind func()
}

// Close gives the connection back to its pool.
func (c delayedConn) Close() error { return c.held.Close() }

// Prepare prepares a statement.
func (c delayedConn) Prepare(query string) (driver.Stmt, error) {
	st, err := c.Conn.Prepare(query)
	if err == nil && query == "COMMIT" {
		return delayedStmt{st, c.behind}, nil
	}
	return st, err
}

// delayedStmt is its COMMIT.
type delayedStmt struct {
	driver.Stmt
	behind func()
}

// Exec commits.
func (s delayedStmt) Exec(args []driver.Value) (driver.Result, error) {
	res, err := s.Stmt.Exec(args) //nolint:staticcheck // what is left of a statement that hides the rest
	s.behind()
	return res, err
}

// has says whether a transaction sees a row.
func has(tx *store.Tx, id int) (bool, error) {
	var at int64
	return tx.Get(`SELECT at FROM store_probe WHERE id = ?`, []any{id}, &at)
}

// errSeen is what a reader fails with who has seen a row.
var errSeen = errors.New("it is there already")

func TestReaderOfACommitThatIsStillMadeWaitsForTheDisk(t *testing.T) {
	h, disk := &held{entered: make(chan struct{}), released: make(chan struct{})}, &held{entered: make(chan struct{}), released: make(chan struct{})}
	d := storetest.SQLite(t)
	d.Engine = slowCommit{slowDisk{d.Engine, disk.through}, func() { _ = h.through(func() error { return nil }) }}
	db := d.Open(t, store.Options{})
	h.arm()
	disk.arm()
	written := make(chan error, 1)
	go func() {
		written <- db.Write(t.Context(), func(tx *store.Tx) error { return put(tx, 10) })
	}()
	<-h.entered
	told := make(chan error, 1)
	read := make(chan struct{})
	go func() {
		told <- db.Read(t.Context(), func(tx *store.Tx) error {
			defer close(read)
			found, err := has(tx, 10)
			if !found {
				t.Error("the commit is not seen: this tests nothing")
			}
			return err
		})
	}()
	<-read
	quiet(t, told)
	close(h.released)
	<-disk.entered
	quiet(t, told)
	close(disk.released)
	if err := errors.Join(<-told, <-written); err != nil {
		t.Error(err)
	}
}

func TestWhoFailsForWhatTheDiskDoesNotHaveWaitsForIt(t *testing.T) {
	disk := &held{entered: make(chan struct{}), released: make(chan struct{})}
	d := storetest.SQLite(t)
	d.Engine = slowDisk{d.Engine, disk.through}
	db := d.Open(t, store.Options{})
	disk.arm()
	written := make(chan error, 1)
	go func() {
		written <- db.Write(t.Context(), func(tx *store.Tx) error { return put(tx, 10) })
	}()
	<-disk.entered
	ways := []func(context.Context, func(*store.Tx) error) error{db.Read, db.ReadOne, db.Write}
	told := make(chan error, len(ways))
	for _, way := range ways {
		ran := make(chan struct{})
		go func() {
			told <- way(t.Context(), func(tx *store.Tx) error {
				defer close(ran)
				found, err := has(tx, 10)
				if found {
					err = errSeen
				}
				return err
			})
		}()
		<-ran
	}
	quiet(t, told)
	close(disk.released)
	for range ways {
		if err := <-told; !errors.Is(err, errSeen) {
			t.Error(err)
		}
	}
	if err := <-written; err != nil {
		t.Error(err)
	}
}

// quiet fails when somebody is told something while the disk does not have it.
func quiet(t *testing.T, told chan error) {
	t.Helper()
	select {
	case err := <-told:
		t.Errorf("told %v, and a power cut could undo what it is about", err)
		told <- err
	case <-time.After(50 * time.Millisecond):
	}
}

func TestPanicOfTheDriverIsNoSuccess(t *testing.T) {
	var armed atomic.Bool
	db := storetest.SQLite(t).Open(t, store.Options{Step: func(s store.Step) error {
		if s.Kind == store.StepCommit && armed.CompareAndSwap(true, false) {
			panic("oops")
		}
		return nil
	}})
	begun, more := make(chan struct{}), make(chan struct{})
	results := make(chan error, 3)
	go func() {
		results <- db.Write(t.Context(), func(tx *store.Tx) error {
			close(begun)
			<-more
			return put(tx, 10)
		})
	}()
	<-begun
	for id := 11; id <= 12; id++ {
		go func() {
			defer func() {
				if p := recover(); p != nil {
					results <- fmt.Errorf("%v", p)
				}
			}()
			results <- db.Write(t.Context(), func(tx *store.Tx) error { armed.Store(true); return put(tx, id) })
		}()
	}
	time.Sleep(50 * time.Millisecond) // both wait now
	close(more)
	failed := 0
	for range 3 {
		if err := <-results; err != nil {
			failed++
		}
	}
	if failed != 2 {
		t.Errorf("%d writes failed, want 2: none of them is stored", failed)
	}
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return put(tx, 13) }); err != nil {
		t.Errorf("a write after it: %v", err)
	}
	if got := fmt.Sprint(ids(t, db)); got != "[10 13]" {
		t.Errorf("rows %s, want 10 and 13", got)
	}
}

func TestPanicBehindACommitHoldsUpNoBatch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		runs := 0
		b := store.NewBatch(db, 10, func(tx *store.Tx, calls []*store.BatchCall[int, struct{}]) error {
			runs++
			for _, c := range calls {
				if err := put(tx, c.In); err != nil {
					return err
				}
				if c.In == 10 {
					tx.AfterCommit(func() { panic("oops") })
				}
			}
			return nil
		})
		for id := 10; id < 12; id++ {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			done := make(chan error, 1)
			go func() {
				_, err := b.Do(ctx, id)
				done <- err
			}()
			select {
			case err := <-done:
				if (err != nil) != (id == 10) {
					t.Errorf("%d: %v", id, err)
				}
			case <-ctx.Done():
				t.Errorf("%d waits for ever", id)
			}
			cancel()
		}
		if runs != 2 {
			t.Errorf("ran %d times, want 2: what is committed must not be done again", runs)
		}
	})
}
