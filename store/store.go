// Package store runs transactions as closures on SQLite or PostgreSQL, and acknowledges none that is not
// on stable storage.
//
// It is not an ORM and knows no table but its own list of migrations: rooms write SQL, in one text that
// both engines understand: ? placeholders, ON CONFLICT, RETURNING, JSON in TEXT, times as BIGINT
// microseconds, ids as TEXT, bytes as BYTEA. Markers stand where the two differ, each a comment to the engine
// that does not need it:
//
//	/*for update*/   behind a SELECT: hold the rows that it read until the transaction ends
//	/*skip locked*/  behind a SELECT: the same, and pass over rows that another transaction holds
//	/*identity*/     the type of a column in a CREATE TABLE: a number that the database counts up
//	/*clustered*/    behind a CREATE TABLE: keep the rows in the order of the primary key
//	/*by bytes*/     behind the TEXT of a column: compare and order it by its bytes
//	/*match*/        between a column of words and what AllOf gives: full-text search
//	/*at most*/      between a column that has no smaller value and its = : take the index that has the column and what the rows
//	                 are ordered by behind it, as by itself SQLite does. PostgreSQL reads <= , so that the column counts in ORDER BY
//	/*bytes*/        behind a ? whose type nothing else tells: it is BYTEA
//	/*sqlite*/, /*postgres*/  before a statement that is for one of them alone; Exec of the other's does nothing
//
// Write runs a closure in a transaction and returns when the commit has reached the disk. On SQLite all closures that
// are waiting run in one transaction, each in a savepoint of its own, and are committed together, so that many callers
// share one wait for the disk; a closure that fails rolls back alone. While a group is on its way to the disk the next one
// runs. Nobody waits for company: a closure that is alone commits alone. And nobody hears, by Write or by Read, of what
// the disk does not have.
//
//	store.go   DB, Open, Write, Read · tx.go Tx · session.go its connection · clock.go its time
//	engine.go  what databases disagree about · measure.go how long they take, and what fails
//	group.go   the one writer of SQLite · pooled.go the many of PostgreSQL
//	horizon.go which transactions a snapshot sees
//	rows.go    reading rows · many.go statements for any number of rows
//	batch.go   concurrent calls of one kind as one step · migrate.go, migrations/ the schema
//	topic.go   what nodes tell each other of: Topic · note.go its words · nodes.go who they are · tell.go, hear.go how
//	step.go    where tests make a transaction fail
package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/obs"
)

// Options are what a caller of Open may choose. The zero value works.
type Options struct {
	Log     *slog.Logger     // default: slog.DiscardHandler
	Now     func() time.Time // default: time.Now; the clock of Tx.Now
	Metrics *obs.Registry    // default: one that nobody looks at
	// Step is called before each begin, statement and commit, and after a commit; an error that it
	// returns takes the place of the step. Tests prove with it that every step may fail.
	Step func(Step) error
	// OnBroken is called once, in a goroutine of its own, when the store stops for good.
	OnBroken func(error)
}

// DB is an open database with its schema in place.
type DB struct {
	engine  Engine
	conns   Conns
	opts    Options
	writer  writer
	readers chan *session

	measures measures
	nodes    *nodes // nil: nobody else has the database open

	broken atomic.Pointer[error]
	clock  clock
	// committed is the number of the last commit, where the store itself numbers transactions.
	committed atomic.Int64
	closed    chan struct{}
	stop      context.CancelFunc
	running   sync.WaitGroup
}

// writer is how an engine's transactions are grouped: grouped (SQLite) or pooled (PostgreSQL).
type writer interface {
	write(ctx context.Context, fn func(*Tx) error) error
	// seen returns when all is on stable storage that a transaction can have read that ended just now.
	seen() error
	close()
}

