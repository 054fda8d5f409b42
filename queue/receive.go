package queue

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/casestream/casestream/store"
)

// ReceiveOptions are what a receiver may choose.
type ReceiveOptions struct {
	Max        int            // how many messages at most; less than 1: one
	Visibility *time.Duration // how long they are hidden from others; nil: the queue's
	Wait       *time.Duration // how long to wait for the first one; nil: the queue's
	Attempt    string         // FIFO queues only: a receive with the same one within five minutes is given the same messages; empty: none
}

// Received is a message in the hands of a receiver.
type Received struct {
	ID, Body         string
	Attributes       []Attribute
	GroupID, DedupID string
	Sequence         string // FIFO queues only
	SenderID         string
	TraceHeader      string
	Handle           string // the receipt handle of this delivery
	Receives         int    // how many deliveries there were, this one included
	Sent             time.Time
	FirstReceived    time.Time
	Source           string // the ARN of the queue that a dead letter comes from

	seq     int64
	visible int64
}

// size is about what a message takes in memory.
func (m *Received) size() int { return len(m.Body) + sizeOf(m.Attributes) }

// receiveCall is one attempt to receive.
type receiveCall struct {
	ctx    context.Context
	from   Ref
	opts   ReceiveOptions
	ticket int64 // who came first is served first
}

// received is what an attempt found.
type received struct {
	q    *Queue
	list []*Received
}

// Receive hands out messages and hides them from other receivers for a while. Where there is none it
// waits, as long as it was told to, for one to come. A receiver that has gone consumes nothing.
func (s *Queues) Receive(ctx context.Context, from Ref, opts ReceiveOptions) ([]*Received, error) {
	list, p, err := s.ReceiveOrPoll(ctx, from, opts)
	if p == nil {
		return list, err
	}
	return p.Wait(ctx)
}

// ReceiveOrPoll is Receive for who may have to wait, and wants to do it elsewhere.
func (s *Queues) ReceiveOrPoll(ctx context.Context, from Ref, opts ReceiveOptions) ([]*Received, *Poll, error) {
	opts.Max = max(opts.Max, 1)
	call := receiveCall{ctx, from, opts, s.lobby.ticket()}
	got, err := s.attempt(call)
	if err != nil || len(got.list) > 0 {
		return got.list, nil, err
	}
	wait := got.q.waitOf(opts)
	if wait <= 0 {
		return nil, nil, nil
	}
	p, list, err := s.poll(call, got.q.ID, wait)
	return list, p, err
}

// waitOf is how long a receiver waits for a first message.
func (q *Queue) waitOf(opts ReceiveOptions) time.Duration {
	if opts.Wait != nil {
		return *opts.Wait
	}
	return q.ReceiveWait
}

// attempt looks once. It stays until the outcome is known, so that what nobody takes any more goes back.
func (s *Queues) attempt(call receiveCall) (received, error) {
	got, err := s.receives.Do(context.WithoutCancel(call.ctx), call)
	if err != nil || call.ctx.Err() == nil {
		return got, err
	}
	// Who says which attempt it is tries again, and is given the same then.
	if len(got.list) > 0 && call.opts.Attempt == "" {
		err = s.release(context.WithoutCancel(call.ctx), got)
	}
	if err == nil {
		err = call.ctx.Err()
	}
	return received{}, err
}

// share is the part of a batch that one claim can serve: receivers of one queue with one timeout.
type share struct {
	q          *Queue
	visibility time.Duration
	calls      []*store.BatchCall[receiveCall, received]
}

