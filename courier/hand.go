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

// Where a pass over what was not tried begins: on PostgreSQL numbers do not commit in their order, so that what is new may
// be anywhere.
const (
	lateness   = 1000             // so many numbers before the highest that was seen
	wholeEvery = 10 * time.Second // and every now and then at the first, for what was a long time in coming
)

// hand is what a lane has in hand.
type hand struct {
	fresh, due []*bus.Pending // that wait for their attempt, in the order of their reads
	has        map[int64]bool // the positions of those, and of what is in flight
	flying     int
	retrying   int // of has: what was tried before
	turn       bool

	busy  map[string]bool // keys whose first attempt is in flight
	waits map[string]int  // how many of fresh a key has

	// The pass over what was not tried: whether one is under way, where it is, whether there is more to read, whether
	// something came meanwhile, the highest position seen, and when the next one is to be over everything.
	passing   bool
	after     int64
	moreFresh bool
	again     bool
	top       int64
	wholeAt   time.Time
	// Keys that had their share, and where what is left of each begins: passes leave it alone, or the order would be
	// lost. thirsty are those that have nothing in hand any more, so that more of theirs is to be read.
	skipped map[string]int64
	thirsty map[string]bool

	moreDue bool
	fullDue bool      // all that a read has room for is in hand: the next one must wait for some of it to land
	nextDue time.Time // zero: none
}

// newHand is empty, and has everything to read.
func newHand() hand {
	return hand{
		has: make(map[int64]bool), busy: make(map[string]bool), waits: make(map[string]int),
		skipped: make(map[string]int64), thirsty: make(map[string]bool),
		moreFresh: true, moreDue: true,
	}
}

// rewind lets a new pass begin, over everything.
func (h *hand) rewind() {
	h.passing, h.moreFresh, h.wholeAt = false, true, time.Time{}
	clear(h.skipped)
	clear(h.thirsty)
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

// unread says whether there may be something to read.
func (h *hand) unread() bool { return h.moreFresh || len(h.thirsty) > 0 || h.moreDue }

// wantsFresh and wantsDue say whether it is time to read, where so many may wait.
func (h *hand) wantsFresh(room int) bool {
	return (h.moreFresh || len(h.thirsty) > 0) && 2*len(h.fresh) <= room && room > 0
}

// wantsDue is for what is to be tried again.
func (h *hand) wantsDue(room int) bool { return h.moreDue && 2*len(h.due) <= room && room > 0 }

// read reads what there is room for, a page at most of each kind: of a key that has nothing in hand any more, of what else
// was not tried, of what is due.
func (l *lane) read(ctx context.Context, room int, now time.Time) error {
	if l.wantsFresh(room) {
		for key := range l.thirsty {
			page, err := l.c.cfg.Bus.Fresh(ctx, l.Number, l.skipped[key]-1, room)
			if err != nil {
				return err
			}
			l.takeOf(key, page)
			break
		}
	}
	if l.moreFresh && l.wantsFresh(room) {
		l.pass(now)
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

// pass begins a pass, unless one is under way.
func (h *hand) pass(now time.Time) {
	if h.passing {
		return
	}
	h.passing, h.again = true, false
	if h.after = max(h.top-lateness, 0); !now.Before(h.wholeAt) {
		h.after, h.wholeAt = 0, now.Add(wholeEvery)
	}
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
		h.after, h.top = p.Position, max(h.top, p.Position)
		left, skips := h.skipped[p.Key]
		switch {
		case h.has[p.Position]:
		case skips:
			h.skipped[p.Key] = min(left, p.Position)
		case p.Key != "" && h.waits[p.Key] >= maxOfKey:
			h.skipped[p.Key] = p.Position
		default:
			h.keep(p)
		}
	}
	if !page.More {
		h.passing, h.moreFresh = false, h.again
	}
}

// takeOf takes what a page has of a key that has nothing in hand: the page begins where what is left of it does.
func (h *hand) takeOf(key string, page bus.Pendings) {
	for _, p := range page.List {
		h.skipped[key] = p.Position + 1
		if p.Key != key || h.has[p.Position] {
			continue
		}
		if h.waits[key] >= maxOfKey {
			h.skipped[key] = p.Position
			delete(h.thirsty, key)
			return
		}
		h.keep(p)
	}
	if !page.More {
		delete(h.skipped, key)
	}
	if !page.More || h.inHand(key) {
		delete(h.thirsty, key)
	}
}

// keep takes a delivery that was not tried in hand.
func (h *hand) keep(p *bus.Pending) {
	h.has[p.Position] = true
	h.fresh = append(h.fresh, p)
	if p.Key != "" {
		h.waits[p.Key]++
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
		if _, skips := h.skipped[a.Key]; skips && !h.inHand(a.Key) {
			h.thirsty[a.Key] = true
		}
	}
	if a.Hold && a.outcome.Ending != bus.Again {
		h.rewind() // the next of its key may go
	}
	if n := a.outcome.Next; !n.IsZero() && (h.nextDue.IsZero() || n.Before(h.nextDue)) {
		h.nextDue = n
	}
}
