package bus

import (
	"strconv"
	"time"

	"github.com/casestream/casestream/wire"
)

// tracing is a trace that is being made: what becomes of one event in the transaction that publishes it. A nil one takes
// everything and keeps nothing.
type tracing struct {
	event    *Event
	bus      string
	text     []byte
	rules    []tracedRule
	aims     []aim
	code     string
	message  string
	position int64 // of its row, once it is stored and somebody needs it

	// Room for what most events have.
	oneRule [1]tracedRule
	oneAim  [1]aim
}

// aim is a delivery of the event, for the rule of a place in tracing.rules.
type aim struct {
	rule     int
	delivery *Delivery
}

// end is what became of a delivery in the transaction.
type end struct {
	state         tracedState
	code, message string
}

// tracesKept says whether this node writes traces.
func (b *Bus) tracesKept() bool { return b.cfg.Trace.Keep > 0 }

// trace begins the trace of an event that comes to a bus; nil, where none is kept.
func (r *routing) trace(bus string, ev *Event, text []byte) *tracing {
	if !r.b.tracesKept() {
		return nil
	}
	t := &tracing{event: ev, bus: bus, text: text}
	t.rules, t.aims = t.oneRule[:0], t.oneAim[:0]
	r.traces = append(r.traces, t)
	return t
}

// match notes a rule that matches.
func (t *tracing) match(bus string, rule *compiledRule) {
	if t == nil {
		return
	}
	if bus == t.bus {
		bus = ""
	}
	t.rules = append(t.rules, tracedRule{Bus: bus, Name: rule.name})
}

// aim notes a delivery for the rule at a place. It gives the delivery's own place.
func (t *tracing) aim(rule int, d *Delivery) int {
	if t == nil {
		return 0
	}
	t.aims = append(t.aims, aim{rule, d})
	return len(t.aims) - 1
}

// last gives the place of the rule that matched last.
func (t *tracing) last() int {
	if t == nil {
		return 0
	}
	return len(t.rules) - 1
}

// fail notes why the event met no target.
func (t *tracing) fail(code string, err error) {
	if t != nil {
		t.code, t.message = code, shortened(messageOf(err))
	}
}

// number gives the position of the stored trace; 0, where none is kept.
func (t *tracing) number() int64 {
	if t == nil {
		return 0
	}
	return t.position
}

// append appends what the row keeps as JSON: a tracedOutcome, written by hand because every publish pays for it.
func (t *tracing) append(b []byte) []byte {
	b = append(b, `{"b":`...)
	b = wire.AppendString(b, t.bus)
	for i, r := range t.rules {
		b = append(b, begin(i, `,"r":[{"n":`, `},{"n":`)...)
		b = wire.AppendString(b, r.Name)
		b = appendMember(b, `,"b":`, r.Bus)
	}
	if len(t.rules) > 0 {
		b = append(b, "}]"...)
	}
	for i := range t.aims {
		b = append(b, begin(i, `,"t":[{"i":`, `},{"i":`)...)
		b = t.aims[i].append(b)
	}
	if len(t.aims) > 0 {
		b = append(b, "}]"...)
	}
	b = appendMember(b, `,"c":`, t.code)
	b = appendMember(b, `,"m":`, t.message)
	b = appendMember(b, `,"h":`, t.event.TraceHeader)
	return append(b, '}')
}

// append appends a tracedTarget, from its ID on.
func (a *aim) append(b []byte) []byte {
	d := a.delivery
	b = wire.AppendString(b, d.TargetID)
	b = appendMember(b, `,"a":`, d.TargetARN)
	if a.rule > 0 {
		b = strconv.AppendInt(append(b, `,"r":`...), int64(a.rule), 10)
	}
	if d.end.state != tracedDelivered {
		b = strconv.AppendInt(append(b, `,"s":`...), int64(d.end.state), 10)
	}
	b = appendMember(b, `,"c":`, d.end.code)
	return appendMember(b, `,"m":`, shortened(d.end.message))
}

// begin gives what stands before a member of a list.
func begin(i int, first, other string) string {
	if i == 0 {
		return first
	}
	return other
}

// appendMember appends a member of an object, unless it is empty.
func appendMember(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return wire.AppendString(append(b, name...), value)
}

// record stores the traces of the transaction: every delivery has its end, or waits for it.
func (r *routing) record() error {
	if len(r.traces) == 0 {
		return nil
	}
	if err := insertTraces(r.tx, r.traces, len(r.outgoing) > 0); err != nil {
		return err
	}
	r.tx.AfterCommit(r.b.wakeTails)
	return nil
}

// tracedAttempt is what a row of bus_attempt keeps as JSON.
type tracedAttempt struct {
	Tried   bool        `json:"a,omitempty"` // no: it ended without another attempt
	Took    int64       `json:"d,omitempty"` // in microseconds
	State   tracedState `json:"s,omitempty"` // after it
	Code    string      `json:"c,omitempty"`
	Message string      `json:"m,omitempty"`
	Status  int         `json:"h,omitempty"`
	Next    int64       `json:"n,omitempty"`
}

// attemptRow is a row of bus_attempt.
type attemptRow struct {
	target, number, at int64
	tracedAttempt
}

// Of the attempts of a delivery the first ones and the last ones are kept.
const (
	firstAttempts = 10
	lastAttempts  = 40
)

// attempt gives the row of an outcome; at is now, in microseconds.
func (o *Outcome) attempt(at int64) attemptRow {
	row := attemptRow{target: o.traceTarget, number: int64(o.attempts()), at: at}
	row.Code, row.Message, row.Status = o.Code, shortened(o.Message), o.Status
	if !o.Began.IsZero() {
		row.Tried, row.at, row.Took = true, o.Began.UnixMicro(), o.Took.Microseconds()
	} else {
		row.number++ // beside the last attempt
	}
	switch o.Ending {
	case Again:
		row.State, row.Next = tracedWaiting, o.Next.UnixMicro()
	case Dead:
		row.State = o.end.state
	case Delivered:
		row.Code, row.Message = "", ""
	}
	return row
}

// carried tells a trace what became of it at targets outside our store.
func (t *Trace) carried(list []attemptRow) {
	for _, a := range list {
		if a.target < 0 || a.target >= int64(len(t.Targets)) {
			continue
		}
		to := &t.Targets[a.target]
		to.State, to.Code, to.Message, to.NextAttempt = a.State.String(), a.Code, a.Message, time.Time{}
		if a.Next != 0 {
			to.NextAttempt = time.UnixMicro(a.Next).UTC()
		}
		if a.Tried {
			to.Attempts = append(to.Attempts, Attempt{
				Number: int(a.number), At: time.UnixMicro(a.at).UTC(), Took: time.Duration(a.Took) * time.Microsecond,
				Code: a.Code, Message: a.Message, Status: a.Status, Next: to.NextAttempt,
			})
		}
	}
}
