package casestream

import (
	"context"
	"time"

	api "github.com/casestream/casestream/awsapi/casestream"
	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/bus"
)

// tailList names the list of all events as they come, in the cursors into it.
const tailList = "tail"

// TailEvents gives the events that came since a cursor, and waits for one where there is none.
func (s *Service) TailEvents(ctx context.Context, in *api.TailEventsInput) (*api.TailEventsOutput, error) {
	if err := s.open(); err != nil {
		return nil, err
	}
	of, err := readPattern(in.EventPattern)
	if err != nil {
		return nil, err
	}
	place, ok := page.Open(in.Cursor, tailList, 1)
	if !ok {
		return nil, &api.ValidationException{Message: "Cursor is not valid."}
	}
	q := bus.TailQuery{
		Cursor: place[0], Last: int(value(in.LastEvents)), Bus: s.busNamed(in.EventBusName), Pattern: of, Limit: limit(in.MaxResults),
	}
	tail, err := s.follow(ctx, q, time.Duration(value(in.WaitTimeSeconds))*time.Second)
	if err != nil {
		return nil, err
	}
	out := &api.TailEventsOutput{Events: shapes(tail.List), Cursor: page.Token(tailList, tail.Cursor)}
	if tail.Missed {
		out.Missed = new(true)
	}
	return out, nil
}
