package queuemodel

import "slices"

// deadOf is the queue for dead letters of each queue that has one.
var deadOf = map[string]string{standard: dead, fifo: deadFIFO}

// checkDead looks for messages that were received more often than a queue with dead letters allows, or that are dead
// letters too soon. A receive that nobody heard the answer of may have had any message in its hands.
func (h *history) checkDead(say func(string, ...any)) {
	received := map[place]int{}
	died := map[place]*delivery{} // the first sight of each dead letter
	for _, d := range h.Deliveries {
		p := place{d.Queue, d.ID}
		received[p]++
		if deadOf[d.Queue] != "" && d.Count > maxReceives {
			say("spent: %s gave %q at %v, for the %dth time", d.Queue, d.Token, d.To, d.Count)
		}
		if d.Queue == dead || d.Queue == deadFIFO {
			if died[p] == nil || d.To < died[p].To {
				died[p] = d
			}
		}
	}
	for p, d := range died {
		for source, target := range deadOf {
			if target != d.Queue {
				continue
			}
			n := received[place{source, p.id}]
			for _, r := range h.Unheard {
				if r.Queue == source && r.From < d.To {
					n++
				}
			}
			if n < maxReceives {
				say("dead: %q came out of %s at %v, and was received %d times before", d.Token, d.Queue, d.To, n)
			}
		}
	}
}

// stay is between when a message was seen first and when last.
type stay struct {
	id          string
	first, last *delivery
}

// checkPlaces looks for messages that are in two places. A dead letter is in the queue that it came from no more, and what a
// move task has moved is another message, with the same token: the old one is gone before the new one comes.
func (h *history) checkPlaces(say func(string, ...any)) {
	died := map[string]*delivery{}
	stays := map[string][]*stay{}
	for _, d := range h.Deliveries {
		if (d.Queue == dead || d.Queue == deadFIFO) && (died[d.ID] == nil || d.To < died[d.ID].To) {
			died[d.ID] = d
		}
	}
	for _, d := range h.Deliveries {
		if x := died[d.ID]; x != nil && deadOf[d.Queue] != "" && d.From > x.To {
			say("both: %s gave %q at %v, and it was a dead letter at %v", d.Queue, d.Token, d.From, x.To)
		}
		stays[d.Token] = widen(stays[d.Token], d)
	}
	for token, list := range stays {
		for i, a := range list {
			for _, b := range list[i+1:] {
				if a.last.From > b.first.To && b.last.From > a.first.To {
					say("twofold: %q is the message %s from %v to %v, and %s from %v to %v", token,
						a.id, a.first.To, a.last.From, b.id, b.first.To, b.last.From)
				}
			}
		}
	}
}

// widen makes a message's stay hold a delivery, too.
func widen(list []*stay, d *delivery) []*stay {
	for _, s := range list {
		if s.id == d.ID {
			if d.To < s.first.To {
				s.first = d
			}
			if d.From > s.last.From {
				s.last = d
			}
			return list
		}
	}
	return append(list, &stay{d.ID, d, d})
}

// hadLeft says whether a message was not any more where a deletion looked for it: it was seen elsewhere meanwhile.
func (h *history) hadLeft(x *settled) bool {
	return slices.ContainsFunc(h.sights[x.Of.Token], func(d *delivery) bool { return elsewhere(d, x.Of) && d.From > x.Of.To && d.To < x.From })
}

// maybeLeft says whether that may have been so: any handle will do for a message that is not there.
func (h *history) maybeLeft(x *settled) bool {
	return slices.ContainsFunc(h.sights[x.Of.Token], func(d *delivery) bool { return elsewhere(d, x.Of) && d.To > x.Of.From })
}

// elsewhere says whether two sights of a message are of different places.
func elsewhere(a, b *delivery) bool { return a.Queue != b.Queue || a.ID != b.ID }
