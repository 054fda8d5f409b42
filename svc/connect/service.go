// Package connect is Amazon Connect as far as cases need it: instances, and what an instance is integrated
// with, first of all its Cases domain.
//
// It is not a contact centre: it has no flows, users, queues or contacts. It does not look into the services
// that an association names: their ARNs are kept as they were given.
//
//	service.go      what the room needs, its errors at the door
//	instance.go     instances · instance_ops.go their operations · instance_sql.go their rows
//	association.go  integration associations · association_ops.go, association_sql.go likewise
//	page.go         lists in pages
package connect

import (
	"errors"
	"log/slog"
	"strings"
	"unicode/utf8"

	api "github.com/casestream/casestream/awsapi/connect"
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
	Instances int // in the account: 100; AWS has 2, which scripts that set up and tear down soon use up
}

// Service answers the operations of Amazon Connect.
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
	if c.Quotas.Instances == 0 {
		c.Quotas.Instances = 100
	}
	return &Service{db: c.DB, arns: c.ARNs, log: c.Log, quotas: c.Quotas}
}

// Describe gives the operation table for the front door.
func (s *Service) Describe() *wire.Service {
	d := api.Describe(s)
	d.MapError = mapError
	return d
}

// mapError is the one table from the room's failures to Connect's exceptions; nil leaves an internal one to
// the front door, which logs it and shows nothing of it.
func mapError(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return nil
	}
	switch f.Kind {
	case fault.Invalid:
		return &api.InvalidRequestException{Message: f.Msg}
	case fault.NotFound:
		return &api.ResourceNotFoundException{Message: f.Msg}
	case fault.Conflict:
		return &api.DuplicateResourceException{Message: f.Msg}
	case fault.Denied:
		return &api.AccessDeniedException{Message: f.Msg}
	case fault.Limit:
		return &api.ServiceQuotaExceededException{Message: f.Msg}
	case fault.Busy:
		return &api.ThrottlingException{Message: f.Msg}
	case fault.Unavailable:
		return &api.InternalServiceException{Message: f.Msg}
	case fault.Internal:
	}
	return nil
}

// checkText refuses text that PostgreSQL cannot hold: NUL characters, and bytes that are not UTF-8, which a
// path or a query string may carry. Both engines then store the same.
func checkText(texts ...string) error {
	for _, t := range texts {
		if strings.ContainsRune(t, 0) || !utf8.ValidString(t) {
			return fault.New(fault.Invalid, "The request contains characters that are not allowed.")
		}
	}
	return nil
}

// checkTags is checkText for tags.
func checkTags(tags map[string]string) error {
	for k, v := range tags {
		if err := checkText(k, v); err != nil {
			return err
		}
	}
	return nil
}

// deref gives what a member holds, and the zero value for one that is absent.
func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// given gives a member for a text, none for an empty one.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
