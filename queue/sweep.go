package queue

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/casestream/casestream/store"
)

// How the sweep goes about: often enough that rows do not pile up, in steps small enough that nobody
// waits long for one.
const (
	sweepEvery = 10 * time.Second
	sweepStep  = 500
	// goneKeep is how long the bin of a deleted queue is remembered at least, for a send that was under way
	// when it went; where names stay taken for longer, that long.
	goneKeep = 2 * time.Minute
)

// Run removes what goes by itself, until ctx ends: messages past their retention, the bins of purged and
// deleted queues, deduplication ids past their window. Beside that it runs the message move tasks. When it
// ends the long polls end too, empty-handed, so that a server that stops need not wait for them; from then on
// nobody waits.
func (s *Queues) Run(ctx context.Context) error {
	defer s.lobby.close()
	var moves sync.WaitGroup
	defer moves.Wait()
	moves.Go(func() { s.runMoves(ctx) })
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Log.Error("queue sweep", slog.Any("err", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Sweep does once what Run does from time to time.
func (s *Queues) Sweep(ctx context.Context) error {
	after := ""
	for {
		names, err := s.List(ctx, "", after, 100)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := s.sweepQueue(ctx, name); err != nil {
				return err
			}
			after = name
		}
		if len(names) < 100 {
			break
		}
	}
	if err := s.steps(ctx, expiredAttempts, deleteAttempts); err != nil {
		return err
	}
	if err := s.sweepBins(ctx); err != nil {
		return err
	}
	if err := s.steps(ctx, oldMoves, deleteMoves); err != nil {
		return err
	}
	return s.steps(ctx, expiredDedup, deleteDedup)
}

// steps looks, in a transaction that only reads, for work, and does it a step at a time until none is
// left.
func (s *Queues) steps(ctx context.Context, due func(*store.Tx) (bool, error), step func(*store.Tx) (more bool, err error)) error {
	more := false
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		more, err = due(tx)
		return err
	})
	for more && err == nil && ctx.Err() == nil {
		err = s.db.Write(ctx, func(tx *store.Tx) (err error) {
			more, err = step(tx)
			return err
		})
	}
	return err
}

// sweepQueue removes a queue's messages that are past their retention.
func (s *Queues) sweepQueue(ctx context.Context, name string) error {
	var q *Queue
	find := func(tx *store.Tx) (err error) {
		q, err = s.ByName(tx, name)
		return err
	}
	return s.steps(ctx, func(tx *store.Tx) (bool, error) {
		if find(tx) != nil {
			return false, nil // deleted meanwhile
		}
		return anyExpired(tx, q)
	}, func(tx *store.Tx) (bool, error) {
		if find(tx) != nil {
			return false, nil
		}
		if q.FIFO {
			return s.expireGroups(tx, q)
		}
		seqs, err := expiredSlots(tx, q)
		if err != nil || len(seqs) == 0 {
			return false, err
		}
		s.countExpired(tx, len(seqs))
		_, err = deleteSlots(tx, q.bin, seqs)
		return len(seqs) == sweepStep, err
	})
}

// sweepBins empties the bins that no queue uses any more.
func (s *Queues) sweepBins(ctx context.Context) error {
	var bins []int64
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		bins, err = goneBins(tx)
		return err
	})
	for _, bin := range bins {
		if err != nil {
			return err
		}
		err = s.steps(ctx, func(*store.Tx) (bool, error) { return true, nil }, func(tx *store.Tx) (bool, error) { return emptyBin(tx, bin, max(goneKeep, s.cfg.RecreateAfter)) })
	}
	return err
}