// receiveBatch serves concurrent attempts.
func (s *Queues) receiveBatch(tx *store.Tx, calls []*store.BatchCall[receiveCall, received]) error {
	calls = slices.Clone(calls)
	slices.SortStableFunc(calls, func(a, b *store.BatchCall[receiveCall, received]) int { return cmp.Compare(a.In.ticket, b.In.ticket) })
	known := resolver{s: s, tx: tx}
	var shares []*share
	for _, c := range calls {
		c.Out = received{}
		if c.Err = c.In.ctx.Err(); c.Err != nil {
			continue
		}
		q, err := known.resolve(c.In.from)
		if err != nil {
			c.Err = err
			continue
		}
		c.Out.q = q
		visibility := q.VisibilityTimeout
		if c.In.opts.Visibility != nil {
			visibility = *c.In.opts.Visibility
		}
		i := slices.IndexFunc(shares, func(h *share) bool { return h.q == q && h.visibility == visibility })
		if i < 0 {
			i = len(shares)
			shares = append(shares, &share{q: q, visibility: visibility})
		}
		shares[i].calls = append(shares[i].calls, c)
	}
	for _, h := range shares {
		if err := s.serve(tx, h); err != nil {
			return err
		}
	}
	return nil
}

// serve claims messages for the receivers of one share and hands them out, first come first served.
func (s *Queues) serve(tx *store.Tx, h *share) error {
	claim := s.serveStandard
	if h.q.FIFO {
		claim = s.serveFIFO
	}
	dry, err := claim(tx, h)
	if err != nil {
		return err
	}
	total := 0
	for _, c := range h.calls {
		total += len(c.Out.list)
		for _, m := range c.Out.list {
			if m.Handle == "" { // else it is given for the second time
				m.Handle = h.q.handleOf(tx, m)
			}
		}
	}
	if total > 0 {
		tx.AfterCommit(func() {
			s.count.received.Add(int64(total))
			s.lobby.wakeAt(h.q.ID, tx.Now().Add(h.visibility).UnixMicro())
		})
	}
	return s.lookAhead(tx, h.q, dry)
}

// serveStandard serves all receivers of a share by one claim, and says whether it found no more.
func (s *Queues) serveStandard(tx *store.Tx, h *share) (dry bool, err error) {
	want := 0
	for _, c := range h.calls {
		want += c.In.opts.Max
	}
	room, err := s.room(tx, h.q, want)
	if err != nil {
		return false, err
	}
	if room == 0 {
		for _, c := range h.calls {
			if h.q.waitOf(c.In.opts) <= 0 { // as on AWS a long poll waits instead: some may come back, or be deleted
				c.Err = tooManyInFlight(h.q, s.cfg.MaxInFlight)
			}
		}
		return true, nil
	}
	want = min(want, room)
	list, dry, err := s.claimStandard(tx, h.q, h.visibility, want)
	if err != nil {
		return false, err
	}
	s.flying(h.q, len(list))
	for _, c := range h.calls {
		n := min(c.In.opts.Max, len(list))
		c.Out.list, list = list[:n:n], list[n:]
	}
	return dry, nil
}

// lookAhead tells those who still wait for the queue when to look again: at once where there may be more
// than was asked for, else when the next hidden message comes back.
func (s *Queues) lookAhead(tx *store.Tx, q *Queue, dry bool) error {
	if !dry {
		// Whoever came while this transaction held the messages may have found none.
		tx.AfterCommit(func() { s.lobby.wakeNext(q.ID) })
		return nil
	}
	if !s.lobby.waited(q.ID) {
		return nil
	}
	next, found, err := nextVisible(tx, q)
	if err == nil && found {
		tx.AfterCommit(func() { s.lobby.expect(q.ID, next) })
	}
	return err
}

// release puts messages back that a receiver asked for and did not stay for, as if it had not.
func (s *Queues) release(ctx context.Context, got received) error {
	list := slices.SortedStableFunc(slices.Values(got.list), func(a, b *Received) int { return cmp.Compare(a.GroupID, b.GroupID) })
	return s.db.Write(ctx, func(tx *store.Tx) error {
		for _, m := range list {
			if got.q.FIFO {
				if _, err := holdGroup(tx, got.q.bin, m.GroupID); err != nil {
					return err
				}
			}
			if err := unclaim(tx, got.q, m); err != nil {
				return err
			}
			if got.q.FIFO {
				if err := refreshGroup(tx, got.q.bin, m.GroupID); err != nil {
					return err
				}
			}
		}
		tx.AfterCommit(func() { s.lobby.wake(got.q.ID, len(got.list)) })
		return nil
	})
}
