// Package sts is AWS Security Token Service, as far as a client needs it to learn who it is.
//
// It is not where identities are made or proved: the front door verifies the signature and says in the call
// who signed it.
//
//	service.go       the service and its errors
//	identity_ops.go  GetCallerIdentity
package sts

import (
	"errors"

	api "github.com/casestream/casestream/awsapi/sts"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/wire"
)

// Config is what the service needs from outside: nothing yet.
type Config struct{}

// Service answers STS's operations.
type Service struct {
	api.Unimplemented
}

// New makes the service.
func New(Config) *Service { return &Service{} }

// Describe gives the service's table for the front door.
func (s *Service) Describe() *wire.Service {
	d := api.Describe(s)
	d.MapError = mapError
	return d
}

// mapError is the one table from our failures to STS's exceptions; nil leaves the answer to the front door.
func mapError(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return nil
	}
	switch f.Kind {
	case fault.Invalid, fault.NotFound, fault.Conflict, fault.Limit:
		return &api.ValidationError{Message: f.Msg}
	case fault.Internal, fault.Denied, fault.Busy, fault.Unavailable:
		return nil // STS has no exception of its own for these
	}
	return nil
}
