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

	replay string // the name of the replay that it is part of; empty: none
}

// malformed is what a client hears of a detail that is no JSON object.
const malformed = "Detail is malformed."

// Outgoing is an event with the bus that it is meant for.
type Outgoing struct {
	Bus   string
	Event *Event
	By    *Caller // nil: a service of AWS, or this program itself
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
	errs, err := b.PublishMany(tx, []Outgoing{{Bus: busName, Event: ev}})
	if err != nil {
		return err
	}
	return errs[0]
}

// PublishMany is Publish for many events, in their order and with fewer statements. The errors are in the
// order of the events; each concerns its event alone: a fault.Denied where the bus's policy does not let the
// caller put it there. The last one is for the transaction.
func (b *Bus) PublishMany(tx *store.Tx, list []Outgoing) ([]error, error) {
	r := routing{b: b, tx: tx}
	errs := make([]error, len(list))
	for i := range list {
		o := &list[i]
		o.Event.setID()
		was := r.mark()
		switch err := r.take(o); fault.KindOf(err) {
		case fault.Invalid, fault.Denied:
			errs[i] = err
			r.rewind(was)
		default:
			if err != nil {
				return nil, err
			}
			r.done.published++
		}
	}
	if err := r.carry(); err != nil {
		return nil, err
	}
	if r.done.published > 0 {
		tx.AfterCommit(func() { b.settle(&r.done, tx.Now()) })
	}
	return errs, nil
}

// routing takes events of one transaction from their buses to their targets.
type routing struct {
	b          *Bus
	tx         *store.Tx
	seen       []busView // the buses that events have come to so far
	deliveries []*Delivery
	outgoing   []outgoing
	archived   []archived
	traces     []*tracing
	replay     *Replay // that the events are part of; nil: of none
	again      *resend // that the event is for; nil: it comes for the first time
	done       tally
}

// mark is how much a routing had made out at a moment.
type mark struct {
	done                                   tally
	deliveries, outgoing, archived, traces int
}

// mark gives how much there is now.
func (r *routing) mark() mark {
	return mark{r.done, len(r.deliveries), len(r.outgoing), len(r.archived), len(r.traces)}
}

// rewind forgets what was made out since.
func (r *routing) rewind(to mark) {
	r.done, r.deliveries, r.outgoing = to.done, r.deliveries[:to.deliveries], r.outgoing[:to.outgoing]
	r.archived, r.traces = r.archived[:to.archived], r.traces[:to.traces]
}

// begin lets an event set out on its way, from a bus.
func (r *routing) begin(bus string, ev *Event) *journey {
	j := &journey{event: ev, text: r.write(ev)}
	j.trace = r.trace(bus, ev, j.text)
	return j
}

// busView is the view of the bus of a name.
type busView struct {
	bus string
	view
}

// view gives a bus as the transaction sees it; several events of one bus cost one look.
func (r *routing) view(bus string) (view, error) {
	for i := range r.seen {
		if r.seen[i].bus == bus {
			return r.seen[i].view, nil
		}
	}
	v, err := r.b.current(r.tx, bus)
	if err == nil {
		r.seen = append(r.seen, busView{bus, v})
	}
	return v, err
}

// take routes an event from its publisher on.
func (r *routing) take(o *Outgoing) error {
	v, err := r.view(o.Bus)
	if err != nil {
		return err
	}
	if v.rules == nil {
		r.loseEvent(o.Bus, r.begin(o.Bus, o.Event), NoSuchBus, missingBus(o.Bus))
		return nil
	}
	if o.By != nil {
		if err := r.b.admit(o.Bus, v.policy, o.By, o.Event, r.tx.Now()); err != nil {
			return err
		}
	}
	return r.route(v.rules, r.begin(o.Bus, o.Event))
}

