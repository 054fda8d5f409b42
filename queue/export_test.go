package queue

import (
	"testing"
	"time"
)

// ForgeHandle makes a handle of one queue that names the message of another queue's handle.
func ForgeHandle(t *testing.T, s *Queues, name, other string) string {
	t.Helper()
	q, err := s.Get(t.Context(), Ref{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	for id := range int64(100) {
		if h, err := parseHandle(other, id); err == nil {
			h.queueID = q.ID
			return h.String()
		}
	}
	t.Fatal("no handle")
	return ""
}

// Waiting says how many long polls wait for a queue.
func (s *Queues) Waiting(name string) int {
	s.mu.RLock()
	q := s.cache[name]
	s.mu.RUnlock()
	if q == nil {
		return 0 // this node has not met it
	}
	s.lobby.mu.Lock()
	defer s.lobby.mu.Unlock()
	if n := s.lobby.lines[q.ID]; n != nil {
		return len(n.waiting)
	}
	return 0
}

// LookBehind says how often a waiter looks for what other nodes did.
func (s *Queues) LookBehind(every time.Duration) {
	s.lobby.behind = func() time.Duration { return every }
}

// Hears says whether the other nodes are heard.
func (s *Queues) Hears() bool { return s.lobby.ready.Live() }
