package bus

import (
	"cmp"
	"errors"
	"slices"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
)

// maxForwards is how many times buses may pass on one event, all its ways together: rules that send it on in
// several ways multiply it.
const maxForwards = 100

// What stops an event on its way from bus to bus.
var (
	errLoop     = errors.New("the event has been on this bus already")
	errForwards = errors.New("buses have passed on the event too often")
)

// journey is an event on its way through buses.
type journey struct {
	event    *Event
	text     []byte   // the event as targets see it, on every bus the same
	been     []string // the buses that it has left behind
	key      *string  // the case that it tells of; nil: nobody has asked yet
	forwards *int     // how often it was passed on, on all its ways; nil: never yet
	trace    *tracing // nil: none is kept
}

// busOf gives the name of the bus of ours that an ARN means, "" for anything else.
func (b *Bus) busOf(text string) string {
	a, ok := arn.Parse(text)
	if !ok || a.Service != "events" {
		return ""
	}
	name, _ := b.NameOf(text)
	return name
}

// forward puts an event on the bus that a target is. Where it must not come there, the delivery has its Err and goes
// the way of all that fail. An event never comes to a bus twice on one way: rules that send it round end there.
func (r *routing) forward(d *Delivery, t *compiledTarget, j *journey) (arrived bool, err error) {
	next := journey{event: j.event, text: j.text, been: append(slices.Clip(j.been), d.BusName), forwards: j.forwards, trace: j.trace}
	if next.forwards == nil {
		next.forwards = new(int)
		j.forwards = next.forwards
	}
	switch {
	case slices.Contains(next.been, t.bus):
		d.Err = fault.Wrap(fault.Invalid, "The event has been on the event bus "+t.bus+" already", errLoop)
		return false, nil
	case *next.forwards >= maxForwards:
		d.Err = fault.Wrap(fault.Invalid, "Event buses have passed on the event too often", errForwards)
		return false, nil
	}
	v, err := r.view(t.bus)
	if err != nil {
		return false, err
	}
	if v.rules == nil {
		d.Err = missingBus(t.bus)
		return false, nil
	}
	account := r.b.cfg.ARNs.Account
	by := Caller{ARN: cmp.Or(t.RoleARN, r.b.cfg.ARNs.MakeGlobal("iam", "root")), Account: account, RuleARN: d.RuleARN}
	if err := r.b.admit(t.bus, v.policy, &by, j.event, r.tx.Now()); err != nil {
		if fault.KindOf(err) != fault.Denied {
			return false, err
		}
		d.Err = err
		return false, nil
	}
	*next.forwards++
	r.done.local++
	r.done.invocation(r.b, d)
	return true, r.route(v.rules, &next)
}
