// Package sqs is Amazon SQS: its operations, in its words.
//
// It is not where messages are kept: room queue does that, by SQS's rules. Here requests are authorised by
// the queue's policy, shapes are turned into the engine's terms and back, and failures into SQS's codes.
//
//	service.go         the service, the table of errors · access.go who may use a queue
//	url.go             queue URLs · digest.go the MD5s of answers
//	queue_ops.go       CreateQueue, GetQueueUrl, ListQueues, DeleteQueue, PurgeQueue
//	attribute_ops.go   GetQueueAttributes, SetQueueAttributes · tag_ops.go tags
//	permission_ops.go  AddPermission, RemovePermission
//	send_ops.go        SendMessage(Batch) · receive_ops.go ReceiveMessage
//	settle_ops.go      DeleteMessage(Batch), ChangeMessageVisibility(Batch)
//	move_ops.go        ListDeadLetterSourceQueues, StartMessageMoveTask, CancelMessageMoveTask, ListMessageMoveTasks
//	batch_ops.go       what the batch operations have in common
package sqs

import (
	"context"
	"errors"
	"log/slog"

	api "github.com/casestream/casestream/awsapi/sqs"
	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/wire"
)

// Config is what the service needs from outside. Log may be nil.
type Config struct {
	Queues *queue.Queues
	ARNs   arn.Maker
	Log    *slog.Logger
}

// Service answers SQS's operations.
type Service struct {
	queues *queue.Queues
	arns   arn.Maker
	log    *slog.Logger
}

// New makes the service.
func New(cfg Config) *Service {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{queues: cfg.Queues, arns: cfg.ARNs, log: cfg.Log}
}

// Describe gives the service's table for the front door.
func (s *Service) Describe() *wire.Service {
	d := api.Describe(s)
	d.MapError = mapError
	return d
}

// ref names the queue that a request means, for an action of its caller. check, where not nil, looks at
// the request once it is known that the queue exists and that the caller may: AWS tells in that order.
func (s *Service) ref(ctx context.Context, queueURL, action string, check func(*queue.Queue) error) queue.Ref {
	return s.refFor(ctx, queueURL, use{action: action}, check)
}

// refFor is ref for a use of which policies may ask more.
func (s *Service) refFor(ctx context.Context, queueURL string, u use, check func(*queue.Queue) error) queue.Ref {
	account, name := splitURL(queueURL)
	if account != "" && account != s.arns.Account {
		name = "" // no queue has it
	}
	call := wire.CallOf(ctx) // and not ctx, which a long poll would hold on to
	return queue.Ref{Name: name, Allow: func(q *queue.Queue) error {
		if err := s.allow(call, q, u); err != nil || check == nil {
			return err
		}
		return check(q)
	}}
}

// mapError is the one table from our failures to SQS's exceptions; nil leaves the answer to the front door.
func mapError(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return nil
	}
	switch f.Kind {
	case fault.NotFound:
		if f.Subject == queue.SubjectMove {
			return &api.ResourceNotFoundException{Message: f.Msg}
		}
		return &api.QueueDoesNotExist{Message: f.Msg}
	case fault.Invalid:
		return invalid(f)
	case fault.Conflict:
		if f.Subject == queue.SubjectDeleted {
			return &api.QueueDeletedRecently{Message: f.Msg}
		}
		return &api.QueueNameExists{Message: f.Msg}
	case fault.Limit:
		if f.Subject == queue.SubjectPurge {
			return &api.PurgeQueueInProgress{Message: f.Msg}
		}
		return &api.OverLimit{Message: f.Msg}
	case fault.Denied:
		return &api.AccessDeniedException{Message: f.Msg}
	case fault.Busy:
		return &api.RequestThrottled{Message: f.Msg}
	case fault.Internal, fault.Unavailable:
		return nil
	}
	return nil
}

// invalid is mapError for input that breaks a rule.
func invalid(f *fault.Error) error {
	switch f.Subject {
	case queue.SubjectAttributeName:
		return &api.InvalidAttributeName{Message: f.Msg}
	case queue.SubjectAttributeValue:
		return &api.InvalidAttributeValue{Message: f.Msg}
	case queue.SubjectMissing:
		return &api.MissingRequiredParameterException{Message: f.Msg}
	case queue.SubjectContents:
		return &api.InvalidMessageContents{Message: f.Msg}
	case queue.SubjectHandle:
		return &api.ReceiptHandleIsInvalid{Message: f.Msg}
	}
	return &api.InvalidParameterValueException{Message: f.Msg}
}

// badParameter says that a parameter is refused.
func badParameter(msg string) error { return &api.InvalidParameterValueException{Message: msg} }

// badValue says that a parameter's value is refused, in SQS's form.
func badValue(value, name, reason string) error {
	return badParameter("Value " + value + " for parameter " + name + " is invalid. Reason: " + reason)
}
