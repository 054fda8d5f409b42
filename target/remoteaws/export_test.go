package remoteaws

import (
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
)

// Hop gives the trace header of an event that leaves.
func (t *Target) Hop(to arn.ARN, d *bus.Delivery, at time.Time) (string, error) {
	return t.hop(to, d, at)
}
