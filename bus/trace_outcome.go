package bus

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"
)

// tracedOutcome is what the row of a trace keeps as JSON: all that no statement looks at.
type tracedOutcome struct {
	Bus     string         `json:"b"`
	Rules   []tracedRule   `json:"r,omitempty"`
	Targets []tracedTarget `json:"t,omitempty"`
	Code    string         `json:"c,omitempty"`
	Message string         `json:"m,omitempty"`
	Header  string         `json:"h,omitempty"` // the event's TraceHeader
}

// tracedRule is a rule that matched.
type tracedRule struct {
	Bus  string `json:"b,omitempty"` // empty: the one that the event was put on
	Name string `json:"n"`
}

// tracedTarget is a target of such a rule, and what became of the event there in the transaction that published.
type tracedTarget struct {
	Rule    int         `json:"r,omitempty"` // its place in Rules
	ID      string      `json:"i"`
	ARN     string      `json:"a"`
	State   tracedState `json:"s,omitempty"`
	Code    string      `json:"c,omitempty"`
	Message string      `json:"m,omitempty"`
}

// tracedState is the state of a target in short.
type tracedState int

// The states, in the order of how bad they are. These numbers are stored.
const (
	tracedDelivered tracedState = iota
	tracedWaiting
	tracedDeadLettered
	tracedDropped
)

// String gives the state's name.
func (s tracedState) String() string {
	return [...]string{TraceDelivered, TraceWaiting, TraceDeadLettered, TraceDropped}[min(max(s, 0), tracedDropped)]
}

// waits says whether the event went to targets outside our store: what became of it there is told by attempts.
func (o *tracedOutcome) waits() bool {
	for i := range o.Targets {
		if o.Targets[i].State == tracedWaiting {
			return true
		}
	}
	return false
}

// traceRow is a row of bus_trace.
type traceRow struct {
	position, number, cameAt int64
	outcome                  string
	event                    []byte
}

// read reads the part that is JSON.
func (r *traceRow) read() (o tracedOutcome, err error) {
	if err = json.Unmarshal([]byte(r.outcome), &o); err != nil {
		err = fmt.Errorf("trace %d: %w", r.position, err)
	}
	return o, err
}

// traceFrom makes of a row the trace as the transaction that published left it.
func (b *Bus) traceFrom(r *traceRow, o *tracedOutcome) (Trace, error) {
	var e struct {
		ID         string `json:"id"`
		DetailType string `json:"detail-type"`
		Source     string `json:"source"`
		Replay     string `json:"replay-name"`
	}
	// Of an event whose detail is not JSON, by its publisher's fault, what stands before that is told all the same.
	head, _, _ := bytes.Cut(r.event, []byte(`,"resources":[`))
	head = append(bytes.Clone(head), '}')
	if err := json.Unmarshal(head, &e); err != nil {
		return Trace{}, fmt.Errorf("event of trace %d: %w", r.position, err)
	}
	t := Trace{
		Position: r.position, EventID: e.ID, Bus: o.Bus, Source: e.Source, DetailType: e.DetailType, At: time.UnixMicro(r.cameAt).UTC(),
		Replay: e.Replay, Event: r.event, Code: o.Code, Message: o.Message, traceHeader: o.Header,
	}
	for i := range o.Rules {
		if o.Rules[i].Bus == "" {
			o.Rules[i].Bus = o.Bus
		}
		t.Rules = append(t.Rules, b.RuleARN(o.Rules[i].Bus, o.Rules[i].Name))
	}
	for _, p := range o.Targets {
		if p.Rule < 0 || p.Rule >= len(o.Rules) {
			return Trace{}, fmt.Errorf("trace %d: it has no rule %d", r.position, p.Rule)
		}
		rule := o.Rules[p.Rule]
		to := TraceTarget{
			Bus: rule.Bus, RuleARN: t.Rules[p.Rule], RuleName: rule.Name, TargetID: p.ID, TargetARN: p.ARN,
			State: p.State.String(), Code: p.Code, Message: p.Message,
		}
		if p.State != tracedWaiting {
			to.Attempts = []Attempt{{Number: 1, At: t.At, Code: p.Code, Message: p.Message}}
		}
		t.Targets = append(t.Targets, to)
	}
	return t, nil
}

// maxTracedMessage bounds the words about a failure, in bytes.
const maxTracedMessage = 500

// shortened cuts the words about a failure.
func shortened(text string) string {
	if len(text) <= maxTracedMessage {
		return text
	}
	end := maxTracedMessage - len("…")
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
