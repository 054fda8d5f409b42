package events

import (
	"encoding/json"
	"errors"
	"fmt"
)

// The envelope of every case event.
const (
	// Source is the source that case events have on EventBridge.
	Source = "aws.cases"
	// DetailType is the detail-type that case events have on EventBridge.
	DetailType = "Amazon Connect Cases Change"
)

// ErrNotCaseEvent says that a body is an event, but not a case event: its source or detail-type is another. A
// rule that asks for the source aws.cases alone lets such through, because CloudTrail reports the calls of the
// API under the same source. Consumers test for it with errors.Is and pass over the message.
var ErrNotCaseEvent = errors.New("not a case event")

// Parse reads an event in the envelope in which EventBridge delivers it: the body of an SQS message, the
// payload of a function.
//
// Its error is ErrNotCaseEvent when the event is about something else. Any other error says that the body is
// no event that can be used: it is not JSON, a member has the wrong form, or the type of the event promises
// what is not there.
func Parse(body []byte) (Event, error) {
	var envelope struct {
		ID         string          `json:"id"`
		DetailType string          `json:"detail-type"`
		Source     string          `json:"source"`
		Account    string          `json:"account"`
		Time       json.RawMessage `json:"time"`
		Region     string          `json:"region"`
		Resources  []string        `json:"resources"`
		Detail     json.RawMessage `json:"detail"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return Event{}, fmt.Errorf("event: %w", err)
	}
	if envelope.Source != Source || envelope.DetailType != DetailType {
		return Event{}, fmt.Errorf("%w: source %q, detail-type %q", ErrNotCaseEvent, envelope.Source, envelope.DetailType)
	}
	e := Event{ID: envelope.ID, Account: envelope.Account, Region: envelope.Region, Resources: envelope.Resources}
	if envelope.Time != nil {
		if err := json.Unmarshal(envelope.Time, &e.Time); err != nil {
			return Event{}, fmt.Errorf("time of event %s: %w", e.ID, err)
		}
	}
	if err := json.Unmarshal(envelope.Detail, &e.Detail); err != nil {
		return Event{}, fmt.Errorf("detail of event %s: %w", e.ID, err)
	}
	e.Raw = envelope.Detail
	if err := e.complete(); err != nil {
		return Event{}, fmt.Errorf("detail of event %s: %w", e.ID, err)
	}
	return e, nil
}

// complete demands what consumers rely on: that events of the known types say when and what.
func (d *Detail) complete() error {
	known := d.EventType.IsCase() || d.EventType.IsRelatedItem()
	switch {
	case d.EventType == "":
		return errors.New("eventType is missing")
	case known && d.ApproximateChangeTime.IsZero():
		return fmt.Errorf("approximateChangeTime is missing from %s", d.EventType)
	case d.EventType.IsCase() && d.Case == nil:
		return fmt.Errorf("case is missing from %s", d.EventType)
	case d.EventType.IsRelatedItem() && d.RelatedItem == nil:
		return fmt.Errorf("relatedItem is missing from %s", d.EventType)
	case known && d.CaseID() == "":
		return fmt.Errorf("caseId is missing from %s", d.EventType)
	}
	return nil
}
