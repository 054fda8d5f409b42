package queue

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// lobby is where long polls wait. A waiter sleeps until a change of its queue, made by this process, wakes
// it, or until a hidden message comes back; where other processes change queues too, one waiter a queue
// also looks from time to time.
type lobby struct {
	now     func() time.Time
	behind  time.Duration // how often one looks; 0: nobody else changes queues
	tickets atomic.Int64
	closed  chan struct{} // closed when nobody waits any more
	close   func()

	mu    sync.Mutex
	lines map[int64]*line
}

// line is who waits for one queue, in the order in which they came.
type line struct {
	waiting []*waiter
	timer   *time.Timer
	at      int64 // microseconds: when the timer goes off; 0: not set
}

// waiter is one long poll.
type waiter struct {
	queueID int64
	ticket  int64
	woken   chan struct{} // holds one wake-up
	ring    func()        // called with each; nil: nobody asks for it
}

// pollBehind says how often to look for what other processes did.
func pollBehind(engine string) time.Duration {
	if engine == "sqlite" {
		return 0 // the file is held by this process alone
	}
	return time.Second
}

// newLobby makes an empty lobby on the store's clock.
func newLobby(now func() time.Time, behind time.Duration) *lobby {
	l := &lobby{now: now, behind: behind, lines: make(map[int64]*line), closed: make(chan struct{})}
	l.close = sync.OnceFunc(func() {
		close(l.closed)
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, n := range l.lines {
			n.wake(len(n.waiting))
		}
	})
	return l
}

// onWake has f called with each wake-up of a waiter, and once for what has been.
func (l *lobby) onWake(w *waiter, f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w.ring = f
	f()
}

// ticket numbers receivers in the order in which they come.
func (l *lobby) ticket() int64 { return l.tickets.Add(1) }

// enter makes a receiver wait for a queue.
func (l *lobby) enter(queueID, ticket int64) *waiter {
	w := &waiter{queueID: queueID, ticket: ticket, woken: make(chan struct{}, 1)}
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.lines[queueID]
	if n == nil {
		n = &line{}
		l.lines[queueID] = n
		if l.behind > 0 {
			l.arm(queueID, n, l.now().Add(l.behind).UnixMicro())
		}
	}
	n.waiting = append(n.waiting, w)
	return w
}

// leave ends a receiver's wait. A wake-up that it has not used goes to the next.
func (l *lobby) leave(w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.lines[w.queueID]
	n.waiting = slices.DeleteFunc(n.waiting, func(v *waiter) bool { return v == w })
	if len(n.waiting) == 0 {
		if n.timer != nil {
			n.timer.Stop()
		}
		delete(l.lines, w.queueID)
		return
	}
	select {
	case <-w.woken:
		n.wake(1)
	default:
	}
}

// waited says whether anybody waits for a queue.
func (l *lobby) waited(queueID int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines[queueID] != nil
}

// wake makes the first count receivers of a queue look that are not about to.
func (l *lobby) wake(queueID int64, count int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.lines[queueID]; n != nil {
		n.wake(count)
	}
}

// wakeAll makes every receiver of a queue look.
func (l *lobby) wakeAll(queueID int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.lines[queueID]; n != nil {
		n.wake(len(n.waiting))
	}
}

// wakeAt makes one receiver of a queue look at an instant, in microseconds.
func (l *lobby) wakeAt(queueID, at int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.lines[queueID]; n != nil {
		l.arm(queueID, n, at)
	}
}

// wake is lobby.wake on one line; the caller holds the lock.
func (n *line) wake(count int) {
	for _, w := range n.waiting {
		if count == 0 {
			return
		}
		select {
		case w.woken <- struct{}{}:
			count--
			if w.ring != nil {
				w.ring()
			}
		default: // about to look anyway
		}
	}
}

// arm sets the line's timer unless it goes off earlier already; the caller holds the lock.
func (l *lobby) arm(queueID int64, n *line, at int64) {
	if n.at != 0 && n.at <= at {
		return
	}
	n.at = at
	d := max(time.Duration(at-l.now().UnixMicro())*time.Microsecond, 0)
	if n.timer == nil {
		n.timer = time.AfterFunc(d, func() { l.ring(queueID, n) })
		return
	}
	n.timer.Reset(d)
}

// ring is what the timer does.
func (l *lobby) ring(queueID int64, n *line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lines[queueID] != n {
		return // everybody has left meanwhile
	}
	n.at = 0
	n.wake(1)
	if l.behind > 0 {
		l.arm(queueID, n, l.now().Add(l.behind).UnixMicro())
	}
}
