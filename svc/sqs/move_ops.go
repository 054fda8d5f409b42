package sqs

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	api "github.com/casestream/casestream/awsapi/sqs"
	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/wire"
)

// ListDeadLetterSourceQueues lists the URLs of the queues that have a queue for their dead letters.
func (s *Service) ListDeadLetterSourceQueues(ctx context.Context, in *api.ListDeadLetterSourceQueuesInput) (*api.ListDeadLetterSourceQueuesOutput, error) {
	limit, err := listLimit(in.MaxResults)
	if err != nil {
		return nil, err
	}
	place, ok := page.Open(in.NextToken, "ListDeadLetterSourceQueues", 1)
	if !ok {
		return nil, badParameter("Invalid or expired next token.")
	}
	names, err := s.queues.DeadLetterSources(ctx, s.ref(ctx, in.QueueUrl, "ListDeadLetterSourceQueues", nil), place[0], limit+1)
	if err != nil {
		return nil, err
	}
	names, more := page.Cut(names, limit)
	out := &api.ListDeadLetterSourceQueuesOutput{}
	if more && in.MaxResults != nil {
		out.NextToken = wire.Ptr(page.Token("ListDeadLetterSourceQueues", names[limit-1]))
	}
	for _, n := range names {
		out.QueueUrls = append(out.QueueUrls, *s.url(ctx, n))
	}
	return out, nil
}

// StartMessageMoveTask begins to move a dead-letter queue's messages to where they came from, or elsewhere.
func (s *Service) StartMessageMoveTask(ctx context.Context, in *api.StartMessageMoveTaskInput) (*api.StartMessageMoveTaskOutput, error) {
	if in.SourceArn == "" {
		return nil, &api.MissingRequiredParameterException{Message: "The request must contain the parameter SourceArn."}
	}
	call := wire.CallOf(ctx)
	// Whoever moves messages takes them out of one queue and sends them to another.
	from := s.refARN(ctx, in.SourceArn, "StartMessageMoveTask", func(q *queue.Queue) error {
		for _, action := range [...]string{"ReceiveMessage", "DeleteMessage", "GetQueueAttributes"} {
			if err := s.allow(call, q, use{action: action}); err != nil {
				return err
			}
		}
		return nil
	})
	var opts queue.MoveOptions
	if in.DestinationArn != nil {
		opts.To = wire.Ptr(s.refARN(ctx, *in.DestinationArn, "SendMessage", nil))
	}
	if in.MaxNumberOfMessagesPerSecond != nil {
		opts.Rate = wire.Ptr(int(*in.MaxNumberOfMessagesPerSecond))
	}
	m, err := s.queues.StartMove(ctx, from, opts)
	if err != nil {
		return nil, err
	}
	handle, err := taskHandle{m.ID, m.SourceARN}.encode()
	return &api.StartMessageMoveTaskOutput{TaskHandle: &handle}, err
}

// CancelMessageMoveTask ends a task that runs. What it has moved stays moved.
func (s *Service) CancelMessageMoveTask(ctx context.Context, in *api.CancelMessageMoveTaskInput) (*api.CancelMessageMoveTaskOutput, error) {
	h, ok := decodeTaskHandle(in.TaskHandle)
	if !ok {
		return nil, badParameter("Value for parameter TaskHandle is invalid.")
	}
	moved, err := s.queues.CancelMove(ctx, s.refARN(ctx, h.SourceARN, "CancelMessageMoveTask", nil), h.TaskID)
	if err != nil {
		return nil, err
	}
	return &api.CancelMessageMoveTaskOutput{ApproximateNumberOfMessagesMoved: &moved}, nil
}

// ListMessageMoveTasks tells of the latest tasks of a dead-letter queue.
func (s *Service) ListMessageMoveTasks(ctx context.Context, in *api.ListMessageMoveTasksInput) (*api.ListMessageMoveTasksOutput, error) {
	if in.SourceArn == "" {
		return nil, &api.MissingRequiredParameterException{Message: "The request must contain the parameter SourceArn."}
	}
	limit := 1
	if in.MaxResults != nil {
		if limit = int(*in.MaxResults); limit < 1 || limit > queue.MaxMoves {
			return nil, badValue(strconv.Itoa(limit), "MaxResults", "Must be between 1 and 10, if provided.")
		}
	}
	list, err := s.queues.Moves(ctx, s.refARN(ctx, in.SourceArn, "ListMessageMoveTasks", nil), limit)
	if err != nil {
		return nil, err
	}
	out := &api.ListMessageMoveTasksOutput{}
	for _, m := range list {
		entry, err := moveEntry(m)
		if err != nil {
			return nil, err
		}
		out.Results = append(out.Results, entry)
	}
	return out, nil
}

// moveEntry tells of a task. Only one that runs has a handle.
func moveEntry(m *queue.Move) (e api.ListMessageMoveTasksResultEntry, err error) {
	e = api.ListMessageMoveTasksResultEntry{
		Status: &m.Status, SourceArn: &m.SourceARN, StartedTimestamp: wire.Ptr(m.Started.UnixMilli()),
		ApproximateNumberOfMessagesMoved: &m.Moved, ApproximateNumberOfMessagesToMove: &m.ToMove,
	}
	if m.DestinationARN != "" {
		e.DestinationArn = &m.DestinationARN
	}
	if m.Rate > 0 {
		e.MaxNumberOfMessagesPerSecond = wire.Ptr(int32(m.Rate))
	}
	switch m.Status {
	case queue.MoveRunning:
		var handle string
		handle, err = taskHandle{m.ID, m.SourceARN}.encode()
		e.TaskHandle = &handle
	case queue.MoveFailed:
		e.FailureReason = &m.Reason
	}
	return e, err
}

// refARN is ref for a queue that a request names by its ARN.
func (s *Service) refARN(ctx context.Context, queueARN, action string, check func(*queue.Queue) error) queue.Ref {
	a, ok := arn.Parse(queueARN)
	r := s.ref(ctx, a.Resource, action, check)
	if !ok || s.arns.Make("sqs", a.Resource) != queueARN || r.Name != a.Resource {
		r.Name = "" // no queue has it
	}
	return r
}

// taskHandle is what names a task to its client: base64 of JSON, which clients are known to read.
type taskHandle struct {
	TaskID    string `json:"taskId"`
	SourceARN string `json:"sourceArn"`
}

// encode writes a handle.
func (h taskHandle) encode() (string, error) {
	b, err := json.Marshal(h)
	return base64.StdEncoding.EncodeToString(b), err
}

// decodeTaskHandle reads a handle that a client sent.
func decodeTaskHandle(text string) (h taskHandle, ok bool) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(b, &h) != nil {
		return taskHandle{}, false
	}
	return h, len(h.TaskID) == 36 && strings.Trim(h.TaskID, "0123456789abcdef-") == "" && h.SourceARN != ""
}
