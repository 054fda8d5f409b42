package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/store"
)

// resend is what an event is for that comes again.
type resend struct {
	bus  string
	rule string // the ARN of the one rule that it is for; empty: all
}

// wants says whether a rule is one that the event is for. On a bus that it is passed on to, every rule is.
func (a *resend) wants(bus string, rule *compiledRule) bool {
	return a == nil || a.rule == "" || bus != a.bus || rule.arn == a.rule
}

// Resend puts an event that there is a trace of on its bus again, byte for byte, for all rules or for one, given by its name
// or its ARN. Archives do not keep it again. It leaves a trace of its own. An event or a rule that is not there is a
// fault.NotFound, a rule that does not match a fault.Invalid.
func (b *Bus) Resend(ctx context.Context, eventID, rule string) error {
	t, err := b.TraceOf(ctx, eventID)
	if err != nil {
		return err
	}
	ev, err := eventOf(&t)
	if err != nil {
		return err
	}
	again := &resend{bus: t.Bus}
	if rule != "" {
		again.rule = b.RuleARN(t.Bus, b.ruleName(t.Bus, rule))
		if why, matched, err := b.explain(ctx, t.Event, t.Bus, rule); err != nil {
			return err
		} else if !matched {
			return &fault.Error{Kind: fault.Invalid, Subject: SubjectRule, ID: rule, Msg: "Rule " + rule + " does not take event " + eventID + ": " + why}
		}
	}
	return b.db.Write(ctx, func(tx *store.Tx) error {
		ev := *ev // the transaction may run again
		r := routing{b: b, tx: tx, again: again}
		v, err := r.view(t.Bus)
		if err != nil {
			return err
		}
		if v.rules == nil {
			return missingBus(t.Bus)
		}
		j := &journey{event: &ev, text: t.Event, trace: r.trace(t.Bus, &ev, t.Event)}
		if err := r.route(v.rules, j); err != nil {
			return err
		}
		r.done.published++
		if err := r.carry(); err != nil {
			return err
		}
		tx.AfterCommit(func() { b.settle(&r.done, tx.Now()) })
		return nil
	})
}

// ruleName gives the name of a rule of a bus that is given by its name or its ARN.
func (b *Bus) ruleName(bus, rule string) string { return strings.TrimPrefix(rule, b.RuleARN(bus, "")) }

// eventOf gives the event of a trace. One that is not JSON, by its publisher's fault, is a fault.Invalid.
func eventOf(t *Trace) (*Event, error) {
	var e struct{ Time time.Time }
	if err := json.Unmarshal(t.Event, &e); err != nil {
		return nil, fault.Wrap(fault.Invalid, malformed, err)
	}
	a := archived{event: t.Event, time: e.Time.UnixMicro()}
	ev, err := a.unarchive()
	ev.replay, ev.TraceHeader = t.Replay, t.traceHeader
	return ev, err
}

// WhyNot tells why a rule, given by its name or its ARN, does or does not match an event that there is a trace of. The bus is
// the rule's; where it is empty, the event's. An event or a rule that is not there is a fault.NotFound.
func (b *Bus) WhyNot(ctx context.Context, eventID, bus, rule string) (why string, matched bool, err error) {
	t, err := b.TraceOf(ctx, eventID)
	if err != nil {
		return "", false, err
	}
	if bus == "" {
		bus = t.Bus
	}
	why, matched, err = b.explain(ctx, t.Event, bus, rule)
	if err != nil || !matched {
		return why, matched, err
	}
	if slices.Contains(t.Rules, b.RuleARN(bus, b.ruleName(bus, rule))) {
		return why, true, nil
	}
	return why + "; but the rule did not take it when it came: it was changed or enabled since, or the event was meant for other rules", true, nil
}

// explain tells why a rule as it is now does or does not match an event.
func (b *Bus) explain(ctx context.Context, event []byte, bus, rule string) (why string, matched bool, err error) {
	var r Rule
	err = b.db.Read(ctx, func(tx *store.Tx) (err error) {
		r, err = b.Rule(tx, bus, b.ruleName(bus, rule))
		return err
	})
	switch {
	case err != nil:
		return "", false, err
	case r.State == Disabled:
		return "the rule is disabled", false, nil
	case r.Pattern == "":
		return "the rule has a schedule and no event pattern", false, nil
	}
	p, err := pattern.Compile(r.Pattern)
	if err != nil {
		return "", false, fmt.Errorf("pattern of rule %s: %w", r.Name, err)
	}
	e, err := p.Explain(event)
	switch {
	case errors.Is(err, pattern.ErrUndecided):
		return "the verdict would cost too much", false, nil
	case err != nil:
		return "", false, fault.Wrap(fault.Invalid, malformed, err)
	}
	return e.String(), e.Matched, nil
}
