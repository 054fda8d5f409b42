package bus

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/casestream/casestream/store"
)

// Lane is the deliveries to one target outside our store. One node at a time carries them: who holds a lane keeps
// the order of its events, heeds what its target asks for and knows whether that answers, without a write for
// each delivery that it takes.
type Lane struct {
	Number int64
	Target string // its ARN
}

// outbox is what a node knows of the lanes.
type outbox struct {
	sync.Mutex
	numbers map[string]int64   // of the lanes, by target; they never change
	fresh   map[int64]struct{} // lanes that got something since Waiting was called
	woken   chan struct{}
}

// newOutbox makes an outbox that knows nothing yet.
func newOutbox() outbox {
	return outbox{numbers: make(map[string]int64), fresh: make(map[int64]struct{}), woken: make(chan struct{}, 1)}
}

// wake says that lanes have something new.
func (o *outbox) wake(lanes map[int64]struct{}) {
	o.Lock()
	maps.Copy(o.fresh, lanes)
	o.Unlock()
	select {
	case o.woken <- struct{}{}:
	default:
	}
}

// laneOf gives the number of a target's lane, which is made where it is the first event for the target.
func (b *Bus) laneOf(tx *store.Tx, target string) (int64, error) {
	b.outbox.Lock()
	number, known := b.outbox.numbers[target]
	b.outbox.Unlock()
	if known {
		return number, nil
	}
	number, err := ensureLane(tx, target)
	if err == nil {
		tx.AfterCommit(func() {
			b.outbox.Lock()
			defer b.outbox.Unlock()
			b.outbox.numbers[target] = number
		})
	}
	return number, err
}

// Now is the time by the clock that says what is due.
func (b *Bus) Now() time.Time { return b.db.Now() }

// ClaimLanes takes lanes that have something to carry now and that no node holds, for the time of a lease.
func (b *Bus) ClaimLanes(ctx context.Context, node string, lease time.Duration, limit int) ([]Lane, error) {
	var free []int64
	err := b.db.Read(ctx, func(tx *store.Tx) (err error) {
		free, err = freeLanes(tx, limit)
		return err
	})
	if err != nil || len(free) == 0 {
		return nil, err // nothing is written while there is nothing to do
	}
	var claimed []Lane
	err = b.db.Write(ctx, func(tx *store.Tx) error {
		claimed = claimed[:0]
		for _, number := range free {
			lane, ok, err := claimLane(tx, node, tx.Now().Add(lease), number)
			if err != nil {
				return err
			}
			if ok {
				claimed = append(claimed, lane)
			}
		}
		return nil
	})
	return claimed, err
}

// HoldLanes renews the leases of lanes and gives those that the node still holds.
func (b *Bus) HoldLanes(ctx context.Context, node string, lease time.Duration, lanes []int64) (held []int64, err error) {
	err = b.db.Write(ctx, func(tx *store.Tx) error {
		held, err = holdLanes(tx, node, tx.Now().Add(lease), lanes)
		return err
	})
	return held, err
}

// ReleaseLanes gives lanes back, so that any node may take them at once; no list stands for all of the node's.
func (b *Bus) ReleaseLanes(ctx context.Context, node string, lanes []int64) error {
	return b.db.Write(ctx, func(tx *store.Tx) error {
		if lanes == nil {
			return releaseAllLanes(tx, node)
		}
		return releaseLanes(tx, node, lanes)
	})
}
