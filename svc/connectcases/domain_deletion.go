package connectcases

import (
	"context"
	"log/slog"
	"time"

	"github.com/casestream/casestream/store"
)

// A domain is deleted in two parts. The transaction of DeleteDomain removes the domain itself, so that nothing
// finds what is in it any more and its name is free. What it leaves, which may be millions of rows, goes in
// transactions of a bounded size behind it: in one they would hold up every other write. The configuration goes
// last, because the words under which the search has the cases are read with it.

// How the rest of deleted domains is removed.
const (
	// deletionStep is how many cases, or rows of a table, one transaction removes.
	deletionStep = 500
	// deletionPoll is how often a node looks for domains that others have deleted, or that were being removed when
	// it stopped.
	deletionPoll = time.Minute
	// deletionRest is how long after its deletion a domain is looked at for the last time. A transaction that saw
	// the domain before may have added to it after; none takes that long.
	deletionRest = 10 * time.Minute
)

// deleteDomain removes a domain, and leaves what is in it to RunDeletions.
func (s *Service) deleteDomain(tx *store.Tx, domainID string) error {
	cat, err := s.lockCatalog(tx, domainID)
	if err != nil {
		return err
	}
	if err := deleteDomainRow(tx, cat.domain); err != nil {
		return err
	}
	tx.AfterCommit(func() {
		s.catalogs.drop(domainID)
		select {
		case s.deletions <- struct{}{}:
		default: // somebody has woken it already
		}
	})
	return nil
}

// RunDeletions removes what is left of deleted domains, until ctx ends. Any number of nodes may run it.
func (s *Service) RunDeletions(ctx context.Context) error {
	ticker := time.NewTicker(deletionPoll)
	defer ticker.Stop()
	for {
		if err := s.SweepDeletions(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("deleted domains", slog.Any("err", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.deletions:
		case <-ticker.C:
		}
	}
}

// SweepDeletions removes what is left of deleted domains now, as far as no other node is busy with it.
func (s *Service) SweepDeletions(ctx context.Context) error {
	for more := true; more && ctx.Err() == nil; {
		err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
			more, err = s.sweepDeletion(tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// sweepDeletion removes some rows of one deleted domain. It says whether there may be more to do at once.
func (s *Service) sweepDeletion(tx *store.Tx) (more bool, err error) {
	d, found, err := claimDeletion(tx)
	if err != nil || !found {
		return false, err
	}
	cases, err := s.deleteRemainingCases(tx, d)
	if err != nil || cases > 0 {
		return true, err
	}
	removed, err := deleteRemains(tx, d, deletionStep)
	if err != nil || removed > 0 {
		return true, err
	}
	if rest := d.deletedAt.Add(deletionRest); tx.Now().Before(rest) {
		return true, updateDeletion(tx, d, rest)
	}
	if err := deleteConfiguration(tx, d); err != nil {
		return true, err
	}
	return true, deleteDeletion(tx, d)
}

// deleteRemainingCases removes some cases of a deleted domain, and takes them out of the search. It gives how many.
func (s *Service) deleteRemainingCases(tx *store.Tx, d deletion) (int, error) {
	cases, err := listRemainingCases(tx, d, deletionStep)
	if err != nil || len(cases) == 0 {
		return 0, err
	}
	cat := &catalog{domain: Domain{ID: d.domainID, No: d.domainNo}}
	if cat.fields, err = listFields(tx, d.domainID); err != nil {
		return 0, err
	}
	cat.index()
	numbers := make([]int64, len(cases))
	gone := make([]indexChange, len(cases))
	for i, c := range cases {
		numbers[i], gone[i] = c.No, indexChange{cat: cat, was: c}
	}
	if err := caseRows.Exec(tx, numbers); err != nil {
		return 0, err
	}
	return len(cases), s.index(tx, gone...)
}
