package casestream

import (
	"time"

	api "github.com/casestream/casestream/awsapi/casestream"
	"github.com/casestream/casestream/bus"
)

// shapes gives traces as the API has them.
func shapes(list []bus.Trace) []api.TracedEvent {
	out := make([]api.TracedEvent, len(list))
	for i := range list {
		out[i] = shape(&list[i])
	}
	return out
}

// shape gives a trace as the API has it.
func shape(t *bus.Trace) api.TracedEvent {
	e := api.TracedEvent{
		EventId: t.EventID, EventBusName: t.Bus, Source: t.Source, DetailType: t.DetailType, ReceivedTime: t.At, State: t.State,
		ReplayName: optional(t.Replay), Event: string(t.Event), MatchedRules: t.Rules, Targets: make([]api.TracedTarget, len(t.Targets)),
		ErrorCode: optional(t.Code), ErrorMessage: optional(t.Message),
	}
	if e.MatchedRules == nil {
		e.MatchedRules = []string{} // required: never null
	}
	for i := range t.Targets {
		e.Targets[i] = shapeTarget(&t.Targets[i])
	}
	return e
}

// shapeTarget gives what became of an event at a target as the API has it.
func shapeTarget(t *bus.TraceTarget) api.TracedTarget {
	out := api.TracedTarget{
		EventBusName: t.Bus, RuleName: t.RuleName, RuleArn: t.RuleARN, TargetId: t.TargetID, TargetArn: t.TargetARN, State: t.State,
		ErrorCode: optional(t.Code), ErrorMessage: optional(t.Message), Attempts: make([]api.Attempt, len(t.Attempts)), NextTime: instant(t.NextAttempt),
	}
	for i, a := range t.Attempts {
		out.Attempts[i] = api.Attempt{
			Number: int32(a.Number), Time: a.At, DurationMillis: float64(a.Took) / float64(time.Millisecond),
			ErrorCode: optional(a.Code), ErrorMessage: optional(a.Message), NextTime: instant(a.Next),
		}
		if a.Status != 0 {
			out.Attempts[i].StatusCode = new(int32(a.Status))
		}
	}
	return out
}

// optional makes an optional member, absent where it is "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// instant makes an optional time, absent where it is zero.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
