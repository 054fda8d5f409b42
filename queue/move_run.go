package queue

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"slices"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// How tasks go about. A step is one transaction: others wait for it, so it must be a short one.
const (
	moveStep  = 100     // messages that a step moves at most, and that it looks at
	moveChunk = 10      // so many of them are read at a time
	moveBytes = 1 << 20 // and how long these may be together, but for the last chunk
	moveRate  = 10      // steps a second where a task has a rate that is not lower
	moveAgain = time.Second
	moveHeld  = 50 * time.Millisecond // how long to wait for a step that another node takes
)

// runMoves takes the steps of message move tasks until ctx ends. Any number of nodes may run it: each step is
// taken by one of them, and the next one by another where that has stopped.
func (s *Queues) runMoves(ctx context.Context) {
	for {
		wait, err := s.StepMoves(ctx)
		if err != nil && ctx.Err() == nil {
			s.cfg.Log.Error("message move tasks", slog.Any("err", err))
			wait = moveAgain
		}
		var due <-chan time.Time
		if wait >= 0 {
			due = time.After(wait)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.moves:
		case <-due:
		}
	}
}

// StepMoves takes one step of each task that is due. It tells how long to wait before the next; less than 0:
// until a task is started.
func (s *Queues) StepMoves(ctx context.Context) (wait time.Duration, err error) {
	var due []string
	var at int64
	var any bool
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		due, err = dueMoves(tx)
		return err
	})
	taken := false
	for _, id := range due {
		did, stepErr := s.stepMove(ctx, id)
		taken = taken || did
		err = errors.Join(err, stepErr)
	}
	if err != nil {
		return 0, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		at, any, err = nextMove(tx)
		return err
	})
	wait = -1
	if any {
		wait = max(time.Duration(at-s.db.Now().UnixMicro())*time.Microsecond, 0)
		if len(due) > 0 && !taken {
			wait = max(wait, moveHeld)
		}
	}
	if behind := s.lobby.behind(); behind > 0 && (wait < 0 || wait > behind) {
		wait = behind // another node may start one
	}
	return wait, err
}

// stepMove takes one step of a task; no, when another node is at it.
func (s *Queues) stepMove(ctx context.Context, id string) (taken bool, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		m, err := claimMove(tx, id)
		if err != nil {
			return err
		}
		if taken = m != nil; !taken {
			return errUnchanged
		}
		if m.Status == MoveCancelling {
			m.end(tx, MoveCancelled)
		} else if err := s.moveOn(tx, m); err != nil {
			return err
		}
		return updateMove(tx, m)
	})
	if errors.Is(err, errUnchanged) {
		err = nil
	}
	return taken, err
}

// end ends a task.
func (m *Move) end(tx *store.Tx, status string) { m.Status, m.ended = status, tx.Micros() }

// room is how many messages a step moves at most.
func (m *Move) room() int {
	if m.Rate == 0 {
		return moveStep
	}
	return max(m.Rate/moveRate, 1)
}

// pace sets when the next step may be taken after one that moved so many messages. A step that came late is
// made up for a little: what was moved since the start stays below the rate, and steps keep their distance.
func (m *Move) pace(now int64, moved int) {
	if m.Rate == 0 || moved == 0 {
		m.due = now
		return
	}
	wait := int64(moved) * time.Second.Microseconds() / int64(m.Rate)
	m.due = max(m.due+wait, now+wait*9/10)
}

// moveOn moves the next messages of a task.
func (s *Queues) moveOn(tx *store.Tx, m *Move) error {
	w := &walk{s: s, tx: tx, m: m, known: make(map[string]*Queue)}
	var err error
	if w.q, err = s.ByName(tx, m.queueName); err == nil && m.DestinationARN != "" {
		_, err = w.queue(m.DestinationARN)
	}
	if fault.KindOf(err) == fault.NotFound || err == nil && w.q.ID != m.queueID {
		m.Reason = reasonNoQueue
		m.end(tx, MoveFailed)
		return nil
	}
	if err != nil {
		return err
	}
	next := w.nextStandard
	if w.q.FIFO {
		next = w.nextFIFO
	}
	done, err := next()
	if err != nil {
		return err
	}
	if err := s.sendAll(tx, w.out); err != nil {
		return err
	}
	m.Moved += int64(len(w.out))
	m.pace(tx.Micros(), len(w.out))
	switch {
	case done && m.Reason != "":
		m.end(tx, MoveFailed)
	case done:
		m.end(tx, MoveCompleted)
	}
	if w.expired > 0 {
		s.countExpired(tx, w.expired)
	}
	tx.AfterCommit(func() { s.count.moved.Add(int64(len(w.out))) })
	return nil
}

