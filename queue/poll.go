package queue

import (
	"context"
	"time"
)

// Poll is a receiver that waits for a message. It must Leave in the end, which Wait does by itself.
type Poll struct {
	s    *Queues
	call receiveCall
	w    *waiter
	end  time.Time
}

// poll makes a receiver wait that has found nothing, and looks once more: what came before it began to wait has woken nobody.
func (s *Queues) poll(call receiveCall, queueID int64, wait time.Duration) (*Poll, []*Received, error) {
	p := &Poll{s: s, call: call, w: s.lobby.enter(queueID, call.ticket), end: time.Now().Add(wait)}
	list, err := p.look()
	if err != nil || len(list) > 0 {
		p.Leave()
		return nil, list, err
	}
	p.call.ctx = nil // who waits brings its own, and this one holds a whole request
	return p, nil, nil
}

// Leave ends the wait.
func (p *Poll) Leave() { p.s.lobby.leave(p.w) }

// Deadline is when the receiver has waited for as long as it was told to.
func (p *Poll) Deadline() time.Time { return p.end }

// Wait waits for a message. Only a change of the queue makes it look, so that a poll on an empty queue costs nothing.
func (p *Poll) Wait(ctx context.Context) ([]*Received, error) {
	defer p.Leave()
	p.call.ctx = ctx
	timeout := time.NewTimer(time.Until(p.end))
	defer timeout.Stop()
	for {
		select {
		case <-p.w.woken:
		case <-timeout.C:
			return nil, nil
		case <-p.s.lobby.closed:
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if list, err := p.look(); err != nil || len(list) > 0 {
			return list, err
		}
	}
}

// OnWake is for who has no goroutine to wait with: f is called when there is reason to ask for the Messages. It must be quick
// and must not use the queues.
func (p *Poll) OnWake(f func()) { p.s.lobby.onWake(p.w, f) }

// Messages looks for messages if there is reason to. over says that the wait is.
func (p *Poll) Messages(ctx context.Context) (list []*Received, over bool, err error) {
	select {
	case <-p.w.woken:
		p.call.ctx = ctx
		if list, err = p.look(); err != nil || len(list) > 0 {
			return list, true, err
		}
	default:
	}
	select {
	case <-p.s.lobby.closed: // of that it was woken, too
		return nil, true, nil
	default:
		return nil, !time.Now().Before(p.end), nil
	}
}

// look is one attempt.
func (p *Poll) look() ([]*Received, error) {
	got, err := p.s.attempt(p.call)
	switch {
	case err != nil:
		p.s.lobby.wake(p.w.queueID, 1) // what this one was woken for may be there still
		return nil, err
	case len(got.list) == 0 && got.q.ID != p.w.queueID:
		p.s.lobby.wake(p.w.queueID, 1) // it is gone for whoever waits, too
		return nil, missingQueue(p.call.from.Name)
	}
	return got.list, nil
}
