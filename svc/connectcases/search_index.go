package connectcases

import (
	"github.com/casestream/casestream/store"
)

// indexChange tells the search of a change of a case: what it was and what it is now. was is nil for a new case,
// now for a deleted one. Both hold all that a search may look at: values, tags, times.
type indexChange struct {
	cat      *catalog
	was, now *Case
}

// index brings the search up to date, in the transaction of the changes and after the rows of the cases.
func (s *Service) index(_ *store.Tx, _ ...indexChange) error { return nil }
