// Package eventbridge is the API of Amazon EventBridge: rules, targets and events of event buses.
//
// It reads AWS's shapes, words AWS's answers and keeps nothing: rules, matching and delivery are the bus's.
//
//	service.go      Service, its errors, pages of lists
//	rule_ops.go     rules · target_ops.go their targets
//	event_ops.go    PutEvents · pattern_ops.go TestEventPattern
//	bus_ops.go      event buses · permission_ops.go who may put events on them
//	tag_ops.go      tags of buses and rules
//	connection_ops.go connections · api_destination_ops.go API destinations
//	archive_ops.go  archives · replay_ops.go replays of what they hold
package eventbridge

import (
	"errors"
	"slices"

	api "github.com/casestream/casestream/awsapi/eventbridge"
	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// Config is what the service needs.
type Config struct {
	DB   *store.DB
	Bus  *bus.Bus
	ARNs arn.Maker
	// Destinations holds connections and API destinations.
	Destinations *destination.Destinations
}

// Service serves EventBridge's operations.
type Service struct {
	api.Unimplemented
	db           *store.DB
	bus          *bus.Bus
	arns         arn.Maker
	destinations *destination.Destinations
}

// New makes the service.
func New(cfg Config) *Service {
	return &Service{db: cfg.DB, bus: cfg.Bus, arns: cfg.ARNs, destinations: cfg.Destinations}
}

// Describe gives the front door the service's operations and errors.
func (s *Service) Describe() *wire.Service {
	d := api.Describe(s)
	d.MapError = mapError
	return d
}

// mapError gives the exception that a room's error is answered with. What is nobody's fault but ours is
// left to the front door.
func mapError(err error) error {
	if p, ok := errors.AsType[*pattern.Error](err); ok {
		return &api.InvalidEventPatternException{Message: p.Error()}
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	switch {
	case errors.Is(err, bus.ErrExists):
		return &api.ResourceAlreadyExistsException{Message: f.Msg}
	case errors.Is(err, bus.ErrState):
		return &api.IllegalStatusException{Message: f.Msg}
	}
	switch f.Kind {
	case fault.NotFound:
		return &api.ResourceNotFoundException{Message: f.Msg}
	case fault.Conflict:
		switch f.Subject {
		case bus.SubjectBus, destination.SubjectConnection, destination.SubjectAPI:
			return &api.ResourceAlreadyExistsException{Message: f.Msg}
		}
		return invalid(f.Msg)
	case fault.Invalid:
		return invalid(f.Msg)
	case fault.Limit:
		if f.Subject == bus.SubjectPolicy {
			return &api.PolicyLengthExceededException{Message: f.Msg}
		}
		return &api.LimitExceededException{Message: f.Msg}
	case fault.Denied:
		return &api.AccessDeniedException{Message: f.Msg}
	case fault.Internal, fault.Busy, fault.Unavailable:
	}
	return err
}

// invalid makes the exception that the model does not have and every operation answers with.
func invalid(msg string) error {
	return &wire.Error{Code: "ValidationException", Status: 400, Message: msg}
}

// unsupported refuses what AWS has and this version has not, rather than to pretend.
func unsupported(what string) error {
	return invalid(what + " is not supported by this version of Casestream.")
}

// busName reads the member EventBusName.
func (s *Service) busName(given *string) (string, error) {
	name, ok := s.bus.NameOf(value(given))
	if !ok {
		return "", &api.ResourceNotFoundException{Message: "Event bus " + *given + " does not exist."}
	}
	return name, nil
}

// value gives an optional member, "" where it is absent.
func value(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// optional makes an optional member, absent where it is "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// maxPage is how many items a page of a list has, where the client asks for no fewer.
const maxPage = 100

// span is what one page of a list that is sorted by name may have: the names behind after, no more than size.
// A page is right whatever came or went since the one before.
type span struct {
	kind, after string
	size        int
}

// readSpan reads the members NextToken and Limit of a kind of list.
func readSpan(kind string, token *string, limit *int32) (span, error) {
	after, ok := page.Open(token, kind, 1)
	if !ok {
		return span{}, invalid("Parameter NextToken is not valid.")
	}
	s := span{kind: kind, after: after[0], size: maxPage}
	if limit != nil {
		s.size = int(*limit)
	}
	return s, nil
}

// first gives the page of a list that was read behind s.after, one item further than the page if there is one,
// and the token of the next page.
func first[T any](list []T, s span, name func(T) string) ([]T, *string) {
	list, more := page.Cut(list, s.size)
	if !more {
		return list, nil
	}
	return list, new(page.Token(s.kind, name(list[s.size-1])))
}

// cut cuts one page out of a whole list.
func cut[T any](list []T, kind string, name func(T) string, token *string, limit *int32) ([]T, *string, error) {
	s, err := readSpan(kind, token, limit)
	if err != nil {
		return nil, nil, err
	}
	behind := slices.IndexFunc(list, func(item T) bool { return name(item) > s.after })
	if behind < 0 {
		behind = len(list)
	}
	list, next := first(list[behind:], s, name)
	return list, next, nil
}
