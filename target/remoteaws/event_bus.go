package remoteaws

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/target"
)

// event is what PutEvents can say of an event. Its id, its account and its Region are for the bus to give.
type event struct {
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Time       time.Time       `json:"time"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// reserved is what the sources of AWS's own services begin with.
const reserved = "aws."

// putEvent puts a delivery's event on a bus.
func (t *Target) putEvent(ctx context.Context, c *client, a arn.ARN, d *bus.Delivery) error {
	var ev event
	if err := json.Unmarshal(d.Body, &ev); err != nil || ev.Source == "" || ev.DetailType == "" || len(ev.Detail) == 0 {
		return &target.Failure{
			Code: bus.InvalidParameter, Final: true, Err: err,
			Message: "An event bus receives events as they are, without Input, InputPath and InputTransformer.",
		}
	}
	if strings.HasPrefix(ev.Source, reserved) {
		ev.Source = t.cfg.SourcePrefix + ev.Source
	}
	entry := types.PutEventsRequestEntry{
		EventBusName: &d.TargetARN, Source: &ev.Source, DetailType: &ev.DetailType,
		Detail: aws.String(string(ev.Detail)), Resources: ev.Resources, Time: &ev.Time,
	}
	header := d.Event.TraceHeader
	if c.endpoint != "" {
		var err error
		if header, err = t.hop(a, d, ev.Time); err != nil {
			return err
		}
	}
	if header != "" {
		entry.TraceHeader = &header
	}
	out, err := c.events.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{entry}})
	if err != nil {
		return failureOf(err)
	}
	for _, e := range out.Entries {
		if e.ErrorCode != nil {
			return entryFailure(aws.ToString(e.ErrorCode), aws.ToString(e.ErrorMessage))
		}
	}
	if len(out.Entries) != 1 { // nothing says that the event is there
		return &target.Failure{Code: bus.ErrorFromTarget, Message: "The answer does not tell what became of the event."}
	}
	return nil
}
