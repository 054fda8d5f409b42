package bus

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/casestream/casestream/store"
)

// Pending is a delivery to a target outside our store, which waits to be carried there. Of its Event only
// ID, Account, Region and TraceHeader are set.
type Pending struct {
	Delivery
	Position int64  // its number: of deliveries with one Key the earlier event has the lower one
	Lane     int64  // the number of its lane
	Key      string // deliveries of one key are first tried in their order; empty: in any
	Hold     bool   // one that waits holds those of its Key behind it, until it is done with
	Attempts int    // how often it was tried
	Accepted time.Time
	Due      time.Time // when it is to be tried again; zero: it was not tried yet
	Expires  time.Time // it is not tried after this
	Retries  int       // how often it may be tried again after the first time

	// Code and Message are what its last attempt failed with; empty: there was none.
	Code, Message string

	trace, traceTarget int64 // of the event's trace, and of the delivery's place in it; 0: there is none
}

// Bounds of how long a target is tried, where its retry policy has none: EventBridge's.
const (
	defaultRetries = 185
	defaultAge     = 24 * time.Hour
)

// Pendings is a page of deliveries that wait.
type Pendings struct {
	List []*Pending
	More bool      // there are more than the limits let through
	Next time.Time // of Due: when the next one is due that is not yet; zero: there is none
}

// pendingBytes bounds the events of a page, but for the last.
const pendingBytes = 4 << 20

// How deliveries that wait stand in the column due_at, beside instants.
const (
	dueFresh  = 0         // not tried yet
	dueParked = 1<<63 - 1 // behind another one of its key; the largest, so that no look for due ones sees it
)

// Woken is signalled when there is something new to carry that this node knows of: what Waiting gives.
func (b *Bus) Woken() <-chan struct{} { return b.outbox.woken }

// Waiting gives the numbers of the lanes that got something to carry since the last call, as far as this node knows: by what it
// did itself, and by what the others tell.
func (b *Bus) Waiting() []int64 {
	b.outbox.Lock()
	defer b.outbox.Unlock()
	lanes := slices.Sorted(maps.Keys(b.outbox.fresh))
	clear(b.outbox.fresh)
	return lanes
}

// outgoing is a delivery for a target outside our store, with the event that it comes of.
type outgoing struct {
	*Delivery
	target *compiledTarget
	key    string
	trace  *tracing // of the event; nil: none is kept
	place  int      // of the delivery in it
}

// holds says whether a delivery holds those of its key behind it: the next of a FIFO queue's group must not overtake it.
func (o *outgoing) holds() bool {
	return o.MessageGroupID != "" && strings.HasSuffix(o.TargetARN, ".fifo")
}

// post leaves the deliveries for targets outside our store in the outbox.
func (r *routing) post() error {
	if len(r.outgoing) == 0 {
		return nil
	}
	lanes := make(map[int64]struct{}, 1)
	for i := range r.outgoing {
		o := &r.outgoing[i]
		lane, err := r.b.laneOf(r.tx, o.TargetARN)
		if err != nil {
			return err
		}
		o.lane = lane
		lanes[lane] = struct{}{}
	}
	if err := insertPending(r.tx, r.outgoing); err != nil {
		return err
	}
	r.tx.AfterCommit(func() { r.b.wakeLanes(lanes) })
	return nil
}

// Fresh reads deliveries of a lane that were not tried yet, those after a position and in their order. Of those
// with a key that holds it gives the first, and only once no other of the key waits to be tried again; it parks what
// it meets behind that one.
func (b *Bus) Fresh(ctx context.Context, lane, after int64, limit int) (page Pendings, err error) {
	var parked []int64
	err = b.db.Read(ctx, func(tx *store.Tx) (err error) {
		page, err = listPending(tx, freshPending, []any{lane, after, after, limit + 1}, limit)
		if err != nil {
			return err
		}
		page.List, parked, err = firstOfKeys(tx, lane, page.List)
		return err
	})
	if err != nil || len(parked) == 0 {
		return page, err
	}
	return page, b.db.Write(ctx, func(tx *store.Tx) error { return park(tx, lane, parked) })
}

// firstOfKeys leaves out of a list what waits behind another delivery of its key, and gives that apart.
func firstOfKeys(tx *store.Tx, lane int64, list []*Pending) (free []*Pending, behind []int64, err error) {
	for _, p := range list {
		if p.Hold {
			first, err := firstOfKey(tx, lane, p.Key)
			if err != nil {
				return nil, nil, err
			}
			if first != p.Position {
				behind = append(behind, p.Position)
				continue
			}
		}
		free = append(free, p)
	}
	return free, behind, nil
}

// Due reads deliveries of a lane that are to be tried again now, the earliest first.
func (b *Bus) Due(ctx context.Context, lane int64, limit int) (page Pendings, err error) {
	err = b.db.Read(ctx, func(tx *store.Tx) (err error) {
		if page, err = listPending(tx, duePending, []any{lane, tx.Micros(), limit + 1}, limit); err != nil {
			return err
		}
		page.Next, err = nextPending(tx, lane)
		return err
	})
	return page, err
}

// Expired reads deliveries of a lane whose time is over, the earliest first.
func (b *Bus) Expired(ctx context.Context, lane int64, limit int) (page Pendings, err error) {
	err = b.db.Read(ctx, func(tx *store.Tx) (err error) {
		page, err = listPending(tx, expiredPending, []any{lane, tx.Micros(), limit + 1}, limit)
		return err
	})
	return page, err
}
