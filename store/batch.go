package store

import (
	"context"
	"sync"

	"github.com/casestream/casestream/base/fault"
)

// Batch turns concurrent calls of one kind into one step of one transaction: what has come in when the
// writer gets to it is handed over as one slice, for statements of many rows. A call that is alone runs
// alone, at once.
type Batch[In, Out any] struct {
	db    *DB
	max   int
	run   func(tx *Tx, calls []*BatchCall[In, Out]) error
	slots chan struct{} // how many batches may be in a transaction at once

	mu      sync.Mutex
	waiting []*BatchCall[In, Out]
	queued  bool // a flush is on its way that has not taken its calls yet
}

// BatchCall is one call in a batch. run reads In and sets Out, or Err where the call alone failed.
type BatchCall[In, Out any] struct {
	In   In
	Out  Out
	Err  error
	done chan error
}

// maxFlushes is how many batches of one kind an engine with many writers carries at once. More would make
// each batch smaller without making the disk faster.
const maxFlushes = 4

// NewBatch makes a batch of at most limit calls. run may be called more than once for the same calls and
// must set every Out anew; when it fails for several calls at once, each of them runs alone.
func NewBatch[In, Out any](db *DB, limit int, run func(tx *Tx, calls []*BatchCall[In, Out]) error) *Batch[In, Out] {
	return &Batch[In, Out]{
		db: db, max: limit, run: run,
		slots: make(chan struct{}, min(db.conns.Writers, maxFlushes)),
	}
}

// Do runs one call and returns when its transaction is on stable storage. When ctx ends first, the call
// may still be carried out; where there is one writer, that is waited for.
func (b *Batch[In, Out]) Do(ctx context.Context, in In) (Out, error) {
	c := &BatchCall[In, Out]{In: in, done: make(chan error, 1)}
	b.mu.Lock()
	b.waiting = append(b.waiting, c)
	lead := !b.queued
	b.queued = true
	b.mu.Unlock()
	if b.db.conns.Writers == 1 {
		// The caller's turn comes soon, and calling another goroutine to do it, or watching ctx meanwhile, takes as long as
		// the rest.
		if lead {
			b.flush(context.WithoutCancel(ctx))
		}
		err := <-c.done
		return c.Out, err
	}
	if lead {
		go b.flush(context.WithoutCancel(ctx))
	}
	select {
	case err := <-c.done:
		return c.Out, err
	case <-ctx.Done():
		var none Out
		return none, ctx.Err()
	}
}

// take removes the calls of one batch from those that wait. The calls that come from now on need a flush
// of their own; says whether some are left over already.
func (b *Batch[In, Out]) take() (calls []*BatchCall[In, Out], more bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(b.waiting), b.max)
	calls = b.waiting[:n:n]
	b.waiting = b.waiting[n:]
	b.queued = len(b.waiting) > 0
	return calls, b.queued
}

// flush carries out the calls that wait once it is its turn to write.
func (b *Batch[In, Out]) flush(ctx context.Context) {
	b.slots <- struct{}{}
	var calls []*BatchCall[In, Out]
	taken := false
	err := b.db.Write(ctx, func(tx *Tx) error {
		if !taken {
			var more bool
			calls, more = b.take()
			taken = true
			if more {
				go b.flush(ctx)
			}
		}
		for _, c := range calls {
			c.Err = nil
		}
		return b.run(tx, calls)
	})
	<-b.slots
	if !taken { // the store refused before the closure ran
		var more bool
		if calls, more = b.take(); more {
			go b.flush(ctx)
		}
	}
	if err != nil && len(calls) > 1 && b.separable(err) {
		for _, c := range calls {
			b.alone(ctx, c)
		}
		return
	}
	for _, c := range calls {
		b.finish(c, err)
	}
}

// separable says whether the calls of a failed batch may fare better one by one. After an unavailable store
// they may be stored already: running them again could do them twice. And a store that takes one writer at a
// time is not busy because of one of them.
func (b *Batch[In, Out]) separable(err error) bool {
	kind := fault.KindOf(err)
	return kind != fault.Unavailable && (kind != fault.Busy || b.db.conns.Writers > 1)
}

// alone runs one call of a failed batch by itself, so that it fails for its own reason only.
func (b *Batch[In, Out]) alone(ctx context.Context, c *BatchCall[In, Out]) {
	one := []*BatchCall[In, Out]{c}
	b.finish(c, b.db.Write(ctx, func(tx *Tx) error {
		c.Err = nil
		return b.run(tx, one)
	}))
}

// finish tells a caller how its call went.
func (b *Batch[In, Out]) finish(c *BatchCall[In, Out], err error) {
	if err == nil {
		err = c.Err
	}
	c.done <- err
}
