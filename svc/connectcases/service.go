// Package connectcases is Amazon Connect Cases: domains with their fields and templates, cases, what is
// related to them, and the events that tell of each change.
//
// A change and its event are one transaction: what an operation publishes is on the bus if and only if its
// change is stored. It is not the bus (that is bus, which routes what is published here) and not the wire
// (that is awsapi/connectcases, which has checked an input's shape before it comes here).
//
//	service.go       what the room needs, its errors at the door
//	catalog.go       a domain's configuration as one immutable copy in memory
//	domain.go        domains · domain_deletion.go what is left of deleted ones
//	entry.go         what fields, layouts, templates and case rules have in common
//	field.go, option.go, system_field.go fields · layout.go layouts · template.go templates
//	case_rule.go     case rules · case_rule_eval.go what they come to for a case
//	value.go         field values · case.go cases · case_check.go what a case may hold
//	case_update.go   many calls of UpdateCase at once
//	related_item.go  what is on a case · comment.go, contact.go, file.go, sla.go, connect_case.go, custom_item.go
//	                 one kind of it each · sla_clock.go SLAs that become overdue by themselves
//	related_item_filter.go  which items a search looks for · audit.go the history
//	changes.go       what a transaction does to cases and items, written together
//	event_config.go  which events are published, and with what in them
//	search.go        searches for cases: search_filter.go what is wanted · search_few.go, search_walk.go, search_values.go the
//	                 ways to find it, search_range.go what of a field's values it takes · search_view.go, search_moved.go pages while cases change · search_count.go,
//	                 search_token.go · search_index.go what the tables of the search hold: search_key.go,
//	                 search_signature.go, search_words.go · search_sweep.go what goes out of them by itself
//	actor.go         who did it · client_token.go idempotency · page.go lists in pages
//	rates.go         how often AWS lets each operation be called
//	tag.go           tags of everything · names.go ARNs, and what failures say
//
// Per noun: _ops.go are the operations, _sql.go the rows.
package connectcases

