package casestream

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/casestream/casestream/bus"
)

// watchEvery is how often a node looks for events of the others.
const watchEvery = time.Second

// watch looks for events of other nodes on behalf of all who tail here, so that a thousand tails cost no more reads
// than one. What this node writes wakes them by itself.
type watch struct {
	bus    *bus.Bus
	alone  bool          // there are no other nodes
	closed chan struct{} // closed when the server stops

	mu      sync.Mutex
	waiting int
	woken   chan struct{} // closed when another node has written
}

// newWatch makes a watch that nobody waits for.
func newWatch(b *bus.Bus, alone bool) *watch {
	return &watch{bus: b, alone: alone, closed: make(chan struct{}), woken: make(chan struct{})}
}

// enter counts one who waits.
func (w *watch) enter() { w.count(1) }

// leave is enter's counterpart.
func (w *watch) leave() { w.count(-1) }

// count changes how many wait, and gives how many there are.
func (w *watch) count(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting += n
	return w.waiting
}

// next gives a channel that is closed when another node has written since.
func (w *watch) next() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.woken
}

// wake wakes all who wait.
func (w *watch) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.woken)
	w.woken = make(chan struct{})
}

// run looks until ctx ends, as long as anybody waits.
func (w *watch) run(ctx context.Context, log *slog.Logger) {
	defer close(w.closed)
	if w.alone {
		<-ctx.Done()
		return
	}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for seen := ""; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now, err := w.look(ctx, seen)
		if err != nil && ctx.Err() == nil {
			log.Warn("events of other nodes", slog.Any("err", err))
		}
		seen = now
	}
}

// look wakes those who wait if something came since a cursor, and gives the next cursor: empty, when nobody waits.
// Without a cursor it wakes them, for what came since they began to wait is not known.
func (w *watch) look(ctx context.Context, since string) (string, error) {
	if w.count(0) == 0 {
		return "", nil
	}
	now, err := w.bus.Tail(ctx, bus.TailQuery{}) // before the other read, so that what comes between the two is found next time
	if err != nil {
		return "", err
	}
	if since != "" {
		came, err := w.bus.Tail(ctx, bus.TailQuery{Cursor: since, Limit: 1})
		if err != nil {
			return "", err
		}
		if len(came.List) == 0 && !came.More && !came.Missed {
			return now.Cursor, nil
		}
	}
	w.wake()
	return now.Cursor, nil
}
