package queue

import (
	"cmp"
	"slices"

	"github.com/casestream/casestream/store"
)

// receiver is a call that is being served.
type receiver = store.BatchCall[receiveCall, received]

// maxGroups bounds how many groups one step of a receive looks at.
const maxGroups = 64

// serveFIFO serves the receivers of a share, and says whether it found no more. Those that try again are served
// first, from what they were given before.
func (s *Queues) serveFIFO(tx *store.Tx, h *share) (dry bool, err error) {
	want := 0
	for _, c := range h.calls {
		want += c.In.opts.Max
	}
	room, err := s.room(tx, h.q, want)
	if err != nil {
		return false, err
	}
	dry = true
	fresh := make([]*receiver, 0, len(h.calls))
	for _, c := range h.calls {
		if c.In.opts.Attempt == "" {
			fresh = append(fresh, c)
			continue
		}
		if dry, err = s.serveAttempt(tx, h, c, room); err != nil {
			return false, err
		}
		room = max(room-len(c.Out.list), 0)
	}
	if len(fresh) == 0 {
		return dry, nil
	}
	if h.visibility > 0 {
		return s.claimFIFO(tx, h, fresh, room)
	}
	for _, c := range fresh { // what is hidden for no time is there for the next one too
		if dry, err = s.claimFIFO(tx, h, []*receiver{c}, room); err != nil {
			return false, err
		}
	}
	return dry, nil
}

// claimFIFO hides messages of a FIFO queue, at most room, and hands them to receivers: from each group that is
// not blocked those at its head that are visible, one group after the other. A group is blocked while its first
// message is hidden: what one receiver holds of a group keeps the next one out of it. dry says that there were
// no more.
func (s *Queues) claimFIFO(tx *store.Tx, h *share, calls []*receiver, room int) (dry bool, err error) {
	got := 0
	defer func() { s.flying(h.q, got) }()
	for range maxRounds {
		if calls = slices.DeleteFunc(slices.Clone(calls), func(c *receiver) bool { return hunger(c) == 0 }); len(calls) == 0 {
			return false, nil
		}
		if got >= room {
			return true, nil // nothing to be had until some come back, however many there are
		}
		want, depth := 0, 0
		for _, c := range calls {
			want += hunger(c)
			depth = max(depth, hunger(c))
		}
		limit := min(want, maxGroups)
		groups, err := readyGroups(tx, h.q.bin, tx.Micros(), limit)
		if err != nil || len(groups) == 0 {
			return true, err
		}
		n, whole, err := s.claimHeads(tx, h, calls, groups, depth, room-got)
		if err != nil {
			return false, err
		}
		got += n
		if len(groups) < limit && whole {
			dry = slices.ContainsFunc(calls, func(c *receiver) bool { return hunger(c) > 0 })
			return dry, nil
		}
		if h.visibility == 0 && got > 0 { // hidden for no time, they would be claimed twice
			return false, nil
		}
	}
	return false, nil
}

// hunger is how many messages a receiver may be given still.
func hunger(c *receiver) int { return c.In.opts.Max - len(c.Out.list) }

// portion is what a receiver is to be given of one group.
type portion struct {
	to   *receiver
	list []*Received
}

// claimHeads hands out messages at the heads of groups that this transaction holds, and says how many. whole says
// that none of them turned out to be expired or a dead letter: behind those there may be more.
func (s *Queues) claimHeads(tx *store.Tx, h *share, calls []*receiver, groups []string, depth, room int) (n int, whole bool, err error) {
	heads, err := headsOf(tx, h.q.bin, groups, depth)
	if err != nil {
		return 0, false, err
	}
	portions, picked := divide(calls, groups, heads, room)
	touched := groupsOf(picked)
	kept, err := s.siftFIFO(tx, h.q, picked)
	if err != nil {
		return 0, false, err
	}
	if err := claimPlaces(tx, h.q.bin, tx.Now().Add(h.visibility).UnixMicro(), kept); err != nil {
		return 0, false, err
	}
	left := make(map[int64]bool, len(kept))
	for _, m := range kept {
		left[m.seq] = true
	}
	for _, p := range portions {
		p.list = slices.DeleteFunc(p.list, func(m *Received) bool { return !left[m.seq] })
		p.to.Out.list = append(p.to.Out.list, p.list...)
	}
	return len(kept), len(kept) == len(picked), refreshGroups(tx, h.q.bin, touched)
}

// divide gives each receiver in turn of one group after the other as much as it takes. No two are given of the
// same group.
func divide(calls []*receiver, groups []string, heads map[string][]*Received, room int) (portions []portion, picked []*Received) {
	next := 0
	for _, c := range calls {
		for want := hunger(c); want > 0 && next < len(groups) && len(picked) < room; next++ {
			head := heads[groups[next]]
			head = head[:min(len(head), want, room-len(picked))]
			want -= len(head)
			picked = append(picked, head...)
			portions = append(portions, portion{c, slices.Clone(head)})
		}
	}
	return portions, picked
}

// siftFIFO is sift for messages of groups that this transaction holds. They are counted as received, and not
// claimed yet.
func (s *Queues) siftFIFO(tx *store.Tx, q *Queue, picked []*Received) ([]*Received, error) {
	list := slices.Clone(picked)
	return s.sift(tx, q, list, func(seqs []int64) error {
		slices.Sort(seqs)
		expired := slices.DeleteFunc(slices.Clone(picked), func(m *Received) bool {
			_, found := slices.BinarySearchFunc(seqs, m.seq, func(a, b int64) int { return cmp.Compare(a, b) })
			return !found
		})
		return deletePlaces(tx, q.bin, expired)
	})
}
