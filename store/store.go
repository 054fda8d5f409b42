// Package store runs transactions as closures on SQLite or PostgreSQL, and acknowledges none that is not
// on stable storage.
//
// It is not an ORM and knows no table but its own list of migrations: rooms write SQL, in one text that
// both engines understand: ? placeholders, ON CONFLICT, RETURNING, JSON in TEXT, times as BIGINT
// microseconds, ids as TEXT. Three markers stand where the two differ, each a comment to the engine that
// does not need it:
//
//	/*for update*/   behind a SELECT: hold the rows that it read until the transaction ends
//	/*skip locked*/  behind a SELECT: the same, and pass over rows that another transaction holds
//	/*identity*/     the type of a column in a CREATE TABLE: a number that the database counts up
//	/*clustered*/    behind a CREATE TABLE: keep the rows in the order of the primary key
//
// Write runs a closure in a transaction and returns when the commit has reached the disk. On SQLite one
// writer takes all closures that are waiting, runs each in a savepoint of its own and commits them
// together, so that many callers share one fsync; a closure that fails rolls back alone. Nobody waits for
// company: a closure that is alone commits alone.
//
//	store.go   DB, Open, Write, Read · tx.go Tx · engine.go what databases disagree about
//	group.go   the one writer of SQLite · pooled.go the many of PostgreSQL
//	batch.go   concurrent calls of one kind as one statement · migrate.go, migrations/ the schema
//	step.go    where tests make a transaction fail
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/casestream/casestream/base/fault"
)

// Options are what a caller of Open may choose. The zero value works.
type Options struct {
	Log *slog.Logger     // default: slog.DiscardHandler
	Now func() time.Time // default: time.Now; the clock of Tx.Now
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

	broken   atomic.Pointer[error]
	lastTime atomic.Int64 // microseconds: Tx.Now never goes back
	stop     context.CancelFunc
	running  sync.WaitGroup
}

// writer is how an engine's transactions are grouped: grouped (SQLite) or pooled (PostgreSQL).
type writer interface {
	write(ctx context.Context, fn func(*Tx) error) error
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
	db := &DB{engine: e, conns: conns, opts: opts, stop: stop}
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
	if db.conns.Maintain != nil {
		db.running.Go(func() {
			if err := db.conns.Maintain(ctx); err != nil {
				db.check(err)
				db.opts.Log.Error("store maintenance", slog.Any("err", err))
			}
		})
	}
	return nil
}

// Close waits for the transactions that are under way and closes the database.
func (db *DB) Close() error {
	db.stop()
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
	if err := db.Err(); err != nil {
		return err
	}
	var s *session
	select {
	case s = <-db.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { db.readers <- s }()
	for attempt := 0; ; attempt++ {
		var err error
		if s == nil {
			if s, err = db.session(context.WithoutCancel(ctx), db.conns.Read); err != nil {
				return db.fault(err)
			}
		}
		err = db.once(s, db.conns.BeginRead, fn, nil)
		if err == nil {
			return nil
		}
		class := db.check(err)
		if class == Gone {
			s.close()
			s = nil
		}
		if class != Retry && class != Gone || attempt == maxAttempts {
			return db.fault(err)
		}
		pause(attempt)
	}
}

// once runs fn in one transaction of a session. It leaves the session without a transaction.
// committing, when not nil, is set while the outcome of the commit is open.
func (db *DB) once(s *session, begin string, fn func(*Tx) error, committing *bool) error {
	if err := s.control(StepBegin, begin); err != nil {
		return err
	}
	tx := db.newTx(s)
	err := tx.run(fn)
	if err == nil {
		if committing != nil {
			*committing = true
		}
		if err = s.control(StepCommit, "COMMIT"); err == nil {
			tx.committed()
			return s.unheard()
		}
	}
	s.rollback()
	return err
}

// maxAttempts bounds how often a transaction that lost against others runs again: with pause, about a
// second in all.
const maxAttempts = 12

// pause waits before attempt n+1, longer each time and never in step with the other losers.
func pause(n int) {
	time.Sleep(time.Duration(1<<min(n, 6)) * jitter(2*time.Millisecond))
}

// check classifies an error and stops the store when it says that the disk or the file is broken.
func (db *DB) check(err error) Class {
	class := db.engine.Classify(err)
	if class == Broken {
		stopped := error(fault.Wrap(fault.Unavailable,
			"The store has stopped: "+err.Error()+". Nothing is acknowledged until the disk is sound and the server is started again.", err))
		if db.broken.CompareAndSwap(nil, &stopped) {
			db.opts.Log.Error("store broken", slog.Any("err", err))
			if db.opts.OnBroken != nil {
				go db.opts.OnBroken(err)
			}
		}
	}
	return class
}

// fault gives an engine's error the kind that the door answers with. An error that the closure itself
// returned, and sql.ErrNoRows, pass through.
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
		return db.Err()
	case Other, Unique:
	}
	return err
}

