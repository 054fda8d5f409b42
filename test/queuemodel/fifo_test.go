package queuemodel

import (
	"cmp"
	"slices"
)

// checkDuplicates looks at the messages with one deduplication id: they must be one, and no other id's. A run is shorter
// than the five minutes for which ids are remembered.
func (h *history) checkDuplicates(say func(string, ...any)) {
	type one struct{ id, sequence string }
	of, by := map[string]one{}, map[one]string{}
	agree := func(dedup string, got one, who string) {
		if known, ok := of[dedup]; ok && known != got {
			say("dedup: the id %s is the message %v, and %v for %s", dedup, known, got, who)
		} else if known, ok := by[got]; ok && known != dedup {
			say("dedup: the message %v has the ids %s and, for %s, %s", got, known, who, dedup)
		}
		of[dedup], by[got] = got, dedup
	}
	gone := map[string]bool{}
	for _, d := range h.Deletes {
		if s := h.tokens[d.Of.Token]; d.Outcome != refused && s != nil && !h.hadLeft(d) {
			gone[s.Dedup] = true
		}
	}
	for _, s := range h.Sent {
		if s.Dedup != "" && s.Outcome == done {
			agree(s.Dedup, one{s.ID, s.Sequence}, "who sent it")
		}
	}
	for _, d := range h.Deliveries {
		if d.Queue == fifo {
			agree(d.Dedup, one{d.ID, d.Sequence}, "who received it")
		}
	}
	for dedup, list := range h.dedups {
		if !gone[dedup] && slices.ContainsFunc(list, func(s *sent) bool { return s.Outcome == done }) {
			say("lost: the message with the deduplication id %s", dedup)
		}
	}
}

// numbered is a thing of a group that has a sequence number, at a time.
type numbered struct {
	call
	token, sequence string
	loose           bool // it may have been earlier than the call says
}

// checkOrder looks at the order of a group: sequence numbers rise with the sends, and the first deliveries with the numbers.
func (h *history) checkOrder(say func(string, ...any)) {
	first := map[string]*sent{} // the first answer for each message
	for _, s := range h.Sent {
		if s.Sequence != "" && s.Outcome == done && (first[s.Sequence] == nil || s.From < first[s.Sequence].From) {
			first[s.Sequence] = s
		}
	}
	sends := map[place][]numbered{}
	for _, s := range first {
		p := place{s.Queue, s.Group}
		sends[p] = append(sends[p], numbered{s.call, s.Token, s.Sequence, h.maybeEarlier(s)})
	}
	came := map[place]*delivery{}
	for _, d := range h.Deliveries {
		if p := (place{d.Queue, d.Sequence}); d.Sequence != "" && (came[p] == nil || d.To < came[p].To) {
			came[p] = d
		}
	}
	deliveries := map[place][]numbered{}
	for _, d := range came {
		p := place{d.Queue, d.Group}
		deliveries[p] = append(deliveries[p], numbered{d.call, d.Token, d.Sequence, false})
	}
	for p, list := range sends {
		inOrder(p, "sent", list, say)
	}
	for p, list := range deliveries {
		inOrder(p, "given", list, say)
	}
}

// inOrder complains of what was over before something with a lower number was begun.
func inOrder(p place, what string, list []numbered, say func(string, ...any)) {
	slices.SortFunc(list, func(a, b numbered) int { return cmp.Compare(a.sequence, b.sequence) })
	var latest *numbered // of the lower numbers, what began last
	for i := range list {
		n := &list[i]
		if latest != nil && n.To < latest.From {
			say("order: in the group %v %q was %s at %v, and %q, which has a lower number, at %v", p, n.token, what, n.To, latest.token, latest.From)
		}
		if !n.loose && (latest == nil || n.From > latest.From) {
			latest = n
		}
	}
}

// maybeEarlier says whether a send with the same id, which nobody heard the answer of, may have been the message's first.
func (h *history) maybeEarlier(b *sent) bool {
	return slices.ContainsFunc(h.dedups[b.Dedup], func(s *sent) bool { return s != b && s.From < b.From })
}

// checkBlocked looks for messages of a group that came while one before them was in flight for sure. One that is before
// what is in flight may come: a receiver let go of it, or its time is over.
func (h *history) checkBlocked(say func(string, ...any)) {
	hides := h.hides()
	groups := map[place][]*delivery{}
	for _, d := range h.Deliveries {
		if d.Group != "" {
			p := place{d.Queue, d.Group}
			groups[p] = append(groups[p], d)
		}
	}
	for group, list := range groups {
		for _, e := range list {
			for _, d := range list {
				if d.Sequence >= e.Sequence || d.Receive == e.Receive || d.To >= e.From || h.maybeDeleted(d, e.call) {
					continue
				}
				if until, sure := hiddenUntil(hides[place{d.Queue, d.ID}], e.From, e.To); sure && e.To < until {
					say("blocked: the group %v gave %q at %v, while %q was in flight until %v", group, e.Token, e.To, d.Token, until)
				}
			}
		}
	}
}

// maybeDeleted says whether a delivered message may have been deleted before a call was answered.
func (h *history) maybeDeleted(d *delivery, c call) bool {
	return slices.ContainsFunc(h.deletions[d.ID], func(x *settled) bool { return x.From < c.To })
}

// checkExpired looks for messages of a FIFO queue that were deleted by a handle whose time was over.
func (h *history) checkExpired(say func(string, ...any)) {
	hides := h.hides()
	for _, x := range h.Deletes {
		d := x.Of
		if d.Group == "" || x.Outcome != done || h.maybeDeletedTwice(x) || h.maybeLeft(x) {
			continue
		}
		changed := false
		for _, s := range hides[place{d.Queue, d.ID}] {
			changed = changed || s.call != d.call && s.To > d.From && s.From < x.To
		}
		if !changed && x.From > d.To+d.Hidden {
			say("expired: %q was deleted at %v by a handle that was good until %v", d.Token, x.From, d.To+d.Hidden)
		}
	}
}

// maybeDeletedTwice says whether a message may have been gone already: then any handle will do.
func (h *history) maybeDeletedTwice(x *settled) bool {
	return slices.ContainsFunc(h.deletions[x.Of.ID], func(y *settled) bool { return y != x && y.From < x.To })
}
