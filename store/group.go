package store

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// grouped is the writer of an engine that takes one writing transaction at a time. Who comes while nobody writes
// leads: it runs what is waiting in one transaction, each closure in a savepoint of its own. When that is committed
// it hands the lead to the first who has come meanwhile, and brings its own group to the disk while the next one
// runs. Nobody hears of a group before the disk has it.
type grouped struct {
	db      *DB
	closing sync.RWMutex // held for reading while a closure is carried out

	mu      sync.Mutex
	waiting []*job
	led     bool // somebody leads
	closed  bool

	// Who leads, and nobody else, has these.
	s      *session
	number int64         // of the last commit
	told   chan struct{} // closed when all is told of the groups so far

	// committing is held over a COMMIT until written counts it: everybody sees a commit before who makes it knows of it.
	committing sync.RWMutex

	syncing sync.Mutex   // held while the disk is waited for
	written atomic.Int64 // how many groups are committed
	durable atomic.Int64 // how many of them the disk has
}

// job is one closure on its way through the writer.
type job struct {
	ctx context.Context
	fn  func(*Tx) error
	tx  *Tx
	err error
	// woken gets true when it is the job's turn to lead, and false when it is done.
	woken chan bool
}

// group is jobs that share a transaction.
type group struct {
	jobs   []*job
	number int64         // of the commit
	place  int64         // among the groups that are committed, from 1; 0: it is none
	began  time.Time     // when its commit began
	before chan struct{} // closed when all is told of the groups before it
	told   chan struct{} // closed when all is told of this one
}

// maxGroup bounds how many closures share a commit: the first of them waits for the last.
const maxGroup = 256

// newGrouped makes the writer on the one session that may write.
func newGrouped(db *DB, s *session) *grouped {
	told := make(chan struct{})
	close(told)
	return &grouped{db: db, s: s, told: told}
}

// write runs a closure in the next group, and returns when the disk has it.
func (g *grouped) write(ctx context.Context, fn func(*Tx) error) error {
	g.closing.RLock()
	defer g.closing.RUnlock()
	j := &job{ctx: ctx, fn: fn, woken: make(chan bool, 1)}
	lead, err := g.join(j)
	if err != nil {
		return err
	}
	if lead || <-j.woken {
		g.lead()
	}
	if j.err != nil {
		return g.db.fault(j.err)
	}
	return nil
}

// join gets a job in line, and says whether it is its turn to lead.
func (g *grouped) join(j *job) (lead bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false, errClosed()
	}
	g.waiting = append(g.waiting, j)
	lead = !g.led
	g.led = true
	return lead, nil
}

// close waits for the closures that are under way.
func (g *grouped) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.closing.Lock()
	defer g.closing.Unlock()
	g.s.close()
}

// lead carries out a group, of which the caller's job is the first.
func (g *grouped) lead() {
	// Callers who have just been answered, or whose requests have just come, are runnable now: let them get in
	// line. When nobody is, this costs nothing.
	runtime.Gosched()
	p := &group{jobs: g.take(), before: g.told, told: make(chan struct{})}
	g.told = p.told
	defer func() { // also when something panics: the others must not wait for ever
		close(p.told)
		for _, j := range p.jobs[1:] {
			j.woken <- false
		}
	}()
	g.carryOut(p)
	if p.place > 0 {
		if err := g.settled(p.place); err != nil {
			fail(p.jobs, err)
			p.place = 0
		} else {
			g.db.measures.commit(time.Since(p.began))
		}
	}
	<-p.before // what commits leave to do is done in their order
	if p.place > 0 {
		g.tell(p)
	}
}

// carryOut commits a group and hands the lead over.
func (g *grouped) carryOut(p *group) {
	defer g.handOver()
	defer func() {
		if v := recover(); v != nil { // out of the driver: whether it has committed nobody can tell
			p.place = 0
			fail(p.jobs, brokeOff(v))
			g.s.rollback()
		}
	}()
	g.commit(p)
}

// take removes the jobs of a group from the line.
func (g *grouped) take() []*job {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), maxGroup)
	jobs := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	return jobs
}

// handOver lets the first in the line lead.
func (g *grouped) handOver() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.led = len(g.waiting) > 0; g.led {
		g.waiting[0].woken <- true
	}
}

// settled returns when the disk has the groups up to a place. One wait for the disk serves all who wait by then.
func (g *grouped) settled(place int64) error {
	if g.durable.Load() >= place {
		return nil
	}
	g.syncing.Lock()
	defer g.syncing.Unlock()
	if g.durable.Load() >= place {
		return nil
	}
	if err := g.db.Err(); err != nil {
		return err
	}
	upTo := g.written.Load()
	if g.db.conns.Sync != nil {
		if err := g.db.conns.Sync(); err != nil {
			return g.db.breakDown(err) // which of it the disk has nobody can tell
		}
	}
	g.durable.Store(upTo)
	return nil
}

// seen returns when the disk has all that a transaction can have read that ended just now.
func (g *grouped) seen() error {
	g.committing.RLock()
	place := g.written.Load()
	g.committing.RUnlock()
	return g.settled(place)
}

// tell does what the transactions of a group have left for the time when the disk has them.
func (g *grouped) tell(p *group) {
	lost := g.s.unheard()
	g.db.committed.Store(p.number) // before anybody hears of the commit
	for _, j := range p.jobs {
		if j.err == nil {
			if j.err = j.tx.committed(); j.err == nil {
				j.err = lost
			}
		}
	}
}

// commit runs a group in one transaction and leaves in each job how it went.
func (g *grouped) commit(p *group) {
	if err := g.db.Err(); err != nil {
		fail(p.jobs, err)
		return
	}
	if err := g.s.control(StepBegin, g.db.conns.Begin); err != nil {
		g.db.check(err)
		fail(p.jobs, err)
		return
	}
	g.number = max(g.number, g.db.committed.Load()) + 1
	p.number = g.number
	kept, err := g.tryAll(p)
	if err == nil && kept == 0 {
		g.s.rollback()
		return
	}
	if err == nil {
		err = last(p.jobs)
	}
	if err == nil {
		err = g.commitNow(p)
	}
	if err != nil {
		// The transaction itself is gone: nothing of the group is kept.
		g.s.rollback()
		g.db.check(err)
		fail(p.jobs, err)
	}
}

// commitNow commits the transaction of a group and counts it.
func (g *grouped) commitNow(p *group) error {
	g.committing.Lock()
	defer g.committing.Unlock()
	p.began = time.Now()
	if err := g.s.control(StepCommit, "COMMIT"); err != nil {
		return err
	}
	p.place = g.written.Add(1)
	return nil
}

// tryAll runs the closures of a group and counts those that succeeded.
func (g *grouped) tryAll(p *group) (kept int, err error) {
	for _, j := range p.jobs {
		if err := g.try(j, p.number, len(p.jobs) > 1); err != nil {
			return 0, err
		}
		if j.err == nil {
			kept++
		}
	}
	return kept, nil
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
func last(jobs []*job) error {
	for _, j := range jobs {
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
func fail(jobs []*job, err error) {
	for _, j := range jobs {
		if j.err == nil {
			j.err = err
		}
	}
}
