package gateway

import (
	"context"
	"sync"
	"time"
)

// bounded is a context that ends with its parent and at a deadline. Unlike context.WithDeadline it sets no timer before
// somebody waits for its end, and hardly any operation does.
type bounded struct {
	context.Context
	deadline time.Time

	mu    sync.Mutex
	real  context.Context // with a timer; nil: nobody waits
	stop  context.CancelFunc
	ended bool // the request is answered
}

// Deadline is when the context ends.
func (b *bounded) Deadline() (time.Time, bool) { return b.deadline, true }

// Done is for who waits.
func (b *bounded) Done() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.real == nil {
		b.real, b.stop = context.WithDeadline(b.Context, b.deadline)
		if b.ended {
			b.stop()
		}
	}
	return b.real.Done()
}

// Err says why the context has ended.
func (b *bounded) Err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.real != nil:
		return b.real.Err()
	case b.ended:
		return context.Canceled
	case b.Context.Err() != nil:
		return b.Context.Err()
	case !time.Now().Before(b.deadline):
		return context.DeadlineExceeded
	}
	return nil
}

// end ends the context, for the request is answered.
func (b *bounded) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	if b.stop != nil {
		b.stop()
	}
}
