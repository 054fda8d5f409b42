package connectcases

import (
	"context"
	"log/slog"
	"time"

	"github.com/casestream/casestream/store"
)

// How the clocks go about.
const (
	// clockPoll is the longest wait between two looks. No SLA is due sooner than a minute after it was made, so
	// whoever makes one need not wake anybody, on this node or another.
	clockPoll = time.Second
	// clockStep bounds how many SLAs become overdue in one transaction.
	clockStep = 64
)

// RunClocks lets SLAs become overdue when their time has come, until ctx ends. Any number of nodes may run it.
func (s *Service) RunClocks(ctx context.Context) error {
	for {
		next, err := s.FireClocks(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Error("SLA clocks", slog.Any("err", err))
		}
		wait := clockPoll
		if !next.IsZero() {
			wait = min(wait, max(next.Sub(s.db.Now()), time.Millisecond))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// FireClocks makes the SLAs overdue whose time has come. It tells when the next one's comes; the zero time means
// that there is none, or that another node is busy with it.
func (s *Service) FireClocks(ctx context.Context) (next time.Time, err error) {
	for ctx.Err() == nil {
		due := false
		err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
			next, err = nextClock(tx)
			due = !next.IsZero() && !next.After(tx.Now())
			return err
		})
		if err != nil || !due {
			return next, err
		}
		fired := 0
		err = s.db.Write(ctx, func(tx *store.Tx) (err error) {
			fired, err = s.fireClocks(tx)
			return err
		})
		if err != nil || fired == 0 {
			return time.Time{}, err
		}
	}
	return time.Time{}, ctx.Err()
}

// fireClocks takes some clocks that are due and makes their SLAs overdue. It says how many it took.
//
// Clocks are claimed before their cases are held, while an update of a case holds it and then stops its clocks:
// the two do not wait for each other, for stopping passes over a clock that is claimed. Whoever has claimed it
// sees, once it holds the case, that there is nothing left to do.
func (s *Service) fireClocks(tx *store.Tx) (int, error) {
	claimed, err := claimClocks(tx, clockStep)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	keys := make([]caseKey, len(claimed))
	for i, k := range claimed {
		keys[i] = caseKey{k.domainID, k.caseID}
	}
	held, err := s.holdCases(tx, keys...)
	if err != nil {
		return 0, err
	}
	w := s.changes(tx)
	for i, key := range keys {
		w.clocks = append(w.clocks, claimed[i])
		cat, c, err := held.get(key)
		if err != nil {
			continue // it is deleted
		}
		slas, err := w.unmetSLAs(c)
		if err != nil {
			return 0, err
		}
		w.lapse(cat, c, slas)
	}
	return len(claimed), w.store()
}