// walk is one step's way through the queue that messages leave.
type walk struct {
	s       *Queues
	tx      *store.Tx
	m       *Move
	q       *Queue
	known   map[string]*Queue // by ARN
	out     []outgoing
	bytes   int
	expired int
}

// full says whether the step has moved enough.
func (w *walk) full() bool { return len(w.out) >= w.m.room() || w.bytes >= moveBytes }

// nextStandard takes the next messages of a standard queue, in the order in which they became visible. It
// says whether there are no more.
func (w *walk) nextStandard() (done bool, err error) {
	list, err := nextSlots(w.tx, w.q.bin, w.m, moveStep)
	if err != nil {
		return false, err
	}
	gone, seen, err := w.take(list, func(r *Received) { w.m.afterAt, w.m.afterSeq = r.visible, r.seq })
	if err != nil {
		return false, err
	}
	slices.Sort(gone)
	_, err = deleteSlots(w.tx, w.q.bin, gone)
	return seen == len(list) && seen < moveStep, err
}

// nextFIFO takes the next messages of a FIFO queue, group by group. It says whether there are no more. Of a
// group it takes what is visible, unless the group's first message is not: its order must stay.
func (w *walk) nextFIFO() (done bool, err error) {
	for looked := 0; looked < moveStep; {
		group, found, err := nextGroup(w.tx, w.q.bin, w.m)
		if err != nil || !found {
			return !found, err
		}
		if w.full() {
			break
		}
		after := int64(0)
		if group == w.m.afterGroup {
			after = w.m.afterSeq
		}
		list, err := visibleInGroup(w.tx, w.q.bin, group, after, w.m.lastSeq, moveStep)
		if err != nil {
			return false, err
		}
		gone, seen, err := w.take(list, func(r *Received) { w.m.afterGroup, w.m.afterSeq = group, r.seq })
		if err != nil {
			return false, err
		}
		if len(gone) > 0 {
			if err := deleteFromGroup(w.tx, w.q.bin, group, gone); err != nil {
				return false, err
			}
			if err := refreshGroup(w.tx, w.q.bin, group); err != nil {
				return false, err
			}
		}
		if seen == len(list) && seen < moveStep {
			w.m.afterGroup, w.m.afterSeq = group, math.MaxInt64
		}
		looked += seen + 1
	}
	return false, nil
}

// take reads messages and sorts out which of them go, until the step is full. It gives the numbers of those
// that leave the queue and how many it has seen; reached is told of each of these.
func (w *walk) take(list []*Received, reached func(*Received)) (gone []int64, seen int, err error) {
	oldest := w.tx.Now().Add(-w.q.Retention)
	for chunk := range slices.Chunk(list, moveChunk) {
		if w.full() {
			break
		}
		if err := loadMessages(w.tx, slices.Clone(chunk)); err != nil { // it sorts what it is given
			return nil, 0, err
		}
		for _, r := range chunk {
			if w.full() {
				break
			}
			seen++
			reached(r)
			if !r.Sent.After(oldest) {
				w.expired++
				gone = append(gone, r.seq)
				continue
			}
			to, err := w.destination(r)
			if err != nil {
				return nil, 0, err
			}
			if to != nil {
				m := &Message{
					Body: r.Body, Attributes: r.Attributes, GroupID: r.GroupID, DedupID: r.DedupID,
					TraceHeader: r.TraceHeader, SenderID: r.SenderID, moved: true,
				}
				w.bytes += m.Size()
				w.out = append(w.out, outgoing{to, m})
				gone = append(gone, r.seq)
			}
		}
	}
	return gone, seen, nil
}

// destination gives the queue that a message goes to; nil where there is none, so that it stays.
func (w *walk) destination(r *Received) (*Queue, error) {
	to := w.m.DestinationARN
	if to == "" {
		to = r.Source
	}
	if to == "" {
		w.m.Reason = reasonNoSource
		return nil, nil
	}
	q, err := w.queue(to)
	if fault.KindOf(err) == fault.NotFound || err == nil && (q.FIFO != w.q.FIFO || q.ID == w.q.ID) {
		w.m.Reason = reasonNoQueue
		return nil, nil
	}
	return q, err
}

// queue gives the queue of an ARN, which the step looks up once.
func (w *walk) queue(queueARN string) (*Queue, error) {
	if q := w.known[queueARN]; q != nil {
		return q, nil
	}
	q, err := w.s.ByARN(w.tx, queueARN)
	if err != nil {
		return nil, err
	}
	w.known[queueARN] = q
	return q, nil
}
