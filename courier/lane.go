package courier

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/target"
)

// The life of a lane.
const (
	idleTime   = 10 * time.Second // a lane without work is given back after this
	graceTime  = 3 * time.Second  // attempts that are under way when the server stops may take so long to end
	sweepEvery = 10 * time.Second // how often what nobody tries is looked through for what has expired
	storeAgain = time.Second      // the pause after a failed read
)

// lane carries the deliveries for one target. What it knows is its own goroutine's; only wake, renewed, cut and what is
// atomic are for others.
type lane struct {
	bus.Lane
	c      *Courier
	remote target.Remote // nil: there is none for this target
	woken  chan struct{}
	done   chan *attempt // room for all that can be in flight
	over   chan struct{} // closed when nothing of it runs any more

	life  context.Context // of its attempts: ends with the lease
	cut   context.CancelCauseFunc
	lease *time.Timer

	hand
	breaker  breaker
	news     news
	attempts atomic.Int64 // flying, for the metrics
	broken   atomic.Bool  // the breaker is open, for the metrics
	pause    time.Time    // the target wants to hear nothing until then
	rest     time.Time    // the store is not read before
	sweepAt  time.Time
	lastWork time.Time
}

// newLane makes a lane whose lease began at some time.
func (c *Courier) newLane(ctx context.Context, claimed bus.Lane, began time.Time) *lane {
	l := &lane{
		Lane: claimed, c: c, hand: newHand(), lastWork: c.now(),
		woken: make(chan struct{}, 1), done: make(chan *attempt, maxFlying), over: make(chan struct{}),
	}
	if a, ok := arn.Parse(l.Target); ok {
		for _, r := range c.cfg.Remotes {
			if r.Takes(a) {
				l.remote = r
				break
			}
		}
	}
	l.life, l.cut = context.WithCancelCause(context.WithoutCancel(ctx))
	l.lease = time.AfterFunc(untilSpare(began), func() { l.cut(errLease) })
	return l
}

// untilSpare tells how long a lease that began at some time is good.
func untilSpare(began time.Time) time.Duration { return time.Until(began.Add(lease - leaseSpare)) }

// renewed says that the lease was renewed at some time.
func (l *lane) renewed(began time.Time) { l.lease.Reset(untilSpare(began)) }

// wake says that there may be something new.
func (l *lane) wake() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

// run carries until the lane is idle, its lease is over or ctx ends.
func (l *lane) run(ctx context.Context) {
	defer l.lease.Stop()
	for ctx.Err() == nil && l.life.Err() == nil {
		now := l.c.now()
		if err := l.load(ctx, now); err != nil && ctx.Err() == nil {
			l.c.cfg.Log.Error("lane not read", slog.String("target", l.Target), slog.Any("err", err))
			l.rest = now.Add(storeAgain)
		}
		if ctx.Err() == nil && l.life.Err() == nil {
			l.send(now)
		}
		if l.idle(now) {
			break
		}
		l.wait(ctx, l.next(now).Sub(now))
	}
	stop := time.AfterFunc(graceTime, func() { l.cut(errStopping) })
	defer stop.Stop()
	for l.flying > 0 {
		l.land(<-l.done)
	}
	l.breaker.probing = false // what was abandoned tells nothing
	l.cut(nil)
}

// load buries what has expired, and reads what there is room for.
func (l *lane) load(ctx context.Context, now time.Time) error {
	if now.Before(l.rest) {
		return nil
	}
	if !now.Before(l.sweepAt) {
		if err := l.sweep(ctx, now); err != nil {
			return err
		}
	}
	if !l.nextDue.IsZero() && !now.Before(l.nextDue) {
		l.moreDue = true
	}
	return l.read(ctx, l.room(now), now)
}

// sweep buries a page of what has expired and is not in hand: while a target does not answer nothing is tried, and what
// waits behind another delivery of its key is not read.
func (l *lane) sweep(ctx context.Context, now time.Time) error {
	page, err := l.c.cfg.Bus.Expired(ctx, l.Number, maxWindow+len(l.has))
	if err != nil {
		return err
	}
	var dead []*bus.Pending
	for _, p := range page.List {
		if !l.has[p.Position] {
			dead = append(dead, p)
		}
	}
	l.bury(dead)
	l.sweepAt = now.Add(sweepEvery)
	if len(dead) > 0 {
		l.lastWork = now
		if page.More {
			l.sweepAt = now
		}
	}
	return nil
}

// room tells how many deliveries may wait in hand.
func (l *lane) room(now time.Time) int {
	switch {
	case now.Before(l.pause) || !l.breaker.allows(now):
		return 0
	case l.breaker.open:
		return 1
	}
	return maxWindow
}

// send begins the attempts that may begin.
func (l *lane) send(now time.Time) {
	for l.flying < maxFlying && l.room(now) > 0 {
		p, first := l.pick()
		if p == nil {
			return
		}
		a := &attempt{Pending: p, first: first}
		if spent(p, now) == "" {
			a.probe = l.breaker.begin()
		}
		l.flying++
		l.attempts.Add(1)
		l.lastWork = now
		go l.carry(a)
	}
}

// idle says whether there was nothing to do for so long that the lane is to be given back.
func (l *lane) idle(now time.Time) bool {
	return len(l.has) == 0 && !l.unread() && now.Sub(l.lastWork) >= idleTime
}

// next tells when there is something to do if nothing happens.
func (l *lane) next(now time.Time) time.Time {
	if now.Before(l.rest) {
		return l.rest
	}
	next := l.sweepAt
	at := func(t time.Time) {
		if t.Before(next) {
			next = t
		}
	}
	if !l.nextDue.IsZero() && !l.moreDue {
		at(l.nextDue)
	}
	if room := l.room(now); room == 0 {
		if until := later(l.pause, l.breaker.next); until.After(now) { // or the probe ends
			at(until)
		}
	} else if l.wantsFresh(room) || l.wantsDue(room) {
		return now
	}
	if len(l.has) == 0 && !l.unread() {
		at(l.lastWork.Add(idleTime))
	}
	return next
}

// later gives the last of some times.
func later(times ...time.Time) (last time.Time) {
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// wait waits for something to happen, but no longer than for d, and takes in what has.
func (l *lane) wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case a := <-l.done:
		l.land(a)
	case <-l.woken:
		l.arrived()
	case <-timer.C:
	case <-ctx.Done():
	case <-l.life.Done():
	}
	for {
		select {
		case a := <-l.done:
			l.land(a)
		default:
			return
		}
	}
}

// land takes in an attempt that has ended.
func (l *lane) land(a *attempt) {
	now := l.c.now()
	l.landed(a)
	l.attempts.Add(-1)
	l.lastWork = now
	if a.abandoned {
		return
	}
	l.tell(a, now)
	if l.breaker.end(a.verdict, a.probe, now) {
		if l.broken.Store(l.breaker.open); l.breaker.open {
			l.forget()
		}
		l.c.cfg.Log.Warn("breaker", slog.String("target", l.Target), slog.Bool("open", l.breaker.open), slog.String("code", a.outcome.Code))
	}
	if a.silence > 0 {
		l.pause = later(l.pause, now.Add(a.silence))
		l.forget()
	}
}
