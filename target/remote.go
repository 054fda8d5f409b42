package target

import (
	"context"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
)

// Remote is a kind of destination outside our store. It is safe for use by many goroutines.
type Remote interface {
	// Takes says whether targets of an ARN are of this kind.
	Takes(a arn.ARN) bool
	// Deliver carries one event to d.TargetARN, once: who tries again is courier. It ends soon after ctx does and
	// keeps neither d nor what it holds. An event may come twice, with the same id, where an answer was lost.
	// An error that is no *Failure counts as one that may pass.
	Deliver(ctx context.Context, d *bus.Delivery) error
}

// Failure is why an event did not arrive.
type Failure struct {
	Code    string // AWS's ERROR_CODE: bus.NoPermissions, bus.Timeout …
	Message string // for ERROR_MESSAGE and the trace: no secrets
	Final   bool   // trying again does not help
	Status  int    // of the HTTP answer; 0: there was none
	// RetryAfter is how long the destination asks to be left alone; 0: it does not ask.
	RetryAfter time.Duration
	Err        error // the cause, for the log; may be nil
}

// Error gives the code and the message.
func (f *Failure) Error() string { return f.Code + ": " + f.Message }

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Err }
