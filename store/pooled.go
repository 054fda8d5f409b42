package store

import (
	"context"
	"sync"
	"time"

	"github.com/casestream/casestream/base/fault"
)

// pooled is the writer of an engine that takes many writing transactions at once: each closure has a
// transaction of its own on a connection of the pool, and runs again when it lost against another.
type pooled struct {
	db      *DB
	ctx     context.Context
	closing sync.RWMutex // held for reading while a closure is carried out
	closed  bool
}

// write runs a closure until it commits, fails by itself or has lost too often.
func (p *pooled) write(ctx context.Context, fn func(*Tx) error) error {
	p.closing.RLock()
	defer p.closing.RUnlock()
	if p.closed {
		return errClosed()
	}
	start := time.Now()
	for attempt := 0; ; attempt++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		committing := false
		err := p.attempt(ctx, fn, &committing)
		if err == nil {
			return nil
		}
		class := p.db.check(err)
		if class == Gone && committing {
			// The commit may have reached the disk: running the closure again could do it twice.
			return fault.Wrap(fault.Unavailable, "The connection to the database broke during the commit.", err)
		}
		if !again(class, start, attempt) {
			return p.db.fault(err)
		}
		pause(attempt)
	}
}

// attempt runs the closure once on a connection of its own.
func (p *pooled) attempt(ctx context.Context, fn func(*Tx) error, committing *bool) error {
	s, err := p.db.session(ctx, p.db.conns.Write)
	if err != nil {
		return err
	}
	s.ctx = p.ctx
	err = p.db.once(s, p.db.conns.Begin, fn, committing)
	if err != nil && p.db.engine.Classify(err) == Gone {
		s.discard()
		return err
	}
	s.close()
	return err
}

// seen has nothing to wait for: nobody sees a commit before it is on stable storage.
func (*pooled) seen() error { return nil }

// close waits for the closures that are under way.
func (p *pooled) close() {
	p.closing.Lock()
	defer p.closing.Unlock()
	p.closed = true
}
