package casestream

import (
	"context"
	"strconv"
	"time"

	api "github.com/casestream/casestream/awsapi/casestream"
	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/queue"
)

// messageList and arrivalList name the lists of messages in their tokens and cursors.
const (
	messageList = "messages"
	arrivalList = "arrivals"
)

// PeekMessages shows messages of a queue and receives none.
func (s *Service) PeekMessages(ctx context.Context, in *api.PeekMessagesInput) (*api.PeekMessagesOutput, error) {
	q := queue.PeekQuery{
		States: in.States, GroupID: value(in.MessageGroupId), MessageID: value(in.MessageId), Contains: value(in.BodyContains),
		MaxBody: size(in.MaxBodyBytes), Limit: limit(in.MaxResults),
	}
	var err error
	if q.After, err = readPlace(in.NextToken); err != nil {
		return nil, err
	}
	found, err := s.queues.Peek(ctx, s.queueNamed(ctx, in.Queue), q)
	if err != nil {
		return nil, err
	}
	out := &api.PeekMessagesOutput{Messages: shapeMessages(found.List), MessagesLookedAt: int32(found.Looked)}
	if found.More {
		out.NextToken = new(page.Token(messageList, strconv.FormatInt(found.Next.At, 10), strconv.FormatInt(found.Next.Seq, 10), found.Next.Group))
	}
	return out, nil
}

// TailMessages gives the messages that arrived in a queue since a cursor, and waits for one where there is none.
func (s *Service) TailMessages(ctx context.Context, in *api.TailMessagesInput) (*api.TailMessagesOutput, error) {
	cursor, ok := page.Open(in.Cursor, arrivalList, 1)
	if !ok {
		return nil, &api.ValidationException{Message: "Cursor is not valid."}
	}
	tail, err := s.queues.Tail(ctx, s.queueNamed(ctx, in.Queue), queue.TailQuery{
		Cursor: cursor[0], GroupID: value(in.MessageGroupId), Contains: value(in.BodyContains), MaxBody: size(in.MaxBodyBytes),
		Limit: limit(in.MaxResults), Wait: time.Duration(value(in.WaitTimeSeconds)) * time.Second,
	})
	if err != nil {
		return nil, err
	}
	out := &api.TailMessagesOutput{Messages: shapeMessages(tail.List), Cursor: page.Token(arrivalList, tail.Cursor)}
	if tail.Missed {
		out.Missed = new(true)
	}
	return out, nil
}

// queueNamed names the queue that the member Queue means, for a reader. An ARN of another account or Region names none.
func (s *Service) queueNamed(ctx context.Context, given string) queue.Ref {
	if a, ok := arn.Parse(given); ok {
		if s.arns.Make("sqs", a.Resource) != given {
			return queue.Ref{}
		}
		given = a.Resource
	}
	return s.reader(ctx, given)
}

// size reads the member MaxBodyBytes.
func size(n *int32) *int {
	if n == nil {
		return nil
	}
	return new(int(*n))
}

// readPlace reads the member NextToken of a list of messages.
func readPlace(token *string) (place queue.Place, err error) {
	invalid := &api.ValidationException{Message: "NextToken is not valid."}
	parts, ok := page.Open(token, messageList, 3)
	if !ok {
		return place, invalid
	}
	if parts[0] == "" && parts[1] == "" && parts[2] == "" {
		return place, nil
	}
	if place.At, err = strconv.ParseInt(parts[0], 10, 64); err != nil {
		return place, invalid
	}
	if place.Seq, err = strconv.ParseInt(parts[1], 10, 64); err != nil {
		return place, invalid
	}
	place.Group = parts[2]
	return place, nil
}

// shapeMessages gives messages as the API has them.
func shapeMessages(list []queue.Peeked) []api.QueueMessage {
	out := make([]api.QueueMessage, len(list))
	for i := range list {
		out[i] = shapeMessage(&list[i])
	}
	return out
}

// shapeMessage gives a message as the API has it.
func shapeMessage(m *queue.Peeked) api.QueueMessage {
	out := api.QueueMessage{
		MessageId: m.ID, Body: m.Body, BodySize: int32(m.BodySize), State: m.State, VisibleTime: m.VisibleAt, SentTime: m.Sent,
		ReceiveCount: int32(m.Receives), GroupBlockedUntil: instant(m.BlockedUntil), FirstReceivedTime: instant(m.FirstReceived),
		SenderId: optional(m.SenderID), SequenceNumber: optional(m.Sequence), MessageGroupId: optional(m.GroupID),
		MessageDeduplicationId: optional(m.DedupID), AWSTraceHeader: optional(m.TraceHeader), DeadLetterQueueSourceArn: optional(m.Source),
	}
	if len(m.Body) < m.BodySize {
		out.BodyTruncated = new(true)
	}
	if len(m.Attributes) > 0 {
		out.MessageAttributes = make(map[string]api.MessageAttribute, len(m.Attributes))
	}
	for _, a := range m.Attributes {
		v := api.MessageAttribute{DataType: a.DataType, BinaryValue: a.BinaryValue}
		if !a.IsBinary() {
			v.StringValue = &a.StringValue
		}
		out.MessageAttributes[a.Name] = v
	}
	return out
}
