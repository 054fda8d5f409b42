package bus

import (
	"cmp"
	"errors"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/store"
)

// Event is what a publisher says.
type Event struct {
	ID                 string // empty: Publish draws one
	Source, DetailType string
	Time               time.Time // zero: the transaction's instant
	Resources          []string
	Detail             []byte // a JSON object, compact; it is delivered byte for byte
	Account, Region    string // empty: our own
	TraceHeader        string // X-Ray's; targets pass it on
}

// malformed is what a client hears of a detail that is no JSON object.
const malformed = "Detail is malformed."

// Outgoing is an event with the bus that it is meant for.
type Outgoing struct {
	Bus   string
	Event *Event
}

// setID draws an id for an event that has none.
func (ev *Event) setID() {
	if ev.ID == "" {
		ev.ID = id.New()
	}
}

// Publish puts an event on a bus: every target of every enabled rule that it matches receives it in this
// transaction. That a target fails is not the publisher's business: the event goes to the target's
// dead-letter queue or is dropped, counted and logged. So is an event for a bus that does not exist.
//
// Whoever publishes answers for the detail being what Event says: of an event that is not JSON no more is read
// than what the rules ask for. Where that shows it, the error is a fault.Invalid and the event reaches nobody.
func (b *Bus) Publish(tx *store.Tx, busName string, ev *Event) error {
	errs, err := b.PublishMany(tx, []Outgoing{{busName, ev}})
	if err != nil {
		return err
	}
	return errs[0]
}

// PublishMany is Publish for many events, in their order and with fewer statements. The errors are in the
// order of the events; each concerns its event alone. The last one is for the transaction.
func (b *Bus) PublishMany(tx *store.Tx, list []Outgoing) ([]error, error) {
	r := routing{b: b, tx: tx}
	errs := make([]error, len(list))
	for i, o := range list {
		o.Event.setID()
		set, err := r.rules(o.Bus)
		switch {
		case err != nil:
			return nil, err
		case set == nil:
			r.lose(&Delivery{Event: o.Event, BusName: o.Bus}, NoSuchBus, missingBus(o.Bus))
		default:
			errs[i] = r.route(set, o.Event)
		}
		if errs[i] == nil {
			r.done.published++
		}
	}
	if err := r.carry(); err != nil {
		return nil, err
	}
	if r.done.published > 0 {
		tx.AfterCommit(func() { b.settle(&r.done) })
	}
	return errs, nil
}

// routing takes events of one transaction from their buses to their targets.
type routing struct {
	b          *Bus
	tx         *store.Tx
	set        *ruleSet // of the last event's bus
	deliveries []*Delivery
	done       tally
}

// rules gives the compiled rules of a bus, nil when there is no such bus. Events of one bus in a row cost
// one look.
func (r *routing) rules(bus string) (*ruleSet, error) {
	if r.set != nil && r.set.bus == bus {
		return r.set, nil
	}
	set, err := r.b.current(r.tx, bus)
	r.set = set
	return set, err
}

// route matches an event against a bus's rules and makes out a delivery for each target.
func (r *routing) route(set *ruleSet, ev *Event) error {
	text := r.write(ev)
	var room [16]pattern.RuleID
	ids, err := set.patterns.Match(text, room[:0])
	switch {
	case errors.Is(err, pattern.ErrEvent):
		return fault.Wrap(fault.Invalid, malformed, err)
	case err != nil:
		r.lose(&Delivery{Event: ev, BusName: set.bus}, Undecided, err)
	}
	for _, id := range ids {
		r.done.matched++
		r.invoke(set.bus, set.rules.get(int64(id)), ev, text)
	}
	return nil
}

// write gives the bytes of an event as targets see it.
func (r *routing) write(ev *Event) []byte {
	at := ev.Time
	if at.IsZero() {
		at = r.tx.Now()
	}
	arns := r.b.cfg.ARNs
	return envelope(ev, cmp.Or(ev.Account, arns.Account), cmp.Or(ev.Region, arns.Region), at)
}

// invoke makes out a delivery of an event, whose bytes are text, for each target of a rule.
func (r *routing) invoke(bus string, rule *compiledRule, ev *Event, text []byte) {
	for t := range rule.targets {
		r.deliveries = append(r.deliveries, rule.targets[t].address(ev, text, bus, rule, r.tx.Now()))
	}
}

// carry hands the deliveries to their targets, and what is refused for good to the dead-letter queues.
func (r *routing) carry() error {
	if len(r.deliveries) == 0 {
		return nil
	}
	if err := r.b.hand(r.tx, r.deliveries); err != nil {
		return err
	}
	var letters []*Delivery
	for _, d := range r.deliveries {
		if d.Err == nil {
			r.done.delivered++
			continue
		}
		code, ok := codeOf(d.Err)
		if !ok {
			return d.Err
		}
		r.done.failed++
		if d.DeadLetterARN == "" {
			r.lose(d, code, d.Err)
			continue
		}
		letters = append(letters, r.b.letter(d, code))
	}
	return r.bury(letters)
}

// bury sends dead letters to their queues. What even these do not take is dropped, for the reason that made
// it a dead letter.
func (r *routing) bury(letters []*Delivery) error {
	if len(letters) == 0 {
		return nil
	}
	if err := r.b.hand(r.tx, letters); err != nil {
		return err
	}
	for _, l := range letters {
		if l.Err == nil {
			r.done.buried++
			continue
		}
		if _, ok := codeOf(l.Err); !ok {
			return l.Err
		}
		code, _ := codeOf(l.of.Err)
		r.lose(l.of, code, errors.Join(l.of.Err, l.Err))
	}
	return nil
}

// lose notes an event that is dropped.
func (r *routing) lose(d *Delivery, reason string, err error) {
	r.done.drops = append(r.done.drops, drop{at: r.tx.Now(), delivery: d, reason: reason, err: err})
}
