package queue

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/store"
)

// Statuses of a message move task.
const (
	MoveRunning    = "RUNNING"
	MoveCompleted  = "COMPLETED"
	MoveCancelling = "CANCELLING"
	MoveCancelled  = "CANCELLED"
	MoveFailed     = "FAILED"
)

// Why a task failed, or messages stayed behind.
const (
	reasonNoQueue  = "AWS.SimpleQueueService.NonExistentQueue"
	reasonNoSource = "CouldNotDetermineMessageSource"
)

// Limits on message move tasks.
const (
	maxMoveRate = 500
	// MaxMoves is how many tasks of a queue are remembered, those that have ended among them.
	MaxMoves = 10
	// moveKeep is how long a task is remembered that has ended.
	moveKeep = 14 * 24 * time.Hour
)

// Move is a message move task as it is at an instant.
type Move struct {
	ID             string
	SourceARN      string
	DestinationARN string // empty: each message returns to the queue that it came from
	Rate           int    // messages a second; 0: as fast as they go
	Status         string
	Reason         string // why messages stayed behind; empty: none did
	Moved, ToMove  int64
	Started        time.Time

	queueID   int64
	queueName string
	lastSeq   int64 // messages that are newer are not moved
	// What was reached: of a standard queue the place in the order of visibility, of a FIFO queue the group.
	afterGroup        string
	afterAt, afterSeq int64
	due, ended        int64 // microseconds
}

// MoveOptions are what who starts a message move task may choose.
type MoveOptions struct {
	To   *Ref // nil: each message returns to the queue that it came from
	Rate *int // messages a second; nil: as fast as they go
}

// StartMove has a dead-letter queue's messages moved by a task that runs from now on. It moves those that
// were sent before it started and are visible when it reaches them.
func (s *Queues) StartMove(ctx context.Context, from Ref, opts MoveOptions) (*Move, error) {
	m := &Move{Status: MoveRunning}
	if opts.Rate != nil {
		if m.Rate = *opts.Rate; m.Rate < 1 || m.Rate > maxMoveRate {
			return nil, parameterValue(strconv.Itoa(m.Rate), "MaxNumberOfMessagesPerSecond", "Must be between 1 and 500, if provided.")
		}
	}
	// Counted beside the transaction: that takes long where there are many.
	_, there, err := s.Count(ctx, from)
	if err == nil {
		m.ToMove = there.Visible
		err = s.change(ctx, from, func(tx *store.Tx, q *Queue) error { return s.startMove(tx, q, m, opts.To) })
	}
	if err != nil {
		return nil, missingMove(err, "SourceArn")
	}
	return m, nil
}

// startMove is StartMove's transaction.
func (s *Queues) startMove(tx *store.Tx, q *Queue, m *Move, to *Ref) error {
	sources, err := listSources(tx, q.ARN, "", 1)
	if err != nil {
		return err
	}
	if len(sources) == 0 {
		return parameter("Source queue must be configured as a Dead Letter Queue.")
	}
	m.DestinationARN = ""
	if to != nil {
		target, err := s.resolve(tx, *to)
		switch {
		case err != nil:
			return missingMove(err, "DestinationArn")
		case target.ID == q.ID:
			return parameterValue(target.ARN, "DestinationArn", "Source and destination must be different queues.")
		case target.FIFO != q.FIFO:
			return parameterValue(target.ARN, "DestinationArn", "Source and destination must be queues of the same type.")
		}
		m.DestinationARN = target.ARN
	}
	running, err := anyMove(tx, q.ID)
	if err != nil {
		return err
	}
	if running {
		return parameter("There is already a task running. Only one active task is allowed for a source queue arn at a given time.")
	}
	m.ID, m.SourceARN, m.queueID, m.queueName, m.Started, m.due = id.New(), q.ARN, q.ID, q.Name, tx.Now(), tx.Micros()
	if m.lastSeq, err = lastMessage(tx); err != nil {
		return err
	}
	tx.AfterCommit(s.wakeMoves)
	return insertMove(tx, m)
}

// CancelMove ends a task that runs, after the step that it is at, and tells how many messages it has moved
// so far.
func (s *Queues) CancelMove(ctx context.Context, from Ref, id string) (moved int64, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		q, err := s.resolve(tx, from)
		if err != nil {
			return err
		}
		n, found, err := cancelMove(tx, q.ID, id)
		if err != nil {
			return err
		}
		if !found {
			return &fault.Error{Kind: fault.NotFound, Subject: SubjectMove, ID: id, Msg: "Task does not exist."}
		}
		moved = n
		tx.AfterCommit(s.wakeMoves)
		return nil
	})
	return moved, missingMove(err, "SourceArn")
}

// Moves lists the latest message move tasks of a queue, the newest first.
func (s *Queues) Moves(ctx context.Context, from Ref, limit int) (list []*Move, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := s.resolve(tx, from)
		if err != nil {
			return err
		}
		list, err = listMoves(tx, q.ID, limit)
		for _, m := range list {
			m.SourceARN = q.ARN
		}
		return err
	})
	return list, missingMove(err, "SourceArn")
}

// DeadLetterSources lists the names of the queues that have a queue for their dead letters, in order, from
// behind a name.
func (s *Queues) DeadLetterSources(ctx context.Context, of Ref, after string, limit int) (names []string, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := s.resolve(tx, of)
		if err == nil {
			names, err = listSources(tx, q.ARN, after, limit)
		}
		return err
	})
	return names, err
}

// missingMove words that there is no queue of the ARN that a parameter gives.
func missingMove(err error, parameter string) error {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.NotFound && f.Subject == SubjectQueue {
		return &fault.Error{
			Kind: fault.NotFound, Subject: SubjectMove, ID: f.ID,
			Msg: "The resource that you specified for the " + parameter + " parameter doesn't exist.",
		}
	}
	return err
}

// wakeMoves lets the runner look for work.
func (s *Queues) wakeMoves() {
	select {
	case s.moves <- struct{}{}:
	default: // about to look anyway
	}
}
