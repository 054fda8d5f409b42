package queue

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/casestream/casestream/base/id"
)

// How much a stream remembers, and for how long after it was last asked.
const (
	streamLength = 2000
	streamBytes  = 16 << 20
	streamKeep   = time.Minute
	// streamSettled is when no message appears any more with a lower number than one that was there: the transactions
	// that had drawn their numbers are over by then.
	streamSettled = 5 * time.Second
)

// arrivals are the streams of the queues that somebody tails.
type arrivals struct {
	now     func() time.Time
	alone   bool         // no other node writes to the store
	tailed  atomic.Int64 // how many streams there are: without one, a send does no more than read this
	mu      sync.Mutex
	streams map[int64]*stream
}

// stream is what arrived in one queue since somebody began to tail it: the last of it, numbered from 0.
type stream struct {
	id  string
	now func() time.Time

	mu     sync.Mutex
	first  int64 // the number of list[0]
	list   []Peeked
	bytes  int
	asked  time.Time
	woken  chan struct{} // closed at the next arrival
	others *others       // nil: no other node writes to the store
}

// others is how far the store was read for what other nodes sent.
type others struct {
	low    int64 // behind this message
	looked time.Time
	marks  []mark // how far the last looks came
	// seen are the messages behind low that the stream has: they come by what this node does and by looking.
	seen map[int64]struct{}
}

// mark is how far one look came.
type mark struct {
	at   time.Time
	last int64
}

// newArrivals makes the streams of nobody.
func newArrivals(now func() time.Time, alone bool) *arrivals {
	return &arrivals{now: now, alone: alone, streams: make(map[int64]*stream)}
}

// any says whether anybody tails any queue.
func (a *arrivals) any() bool { return a.tailed.Load() > 0 }

// follow gives the stream of a queue, and says whether it is the one with an id: one that nobody asked for in a while
// is forgotten, and made anew. top is the last message in the store.
func (a *arrivals) follow(queueID int64, streamID string, top int64) (s *stream, known bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forget()
	s = a.streams[queueID]
	if s == nil {
		s = &stream{id: id.New(), now: a.now, asked: a.now(), woken: make(chan struct{})}
		if !a.alone {
			s.others = &others{low: top, seen: map[int64]struct{}{}}
		}
		a.streams[queueID] = s
		a.tailed.Store(int64(len(a.streams)))
	}
	return s, s.id == streamID
}

// forget drops the streams that nobody asks for; the caller holds the lock.
func (a *arrivals) forget() {
	for queueID, s := range a.streams {
		if s.idle() {
			delete(a.streams, queueID)
		}
	}
	a.tailed.Store(int64(len(a.streams)))
}

// wanted says whether anybody tails a queue.
func (a *arrivals) wanted(queueID int64) bool {
	if !a.any() {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.streams[queueID]
	if s != nil && s.idle() {
		a.forget()
		return false
	}
	return s != nil
}

// add tells of arrivals in a queue, except of those that looking at the store has found before.
func (a *arrivals) add(queueID int64, list []Peeked) {
	a.mu.Lock()
	s := a.streams[queueID]
	a.mu.Unlock()
	if s != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.append(s.fresh(list))
	}
}

// idle says whether nobody has asked for the stream in a while.
func (s *stream) idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now().Sub(s.asked) > streamKeep
}

// end gives the number of the next arrival.
func (s *stream) end() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.first + int64(len(s.list))
}

// append adds arrivals, forgets the oldest where there are too many and wakes who waits; the caller holds the lock.
func (s *stream) append(list []Peeked) {
	if len(list) == 0 {
		return
	}
	for _, m := range list {
		s.list = append(s.list, m)
		s.bytes += m.size()
	}
	for len(s.list) > streamLength || s.bytes > streamBytes && len(s.list) > 1 {
		s.bytes -= s.list[0].size()
		s.list[0] = Peeked{}
		s.list = s.list[1:]
		s.first++
	}
	close(s.woken)
	s.woken = make(chan struct{})
}

// read gives what a query wants of the arrivals from a number on, the number behind them, whether some are forgotten,
// and what is closed when there is more.
func (s *stream) read(at int64, query *TailQuery) (list []Peeked, next int64, missed bool, woken <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = s.now()
	end := s.first + int64(len(s.list))
	if at < s.first || at > end {
		at, missed = min(max(at, s.first), end), true
	}
	bytes := 0
	for ; at < end && len(list) < query.Limit && bytes < peekBytes; at++ {
		m := s.list[at-s.first]
		if query.GroupID != "" && m.GroupID != query.GroupID || !strings.Contains(m.Body, query.Contains) {
			continue
		}
		own := *m.Received // shared with others who tail
		own.Body = cut(own.Body, query.MaxBody)
		bytes += own.size()
		m.Received = &own
		list = append(list, m)
	}
	return list, at, missed, s.woken
}

// fresh leaves out those messages that were seen, and remembers the others; the caller holds the lock.
func (s *stream) fresh(list []Peeked) []Peeked {
	if s.others == nil {
		return list
	}
	return slices.DeleteFunc(list, func(m Peeked) bool {
		_, seen := s.others.seen[m.seq]
		s.others.seen[m.seq] = struct{}{}
		return seen
	})
}

// pick says whether it is time to look for what other nodes sent, and behind which message.
func (s *stream) pick(now time.Time) (after int64, due bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.others == nil || now.Sub(s.others.looked) < pickEvery/2 {
		return 0, false
	}
	s.others.looked = now
	return s.others.low, true
}

// has says whether a message has come already.
func (s *stream) has(seq int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, seen := s.others.seen[seq]
	return seen
}

// picked adds what a look has found that ended at a message. The next look begins where one ended that is long enough
// ago; where full says that this one saw only a part, at its end: better to miss a straggler than to fall behind.
func (s *stream) picked(list []Peeked, last int64, full bool, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.append(s.fresh(list))
	o := s.others
	o.marks = append(o.marks, mark{now, last})
	for len(o.marks) > 0 && (full || now.Sub(o.marks[0].at) >= streamSettled) {
		o.low = max(o.low, o.marks[0].last)
		o.marks = o.marks[1:]
	}
	for seq := range o.seen {
		if seq <= o.low {
			delete(o.seen, seq)
		}
	}
}
