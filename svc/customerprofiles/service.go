// Package customerprofiles is Amazon Connect Customer Profiles as far as cases need it: domains, the
// profiles of customers, the search for them, and which domain a Connect instance uses.
//
// It keeps what it is told. It ingests no objects from other systems, merges no profiles that look alike
// (the settings for that are kept and have no effect) and lets no profile expire.
//
//	service.go      what the room needs, its errors at the door
//	domain.go       domains · domain_ops.go their operations · domain_sql.go their rows
//	profile.go      profiles and the keys that find them · profile_ops.go, profile_sql.go likewise
//	search.go       the search: streams of ids, joined · search_ops.go, search_sql.go likewise
//	integration.go  integrations · integration_ops.go, integration_sql.go likewise
//	members.go      the members of a request as JSON · page.go lists in pages
package customerprofiles

import (
	"errors"
	"log/slog"

	api "github.com/casestream/casestream/awsapi/customerprofiles"
	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// Config is what the room needs from the others.
type Config struct {
	DB     *store.DB
	ARNs   arn.Maker
	Log    *slog.Logger // default: slog.DiscardHandler
	Quotas Quotas
}

// Quotas bound what may be stored. A zero stands for the default.
type Quotas struct {
	Domains int // in the account: 100
}

// Service answers the operations of Customer Profiles.
type Service struct {
	api.Unimplemented
	db     *store.DB
	arns   arn.Maker
	log    *slog.Logger
	quotas Quotas
}

// New makes the service.
func New(c Config) *Service {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Quotas.Domains == 0 {
		c.Quotas.Domains = 100
	}
	return &Service{db: c.DB, arns: c.ARNs, log: c.Log, quotas: c.Quotas}
}

// Describe gives the operation table for the front door.
func (s *Service) Describe() *wire.Service {
	d := api.Describe(s)
	d.MapError = mapError
	return d
}

// mapError is the one table from the room's failures to the service's exceptions, of which it has no own
// ones for duplicates and quotas; nil leaves an internal failure to the front door, which logs it and shows
// nothing of it.
func mapError(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return nil
	}
	switch f.Kind {
	case fault.Invalid, fault.Conflict, fault.Limit:
		return &api.BadRequestException{Message: f.Msg}
	case fault.NotFound:
		return &api.ResourceNotFoundException{Message: f.Msg}
	case fault.Denied:
		return &api.AccessDeniedException{Message: f.Msg}
	case fault.Busy:
		return &api.ThrottlingException{Message: f.Msg}
	case fault.Unavailable:
		return &api.InternalServerException{Message: f.Msg}
	case fault.Internal:
	}
	return nil
}

// invalid is the fault of a request that breaks a rule.
func invalid(msg string) error { return fault.New(fault.Invalid, msg) }
