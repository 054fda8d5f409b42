package courier

import (
	"context"
	"time"

	"github.com/casestream/casestream/bus"
)

// What a lane has in hand at most: memory that does not depend on how much waits.
const (
	maxFlying = 32 // attempts at the same time
	maxWindow = 64 // deliveries that a read brings, and about as many that wait for their attempt
	maxOfKey  = 8  // first attempts of one key that wait, for the others to have room
)

// hand is what a lane has in hand. Reads start again at the first delivery when they have come to the last: on
// PostgreSQL numbers do not commit in their order, so that what is new may be anywhere.
type hand struct {
	fresh, due []*bus.Pending // that wait for their attempt, in the order of their reads
	has        map[int64]bool // the positions of those, and of what is in flight
	flying     int
	retrying   int // of has: what was tried before
	turn       bool

	busy  map[string]bool // keys whose first attempt is in flight
	waits map[string]int  // how many of fresh a key has

	// The pass over what was not tried: where it is, whether it goes on, and whether something came meanwhile.
	after     int64
	moreFresh bool
	again     bool
	// Keys that had their share in this pass: of those everything is left for the next one, or the order would be lost.
	skipped map[string]bool
	dry     bool // one of them has nothing in hand any more
	found   bool // the pass has seen what is behind them

	moreDue bool
	fullDue bool      // all that a read has room for is in hand: the next one must wait for some of it to land
	nextDue time.Time // zero: none
}

// newHand is empty, and has everything to read.
func newHand() hand {
	return hand{
		has: make(map[int64]bool), busy: make(map[string]bool), waits: make(map[string]int), skipped: make(map[string]bool),
		moreFresh: true, moreDue: true,
	}
}

// rewind starts a new pass.
func (h *hand) rewind() {
	h.after, h.moreFresh, h.again, h.dry, h.found = 0, true, false, false, false
	clear(h.skipped)
}

// arrived says that something came that was not tried.
func (h *hand) arrived() {
	h.moreFresh, h.again = true, true
}

// forget lets go of what waits, where nothing may be tried for a while. It is read again.
func (h *hand) forget() {
	for _, p := range h.fresh {
		delete(h.has, p.Position)
	}
	for _, p := range h.due {
		delete(h.has, p.Position)
		h.retrying--
	}
	clear(h.waits)
	h.fresh, h.due = nil, nil
	h.moreDue = true
	h.rewind()
}

// wantsFresh and wantsDue say whether it is time to read, where so many may wait.
func (h *hand) wantsFresh(room int) bool { return h.moreFresh && 2*len(h.fresh) <= room && room > 0 }

// wantsDue is for what is to be tried again.
func (h *hand) wantsDue(room int) bool { return h.moreDue && 2*len(h.due) <= room && room > 0 }

// read reads what there is room for, a page at most of either kind.
func (l *lane) read(ctx context.Context, room int) error {
	if l.dry && l.found {
		l.rewind()
	}
	if l.wantsFresh(room) {
		if l.after == 0 {
			l.again = false
		}
		page, err := l.c.cfg.Bus.Fresh(ctx, l.Number, l.after, room)
		if err != nil {
			return err
		}
		l.takeFresh(page)
	}
	if l.wantsDue(room) {
		page, err := l.c.cfg.Bus.Due(ctx, l.Number, room+l.retrying)
		if err != nil {
			return err
		}
		l.takeDue(page)
	}
	return nil
}

// takeDue takes a page of what is to be tried again.
func (h *hand) takeDue(page bus.Pendings) {
	before := h.retrying
	for _, p := range page.List {
		if !h.has[p.Position] {
			h.has[p.Position] = true
			h.retrying++
			h.due = append(h.due, p)
		}
	}
	h.fullDue = page.More && h.retrying == before
	h.moreDue, h.nextDue = page.More && !h.fullDue, page.Next
}

// takeFresh takes a page of what was not tried.
func (h *hand) takeFresh(page bus.Pendings) {
	for _, p := range page.List {
		h.after = p.Position
		switch {
		case h.has[p.Position]:
		case p.Key != "" && (h.skipped[p.Key] || h.waits[p.Key] >= maxOfKey):
			h.skipped[p.Key] = true
			h.dry = h.dry || !h.inHand(p.Key)
		default:
			h.has[p.Position] = true
			h.fresh = append(h.fresh, p)
			if p.Key != "" {
				h.waits[p.Key]++
			}
			h.found = h.found || len(h.skipped) > 0
		}
	}
	if page.More {
		return
	}
	h.after, h.found = 0, true
	h.moreFresh = h.again || h.dry
	if len(h.skipped) == 0 {
		h.found = false
	}
}

// inHand says whether a first attempt of a key waits or is in flight.
func (h *hand) inHand(key string) bool { return h.waits[key] > 0 || h.busy[key] }

// pick takes what is to be tried next: by turns what was not tried and what was, so that neither waits for all of the
// other. nil: nothing can go.
func (h *hand) pick() (p *bus.Pending, first bool) {
	h.turn = !h.turn
	if h.turn {
		if p := h.pickFresh(); p != nil {
			return p, true
		}
		return h.pickDue(), false
	}
	if p := h.pickDue(); p != nil {
		return p, false
	}
	return h.pickFresh(), true
}

// pickFresh takes the first delivery whose key has no first attempt in flight.
func (h *hand) pickFresh() *bus.Pending {
	for i, p := range h.fresh {
		if p.Key != "" {
			if h.busy[p.Key] {
				continue
			}
			h.busy[p.Key] = true
			if h.waits[p.Key]--; h.waits[p.Key] == 0 {
				delete(h.waits, p.Key)
			}
		}
		h.fresh = append(h.fresh[:i], h.fresh[i+1:]...)
		return p
	}
	return nil
}

// pickDue takes the delivery that was due first.
func (h *hand) pickDue() *bus.Pending {
	if len(h.due) == 0 {
		return nil
	}
	p := h.due[0]
	h.due = h.due[1:]
	return p
}

// landed lets go of an attempt that has ended.
func (h *hand) landed(a *attempt) {
	h.flying--
	delete(h.has, a.Position)
	if !a.first {
		h.retrying--
		h.moreDue = h.moreDue || h.fullDue
	} else if a.Key != "" {
		delete(h.busy, a.Key)
		if h.skipped[a.Key] && !h.inHand(a.Key) {
			h.dry = true
			h.moreFresh = h.moreFresh || h.found
		}
	}
	if a.Hold && a.outcome.Ending != bus.Again {
		h.rewind() // the next of its key may go
	}
	if n := a.outcome.Next; !n.IsZero() && (h.nextDue.IsZero() || n.Before(h.nextDue)) {
		h.nextDue = n
	}
}
