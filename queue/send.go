package queue

import (
	"context"
	"time"

	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/store"
)

// Sent is how one message of a Send went.
type Sent struct {
	ID       string
	Sequence string // FIFO queues only
	Err      error  // the message breaks a rule; the others of the call are not touched by it
}

// sendCall is one Send in a batch. Its messages belong to the batch alone.
type sendCall struct {
	ctx  context.Context
	to   Ref
	msgs []*Message
}

// outgoing is a message with its queue.
type outgoing struct {
	q *Queue
	m *Message
}

// Send stores messages and returns when they are on stable storage. The answers are in the order of the
// messages. When ctx ends first, they may be stored all the same.
func (s *Queues) Send(ctx context.Context, to Ref, msgs ...*Message) ([]Sent, error) {
	own := make([]Message, len(msgs)) // the caller may be gone when the batch still works
	list := make([]*Message, len(msgs))
	for i, m := range msgs {
		own[i] = *m
		list[i] = &own[i]
	}
	return s.sends.Do(ctx, sendCall{ctx, to, list})
}

// sendBatch stores the messages of concurrent Sends.
func (s *Queues) sendBatch(tx *store.Tx, calls []*store.BatchCall[sendCall, []Sent]) error {
	known := resolver{s: s, tx: tx}
	list := make([]outgoing, 0, len(calls))
	for _, c := range calls {
		c.Out = make([]Sent, len(c.In.msgs))
		if c.Err = c.In.ctx.Err(); c.Err != nil {
			continue
		}
		q, err := known.resolve(c.In.to)
		if err != nil {
			c.Err = err
			continue
		}
		for i, m := range c.In.msgs {
			if c.Out[i].Err = q.Check(m); c.Out[i].Err == nil {
				list = append(list, outgoing{q, m})
			}
		}
	}
	if err := s.sendAll(tx, list); err != nil {
		return err
	}
	for _, c := range calls {
		for i, m := range c.In.msgs {
			if c.Err == nil && c.Out[i].Err == nil {
				c.Out[i].ID, c.Out[i].Sequence = m.ID, m.Sequence
			}
		}
	}
	return nil
}

// Load is what one queue is sent: messages that have passed its Check.
type Load struct {
	To       *Queue
	Messages []*Message
}

// SendManyTx sends messages in the caller's transaction: they are there exactly when it commits. It fills in
// each message's ID and Sequence. A caller with
// several messages for FIFO queues should send them in one call: within a call the groups of all queues are
// taken in an order that cannot deadlock with others.
func (s *Queues) SendManyTx(tx *store.Tx, loads ...Load) error {
	var list []outgoing
	for _, l := range loads {
		for _, m := range l.Messages {
			list = append(list, outgoing{l.To, m})
		}
	}
	return s.sendAll(tx, list)
}

// sendAll stores messages that meet their queues' rules, and wakes those who wait for them.
func (s *Queues) sendAll(tx *store.Tx, list []outgoing) error {
	if len(list) == 0 {
		return nil
	}
	var fifo []outgoing
	// Not tx.Now: of two transactions that change one thing after each other the second may have begun
	// first. Read here, where the caller holds what it changes, the clock gives both their order in the queue.
	now := s.db.Now()
	for _, o := range list {
		o.m.prepare(o.q, id.New(), now)
		if o.q.FIFO {
			fifo = append(fifo, o)
		}
	}
	// Groups first: while this transaction holds a group, its order of numbers is the order of commits.
	if err := lockGroups(tx, fifo); err != nil {
		return err
	}
	if err := insertMessages(tx, list); err != nil {
		return err
	}
	if len(fifo) < len(list) {
		if err := s.insertSlots(tx, list); err != nil {
			return err
		}
	}
	if len(fifo) > 0 {
		if err := s.sendFIFO(tx, fifo); err != nil {
			return err
		}
	}
	tx.AfterCommit(func() {
		s.count.sent.Add(int64(len(list)))
		s.wakeFor(list, now)
		s.tellSent(list, now)
	})
	return nil
}

// wakeFor wakes one receiver a message, now or when the message becomes visible.
func (s *Queues) wakeFor(list []outgoing, now time.Time) {
	at := now.UnixMicro()
	for i := 0; i < len(list); {
		q, ready := list[i].q, 0
		for ; i < len(list) && list[i].q == q; i++ {
			if v := list[i].m.visible; v > at {
				s.lobby.wakeAt(q.ID, v)
			} else {
				ready++
			}
		}
		if ready > 0 {
			s.lobby.wake(q.ID, ready)
		}
	}
}
