package queue

import (
	"sync"
	"time"

	"github.com/casestream/casestream/store"
)

// floors remembers of bins from which instant on there is something to claim. PostgreSQL leaves the entries of deleted
// messages in its index until a vacuum has been there; who looks for the oldest message from the beginning of time walks
// over all of them. Looking is done once in a while, and claims begin where it ended.
type floors struct {
	mu    sync.Mutex
	known map[int64]floor
}

// floor is what a look at a bin found.
type floor struct{ from, looked int64 }

// A look holds for a second, for a receive that finds less than it wants a tenth of one. Claims begin a second below what
// it found: a message that was sent before it may be committed after it. One that took even longer waits for the next look.
const (
	floorHolds = time.Second
	dryHolds   = time.Second / 10
	floorSlack = time.Second
)

// maxFloors bounds the memory: past it all is forgotten, and looked up again.
const maxFloors = 10_000

// from gives the instant, in microseconds, from which on a claim has to look for messages of a bin: never before the oldest
// one that a queue keeps. It looks where the last look is older than holds. SQLite has no entries of what is gone, so that there is nothing to remember.
func (f *floors) from(tx *store.Tx, engine string, q *Queue, holds time.Duration) (int64, error) {
	oldest := q.oldest(tx)
	if engine == "sqlite" {
		return oldest, nil
	}
	now := tx.Micros()
	f.mu.Lock()
	last, ok := f.known[q.bin]
	f.mu.Unlock()
	if !ok || now < last.looked || now-last.looked >= holds.Microseconds() {
		first := now
		if _, err := tx.Get(`SELECT visible_at FROM queue_slot WHERE bin = ? AND visible_at > ? ORDER BY visible_at, seq LIMIT 1`, []any{q.bin, oldest}, &first); err != nil {
			return 0, err
		}
		last = floor{min(first, now) - floorSlack.Microseconds(), now}
		f.mu.Lock()
		if f.known == nil || len(f.known) >= maxFloors {
			f.known = make(map[int64]floor)
		}
		f.known[q.bin] = last
		f.mu.Unlock()
	}
	return max(oldest, last.from), nil
}
