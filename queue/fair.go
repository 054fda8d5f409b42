package queue

import (
	"time"

	"github.com/casestream/casestream/store"
)

// A tenant of a standard queue, the messages of one group, is noisy while it has at least noisyFrom messages
// and more than one in noisyShare of the queue's in flight. So there are fewer than noisyShare at a time.
const (
	noisyFrom  = 30
	noisyShare = 10
	// flightAge is how old the count of the queue's messages in flight may be that noise is judged by.
	flightAge = time.Second
)

// alone is the tenant that stands for messages without a group, where the queue has groups. No group is called
// so. It is never noisy: each of its messages is a tenant of its own.
const alone = " "

// How far a receive looks for quiet tenants: so many at a time, so many times. The next goes on from there.
const (
	walkStep  = 64
	walkSteps = 4
)

// tenantOf gives the tenant that a message is stored for; empty: the queue has no groups.
func (m *memory) tenantOf(o outgoing) string {
	if o.m.GroupID != "" {
		m.group(o.q.bin)
		return o.m.GroupID
	}
	if m.grouped(o.q.bin) {
		return alone
	}
	return ""
}

// group remembers that a bin has messages with groups.
func (m *memory) group(bin int64) { m.see(bin, func(k *known) { k.groups = true }) }

// grouped says whether a bin is known to have messages with groups.
func (m *memory) grouped(bin int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.of[bin]
	return k != nil && k.groups
}

// due is a message that may be received.
type due struct {
	seq    int64
	tenant string // empty: none
}

// claimFair hides up to want messages of a queue whose messages have groups: those that have been visible for
// longest, but those of noisy tenants only where quiet ones have none.
func (s *Queues) claimFair(tx *store.Tx, q *Queue, until int64, want int) ([]*Received, error) {
	list, err := s.dueFrom(tx, q, want)
	if err != nil {
		return nil, err
	}
	if len(list) == want { // else these are all there are, and nobody stands back
		if list, err = s.deal(tx, q, list); err != nil {
			return nil, err
		}
	}
	return claimDue(tx, q, until, list)
}

// dueFrom lists and holds the messages that have been visible for longest, from where there are some on, as claimSlots does.
func (s *Queues) dueFrom(tx *store.Tx, q *Queue, want int) ([]due, error) {
	from, err := s.floors.from(tx, s.db.Engine(), q, floorHolds)
	if err != nil {
		return nil, err
	}
	list, err := dueSlots(tx, q, from, tx.Micros(), want)
	if err != nil || len(list) == want {
		return list, err
	}
	lower, err := s.floors.from(tx, s.db.Engine(), q, dryHolds)
	if err != nil || lower >= from {
		return list, err
	}
	rest, err := dueSlots(tx, q, lower, from, want-len(list))
	return append(list, rest...), err
}

// hand is what a receive on a fair queue has picked so far.
type hand struct {
	want   int
	flying int64            // messages of the queue in flight, the picked ones included
	own    map[string]int64 // those of a tenant, likewise; where it was not judged, the picked ones alone
	judged map[string]bool
	picked []due
	taken  map[int64]bool
}

// noisy says whether a tenant has to stand back.
func (h *hand) noisy(tenant string) bool {
	n := h.own[tenant]
	return tenant != alone && n >= noisyFrom && n*noisyShare > h.flying
}

// pick takes a message, unless it was taken or its tenant is noisy; it says whether for the latter.
func (h *hand) pick(d due) (noisy bool) {
	if h.taken[d.seq] {
		return false
	}
	if d.tenant != "" && h.noisy(d.tenant) {
		return true
	}
	h.take(d)
	return false
}

// take takes a message.
func (h *hand) take(d due) {
	h.own[d.tenant]++
	h.flying++
	h.taken[d.seq] = true
	h.picked = append(h.picked, d)
}

// deal picks as many messages as it is given: these, but where tenants are noisy those of quiet ones instead
// that wait behind them.
func (s *Queues) deal(tx *store.Tx, q *Queue, list []due) ([]due, error) {
	h := &hand{want: len(list), own: make(map[string]int64), judged: make(map[string]bool), taken: make(map[int64]bool, len(list))}
	var err error
	if h.flying, err = s.inFlight(tx, q); err != nil {
		return nil, err
	}
	shares := make(map[string]int, noisyShare)
	for _, d := range list {
		shares[d.tenant]++
	}
	for tenant, n := range shares {
		// Who has less than its share of what is due keeps nobody back, so that few need be asked about.
		if n*noisyShare >= len(list) {
			if err := h.judge(tx, q, tenant); err != nil {
				return nil, err
			}
		}
	}
	var deferred []due
	for _, d := range list {
		if h.pick(d) {
			deferred = append(deferred, d)
		}
	}
	if len(deferred) > 0 {
		if err := s.pickQuiet(tx, q, h); err != nil {
			return nil, err
		}
	}
	for _, d := range deferred {
		if len(h.picked) == h.want {
			break
		}
		h.take(d)
	}
	return h.picked, nil
}

// judge reads how much a tenant has in flight, as far as that matters; once is enough.
func (h *hand) judge(tx *store.Tx, q *Queue, tenant string) error {
	if h.judged[tenant] || tenant == "" || tenant == alone {
		return nil
	}
	n, err := countTenant(tx, q, tenant, max(noisyFrom, (h.flying+int64(h.want))/noisyShare+1))
	h.own[tenant] += n
	h.judged[tenant] = true
	return err
}

// inFlight gives about how many messages of a queue are in flight.
func (s *Queues) inFlight(tx *store.Tx, q *Queue) (n int64, err error) {
	fresh := false
	s.memory.see(q.bin, func(k *known) {
		n, fresh = k.flying, tx.Now().Before(k.counted.Add(flightAge))
	})
	if fresh {
		return n, nil
	}
	return s.countFlight(tx, q)
}

// pickQuiet picks messages of quiet tenants until there are enough. It goes round all tenants in turn, however
// much each of them has, a part of the way at a time.
func (s *Queues) pickQuiet(tx *store.Tx, q *Queue, h *hand) error {
	var after string
	s.memory.see(q.bin, func(k *known) { after = k.asked })
	defer func() { s.memory.see(q.bin, func(k *known) { k.asked = after }) }()
	wrapped := after == ""
	for range walkSteps {
		walked, ready, err := walkTenants(tx, q, after, walkStep)
		if err != nil {
			return err
		}
		if after, err = h.pickOf(tx, q, walked, ready); err != nil {
			return err
		}
		if len(h.picked) == h.want {
			return nil
		}
		if len(walked) < walkStep {
			if after = ""; wrapped {
				return nil
			}
			wrapped = true
		}
	}
	return nil
}

// pickOf picks messages of those tenants that have some, the same number of each. It gives the tenant to go on
// behind.
func (h *hand) pickOf(tx *store.Tx, q *Queue, walked []string, ready map[string]bool) (after string, err error) {
	left := len(ready)
	for _, tenant := range walked {
		after = tenant
		if !ready[tenant] {
			continue
		}
		share := max((h.want-len(h.picked))/left, 1)
		left--
		if err := h.judge(tx, q, tenant); err != nil {
			return "", err
		}
		if h.noisy(tenant) {
			continue
		}
		list, err := dueOf(tx, q, tenant, share+int(min(h.own[tenant], int64(h.want))))
		if err != nil {
			return "", err
		}
		for _, d := range list {
			if share == 0 || len(h.picked) == h.want || h.noisy(tenant) {
				break
			}
			if !h.taken[d.seq] {
				h.take(d)
				share--
			}
		}
		if len(h.picked) == h.want {
			break
		}
	}
	return after, nil
}
