package queue

import (
	"strconv"
	"sync"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// maxInFlight is how many messages of a queue may be in flight.
const maxInFlight = 120_000

// maxKnown bounds the memory: past it all is forgotten, and asked again.
const maxKnown = 10_000

// memory is what this process remembers of the bins that it works with, so that a receive need not ask.
// Nothing depends on it but how often it asks.
type memory struct {
	mu sync.Mutex
	of map[int64]*known
}

// known is what is remembered of one bin.
type known struct {
	groups  bool      // its messages have groups
	asked   string    // the tenant that was last looked at
	flying  int64     // how many messages were in flight at the last count, and were received and not deleted since
	room    int64     // how many may be received before the next count
	counted time.Time // the last count
	full    bool      // a receive has found no room
}

// see calls f with what is remembered of a bin.
func (m *memory) see(bin int64, f func(k *known)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.of[bin]
	if k == nil {
		if m.of == nil || len(m.of) >= maxKnown {
			m.of = make(map[int64]*known)
		}
		k = &known{}
		m.of[bin] = k
	}
	f(k)
}

// forget drops a bin that no queue uses any more.
func (m *memory) forget(bin int64) {
	m.mu.Lock()
	delete(m.of, bin)
	m.mu.Unlock()
}

// recount is how long a count is good for at most: messages come back, and other processes receive.
const recount = time.Minute

// room gives how many messages more may be in flight, of those that are wanted. Counting them is left out where a count of a while
// ago tells: each message in flight by then, and each that was received since, counts as in flight still.
// So the number of messages that are counted is at most about that of those received in between.
func (s *Queues) room(tx *store.Tx, q *Queue, want int) (int, error) {
	var room int64
	s.memory.see(q.bin, func(k *known) {
		if tx.Now().Before(k.counted.Add(recount)) {
			room = k.room
		}
	})
	if room >= int64(want) {
		return int(room), nil
	}
	if _, err := s.countFlight(tx, q); err != nil {
		return 0, err
	}
	s.memory.see(q.bin, func(k *known) { room, k.full = k.room, k.room <= 0 })
	return int(max(room, 0)), nil
}

// countFlight counts the messages in flight and remembers them.
func (s *Queues) countFlight(tx *store.Tx, q *Queue) (int64, error) {
	limit := int64(s.cfg.MaxInFlight)
	n, err := countInFlight(tx, q, limit)
	if err != nil {
		return 0, err
	}
	s.memory.see(q.bin, func(k *known) {
		k.flying, k.counted = n, tx.Now()
		k.room = limit - n
		if !s.db.Ordered() { // others receive too
			k.room = (k.room + 1) / 2
		}
	})
	return n, nil
}

// flying remembers that messages are received in this transaction. Where it fails they are remembered all the
// same, and the next count comes a little earlier.
func (s *Queues) flying(q *Queue, n int) {
	s.memory.see(q.bin, func(k *known) {
		k.flying += int64(n)
		k.room -= int64(n)
	})
}

// landed remembers that messages were deleted by those who received them. It makes no room, for they may have been
// back by then; but who waits for room counts again.
func (s *Queues) landed(q *Queue, n int) {
	full := false
	s.memory.see(q.bin, func(k *known) { k.flying, full = max(k.flying-int64(n), 0), k.full })
	if full && n > 0 {
		s.lobby.wake(q.ID, n)
	}
}

// tooManyInFlight says that too many messages of a queue are in flight.
func tooManyInFlight(q *Queue, limit int) error {
	return &fault.Error{
		Kind: fault.Limit, Subject: SubjectInFlight, ID: q.Name,
		Msg: "Too many messages in flight: a queue has at most " + strconv.Itoa(limit) + ".",
	}
}
