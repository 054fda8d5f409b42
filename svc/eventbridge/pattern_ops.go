package eventbridge

import (
	"context"
	"encoding/json"

	api "github.com/casestream/casestream/awsapi/eventbridge"
	"github.com/casestream/casestream/pattern"
)

// envelopeKeys are the fields without which a text is no event.
var envelopeKeys = []string{"id", "account", "source", "time", "region", "detail-type"}

// TestEventPattern tells whether an event matches a pattern, as a rule would.
func (s *Service) TestEventPattern(_ context.Context, in *api.TestEventPatternInput) (*api.TestEventPatternOutput, error) {
	var event map[string]json.RawMessage
	if pattern.CheckEvent([]byte(in.Event)) != nil || json.Unmarshal([]byte(in.Event), &event) != nil {
		return nil, invalid("Parameter Event is not valid.")
	}
	for _, key := range envelopeKeys {
		if _, ok := event[key]; !ok {
			return nil, invalid("Parameter Event is not valid.")
		}
	}
	p, err := pattern.Compile(in.EventPattern)
	if err != nil {
		return nil, err
	}
	matched, err := p.Match([]byte(in.Event))
	if err != nil {
		return nil, invalid("Parameter Event is not valid. Reason: " + err.Error() + ".")
	}
	return &api.TestEventPatternOutput{Result: &matched}, nil
}
