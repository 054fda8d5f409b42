package bus

import (
	"context"
	"log/slog"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/schedule"
	"github.com/casestream/casestream/store"
)

// How the schedules go about.
const (
	// schedulePoll is the longest wait between two looks. Schedules count minutes, so whoever makes one need not
	// wake anybody, on this node or another.
	schedulePoll = time.Second
	// scheduleStep bounds how many rules fire in one transaction, each with all of its targets: others write
	// between two steps.
	scheduleStep = 64
	// failedAgain is when a rule is due again that cannot fire: a target fails in a way that is not final, or only
	// another version of the program can read its schedule.
	failedAgain = time.Minute
)

// due is a rule's schedule: when it is due, and where a rate counts from.
type due struct {
	rule      int64 // its number
	at, start time.Time
}

// checkSchedule refuses a schedule that is none, in AWS's words. What is wrong with it is the error's cause.
func checkSchedule(r *Rule) error {
	if r.Schedule == "" {
		return nil
	}
	if r.Bus != Default {
		return &fault.Error{Kind: fault.Invalid, Subject: SubjectRule, ID: r.Name, Msg: "ScheduleExpression is supported only on the default event bus."}
	}
	if _, err := schedule.Parse(r.Schedule); err != nil {
		return &fault.Error{Kind: fault.Invalid, Subject: SubjectRule, ID: r.Name, Msg: "Parameter ScheduleExpression is not valid.", Err: err}
	}
	return nil
}

// setSchedule starts, changes or ends the schedule of a rule that was put or got another state; before is the
// expression that it had. A schedule that runs and stays the same is left alone.
//
// Its row is deleted or inserted, never moved to another key: a node that is just firing the rule holds it, and who
// comes second sees what the first has done. When a rule is disabled, its last firing is over.
func setSchedule(tx *store.Tx, r Rule, before string) error {
	if before != "" && (r.Schedule != before || r.State == Disabled) {
		if err := deleteSchedule(tx, r.number); err != nil {
			return err
		}
	}
	if r.Schedule == "" || r.State == Disabled {
		return nil
	}
	s, err := schedule.Parse(r.Schedule)
	if err != nil {
		return err // it was accepted when it was stored
	}
	at, ok := s.Next(tx.Now(), tx.Now())
	if !ok {
		return nil
	}
	return insertSchedule(tx, due{rule: r.number, at: at, start: tx.Now()})
}

// RunSchedules lets scheduled rules fire when they are due, until ctx ends. Any number of nodes may run it.
func (b *Bus) RunSchedules(ctx context.Context) {
	for {
		next, err := b.FireSchedules(ctx)
		if err != nil && ctx.Err() == nil {
			b.cfg.Log.Error("scheduled rules", slog.Any("err", err))
		}
		wait := schedulePoll
		if !next.IsZero() {
			wait = min(wait, max(next.Sub(b.db.Now()), time.Millisecond))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// FireSchedules fires the rules that are due: the targets of each receive AWS's Scheduled Event, in the transaction
// that says when the rule is due again. A rule that was due several times meanwhile, because no node was running,
// fires once. It tells when the next one is due; the zero time means that there is none, or that another node is
// busy with it.
func (b *Bus) FireSchedules(ctx context.Context) (next time.Time, err error) {
	for ctx.Err() == nil {
		ready := false
		err := b.db.Read(ctx, func(tx *store.Tx) (err error) {
			next, err = nextDue(tx)
			ready = !next.IsZero() && !next.After(tx.Now())
			return err
		})
		if err != nil || !ready {
			return next, err
		}
		done, err := b.handleDue(ctx, claimSome, b.fire)
		if err != nil && ctx.Err() == nil {
			b.cfg.Log.Warn("scheduled rules fire one by one", slog.Any("err", err))
			done, err = b.fireEach(ctx)
		}
		if err != nil || done == 0 {
			return time.Time{}, err
		}
	}
	return time.Time{}, ctx.Err()
}

// claimSome claims schedules that are due, as many as one transaction takes.
func claimSome(tx *store.Tx) ([]due, error) { return claimDue(tx, scheduleStep) }

// handleDue claims schedules and has do handle them, in one transaction. It says how many these are.
func (b *Bus) handleDue(ctx context.Context, claim func(tx *store.Tx) ([]due, error), do func(tx *store.Tx, list []due) error) (n int, err error) {
	err = b.db.Write(ctx, func(tx *store.Tx) error {
		list, err := claim(tx)
		n = len(list)
		if err != nil || n == 0 {
			return err
		}
		return do(tx, list)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// fireEach fires rules that could not fire in one transaction, each in its own: what one target fails with is no
// matter of the other rules. A rule that fails alone is put off. It says how many rules are no more due.
func (b *Bus) fireEach(ctx context.Context) (done int, err error) {
	var rules []int64
	err = b.db.Read(ctx, func(tx *store.Tx) (err error) {
		rules, err = listDue(tx, scheduleStep)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, rule := range rules {
		claim := func(tx *store.Tx) ([]due, error) { return claimOneDue(tx, rule) }
		n, err := b.handleDue(ctx, claim, b.fire)
		if err != nil && ctx.Err() == nil {
			b.cfg.Log.Error("scheduled rule put off", slog.Int64("rule_number", rule), slog.Any("err", err))
			n, err = b.handleDue(ctx, claim, putOff)
		}
		if err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}

// putOff tries rules that cannot fire again later.
func putOff(tx *store.Tx, list []due) error {
	for i := range list {
		list[i].at = tx.Now().Add(failedAgain)
	}
	return putSchedules(tx, list)
}

// fire makes out the events of rules whose schedules the transaction has claimed, delivers them and says when the
// rules are due again. The events are for the rules' own targets: other rules do not see them.
func (b *Bus) fire(tx *store.Tx, list []due) error {
	r := routing{b: b, tx: tx}
	v, err := r.view(Default)
	if err != nil {
		return err
	}
	again := list[:0]
	for _, d := range list {
		rule := v.rules.rules.get(d.rule)
		if rule == nil || rule.schedule == nil {
			d.at = tx.Now().Add(failedAgain) // the log has it
			again = append(again, d)
			continue
		}
		ev := &Event{Source: "aws.events", DetailType: "Scheduled Event", Time: d.at, Resources: []string{rule.arn}}
		ev.setID()
		if err := r.invoke(Default, rule, r.begin(Default, ev)); err != nil {
			return err
		}
		r.done.scheduled++
		var ok bool
		if d.at, ok = rule.schedule.Next(d.start, tx.Now()); ok {
			again = append(again, d)
		} else if err := deleteSchedule(tx, d.rule); err != nil {
			return err
		}
	}
	if err := putSchedules(tx, again); err != nil {
		return err
	}
	if err := r.carry(); err != nil {
		return err
	}
	tx.AfterCommit(func() { b.settle(&r.done, tx.Now()) })
	return nil
}