// newTx starts the bookkeeping of one transaction.
func (db *DB) newTx(s *session) *Tx {
	return &Tx{db: db, s: s, now: db.tick()}
}

// tick reads the clock, in whole microseconds and never backwards.
func (db *DB) tick() time.Time {
	now := db.opts.Now().UnixMicro()
	for {
		last := db.lastTime.Load()
		if now <= last {
			return time.UnixMicro(last).UTC()
		}
		if db.lastTime.CompareAndSwap(last, now) {
			return time.UnixMicro(now).UTC()
		}
	}
}

// Now is the store's clock, for waiting and for reads outside a transaction.
func (db *DB) Now() time.Time { return db.tick() }

// panicked turns a panic in a closure into an error, so that one caller's mistake does not end the writer
// of all.
func panicked(p any) error {
	return fmt.Errorf("panic in a transaction: %v\n%s", p, debug.Stack())
}

// session is one connection with its prepared statements.
type session struct {
	db    *DB
	ctx   context.Context
	conn  *sql.Conn
	stmts map[string]*sql.Stmt // nil where the driver caches
}

// session takes a connection out of a pool.
func (db *DB) session(ctx context.Context, pool *sql.DB) (*session, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{db: db, ctx: ctx, conn: conn}
	if db.conns.CacheStatements {
		s.stmts = make(map[string]*sql.Stmt)
	}
	return s, nil
}

// close gives the connection back to its pool.
func (s *session) close() {
	for _, st := range s.stmts {
		st.Close()
	}
	s.conn.Close()
}

// step reports a step to the tests' hook.
func (s *session) step(k StepKind, query string) error {
	if s.db.opts.Step == nil {
		return nil
	}
	return s.db.opts.Step(Step{Kind: k, Query: query})
}

// unheard lets a test take the answer to a commit away, as a broken connection would.
func (s *session) unheard() error {
	if err := s.step(StepCommitted, "COMMIT"); err != nil {
		return fault.Wrap(fault.Unavailable, "The connection to the database broke during the commit.", err)
	}
	return nil
}

// control runs a statement that steers a transaction.
func (s *session) control(k StepKind, query string) error {
	if err := s.step(k, query); err != nil {
		return err
	}
	return s.exec(query)
}

// exec runs a statement of the store's own.
func (s *session) exec(query string) error {
	if s.stmts == nil {
		_, err := s.conn.ExecContext(s.ctx, query)
		return err
	}
	st, err := s.prepare(query)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(s.ctx)
	return err
}

// rollback ends the transaction; a connection on which even that fails is thrown away by the pool, or,
// on SQLite, has rolled back by itself.
func (s *session) rollback() {
	if err := s.exec("ROLLBACK"); err != nil {
		s.db.opts.Log.Debug("rollback", slog.Any("err", err))
	}
}

// prepare gives the prepared form of a query, made once a session.
func (s *session) prepare(query string) (*sql.Stmt, error) {
	if st, ok := s.stmts[query]; ok {
		return st, nil
	}
	st, err := s.conn.PrepareContext(s.ctx, query)
	if err != nil {
		return nil, err
	}
	s.stmts[query] = st
	return st, nil
}
