// Package casestream is the API of what AWS has none for: what became of each event, events as they come, events
// sent again, and what lies in queues.
//
// It speaks and is signed like a service of AWS; its model is in cmd/apigen/own. It keeps nothing: what became of events
// is the bus's, and messages are the queues'.
//
//	service.go   Service and its errors
//	event_ops.go ListEvents, GetEvent, ExplainEvent, ResendEvent · shape_ops.go events in the API's shapes
//	tail_ops.go  TailEvents · tail.go how it waits · watch.go how it learns of other nodes' events
//	message_ops.go PeekMessages, TailMessages
package casestream

import (
	"context"
	"errors"
	"log/slog"

	api "github.com/casestream/casestream/awsapi/casestream"
	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/wire"
)

// Config is what the service needs. Log may be nil.
type Config struct {
	Bus *bus.Bus
	// Kept says whether the bus keeps what became of events. Without it every operation on events is refused, so that
	// nobody takes an empty list for the truth.
	Kept bool
	// Queues are what PeekMessages and TailMessages show, to whom Reader, which names a queue by its URL or name, lets.
	Queues *queue.Queues
	Reader func(ctx context.Context, queueURL string) queue.Ref
	ARNs   arn.Maker
	// Alone says that no other node writes to the store, so that there is nothing to look for but what this one has done.
	Alone bool
	Log   *slog.Logger
}

// Service serves the operations.
type Service struct {
	api.Unimplemented
	bus    *bus.Bus
	kept   bool
	queues *queue.Queues
	reader func(ctx context.Context, queueURL string) queue.Ref
	arns   arn.Maker
	watch  *watch
	log    *slog.Logger
}

// New makes the service.
func New(cfg Config) *Service {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{
		bus: cfg.Bus, kept: cfg.Kept, queues: cfg.Queues, reader: cfg.Reader, arns: cfg.ARNs,
		watch: newWatch(cfg.Bus, cfg.Alone), log: cfg.Log,
	}
}

// Run looks for the events of other nodes until ctx ends, and then lets every tail answer with what it has.
func (s *Service) Run(ctx context.Context) { s.watch.run(ctx, s.log) }

// Describe gives the front door the service's operations and errors.
func (s *Service) Describe() *wire.Service {
	d := api.Describe(s)
	d.MapError = mapError
	return d
}

// mapError is the one table from our failures to the service's exceptions; nil leaves the answer to the front door.
func mapError(err error) error {
	if p, ok := errors.AsType[*pattern.Error](err); ok {
		return &api.ValidationException{Message: p.Error()}
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return nil
	}
	switch f.Kind {
	case fault.NotFound:
		return &api.ResourceNotFoundException{Message: f.Msg}
	case fault.Denied: // by a queue's policy
		return &api.AccessDeniedException{Message: f.Msg}
	case fault.Invalid, fault.Conflict, fault.Limit:
		return &api.ValidationException{Message: f.Msg}
	case fault.Internal, fault.Busy, fault.Unavailable:
	}
	return nil
}

// open refuses every operation on events of a server that keeps nothing of them.
func (s *Service) open() error {
	if s.kept {
		return nil
	}
	return &api.ValidationException{Message: "This server does not keep what became of events: it was started with --trace-for 0s."}
}

// value gives an optional member, its zero value where it is absent.
func value[T any](p *T) T {
	var zero T
	if p == nil {
		return zero
	}
	return *p
}
