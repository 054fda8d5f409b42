package store

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// grouped is the writer of an engine that takes one writing transaction at a time. It runs what is
// waiting in one transaction, each closure in a savepoint of its own, so that all of them share one fsync.
type grouped struct {
	db      *DB
	s       *session
	jobs    chan *job
	closing sync.RWMutex // held for reading while a job is handed over
	closed  bool
	done    chan struct{}
}

// job is one closure on its way through the writer.
type job struct {
	ctx  context.Context
	fn   func(*Tx) error
	tx   *Tx
	err  error
	done chan struct{}
}

// maxGroup bounds how many closures share a commit: the first of them waits for the last.
const maxGroup = 256

// newGrouped starts the writer on the one session that may write.
func newGrouped(db *DB, s *session) *grouped {
	g := &grouped{db: db, s: s, jobs: make(chan *job, maxGroup), done: make(chan struct{})}
	go g.run()
	return g
}

// write hands a closure to the writer and waits for the commit that carries it.
func (g *grouped) write(ctx context.Context, fn func(*Tx) error) error {
	j := &job{ctx: ctx, fn: fn, done: make(chan struct{})}
	if err := g.hand(ctx, j); err != nil {
		return err
	}
	<-j.done
	if j.err != nil {
		return g.db.fault(j.err)
	}
	return nil
}

// hand queues a job, unless the writer is closed or the caller has gone.
func (g *grouped) hand(ctx context.Context, j *job) error {
	g.closing.RLock()
	defer g.closing.RUnlock()
	if g.closed {
		return errClosed()
	}
	select {
	case g.jobs <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close lets the writer finish what is queued and waits for it.
func (g *grouped) close() {
	g.closing.Lock()
	g.closed = true
	close(g.jobs)
	g.closing.Unlock()
	<-g.done
	g.s.close()
}

// run takes what waits and commits it, until the writer is closed.
func (g *grouped) run() {
	defer close(g.done)
	group := make([]*job, 0, maxGroup)
	for first := range g.jobs {
		group = append(group[:0], first)
		// Callers who have just been answered, or whose requests have just come, are runnable now: let them
		// get in line. When nobody is, this costs nothing.
		runtime.Gosched()
	fill:
		for len(group) < maxGroup {
			select {
			case j, ok := <-g.jobs:
				if !ok {
					break fill
				}
				group = append(group, j)
			default:
				break fill
			}
		}
		g.commit(group)
		for i, j := range group {
			close(j.done)
			group[i] = nil
		}
	}
}

// commit runs a group in one transaction and leaves in each job how it went.
func (g *grouped) commit(group []*job) {
	if err := g.db.Err(); err != nil {
		fail(group, err)
		return
	}
	err := g.s.control(StepBegin, g.db.conns.Begin)
	if err != nil {
		g.db.check(err)
		fail(group, err)
		return
	}
	kept, number := 0, g.db.committed.Load()+1
	for _, j := range group {
		if err := g.try(j, number, len(group) > 1); err != nil {
			// The transaction itself is gone: nothing of the group is kept.
			g.s.rollback()
			g.db.check(err)
			fail(group, err)
			return
		}
		if j.err == nil {
			kept++
		}
	}
	if kept == 0 {
		g.s.rollback()
		return
	}
	err = last(group)
	if err == nil {
		began := time.Now()
		if err = g.s.control(StepCommit, "COMMIT"); err == nil {
			g.db.measures.commit(time.Since(began))
		}
	}
	if err != nil {
		g.s.rollback()
		g.db.check(err)
		fail(group, err)
		return
	}
	lost := g.s.unheard()
	g.db.committed.Store(number) // before anybody hears of the commit
	for _, j := range group {
		if j.err == nil {
			j.tx.committed()
			j.err = lost
		}
	}
}

// try runs one closure. It leaves the closure's own failure in the job and gives back one that ends the
// whole transaction.
func (g *grouped) try(j *job, number int64, savepoint bool) error {
	if j.err = j.ctx.Err(); j.err != nil {
		return nil
	}
	if savepoint {
		if err := g.s.exec("SAVEPOINT job"); err != nil {
			return err
		}
	}
	j.tx = g.db.newTx(g.s)
	j.tx.number = number
	j.err = j.tx.run(j.fn)
	if j.err != nil && g.db.check(j.err) == Broken {
		return j.err
	}
	if !savepoint {
		return nil // alone: commit or roll back the transaction itself
	}
	if j.err != nil {
		if err := g.s.exec("ROLLBACK TO job"); err != nil {
			return j.err // SQLite has rolled back by itself, and says why in the closure's error
		}
	}
	return g.s.exec("RELEASE job")
}

// last runs what the jobs that succeeded have left for the end.
func last(group []*job) error {
	for _, j := range group {
		if j.err != nil {
			continue
		}
		if err := j.tx.runLast(); err != nil {
			return err
		}
	}
	return nil
}

// fail gives every job of a group the same failure, save those that had one of their own.
func fail(group []*job, err error) {
	for _, j := range group {
		if j.err == nil {
			j.err = err
		}
	}
}
