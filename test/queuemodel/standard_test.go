package queuemodel

// place is a message in a queue: a message that a move task takes back is another one.
type place struct{ queue, id string }

// checkSends looks for what was lost, and for what nobody sent. In the end everything was taken out: of each message that
// was acknowledged somebody must have asked for its deletion, or a purge may have taken it.
func (h *history) checkSends(say func(string, ...any)) {
	gone := map[string]bool{}
	for _, d := range h.Deletes {
		if d.Outcome != refused && !h.hadLeft(d) {
			gone[d.Of.Token] = true
		}
	}
	for _, d := range h.Deliveries {
		if s := h.tokens[d.Token]; s == nil {
			say("phantom: %s gave %q, which nobody sent", d.Queue, d.Token)
		} else if d.To < s.From {
			say("phantom: %s gave %q before it was sent", d.Queue, d.Token)
		}
	}
	for _, s := range h.Sent {
		if s.Outcome == done && s.Dedup == "" && !gone[s.Token] && !h.purged(s) {
			say("lost: %q, which was sent to %s from %v to %v", s.Token, s.Queue, s.From, s.To)
		}
	}
}

// purged says whether a purge may have taken a message.
func (h *history) purged(s *sent) bool {
	for _, p := range h.Purges {
		if p.Outcome != refused && s.Queue == scrap && s.From < p.To {
			return true
		}
	}
	return false
}

// checkDelays looks for messages that came before their delay was over.
func (h *history) checkDelays(say func(string, ...any)) {
	for _, d := range h.Deliveries {
		if s := h.tokens[d.Token]; s != nil && d.To < s.From+s.Delay {
			say("early: %q came at %v, and was sent at %v with a delay of %v", d.Token, d.To, s.From, s.Delay)
		}
	}
}

// checkDeleted looks for messages that came after their deletion or a purge was acknowledged.
func (h *history) checkDeleted(say func(string, ...any)) {
	gone := map[place]*settled{}
	for _, d := range h.Deletes {
		p := place{d.Of.Queue, d.Of.ID}
		if d.Outcome == done && (gone[p] == nil || d.To < gone[p].To) {
			gone[p] = d
		}
	}
	for _, d := range h.Deliveries {
		if g := gone[place{d.Queue, d.ID}]; g != nil && d.From > g.To {
			say("back: %s gave %q at %v, and its deletion was acknowledged at %v", d.Queue, d.Token, d.From, g.To)
		}
	}
	for _, p := range h.Purges {
		for _, d := range h.Deliveries {
			s := h.tokens[d.Token]
			if p.Outcome == done && s != nil && d.Queue == scrap && s.To < p.From && d.From > p.To {
				say("purged: %q came at %v, and the queue was purged until %v", d.Token, d.From, p.To)
			}
		}
	}
}

// checkCounts looks for receive counts that do not rise.
func (h *history) checkCounts(say func(string, ...any)) {
	for _, list := range h.byMessage() {
		for i, d := range list {
			for _, e := range list[i+1:] {
				if e.From > d.To && e.Count <= d.Count {
					say("count: %q was received %d times at %v, and %d times at %v", d.Token, d.Count, d.To, e.Count, e.From)
				}
			}
		}
	}
}
