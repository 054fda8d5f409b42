package bus

import (
	"context"
	"time"
)

// Pending is a delivery to a target outside our store, which waits to be carried there. Of its Event only
// ID, Account, Region and TraceHeader are set.
type Pending struct {
	Delivery
	Position int64  // its number: of deliveries with one Key the earlier event has the lower one
	Lane     int64  // the number of its lane
	Key      string // deliveries of one key are first tried in their order; empty: in any
	Hold     bool   // one that fails holds those of its Key behind it, until it is done with
	Attempts int    // how often it was tried
	Accepted time.Time
	Due      time.Time // when it is to be tried again; zero: it was not tried yet
	Expires  time.Time // it is not tried after this
	Retries  int       // how often it may be tried again after the first time
}

// Lane is the deliveries to one target outside our store. One node at a time carries them.
type Lane struct {
	Number int64
	Target string // its ARN
}

// Ending is what an attempt leads to.
type Ending int

// The endings of an attempt.
const (
	Delivered Ending = iota // it arrived
	Again                   // it failed and is tried again
	Dead                    // it failed for good
)

// Outcome is what became of an attempt to carry a delivery.
type Outcome struct {
	*Pending
	Ending  Ending
	Began   time.Time // zero: there was no attempt, as when it expired while it waited
	Took    time.Duration
	Code    string    // of the failure: TIMEOUT …
	Message string    // of the failure
	Status  int       // of the HTTP answer; 0: none
	Next    time.Time // of Again: when to try again
	// Exhausted says which bound of the retry policy ended it, for a dead letter's EXHAUSTED_RETRY_CONDITION:
	// MaximumRetryAttempts or MaximumEventAgeInSeconds; empty: none, the failure was final.
	Exhausted string
}

// Pendings is a page of deliveries that wait.
type Pendings struct {
	List []*Pending
	More bool      // there are more than the limits let through
	Next time.Time // of Due: when the next one is due that is not yet; zero: there is none
}

// ClaimLanes takes lanes that have something to carry and that no other node holds, for the time of a lease.
func (b *Bus) ClaimLanes(ctx context.Context, node string, lease time.Duration, limit int) ([]Lane, error) {
	panic("soon")
}

// HoldLanes renews leases and gives the lanes that the node still holds.
func (b *Bus) HoldLanes(ctx context.Context, node string, lease time.Duration, lanes []int64) ([]int64, error) {
	panic("soon")
}

// ReleaseLanes gives lanes back.
func (b *Bus) ReleaseLanes(ctx context.Context, node string, lanes []int64) error { panic("soon") }

// Fresh reads deliveries of a lane that were not tried yet, those after a position and in its order.
func (b *Bus) Fresh(ctx context.Context, lane, after int64, limit int) (Pendings, error) {
	panic("soon")
}

// Due reads deliveries of a lane that are to be tried again now, the earliest first.
func (b *Bus) Due(ctx context.Context, lane int64, limit int) (Pendings, error) { panic("soon") }

// Expired reads deliveries of a lane that wait and whose time is over, the earliest first.
func (b *Bus) Expired(ctx context.Context, lane int64, limit int) (Pendings, error) {
	panic("soon")
}

// Settle stores what became of an attempt: it strikes the delivery off, says when it is due again, or strikes it off
// and sends its dead letter. Settles that come at the same time share a transaction.
func (b *Bus) Settle(ctx context.Context, o Outcome) error { panic("soon") }

// Waiting gives the numbers of the lanes that got something to carry on this node since the last call, and Woken a
// channel that has a value when there are some.
func (b *Bus) Waiting() []int64 { panic("soon") }

// Woken is signalled when there is something to carry.
func (b *Bus) Woken() <-chan struct{} { panic("soon") }
