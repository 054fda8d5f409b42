package bus

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// How replays go about. A step is one transaction: the others wait for it, so it must be a short one.
const (
	replayPoll  = time.Second // the longest wait for a replay that another node began
	replayScan  = 500         // archived events that are looked at in a step
	replayStep  = 100         // those of them that are replayed at most
	replayBytes = 1 << 20     // and how long these may be together, but for the last
)

// RunReplays replays events until ctx ends. Any number of nodes may run it: a step of a replay is taken by one of
// them, and the next one where that has stopped.
func (b *Bus) RunReplays(ctx context.Context) {
	poll := time.NewTicker(replayPoll)
	defer poll.Stop()
	for {
		more, err := b.StepReplays(ctx)
		if err != nil && ctx.Err() == nil {
			b.cfg.Log.Error("replays", slog.Any("err", err))
		}
		if more && err == nil && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-b.woken:
		case <-poll.C:
		}
	}
}

// StepReplays takes one step of each active replay. It says whether another one is worth while at once.
func (b *Bus) StepReplays(ctx context.Context) (more bool, err error) {
	var active []string
	err = b.db.Read(ctx, func(tx *store.Tx) (err error) {
		active, err = activeReplays(tx)
		return err
	})
	for _, name := range active {
		moved, stepErr := b.stepReplay(ctx, name)
		if stepErr != nil {
			return more, stepErr
		}
		more = more || moved
	}
	return more, err
}

// stepReplay takes one step of a replay; no, when another node is at it.
func (b *Bus) stepReplay(ctx context.Context, name string) (moved bool, err error) {
	span, err := b.spanOf(ctx, name)
	if err != nil {
		return false, err
	}
	err = b.db.Write(ctx, func(tx *store.Tx) error {
		r, ok, err := claimReplay(tx, name)
		if moved = ok; !ok || err != nil {
			return err
		}
		switch r.State {
		case ReplayStarting:
			r.State, r.replayedTo, r.lastPosition = ReplayRunning, span.before, span.last
			if span.before == span.last {
				r.end(tx, ReplayCompleted, "")
			}
		case ReplayRunning:
			err = b.replayOn(tx, &r)
		case ReplayCancelling:
			r.end(tx, ReplayCancelled, "")
		}
		if err != nil {
			return err
		}
		return updateReplay(tx, &r)
	})
	return moved, err
}

// end ends a replay.
func (r *Replay) end(tx *store.Tx, state, reason string) {
	r.State, r.Reason, r.Ended = state, reason, tx.Now()
}

// span is a range of positions.
type span struct{ before, last int64 } // the first of it lies behind before

// spanOf finds where the events of a replay that has not begun yet lie. That is read outside the step: it may take
// longer than a step should, and it stays true, for nothing is put between archived events.
func (b *Bus) spanOf(ctx context.Context, name string) (s span, err error) {
	err = b.db.Read(ctx, func(tx *store.Tx) error {
		r, found, err := getReplay(tx, name)
		if err != nil || !found || r.State != ReplayStarting {
			return err
		}
		s, err = findSpan(tx, &r)
		return err
	})
	return s, err
}

// replayOn replays the next events.
func (b *Bus) replayOn(tx *store.Tx, r *Replay) error {
	a, err := getArchive(tx, r.Archive)
	if fault.KindOf(err) == fault.NotFound || err == nil && (a.number != r.number || a.Bus != r.Bus) {
		r.end(tx, ReplayFailed, "Archive "+r.Archive+" was deleted.")
		return nil
	}
	if err != nil {
		return err
	}
	list, done, err := nextArchived(tx, r)
	if err != nil {
		return err
	}
	if err := b.republish(tx, r, list); err != nil {
		return err
	}
	if done {
		r.end(tx, ReplayCompleted, "")
	}
	return nil
}

// republish puts archived events on their bus again, for the rules that the replay is for.
func (b *Bus) republish(tx *store.Tx, r *Replay, list []archived) error {
	if len(list) == 0 {
		return nil
	}
	to := routing{b: b, tx: tx, replay: r}
	v, err := to.view(r.Bus)
	if err != nil {
		return err
	}
	for i := range list {
		ev, err := list[i].unarchive()
		ev.replay = r.Name
		j := to.begin(r.Bus, ev)
		if err == nil && v.rules != nil {
			err = to.route(v.rules, j)
		}
		switch {
		case err != nil: // it would fail again and again: the replay must not wait for it
			to.loseEvent(r.Bus, j, InvalidJSON, err)
		case v.rules == nil:
			to.loseEvent(r.Bus, j, NoSuchBus, missingBus(r.Bus))
		}
		to.done.published++
		to.done.replayed++
		r.LastReplayed = time.UnixMicro(list[i].time).UTC()
	}
	if err := to.carry(); err != nil {
		return err
	}
	tx.AfterCommit(func() { b.settle(&to.done, tx.Now()) })
	return nil
}

// wants says whether a rule is one that the replay is for. On a bus that events are forwarded to, every rule is.
func (r *Replay) wants(bus string, rule *compiledRule) bool {
	return len(r.FilterARNs) == 0 || bus != r.Bus || slices.Contains(r.FilterARNs, rule.arn)
}

// mine says whether a replay is for an event.
func (r *Replay) mine(a *archived) bool {
	return a.bus == r.Bus && a.time >= r.firstTime() && a.time <= r.To.UnixMicro() && slices.Contains(a.keepers.numbers(), r.number)
}

// firstTime is the earliest time of an event that the replay is for: times of events are whole seconds.
func (r *Replay) firstTime() int64 { return r.From.Unix() * 1e6 }
