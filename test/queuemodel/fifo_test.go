package queuemodel

import "maps"

// checkDuplicates looks at the messages with one deduplication id: they must be one. A run is shorter than the five
// minutes for which ids are remembered.
func (h *history) checkDuplicates(say func(string, ...any)) {
	type one struct{ id, sequence string }
	of := map[string]one{}
	acknowledged, gone := map[string]bool{}, map[string]bool{}
	agree := func(dedup string, got one, who string) {
		if known, ok := of[dedup]; ok && known != got {
			say("dedup: the id %s is the message %v, and %v for %s", dedup, known, got, who)
		}
		of[dedup] = got
	}
	for _, s := range h.Sent {
		if s.Dedup != "" && s.Outcome == done {
			agree(s.Dedup, one{s.ID, s.Sequence}, "who sent it")
			acknowledged[s.Dedup] = true
		}
	}
	for _, d := range h.Deliveries {
		if d.Dedup != "" {
			agree(d.Dedup, one{d.ID, d.Sequence}, "who received it")
		}
	}
	for _, d := range h.Deletes {
		if d.Outcome != refused {
			gone[d.Of.Dedup] = true
		}
	}
	for dedup := range maps.Keys(acknowledged) {
		if !gone[dedup] {
			say("lost: the message with the deduplication id %s", dedup)
		}
	}
}

// checkOrder looks at the order of a group: sequence numbers rise with the sends, and the first deliveries with the numbers.
func (h *history) checkOrder(say func(string, ...any)) {
	first := map[string]*sent{} // the first answer for each message
	for _, s := range h.Sent {
		if s.Sequence != "" && s.Outcome == done && (first[s.Sequence] == nil || s.From < first[s.Sequence].From) {
			first[s.Sequence] = s
		}
	}
	groups := map[string][]*sent{}
	for _, s := range first {
		groups[s.Group] = append(groups[s.Group], s)
	}
	for group, list := range groups {
		for _, a := range list {
			for _, b := range list {
				if a.To < b.From && a.Sequence >= b.Sequence && !h.maybeEarlier(b) {
					say("order: in the group %s %q was sent before %q, and has the number %s and not less than %s", group, a.Token, b.Token, a.Sequence, b.Sequence)
				}
			}
		}
	}
	came := map[string]*delivery{}
	for _, d := range h.Deliveries {
		if d.Sequence != "" && (came[d.Sequence] == nil || d.To < came[d.Sequence].To) {
			came[d.Sequence] = d
		}
	}
	for _, a := range came {
		for _, b := range came {
			if a.Group == b.Group && a.Sequence < b.Sequence && b.To < a.From {
				say("order: the group %s gave %q at %v, and %q, which was sent before it, first at %v", a.Group, b.Token, b.To, a.Token, a.From)
			}
		}
	}
}

// maybeEarlier says whether a send with the same id, which nobody heard the answer of, may have been the message's first.
func (h *history) maybeEarlier(b *sent) bool {
	for _, s := range h.Sent {
		if s.Dedup == b.Dedup && s != b && s.Outcome != refused && s.From < b.From {
			return true
		}
	}
	return false
}

// checkBlocked looks for messages of a group that came while one before them was in flight for sure. One that is before
// what is in flight may come: a receiver let go of it, or its time is over.
func (h *history) checkBlocked(say func(string, ...any)) {
	hides := h.hides()
	groups := map[string][]*delivery{}
	for _, d := range h.Deliveries {
		if d.Group != "" {
			groups[d.Group] = append(groups[d.Group], d)
		}
	}
	for group, list := range groups {
		for _, e := range list {
			for _, d := range list {
				if d.Sequence >= e.Sequence || d.Receive == e.Receive || d.To >= e.From || h.maybeDeleted(d, e.call) {
					continue
				}
				if until, sure := hiddenUntil(hides[place{d.Queue, d.ID}], e.From, e.To); sure && e.To < until {
					say("blocked: the group %s gave %q at %v, while %q was in flight until %v", group, e.Token, e.To, d.Token, until)
				}
			}
		}
	}
}

// maybeDeleted says whether a delivered message may have been deleted before a call was answered.
func (h *history) maybeDeleted(d *delivery, c call) bool {
	for _, x := range h.Deletes {
		if x.Of.ID == d.ID && x.Outcome != refused && x.From < c.To {
			return true
		}
	}
	return false
}

// checkExpired looks for messages of a FIFO queue that were deleted by a handle whose time was over.
func (h *history) checkExpired(say func(string, ...any)) {
	hides := h.hides()
	for _, x := range h.Deletes {
		d := x.Of
		if d.Group == "" || x.Outcome != done || h.maybeDeletedTwice(x) {
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
	for _, y := range h.Deletes {
		if y != x && y.Of.ID == x.Of.ID && y.Outcome != refused && y.From < x.To {
			return true
		}
	}
	return false
}
