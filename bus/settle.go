package bus

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// Ending is what an attempt leads to.
type Ending int

// The endings of an attempt.
const (
	Delivered Ending = iota // it arrived
	Again                   // it failed and is tried again
	Dead                    // it failed for good
)

// Which bound of a retry policy ends a delivery: a dead letter's EXHAUSTED_RETRY_CONDITION.
const (
	MaximumRetryAttempts     = "MaximumRetryAttempts"
	MaximumEventAgeInSeconds = "MaximumEventAgeInSeconds"
)

// Outcome is what became of an attempt to carry a delivery.
type Outcome struct {
	*Pending
	Ending    Ending
	Began     time.Time // zero: there was no attempt, as when it expired while it waited
	Took      time.Duration
	Code      string    // of the failure: TIMEOUT …
	Message   string    // of the failure
	Status    int       // of the HTTP answer; 0: none
	Next      time.Time // of Again: when to try again
	Exhausted string    // of Dead: which bound ended it; empty: none, the failure was final
}

// attempts counts the attempts with this one.
func (o *Outcome) attempts() int {
	if o.Began.IsZero() {
		return o.Attempts
	}
	return o.Attempts + 1
}

// maxSettles is how many outcomes share a transaction.
const maxSettles = 64

// Settle stores what became of a delivery: it is struck off, is due again later, or is struck off with its dead letter
// sent in the same transaction. An outcome of a delivery that is no longer as the attempt found it, because another
// node has settled it meanwhile, changes nothing. Settles that come at the same time share a transaction.
func (b *Bus) Settle(ctx context.Context, o Outcome) error {
	_, err := b.settles.Do(ctx, o)
	return err
}

// settleBatch settles outcomes in one transaction.
func (b *Bus) settleBatch(tx *store.Tx, calls []*store.BatchCall[Outcome, struct{}]) error {
	var gone []int64
	for _, c := range calls {
		if c.In.Ending != Again {
			gone = append(gone, c.In.Position)
		}
	}
	struck, err := strikeOff(tx, gone)
	if err != nil {
		return err
	}
	r := routing{b: b, tx: tx}
	var letters []*Delivery
	var tried []*Outcome // those that count
	var done []*Outcome  // those that held others
	for _, c := range calls {
		o := &c.In
		r.done.attempt(o, struck[o.Position])
		if struck[o.Position] && o.Ending != Again {
			tried = append(tried, o)
		}
		switch {
		case o.Ending == Again:
			put, err := putOffPending(tx, o)
			if err != nil {
				return err
			}
			if put {
				tried = append(tried, o)
			}
		case !struck[o.Position]:
		case o.Ending == Delivered:
			r.done.invocation(b, &o.Delivery)
		default:
			if l := r.giveUp(o); l != nil {
				letters = append(letters, l)
			}
		}
		if o.Ending != Again && o.Hold && struck[o.Position] {
			done = append(done, o)
		}
	}
	if err := r.bury(letters); err != nil {
		return err
	}
	if err := b.recordAttempts(tx, tried); err != nil {
		return err
	}
	if err := b.release(tx, done); err != nil {
		return err
	}
	tx.AfterCommit(func() { b.settle(&r.done, tx.Now()) })
	return nil
}

// release lets the next deliveries of keys go that waited for those that are done with. It comes last, and goes by the
// lanes' numbers: transactions that lock several lanes in orders of their own would wait for each other.
func (b *Bus) release(tx *store.Tx, done []*Outcome) error {
	if len(done) == 0 {
		return nil
	}
	slices.SortFunc(done, func(x, y *Outcome) int { return cmp.Compare(x.Lane, y.Lane) })
	lanes := make(map[int64]struct{}, 1)
	for _, o := range done {
		if err := unpark(tx, o.Lane, o.Key); err != nil {
			return err
		}
		lanes[o.Lane] = struct{}{}
	}
	tx.AfterCommit(func() { b.outbox.wake(lanes) })
	return nil
}

// giveUp makes the dead letter of a delivery that was struck off, or drops it: nil.
func (r *routing) giveUp(o *Outcome) *Delivery {
	d := &o.Pending.Delivery
	r.done.failure(r.b, d, o.Code)
	d.Err = fault.New(fault.Unavailable, o.Message)
	if d.DeadLetterARN == "" {
		r.lose(d, o.Code, d.Err)
		return nil
	}
	l := r.b.letter(d, o.Code)
	if o.Exhausted != "" {
		l.Attributes["EXHAUSTED_RETRY_CONDITION"] = o.Exhausted
	}
	if n := o.attempts(); n > 1 || o.Exhausted != "" {
		l.Attributes["RETRY_ATTEMPTS"] = strconv.Itoa(max(n-1, 0))
	}
	return l
}
