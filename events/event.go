// Package events reads the case events that an Amazon Connect Cases event stream delivers: give Parse the
// body of an SQS message, and it answers with a typed Event.
//
// It is for consumers, and works with events from Amazon as with those from Casestream. It needs nothing but
// the standard library. It does not receive messages, delete them, or put them in order: the examples show
// how a consumer does that.
//
// What is newer than this package does not get in its way: members that it does not know are passed over,
// an event type, a kind of related item or a kind of value that it does not know is handed on as it came,
// and Detail.Raw has everything.
//
//	event.go         Event and what all events have
//	type.go          the types of events
//	case.go          the case in case events
//	related_item.go  the related item in related-item events, with the content of each kind
//	value.go         values of fields
//	parse.go         Parse, and when it refuses
package events

import (
	"encoding/json"
	"strings"
	"time"
)

// Event is one case event with its envelope.
type Event struct {
	// ID is the same in every copy of the event: a consumer that keeps the ids that it has dealt with does
	// nothing twice.
	ID      string
	Account string
	Region  string
	// Time is when the event was published, in whole seconds. Use ApproximateChangeTime to order events.
	Time time.Time
	// Resources are the ARN of the domain and the ARN of the case or related item that changed.
	Resources []string
	Detail
}

// Detail is what an event tells.
type Detail struct {
	EventType EventType `json:"eventType"`
	// ApproximateChangeTime is when the change was made. It orders the events of a case.
	ApproximateChangeTime time.Time `json:"approximateChangeTime"`
	// ChangedFieldIDs are the ids of the fields that changed. Only case events have them.
	ChangedFieldIDs []string `json:"changedFieldIds"`
	// ChangedAttributes are the paths of what changed in a related item. Only related-item events have them.
	ChangedAttributes []string    `json:"changedAttributes"`
	PerformedBy       PerformedBy `json:"performedBy"`
	// Case is there in every event for which EventType.IsCase holds.
	Case *Case `json:"case"`
	// RelatedItem is there in every event for which EventType.IsRelatedItem holds.
	RelatedItem *RelatedItem `json:"relatedItem"`
	// Raw is the JSON of the detail as it came.
	Raw json.RawMessage `json:"-"`
}

// PerformedBy is who made a change: the IAM principal that signed the request, and on whose behalf.
type PerformedBy struct {
	// User is empty when the request named nobody.
	User            User   `json:"user"`
	IAMPrincipalARN string `json:"iamPrincipalArn"`
}

// User is a Connect user or an entity of the customer's own. At most one of the two is set.
type User struct {
	ARN          string `json:"userArn"`
	CustomEntity string `json:"customEntity"`
}

// CaseID gives the id of the case that changed, or on which a related item did.
func (d *Detail) CaseID() string {
	switch {
	case d.Case != nil:
		return d.Case.ID
	case d.RelatedItem != nil:
		return d.RelatedItem.CaseID
	}
	return ""
}

// DomainARN gives the ARN of the Cases domain.
func (e *Event) DomainARN() string { return e.resource(0) }

// ResourceARN gives the ARN of the case or related item that changed.
func (e *Event) ResourceARN() string { return e.resource(1) }

// DomainID gives the id of the Cases domain, which is in the ARNs only.
func (e *Event) DomainID() string {
	_, domainID, _ := strings.Cut(e.DomainARN(), ":domain/")
	domainID, _, _ = strings.Cut(domainID, "/")
	return domainID
}

// resource gives one of the resources; empty when there are not so many.
func (e *Event) resource(n int) string {
	if n >= len(e.Resources) {
		return ""
	}
	return e.Resources[n]
}
