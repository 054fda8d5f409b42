package store

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/casestream/casestream/base/id"
)

// nodes is what a node has to do with the others of its database: who they are, what it tells them (tell.go), what it
// hears of them (hear.go). A node that is alone tells nothing.
type nodes struct {
	db *DB
	id string // of this node, as long as it has the store open

	live   atomic.Bool   // this node hears the others, and itself
	others atomic.Bool   // there are some
	wake   chan struct{} // there is something to tell

	mu     sync.Mutex
	topics []*Topic
	seen   map[string]time.Time // the others, and when each was heard last
	greet  bool                 // one wants to know of this node
	beat   time.Time            // when this node last told that it is there
}

// How nodes know of each other.
const (
	nodeBeat   = 10 * time.Second // how often a node that is not alone says that it is there
	nodeSilent = 35 * time.Second // one that has said nothing for so long has gone
	nodesMost  = 1000             // others that are known; there are never so many
)

// newNodes makes what a node knows of the others: nothing yet.
func newNodes(db *DB) *nodes {
	return &nodes{db: db, id: id.New(), wake: make(chan struct{}, 1), seen: make(map[string]time.Time)}
}

// add makes a topic known. Where the others are heard already, its beginning is now.
func (n *nodes) add(t *Topic) {
	n.mu.Lock()
	n.topics = append(n.topics, t)
	t.putAll()
	n.signal()
	live := n.live.Load()
	n.mu.Unlock()
	if live {
		t.heard(nil)
	}
}

// begin notes that the others are heard from now on, and gives the topics that this is the beginning of.
func (n *nodes) begin() []*Topic {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.live.Store(true)
	return n.topics
}

// signal has tell look at what there is.
func (n *nodes) signal() {
	select {
	case n.wake <- struct{}{}:
	default: // it is about to
	}
}

// meet notes that another node is there. A node that was alone until now has told nothing, and may have been heard: it
// tells the other to look at everything.
func (n *nodes) meet(other string, greets bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, known := n.seen[other]
	if !known && len(n.seen) == nodesMost {
		return
	}
	n.seen[other] = time.Now()
	if known && !greets {
		return
	}
	if !n.others.Swap(true) {
		for _, t := range n.topics {
			t.putAll()
		}
	}
	n.greet = true
	n.signal()
}

// part notes that another node has gone.
func (n *nodes) part(other string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.seen, other)
	n.others.Store(len(n.seen) > 0)
}

// count gives how many others there are.
func (n *nodes) count() int {
	if n == nil {
		return 0
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.seen)
}

// due takes what is to be told at a time, and says how long it is until the next.
func (n *nodes) due(now time.Time) (texts []string, again time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	maps.DeleteFunc(n.seen, func(_ string, last time.Time) bool { return now.Sub(last) > nodeSilent })
	if n.others.Store(len(n.seen) > 0); len(n.seen) == 0 {
		return nil, nodeBeat
	}
	if n.greet || now.Sub(n.beat) >= nodeBeat {
		texts = append(texts, note{from: n.id, name: noteHere}.text())
		n.greet, n.beat = false, now
	}
	again = n.beat.Add(nodeBeat).Sub(now)
	for _, t := range n.topics {
		if !t.pending() {
			continue
		}
		if wait := t.next.Sub(now); wait > 0 {
			again = min(again, wait)
			continue
		}
		texts = append(texts, note{from: n.id, name: t.name, keys: t.take()}.text())
		t.next = now.Add(t.gap)
	}
	return texts, again
}

// lost notes that what was taken to be told has not arrived.
func (n *nodes) lost() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.greet = true
	for _, t := range n.topics {
		t.putAll()
	}
}

// heard calls those whom a topic's news concerns; no name: all, for whatever has changed.
func (n *nodes) heard(name string, keys []int64) {
	n.mu.Lock()
	topics := n.topics
	n.mu.Unlock()
	for _, t := range topics {
		if name == "" || name == t.name {
			t.heard(keys)
		}
	}
}

// run hears and tells until ctx ends.
func (n *nodes) run(ctx context.Context) {
	n.db.running.Go(func() { n.hear(ctx) })
	n.db.running.Go(func() { n.tell(ctx) })
}
