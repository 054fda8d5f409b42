package connectcases

import (
	"context"
	"log/slog"
	"time"

	"github.com/casestream/casestream/store"
)

// settleAfter is how long rows of cases_recent stay at least after newer ones have taken their place: a search
// may be read page by page for so long.
const settleAfter = 15 * time.Minute

// settle dates an update of the case. The sweep may remove rows of cases_recent that are older than one that has
// itself been there for settleAfter: SettlingAt becomes such a one in time, and SettledAt is one already, for a
// case that is updated so often that SettlingAt never does.
func (c *Case) settle(at time.Time) {
	if c.SettlingAt.Before(at.Add(-settleAfter)) {
		c.SettledAt, c.SettlingAt = c.SettlingAt, at
	}
	c.UpdatedAt = at
}

// How the sweep goes about: every sweepEvery it looks at twice as many rows as have come since, so that there
// are never many more to be removed than there are cases, in steps that hold nobody up.
const (
	sweepEvery  = 10 * time.Second
	sweepStep   = 500
	sweepFactor = 2
)

// RunSweep removes rows of the order of last updates that no search needs any more, until ctx ends. Any number
// of nodes may run it.
func (s *Service) RunSweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("search sweep", slog.Any("err", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Sweep does once what RunSweep does from time to time.
func (s *Service) Sweep(ctx context.Context) error {
	var numbers []int64
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		numbers, err = listDomainNos(tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, no := range numbers {
		if err := s.sweepDomain(ctx, no); err != nil {
			return err
		}
	}
	return nil
}

// sweepDomain looks at as many rows of a domain as are due.
func (s *Service) sweepDomain(ctx context.Context, domainNo int64) error {
	left := 0
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		cursor, ok, err := lockSweep(tx, domainNo)
		if !ok || err != nil {
			left = 0
			return err
		}
		came, last, err := countRecent(tx, domainNo, cursor.countedAt)
		if left = sweepFactor * came; came == 0 || err != nil {
			return err
		}
		cursor.countedAt = last
		return updateSweep(tx, domainNo, cursor)
	})
	for err == nil && left > 0 && ctx.Err() == nil {
		err = s.db.Write(ctx, func(tx *store.Tx) error { return sweepOnce(tx, domainNo) })
		left -= sweepStep
	}
	return err
}

// sweepOnce looks at the next rows of a domain. At the end of those that are old enough it begins anew.
func sweepOnce(tx *store.Tx, domainNo int64) error {
	cursor, ok, err := lockSweep(tx, domainNo)
	if !ok || err != nil {
		return err // another node is at it
	}
	old := tx.Now().Add(-settleAfter).UnixMicro()
	to, ok, err := sweepEnd(tx, domainNo, cursor.sweptAt, old)
	if err != nil {
		return err
	}
	if !ok {
		to = old
	}
	if err := deleteSettled(tx, domainNo, cursor.sweptAt, to, old); err != nil {
		return err
	}
	if cursor.sweptAt = to; !ok {
		cursor.sweptAt = 0
	}
	return updateSweep(tx, domainNo, cursor)
}