// Open opens a database, brings its schema up to date and starts its writer.
func Open(ctx context.Context, e Engine, dsn string, opts Options) (*DB, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	conns, err := e.Open(ctx, dsn)
	if err != nil {
		return nil, fmt.Errorf("open %s store: %w", e.Name(), err)
	}
	// Statements run under a context that nobody cancels: a statement that is cut off half-way would leave
	// it open whether the transaction is still usable.
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	db := &DB{engine: e, conns: conns, opts: opts, stop: stop, closed: make(chan struct{}), clock: clock{now: opts.Now}}
	if conns.Line != nil {
		db.nodes = newNodes(db)
	}
	db.measures.begin(opts.Metrics, db)
	if err := db.start(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// start migrates, opens the sessions and starts the background work.
func (db *DB) start(ctx context.Context) error {
	statements := context.WithoutCancel(ctx)
	if db.conns.Writers == 1 {
		s, err := db.session(statements, db.conns.Write)
		if err != nil {
			return err
		}
		db.writer = newGrouped(db, s)
	} else {
		db.writer = &pooled{db: db, ctx: statements}
	}
	db.readers = make(chan *session, db.conns.Readers)
	for range db.conns.Readers {
		db.readers <- nil // opened when first used
	}
	if err := db.migrate(ctx); err != nil {
		return err
	}
	if err := db.startNumbers(statements); err != nil {
		return err
	}
	if db.nodes != nil {
		db.nodes.run(ctx)
	}
	if db.conns.Maintain != nil {
		db.running.Go(func() { db.maintain(ctx) })
	}
	return nil
}

// maintainAgain is how long the engine's background work rests after it failed.
const maintainAgain = time.Second

// maintain runs the engine's background work until ctx ends or the store is broken. A full disk is no reason
// to give it up: it is what makes space of the log when there is some again.
func (db *DB) maintain(ctx context.Context) {
	for {
		err := db.conns.Maintain(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		db.opts.Log.Error("store maintenance", slog.Any("err", err))
		if db.check(err) == Broken {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(maintainAgain):
		}
	}
}

// Close waits for the transactions that are under way and closes the database.
func (db *DB) Close() error {
	db.stop()
	close(db.closed)
	db.running.Wait()
	if db.writer != nil {
		db.writer.close()
	}
	for range cap(db.readers) {
		if s := <-db.readers; s != nil {
			s.close()
		}
	}
	err := db.conns.Write.Close()
	if db.conns.Read != db.conns.Write {
		err = errors.Join(db.conns.Read.Close(), err)
	}
	if db.conns.Close != nil {
		err = errors.Join(err, db.conns.Close())
	}
	return err
}

// Engine gives the engine's name.
func (db *DB) Engine() string { return db.engine.Name() }

// Err says why the store has stopped acknowledging for good; nil while it works.
func (db *DB) Err() error {
	if p := db.broken.Load(); p != nil {
		return *p
	}
	return nil
}

// Ping makes one durable commit, to prove that the store still can.
func (db *DB) Ping(ctx context.Context) error {
	return db.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(`UPDATE store_probe SET at = ? WHERE id = 1`, tx.Micros())
		return err
	})
}

// Write runs fn in a transaction and returns nil when its changes are on stable storage. When fn or the
// commit fails, nothing of it is kept. fn may run more than once and must touch nothing but tx. An error
// from fn comes back as it is; ctx only bounds the wait for fn's turn.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	if err := db.Err(); err != nil {
		return err
	}
	return db.writer.write(ctx, fn)
}

// Read runs fn on one snapshot of the database. fn may run more than once and must only read.
func (db *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	return db.read(ctx, db.conns.BeginRead, fn)
}

// ReadOne is Read for a closure that runs one statement: that is a snapshot by itself, and saves beginning and
// ending a transaction. A second statement fails.
func (db *DB) ReadOne(ctx context.Context, fn func(*Tx) error) error { return db.read(ctx, "", fn) }

// read runs fn in a transaction that begins so, or, if with nothing, in none.
func (db *DB) read(ctx context.Context, begin string, fn func(*Tx) error) error {
	if err := db.Err(); err != nil {
		return err
	}
	err := db.readOn(ctx, begin, fn)
	// What a power cut could still undo must not be told, nor be the reason for an error.
	if lost := db.writer.seen(); err == nil {
		err = lost
	}
	return err
}

// readOn is read on one of the sessions.
func (db *DB) readOn(ctx context.Context, begin string, fn func(*Tx) error) error {
	var s *session
	select {
	case s = <-db.readers:
	case <-ctx.Done():
		return ctx.Err()
	case <-db.closed:
		return errClosed()
	}
	defer func() { db.readers <- s }()
	start := time.Now()
	for attempt := 0; ; attempt++ {
		var err error
		if s == nil {
			s, err = db.session(context.WithoutCancel(ctx), db.conns.Read)
		}
		if err == nil {
			if err = db.once(s, begin, fn, nil); err == nil {
				return nil
			}
		}
		class := db.check(err)
		if class == Gone && s != nil {
			s.discard()
			s = nil
		}
		if !again(class, start, attempt) || ctx.Err() != nil {
			return db.fault(err)
		}
		pause(attempt)
	}
}

