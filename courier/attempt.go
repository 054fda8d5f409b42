package courier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/target"
)

// How long things around an attempt take.
const (
	// The bound of an attempt. Kinds of targets have shorter ones of their own, but an attempt may first wait for its turn: where
	// a target takes one event a second, the last of maxFlying has half a minute to wait.
	attemptTime = 45 * time.Second
	settleAgain = time.Second // the pause before a failed settle is tried again
)

// Why a lane ends attempts that are under way.
var (
	errLease    = errors.New("the lease is over")
	errStopping = errors.New("the server is stopping")
)

// attempt is a delivery that is being tried, and how that went.
type attempt struct {
	*bus.Pending
	first     bool // it was not tried before
	probe     bool
	made      bool // the target was asked
	abandoned bool // by this node: nothing is known
	outcome   bus.Outcome
	verdict   verdict
	silence   time.Duration // how long the target wants to hear nothing of anybody
	err       error         // for the log
}

// endings names the endings of attempts in the log.
var endings = map[bus.Ending]string{bus.Delivered: "delivered", bus.Again: "again", bus.Dead: "dead"}

// carry tries a delivery and stores what became of it.
func (l *lane) carry(a *attempt) {
	a.outcome = bus.Outcome{Pending: a.Pending}
	switch exhausted := spent(a.Pending, l.c.now()); {
	case exhausted != "":
		giveUp(&a.outcome, exhausted)
	default:
		l.try(a)
	}
	if !a.abandoned {
		l.settle(a.outcome)
	}
	l.done <- a
}

// spent says which bound of its retry policy keeps a delivery from being tried; empty: none.
func spent(p *bus.Pending, now time.Time) string {
	switch {
	case !now.Before(p.Expires):
		return bus.MaximumEventAgeInSeconds
	case p.Attempts > p.Retries:
		return bus.MaximumRetryAttempts
	}
	return ""
}

// giveUp is the outcome of a delivery that is not tried any more. What its last attempt failed with is what its dead
// letter tells.
func giveUp(o *bus.Outcome, exhausted string) {
	o.Ending, o.Exhausted = bus.Dead, exhausted
	o.Code, o.Message = o.Pending.Code, o.Pending.Message
	if o.Code == "" {
		o.Code, o.Message = bus.UnknownError, "The event was not tried before its maximum age was over."
	}
}

// try asks the target once.
func (l *lane) try(a *attempt) {
	ctx, cancel := context.WithTimeout(l.life, attemptTime)
	defer cancel()
	came, began := l.c.now(), time.Now()
	err := l.deliver(ctx, a.Pending)
	took := time.Since(began)
	if err != nil && l.life.Err() != nil {
		a.abandoned, a.err = true, context.Cause(l.life)
		return
	}
	o := &a.outcome
	a.made, a.err, o.Began, o.Took = true, err, came, took
	if err == nil {
		o.Ending, a.verdict = bus.Delivered, answers
		return
	}
	f := failureOf(ctx, err)
	o.Code, o.Message, o.Status = f.Code, f.Message, f.Status
	if f.Final {
		o.Ending = bus.Dead
		return
	}
	a.verdict = fails
	if f.Status == 429 || f.Status == 503 {
		a.silence = min(f.RetryAfter, maxWait)
	}
	if a.Attempts+1 > a.Retries {
		o.Ending, o.Exhausted = bus.Dead, bus.MaximumRetryAttempts
		return
	}
	o.Ending = bus.Again
	o.Next = l.c.now().Add(max(l.c.cfg.Jitter(longest(a.Attempts+1)), f.RetryAfter))
	if o.Next.After(a.Expires) {
		o.Next = a.Expires // where it is found to be over
	}
}

// deliver calls the target's kind; a panic of that is a failure of this attempt.
func (l *lane) deliver(ctx context.Context, p *bus.Pending) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &target.Failure{Code: bus.InternalError, Message: "The delivery failed.", Err: fmt.Errorf("panic: %v\n%s", r, debug.Stack())}
		}
	}()
	if l.remote == nil {
		return &target.Failure{Code: bus.InternalError, Message: "This server carries nothing to targets of this kind."}
	}
	return l.remote.Deliver(ctx, &p.Delivery)
}

// failureOf gives what an error says as a failure.
func failureOf(ctx context.Context, err error) *target.Failure {
	if f, ok := errors.AsType[*target.Failure](err); ok {
		c := *f
		c.Code = cmp.Or(c.Code, bus.UnknownError)
		c.RetryAfter = max(c.RetryAfter, 0)
		return &c
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &target.Failure{Code: bus.Timeout, Message: "The target took too long.", Err: err}
	}
	return &target.Failure{Code: bus.InternalError, Message: "The delivery failed.", Err: err}
}

// settle stores an outcome, and tries that again while the lane is held: whoever takes the lane next would try a delivery
// again that has arrived.
func (l *lane) settle(o bus.Outcome) {
	ctx := context.WithoutCancel(l.life)
	for {
		err := l.c.cfg.Bus.Settle(ctx, o)
		if err == nil {
			return
		}
		held := l.life.Err() == nil
		l.c.cfg.Log.Error("outcome not stored", slog.String("target", l.Target), slog.String("event_id", o.Event.ID),
			slog.String("outcome", endings[o.Ending]), slog.Bool("given_up", !held), slog.Any("err", err))
		if !held {
			return
		}
		select {
		case <-time.After(settleAgain):
		case <-l.life.Done(): // once more
		}
	}
}

// bury gives up deliveries that nobody tries any more.
func (l *lane) bury(list []*bus.Pending) {
	var settling sync.WaitGroup
	for _, p := range list {
		o := bus.Outcome{Pending: p}
		giveUp(&o, bus.MaximumEventAgeInSeconds)
		settling.Go(func() { l.settle(o) })
	}
	settling.Wait()
}