import (
	"bytes"
	"cmp"
	"context"
	"log/slog"
	"net/url"
	"strings"
	"unicode/utf8"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// Publisher puts events on buses in the transaction of the changes that they tell of. The errors are in the
// order of the events, each about its event; the last one is about the transaction.
type Publisher interface {
	PublishMany(tx *store.Tx, list []bus.Outgoing) ([]error, error)
}

// Config is what the room needs from the others.
type Config struct {
	DB   *store.DB
	Bus  Publisher
	ARNs arn.Maker
	// Contacts looks contacts up when they are related to a case. Without it every well-formed contact ARN
	// is accepted, with what can be known of it: channel VOICE, connected when it was related.
	Contacts Contacts
	// CustomerOptional lets cases be created without customer_id, which AWS's texts demand in one place
	// and not in others.
	CustomerOptional bool
	// RelatedItemDeleted is the type of the event of a deleted related item. Default: AWS's
	// CASE.RELATED_ITEM.DELETED, although the other two types begin with RELATED_ITEM.
	RelatedItemDeleted string
	// LowerCaseItemTypes writes relatedItemType in events as comment, contact … for consumers that test for that.
	LowerCaseItemTypes bool
	Quotas             Quotas
	Log                *slog.Logger // default: slog.DiscardHandler
}

// Quotas bound what may be stored. A zero stands for AWS's default. AWS has one more, of 100 fields in a layout,
// which cannot be adjusted.
type Quotas struct {
	Domains             int // in the account: 5
	FieldsPerDomain     int // custom ones: 500
	OptionsPerField     int // 500
	LayoutsPerDomain    int // 100
	TemplatesPerDomain  int // 100
	CaseRulesPerDomain  int // 200; AWS does not publish its own
	RelatedItemsPerCase int // 200
	FilesPerCase        int // 50
	SLAsPerCase         int // 10
	FieldsPerCustomItem int // of a related item of type Custom: 5
}

// withDefaults puts AWS's defaults where nothing was chosen.
func (q Quotas) withDefaults() Quotas {
	for _, d := range []struct {
		quota *int
		aws   int
	}{
		{&q.Domains, 5},
		{&q.FieldsPerDomain, 500},
		{&q.OptionsPerField, 500},
		{&q.LayoutsPerDomain, 100},
		{&q.TemplatesPerDomain, 100},
		{&q.CaseRulesPerDomain, 200},
		{&q.RelatedItemsPerCase, 200},
		{&q.FilesPerCase, 50},
		{&q.SLAsPerCase, 10},
		{&q.FieldsPerCustomItem, 5},
	} {
		if *d.quota == 0 {
			*d.quota = d.aws
		}
	}
	return q
}

// Service answers the operations of Amazon Connect Cases.
type Service struct {
	api.Unimplemented
	db                 *store.DB
	bus                Publisher
	arns               arn.Maker
	contacts           Contacts
	customerOptional   bool
	relatedItemDeleted string
	lowerCaseTypes     bool
	quotas             Quotas
	log                *slog.Logger
	catalogs           catalogs
	updates            *store.Batch[update, struct{}]
	common             commonTerms
	deletions          chan struct{} // wakes RunDeletions
}

// New makes the service.
func New(c Config) *Service {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{
		db: c.DB, bus: c.Bus, arns: c.ARNs, contacts: c.Contacts, customerOptional: c.CustomerOptional,
		relatedItemDeleted: cmp.Or(c.RelatedItemDeleted, relatedItemDeleted), lowerCaseTypes: c.LowerCaseItemTypes,
		quotas: c.Quotas.withDefaults(), log: c.Log, deletions: make(chan struct{}, 1),
	}
	s.updates = store.NewBatch(c.DB, maxUpdates, s.updateCases)
	return s
}

// Describe gives the operation table for the front door.
func (s *Service) Describe() *wire.Service {
	d := api.Describe(s)
	d.MapError = mapError
	rated(d.Operations)
	for i := range d.Operations {
		if call := d.Operations[i].Call; call != nil {
			d.Operations[i].Call = storable(call)
		}
	}
	return d
}

// storable refuses text that PostgreSQL cannot hold, whichever member it is in: NUL characters, and, in the
// path, bytes that are not UTF-8 (the decoder refuses those in a body).
func storable(call func(context.Context, *wire.Request) (wire.Output, error)) func(context.Context, *wire.Request) (wire.Output, error) {
	return func(ctx context.Context, r *wire.Request) (wire.Output, error) {
		for _, label := range r.Labels {
			if !utf8.ValidString(label) || strings.Contains(label, "\x00") {
				return nil, &api.ValidationException{Message: "The path contains characters that are not allowed."}
			}
		}
		if escapedNUL(r.Body) || r.HTTP != nil && nulInQuery(r.HTTP.URL) {
			return nil, &api.ValidationException{Message: "The request contains a NUL character, which is not allowed."}
		}
		return call(ctx, r)
	}
}

// escapedNUL finds \u0000 in JSON: the only way to write a NUL character there.
func escapedNUL(body []byte) bool {
	nul := []byte(`\u0000`)
	for from := 0; ; {
		i := bytes.Index(body[from:], nul)
		if i < 0 {
			return false
		}
		i += from
		before := body[:i]
		if slashes := len(before) - len(bytes.TrimRight(before, `\`)); slashes%2 == 0 {
			return true // otherwise this backslash is itself escaped
		}
		from = i + len(nul)
	}
}

// nulInQuery finds a NUL character in a query string.
func nulInQuery(u *url.URL) bool { return strings.Contains(u.RawQuery, "%00") }

// mapError turns the room's failures into Cases' exceptions; nil leaves an internal one to the gateway,
// which logs it and shows nothing of it.
func mapError(err error) error {
	e, ok := faultOf(err)
	if !ok {
		return nil
	}
	switch e.Kind {
	case fault.Invalid:
		return &api.ValidationException{Message: e.Msg}
	case fault.NotFound:
		return &api.ResourceNotFoundException{Message: e.Msg, ResourceId: e.ID, ResourceType: e.Subject}
	case fault.Conflict:
		return &api.ConflictException{Message: e.Msg}
	case fault.Denied:
		return &api.AccessDeniedException{Message: e.Msg}
	case fault.Limit:
		return &api.ServiceQuotaExceededException{Message: e.Msg}
	case fault.Busy:
		return &api.ThrottlingException{Message: e.Msg}
	case fault.Unavailable:
		return &api.InternalServerException{Message: e.Msg}
	case fault.Internal:
	}
	return nil
}
