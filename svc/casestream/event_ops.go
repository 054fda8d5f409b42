package casestream

import (
	"context"
	"strconv"

	api "github.com/casestream/casestream/awsapi/casestream"
	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/pattern"
)

// eventPage is how many events a page has where the client asks for no number.
const eventPage = 50

// ListEvents lists events with what became of them, the newest first.
func (s *Service) ListEvents(ctx context.Context, in *api.ListEventsInput) (*api.ListEventsOutput, error) {
	if err := s.open(); err != nil {
		return nil, err
	}
	of, err := readPattern(in.EventPattern)
	if err != nil {
		return nil, err
	}
	q := bus.TraceQuery{
		Bus: s.busNamed(in.EventBusName), Pattern: of, State: value(in.State), From: value(in.StartTime), To: value(in.EndTime), Limit: limit(in.MaxResults),
	}
	if q.Before, err = readToken(in.NextToken); err != nil {
		return nil, err
	}
	found, err := s.bus.Traces(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &api.ListEventsOutput{Events: shapes(found.List)}
	if found.Next > 0 {
		out.NextToken = new(page.Token(eventList, strconv.FormatInt(found.Next, 10)))
	}
	return out, nil
}

// GetEvent gives an event with what became of it.
func (s *Service) GetEvent(ctx context.Context, in *api.GetEventInput) (*api.GetEventOutput, error) {
	if err := s.open(); err != nil {
		return nil, err
	}
	t, err := s.bus.TraceOf(ctx, in.EventId)
	if err != nil {
		return nil, err
	}
	return &api.GetEventOutput{Event: shape(&t)}, nil
}

// ExplainEvent tells why a rule does or does not match an event.
func (s *Service) ExplainEvent(ctx context.Context, in *api.ExplainEventInput) (*api.ExplainEventOutput, error) {
	if err := s.open(); err != nil {
		return nil, err
	}
	why, matched, err := s.bus.WhyNot(ctx, in.EventId, s.busNamed(in.EventBusName), in.Rule)
	if err != nil {
		return nil, err
	}
	return &api.ExplainEventOutput{Matched: matched, Explanation: why}, nil
}

// ResendEvent puts an event on its bus once more.
func (s *Service) ResendEvent(ctx context.Context, in *api.ResendEventInput) (*api.ResendEventOutput, error) {
	if err := s.open(); err != nil {
		return nil, err
	}
	if err := s.bus.Resend(ctx, in.EventId, value(in.Rule)); err != nil {
		return nil, err
	}
	return &api.ResendEventOutput{}, nil
}

// busNamed reads the member EventBusName; without it, any bus. One that does not exist is no error: there are events
// that were put on it. What is an ARN of somebody else's bus stands for itself in these.
func (s *Service) busNamed(given *string) string {
	if given == nil {
		return ""
	}
	if name, ok := s.bus.NameOf(*given); ok {
		return name
	}
	return *given
}

// readPattern reads the member EventPattern; nil where it is absent.
func readPattern(text *string) (*pattern.Pattern, error) {
	if text == nil {
		return nil, nil
	}
	return pattern.Compile(*text)
}

// limit reads the member MaxResults.
func limit(n *int32) int {
	if n == nil {
		return eventPage
	}
	return int(*n)
}

// eventList names the list in its tokens.
const eventList = "events"

// readToken reads the member NextToken: the position that the page lies below, 0 for the first one.
func readToken(token *string) (int64, error) {
	parts, ok := page.Open(token, eventList, 1)
	if !ok {
		return 0, &api.ValidationException{Message: "NextToken is not valid."}
	}
	if parts[0] == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || n <= 0 {
		return 0, &api.ValidationException{Message: "NextToken is not valid."}
	}
	return n, nil
}
