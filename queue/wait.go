package queue

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/casestream/casestream/store"
)

// lobby is where long polls wait. A waiter sleeps until a change of its queue wakes it, or until a hidden
// message comes back. Where other nodes change queues too, they tell what nobody waits for there, and one
// waiter a queue also looks from time to time, should that be lost.
type lobby struct {
	now     func() time.Time
	behind  func() time.Duration // how often one looks; 0: nobody else changes queues
	ready   *store.Topic         // a queue has messages that nobody waits for on the node that tells
	later   *store.Topic         // a queue has, or will have
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

// How often nodes tell each other of one queue, and how often one looks for what they did: while it hears them, and
// while it does not.
const (
	readyGap    = 10 * time.Millisecond
	laterGap    = time.Second
	behindHears = 10 * time.Second
	behindDeaf  = time.Second
)

// newLobby makes an empty lobby on the store's clock.
func newLobby(db *store.DB) *lobby {
	l := &lobby{now: db.Now, lines: make(map[int64]*line), closed: make(chan struct{})}
	l.close = sync.OnceFunc(l.closeAll)
	l.behind = func() time.Duration {
		switch {
		case db.Engine() == "sqlite":
			return 0 // the file is held by this process alone
		case l.ready.Live():
			return behindHears
		}
		return behindDeaf
	}
	l.ready = store.NewTopic(db, "queue", readyGap, l.heard)
	l.later = store.NewTopic(db, "queue_later", laterGap, l.heard)
	return l
}

// closeAll tells everybody that the wait is over.
func (l *lobby) closeAll() {
	close(l.closed)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.lines {
		n.wake(len(n.waiting))
	}
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
		l.armBehind(queueID, n)
	}
	n.waiting = append(n.waiting, w)
	return w
}

// leave ends a receiver's wait. A wake-up that it has not used goes to the next, here or elsewhere.
func (l *lobby) leave(w *waiter) {
	if l.remove(w) {
		l.wake(w.queueID, 1)
	}
}

// remove takes a receiver out of its line, and says whether it leaves a wake-up.
func (l *lobby) remove(w *waiter) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.lines[w.queueID]
	n.waiting = slices.DeleteFunc(n.waiting, func(v *waiter) bool { return v == w })
	if len(n.waiting) == 0 {
		if n.timer != nil {
			n.timer.Stop()
		}
		delete(l.lines, w.queueID)
	}
	return len(w.woken) > 0
}

// waited says whether anybody waits for a queue.
func (l *lobby) waited(queueID int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines[queueID] != nil
}

// wake makes the first count receivers of a queue look that are not about to. Where there are fewer, other nodes are
// told.
func (l *lobby) wake(queueID int64, count int) {
	if l.rouse(queueID, count) > 0 {
		l.ready.Notify(queueID)
	}
}

// wakeNext makes one receiver of a queue look, where there may be something yet; other nodes hear of it in time.
func (l *lobby) wakeNext(queueID int64) {
	if l.rouse(queueID, 1) > 0 {
		l.later.Notify(queueID)
	}
}

// wakeAll makes every receiver of a queue look, on every node.
func (l *lobby) wakeAll(queueID int64) {
	l.rouse(queueID, math.MaxInt)
	l.ready.Notify(queueID) // there one that finds the queue gone wakes the next
}

// wakeAt makes one receiver of a queue look at an instant, in microseconds. On other nodes one looks in time, to learn
// of it.
func (l *lobby) wakeAt(queueID, at int64) {
	l.expect(queueID, at)
	l.later.Notify(queueID)
}

// heard makes one receiver look of each queue that another node tells of; of every queue, where it is not known of
// which.
func (l *lobby) heard(queues []int64) {
	for _, id := range queues {
		l.rouse(id, 1)
	}
	if queues != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, n := range l.lines {
		n.wake(1)
		l.armBehind(id, n)
	}
}

// rouse makes the first count receivers of a queue look that wait on this node and are not about to. It gives how many
// were too few.
func (l *lobby) rouse(queueID int64, count int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.lines[queueID]; n != nil {
		return n.wake(count)
	}
	return count
}

// expect makes one receiver of a queue that waits on this node look at an instant, in microseconds.
func (l *lobby) expect(queueID, at int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.lines[queueID]; n != nil {
		l.arm(queueID, n, at)
	}
}

// wake is lobby.rouse on one line; the caller holds the lock.
func (n *line) wake(count int) int {
	for _, w := range n.waiting {
		if count == 0 {
			break
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
	return count
}

// armBehind sets the line's timer to look for what other nodes did; the caller holds the lock.
func (l *lobby) armBehind(queueID int64, n *line) {
	if d := l.behind(); d > 0 {
		l.arm(queueID, n, l.now().Add(d).UnixMicro())
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
	l.armBehind(queueID, n)
}
