package store

import (
	"maps"
	"slices"
	"time"
)

// Topic is something of which the nodes of one database tell each other that it has changed, so that those who wait
// for it look. What it tells is a hint: it comes after the commit, soon and mostly; who waits looks from time to
// time, too. Nothing waits for it and nothing is stored.
type Topic struct {
	nodes *nodes // nil: nobody else has the database open
	name  string
	gap   time.Duration
	heard func(keys []int64)

	// What is to be told, guarded by nodes.mu.
	keys map[int64]struct{}
	all  bool      // more than a note holds, or than is known
	next time.Time // not before this
}

// NewTopic makes a topic; the nodes know it by its name, of small letters and _. What changes of it is told at once,
// and then at most once a gap, all keys together. heard is called with the keys that other nodes tell of, or with
// nil, when anything may have changed unheard; it must be quick.
func NewTopic(db *DB, name string, gap time.Duration, heard func(keys []int64)) *Topic {
	t := &Topic{nodes: db.nodes, name: name, gap: gap, heard: heard}
	if t.nodes != nil {
		t.nodes.add(t)
	}
	return t
}

// Notify tells the other nodes, where there are any, that what a key stands for has changed. It is for AfterCommit.
func (t *Topic) Notify(key int64) {
	if t.nodes == nil || !t.nodes.others.Load() {
		return
	}
	t.nodes.mu.Lock()
	first := !t.pending()
	t.put(key)
	t.nodes.mu.Unlock()
	if first {
		t.nodes.signal()
	}
}

// Live says whether this node hears at the moment what the others tell. When that ends, heard is called.
func (t *Topic) Live() bool { return t.nodes != nil && t.nodes.live.Load() }

// pending says whether there is something to tell; the caller holds the lock, as of all that follow.
func (t *Topic) pending() bool { return t.all || len(t.keys) > 0 }

// put notes a key.
func (t *Topic) put(key int64) {
	if t.all {
		return
	}
	if t.keys == nil {
		t.keys = make(map[int64]struct{}, 1)
	}
	if t.keys[key] = struct{}{}; len(t.keys) > noteKeys {
		t.putAll()
	}
}

// putAll notes that anything may have changed.
func (t *Topic) putAll() {
	t.all = true
	clear(t.keys)
}

// take gives what is to be told, and forgets it.
func (t *Topic) take() (keys []int64) {
	if !t.all {
		keys = slices.Sorted(maps.Keys(t.keys))
	}
	t.all = false
	clear(t.keys)
	return keys
}