// route matches an event against a bus's rules and makes out a delivery for each target.
func (r *routing) route(set *ruleSet, j *journey) error {
	var room [16]pattern.RuleID
	ids, err := set.patterns.Match(j.text, room[:0])
	switch {
	case errors.Is(err, pattern.ErrEvent):
		return fault.Wrap(fault.Invalid, malformed, err)
	case err != nil:
		r.loseEvent(set.bus, j, Undecided, err)
	}
	var keep []int64 // the archives that keep it
	for _, id := range ids {
		rule := set.rules.get(int64(id))
		if rule.archive {
			keep = append(keep, int64(id))
			continue
		}
		if r.replay != nil && !r.replay.wants(set.bus, rule) || !r.again.wants(set.bus, rule) {
			continue
		}
		r.done.matched = append(r.done.matched, rule.matched)
		if err := r.invoke(set.bus, rule, j); err != nil {
			return err
		}
	}
	r.keep(set.bus, keep, j)
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

// invoke makes out a delivery of an event for each target of a rule; what is a bus of ours takes it at once, and what
// lies outside our store takes it later.
func (r *routing) invoke(bus string, rule *compiledRule, j *journey) error {
	j.trace.match(bus, rule)
	matched := j.trace.last() // forwarding to a bus matches more
	for i := range rule.targets {
		t := &rule.targets[i]
		d := t.address(j.event, j.text, bus, rule, r.tx.Now())
		place := j.trace.aim(matched, d)
		if t.outside && d.Err == nil {
			d.end.state = tracedWaiting
			o := outgoing{Delivery: d, target: t, key: d.MessageGroupID, trace: j.trace, place: place}
			if !o.holds() {
				o.key = j.caseID()
			}
			r.outgoing = append(r.outgoing, o)
			continue
		}
		if t.bus != "" && d.Err == nil {
			arrived, err := r.forward(d, t, j)
			if err != nil {
				return err
			}
			if arrived {
				continue
			}
		}
		r.deliveries = append(r.deliveries, d)
	}
	return nil
}

// carry hands the events to the archives, the deliveries to their targets or the outbox, and what is refused for good to
// the dead-letter queues; and it writes down what became of each.
func (r *routing) carry() error {
	if err := r.archive(); err != nil {
		return err
	}
	if len(r.deliveries) > 0 {
		if err := r.deliver(); err != nil {
			return err
		}
	}
	if err := r.record(); err != nil {
		return err
	}
	return r.post()
}

// deliver hands the deliveries to their targets in our store.
func (r *routing) deliver() error {
	if err := r.b.hand(r.tx, r.deliveries); err != nil {
		return err
	}
	var letters []*Delivery
	for _, d := range r.deliveries {
		if d.Err == nil {
			r.done.local++
			r.done.invocation(r.b, d)
			continue
		}
		code, ok := codeOf(d.Err)
		if !ok {
			return d.Err
		}
		r.done.failure(r.b, d, code)
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
			l.of.end = end{tracedDeadLettered, l.Attributes["ERROR_CODE"], messageOf(l.of.Err)}
			continue
		}
		if _, ok := codeOf(l.Err); !ok {
			return l.Err
		}
		r.done.unburied++
		r.lose(l.of, l.Attributes["ERROR_CODE"], errors.Join(l.of.Err, l.Err))
		l.of.end.message = messageOf(l.of.Err) + " The dead-letter queue did not take it: " + messageOf(l.Err)
	}
	return nil
}

// loseEvent notes an event that is dropped before it meets a target.
func (r *routing) loseEvent(bus string, j *journey, reason string, err error) {
	j.trace.fail(reason, err)
	r.lose(&Delivery{Event: j.event, BusName: bus}, reason, err)
}

// lose notes an event that is dropped.
func (r *routing) lose(d *Delivery, reason string, err error) {
	d.end = end{tracedDropped, reason, messageOf(err)}
	r.done.drops = append(r.done.drops, drop{at: r.tx.Now(), delivery: d, reason: reason, err: err})
}
