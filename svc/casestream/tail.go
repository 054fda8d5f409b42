package casestream

import (
	"context"
	"time"

	"github.com/casestream/casestream/bus"
)

// tailPause is how long a tail leaves the store alone after it was woken for nothing: on a busy server one with a
// pattern that matches little would otherwise read with every commit.
const tailPause = 20 * time.Millisecond

// follow reads what came since a cursor. Where there is nothing it waits, as long as it may, for what its query wants.
// While no events come, one that waits costs nothing but its goroutine.
func (s *Service) follow(ctx context.Context, q bus.TailQuery, wait time.Duration) (bus.Tail, error) {
	if wait <= 0 {
		return s.bus.Tail(ctx, q)
	}
	over, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	s.watch.enter()
	defer s.watch.leave()
	for woken := false; ; woken = true {
		// Asked for before the read, so that what is committed after it wakes.
		here, elsewhere := s.bus.TailWake(), s.watch.next()
		tail, err := s.bus.Tail(ctx, q)
		if err != nil || len(tail.List) > 0 || tail.Missed {
			return tail, err
		}
		q.Cursor, q.Last = tail.Cursor, 0
		if woken && !s.idle(over, time.After(tailPause), nil, nil) {
			return tail, ctx.Err()
		}
		if !tail.More && !s.idle(over, nil, here, elsewhere) {
			return tail, ctx.Err()
		}
	}
}

// idle waits for one of its channels and says no when the tail is over before: its time is up, its client has gone, or
// the server stops.
func (s *Service) idle(over context.Context, pause <-chan time.Time, here, elsewhere <-chan struct{}) bool {
	select {
	case <-over.Done():
		return false
	case <-s.watch.closed:
		return false
	case <-pause:
	case <-here:
	case <-elsewhere:
	}
	return true
}
