// Package cloudwatchlogs is the API of CloudWatch Logs, as far as it is for log groups that rules deliver to.
//
// It reads AWS's shapes, words AWS's answers and keeps nothing: groups, streams and events are in room loggroup.
//
//	service.go     the service, its errors, which log group a request means
//	group_ops.go   log groups, retention · tag_ops.go their tags
//	stream_ops.go  log streams
//	event_ops.go   PutLogEvents, GetLogEvents · filter_ops.go FilterLogEvents
//	policy_ops.go  resource policies
package cloudwatchlogs

import (
	"context"
	"errors"
	"time"

	api "github.com/casestream/casestream/awsapi/cloudwatchlogs"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/loggroup"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// Config is what the service needs.
type Config struct {
	DB     *store.DB
	Groups *loggroup.Groups
}

// Service answers CloudWatch Logs' operations.
type Service struct {
	api.Unimplemented
	db     *store.DB
	groups *loggroup.Groups
}

// New makes the service.
func New(cfg Config) *Service { return &Service{db: cfg.DB, groups: cfg.Groups} }

// Describe gives the service's table for the front door.
func (s *Service) Describe() *wire.Service {
	d := api.Describe(s)
	d.MapError = mapError
	return d
}

// mapError is the one table from our failures to CloudWatch Logs' exceptions; nil leaves the answer to the front door.
func mapError(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return nil
	}
	switch f.Kind {
	case fault.Invalid:
		return &api.InvalidParameterException{Message: f.Msg}
	case fault.NotFound:
		return &api.ResourceNotFoundException{Message: f.Msg}
	case fault.Conflict:
		if errors.Is(err, loggroup.ErrProtected) {
			return &api.ValidationException{Message: f.Msg}
		}
		return &api.ResourceAlreadyExistsException{Message: f.Msg}
	case fault.Limit:
		if f.Subject == loggroup.SubjectTags {
			return &api.TooManyTagsException{Message: f.Msg, ResourceName: f.ID}
		}
		return &api.LimitExceededException{Message: f.Msg}
	case fault.Denied:
		return &api.AccessDeniedException{Message: f.Msg}
	case fault.Busy:
		return &api.OperationAbortedException{Message: f.Msg}
	case fault.Unavailable:
		return &api.ServiceUnavailableException{Message: f.Msg}
	case fault.Internal:
	}
	return nil
}

// invalid refuses a request.
func invalid(msg string) error { return &api.InvalidParameterException{Message: msg} }

// unsupported refuses what AWS has and this version has not, rather than to pretend.
func unsupported(what string) error {
	return invalid(what + " is not supported by this version of Casestream.")
}

// write runs a change of log groups.
func (s *Service) write(ctx context.Context, fn func(tx *store.Tx) error) error {
	return s.db.Write(ctx, fn)
}

// meant gives the name of the log group that a request means, by name or by identifier: a name or an ARN.
func (s *Service) meant(name, identifier *string) (string, error) {
	switch {
	case (name == nil) == (identifier == nil):
		return "", invalid("Exactly one of logGroupName and logGroupIdentifier must be specified.")
	case name != nil:
		return *name, nil
	}
	return s.identified(*identifier), nil
}

// identified gives the name of the log group that an identifier means: a name, or an ARN of this account and Region.
func (s *Service) identified(identifier string) string {
	if name, ok := s.groups.NameOf(identifier); ok {
		return name
	}
	return identifier // a name, or nothing that exists
}

// after opens the token of a list by name.
func after(token *string, list string) (string, error) {
	parts, err := openToken(token, list, 1)
	if err != nil {
		return "", err
	}
	return parts[0], nil
}

// openToken reads the n parts that a list's token holds; without a token they are empty.
func openToken(token *string, list string, n int) ([]string, error) {
	parts, ok := page.Open(token, list, n)
	if !ok {
		return nil, invalid("The specified nextToken is invalid.")
	}
	return parts, nil
}

// sizeOf gives how many items a page of a list of descriptions has.
func sizeOf(limit *int32) int {
	if limit == nil {
		return 50
	}
	return int(*limit)
}

// value gives an optional member, and the zero value for one that is absent.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// millis gives an instant as CloudWatch Logs writes it.
func millis(at time.Time) *int64 { return new(at.UnixMilli()) }