// once runs fn in one transaction of a session, or, where begin is empty, on one statement without any. It
// leaves the session without a transaction.
// committing, when not nil, is set while the outcome of the commit is open.
func (db *DB) once(s *session, begin string, fn func(*Tx) error, committing *bool) error {
	seen := db.committed.Load() // before the snapshot is taken: what was acknowledged until now is in it
	if begin == "" {
		tx := db.newTx(s)
		tx.single = true
		return tx.run(fn)
	}
	if err := s.control(StepBegin, begin); err != nil {
		return err
	}
	tx := db.newTx(s)
	tx.seen = seen
	err := tx.run(fn)
	if err == nil {
		err = tx.runLast()
	}
	if err == nil {
		if committing != nil {
			*committing = true
		}
		began := time.Now()
		if err = s.control(StepCommit, "COMMIT"); err == nil {
			if committing != nil {
				db.measures.commit(time.Since(began))
			}
			err = tx.committed()
			return errors.Join(err, s.unheard())
		}
	}
	s.rollback()
	return err
}

// maxAttempts bounds how often a transaction that lost against others runs again: with pause, about a
// second in all. patience bounds it where losing takes long, as waiting for a lock does.
const (
	maxAttempts = 12
	patience    = 10 * time.Second
)

// again says whether a transaction that failed runs once more.
func again(class Class, start time.Time, attempt int) bool {
	return (class == Retry || class == Gone) && attempt < maxAttempts && time.Since(start) < patience
}

// pause waits before attempt n+1, longer each time and never in step with the other losers.
func pause(n int) {
	time.Sleep(time.Duration(1<<min(n, 6)) * jitter(2*time.Millisecond))
}

// check classifies an error, counts it and stops the store when it says that the disk or the file is broken.
func (db *DB) check(err error) Class {
	class := db.engine.Classify(err)
	db.measures.fail(class)
	if class == Broken {
		_ = db.breakDown(err) // callers hear of it by db.Err
	}
	return class
}

// breakDown stops the store for good. It gives what callers hear from now on.
func (db *DB) breakDown(err error) error {
	stopped := error(fault.Wrap(fault.Unavailable,
		"The store has stopped: "+err.Error()+". Nothing is acknowledged until the disk is sound and the server is started again.", err))
	if db.broken.CompareAndSwap(nil, &stopped) {
		db.opts.Log.Error("store broken", slog.Any("err", err))
		if db.opts.OnBroken != nil {
			go db.opts.OnBroken(err)
		}
	}
	return db.Err()
}

// fault gives an engine's error the kind that the door answers with. An error that the closure itself
// returned passes through.
func (db *DB) fault(err error) error {
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	switch db.engine.Classify(err) {
	case Retry:
		return fault.Wrap(fault.Busy, "The store is busy. Try again.", err)
	case Gone:
		return fault.Wrap(fault.Unavailable, "The database cannot be reached.", err)
	case Full:
		return fault.Wrap(fault.Unavailable, "The disk is full: nothing is acknowledged until there is space.", err)
	case Broken:
		db.check(err)
		return db.Err()
	case Other, Unique:
	}
	return err
}

// errClosed is what callers hear who come after Close.
func errClosed() error { return fault.New(fault.Unavailable, "The server is shutting down.") }

// newTx starts the bookkeeping of one transaction.
func (db *DB) newTx(s *session) *Tx {
	return &Tx{db: db, s: s, now: db.clock.tick()}
}

// Now is the store's clock, for waiting and for reads outside a transaction.
func (db *DB) Now() time.Time { return db.clock.tick() }

// panicked turns a panic in a closure into an error, so that one caller's mistake does not end the writer
// of all.
func panicked(p any) error {
	return fmt.Errorf("panic in a transaction: %v\n%s", p, debug.Stack())
}

// brokeOff turns a panic in or behind a commit into an error of which nobody concludes that nothing is stored.
func brokeOff(p any) error {
	return fault.Wrap(fault.Unavailable, "The transaction broke off.", panicked(p))
}
