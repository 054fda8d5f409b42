package queue

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// How tasks go about. A step is one transaction: others wait for it, so it must be a short one.
const (
	moveStep  = 100                   // messages that a step moves at most, and that it looks at
	moveChunk = 10                    // so many of them are read at a time
	moveBytes = 1 << 20               // and how long these may be together, but for the last chunk
	moveRate  = 10                    // steps a second where a task has a rate that is not lower
	moveAgain = time.Second           // how long to wait after a failure, and for what another node starts
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
	if s.db.Engine() != "sqlite" && (wait < 0 || wait > moveAgain) {
		wait = moveAgain // another node may start one
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
