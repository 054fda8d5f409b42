package queuemodel

import (
	"cmp"
	"slices"
	"time"
)

// byMessage gives the deliveries of each message of each queue, in the order of their answers.
func (h *history) byMessage() map[place][]*delivery {
	all := map[place][]*delivery{}
	for _, d := range h.Deliveries {
		p := place{d.Queue, d.ID}
		all[p] = append(all[p], d)
	}
	for _, list := range all {
		slices.SortStableFunc(list, func(a, b *delivery) int { return cmp.Compare(a.To, b.To) })
	}
	return all
}

// hide is what makes a message invisible for a while: a delivery, or a change of its visibility.
type hide struct {
	call
	until time.Duration // at least, if it has happened
}

// hides gives what hid each message, in the order in which it was asked for.
func (h *history) hides() map[place][]hide {
	all := map[place][]hide{}
	for _, d := range h.Deliveries {
		p := place{d.Queue, d.ID}
		all[p] = append(all[p], hide{d.call, d.From + d.Hidden})
	}
	for _, c := range h.Changes {
		if c.Outcome != refused {
			p := place{c.Of.Queue, c.Of.ID}
			all[p] = append(all[p], hide{c.call, c.From + c.Hidden})
		}
	}
	for _, list := range all {
		slices.SortFunc(list, func(a, b hide) int { return cmp.Compare(a.From, b.From) })
	}
	return all
}

// hiddenUntil says until when a message was hidden for sure, to who asks at a moment: by the last thing that was done to
// it before, unless something else may have been done to it since.
func hiddenUntil(list []hide, from, to time.Duration) (time.Duration, bool) {
	var last *hide
	for i := range list {
		if s := &list[i]; s.To < from && s.Outcome == done && (last == nil || s.From > last.To) {
			last = s
		}
	}
	if last == nil {
		return 0, false
	}
	for i := range list {
		if s := &list[i]; s != last && s.To > last.From && s.From < to && (s.From != from || s.To != to) {
			return 0, false
		}
	}
	return last.until, true
}

// checkHidden looks for messages that were received while they were hidden.
func (h *history) checkHidden(say func(string, ...any)) {
	hides := h.hides()
	for _, d := range h.Deliveries {
		if until, sure := hiddenUntil(hides[place{d.Queue, d.ID}], d.From, d.To); sure && d.To < until {
			say("twice: %s gave %q at %v, and it was hidden until %v", d.Queue, d.Token, d.To, until)
		}
	}
}
