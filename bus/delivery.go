package bus

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/transform"
)

// Delivery is one event on its way to one target of one rule.
type Delivery struct {
	Event *Event
	Body  []byte // what the target receives: the event, or what the target's input settings make of it

	BusName, RuleName, RuleARN string
	TargetID, TargetARN        string
	MessageGroupID             string // for FIFO queues
	DeadLetterARN              string
	RoleARN                    string            // of the target
	HTTP                       *HTTPParameters   // for API destinations
	Attributes                 map[string]string // of a dead letter: why it is one

	// Err is why the target does not take it, whatever else is tried: an error of kind Denied, NotFound or
	// Invalid. The target's Local sets it, or the bus where no Local can be asked.
	Err error

	service  string     // whose Local takes it
	lane     int64      // of a target outside our store
	envelope []byte     // the event as it was published
	of       *Delivery  // of a dead letter: the delivery that failed
	invoked  *obs.Count // the invocations of its target; nil: it is looked up
	end      end        // what became of it in the transaction that publishes
}

// Local is a target in our own store.
type Local interface {
	// DeliverTx delivers in the transaction that publishes, so exactly once. A delivery that it refuses for
	// good gets its Err and writes nothing; the others are written in their order. An error that it returns
	// fails the whole transaction, and with it the publisher's change.
	DeliverTx(tx *store.Tx, list []*Delivery) error
}

// Reasons why an event is dropped: the error codes that EventBridge gives its dead letters, one of our own for a
// bus that sends events round, and two for events that meet no target.
const (
	NoPermissions     = "NO_PERMISSIONS"
	NoResource        = "NO_RESOURCE"
	InvalidParameter  = "INVALID_PARAMETER"
	InvalidJSON       = "INVALID_JSON"            // what a template became
	LimitExceeded     = "RESOURCE_LIMIT_EXCEEDED" // too many copies on buses
	Loop              = "LOOP_DETECTED"           // the event was on that bus already
	NoSuchBus         = "NO_SUCH_BUS"
	ConnectionFailure = "CONNECTION_FAILURE"
	ErrorFromTarget   = "ERROR_FROM_TARGET"
	InternalError     = "INTERNAL_ERROR"
	SDKClientError    = "SDK_CLIENT_ERROR"
	Throttling        = "THROTTLING"
	Timeout           = "TIMEOUT"
	UnknownError      = "UNKNOWN"
	Undecided         = "UNDECIDED" // a pattern's verdict would have cost too much
)

// codeOf gives the error code of a failure that is final; no for one that is not.
func codeOf(err error) (string, bool) {
	switch {
	case errors.Is(err, errLoop):
		return Loop, true
	case errors.Is(err, errForwards):
		return LimitExceeded, true
	}
	switch fault.KindOf(err) {
	case fault.Denied:
		return NoPermissions, true
	case fault.NotFound:
		return NoResource, true
	case fault.Invalid:
		if errors.Is(err, transform.ErrNotJSON) {
			return InvalidJSON, true
		}
		return InvalidParameter, true
	case fault.Internal, fault.Conflict, fault.Limit, fault.Busy, fault.Unavailable:
	}
	return "", false
}

// address makes out the delivery of an event, whose bytes are text, to a target; now is when the event came.
func (t *compiledTarget) address(ev *Event, text []byte, bus string, r *compiledRule, now time.Time) *Delivery {
	d := &Delivery{
		Event: ev, BusName: bus, RuleName: r.name, RuleARN: r.arn,
		TargetID: t.ID, TargetARN: t.ARN, RoleARN: t.RoleARN, DeadLetterARN: t.DeadLetterARN,
		service: t.service, envelope: text, invoked: t.invoked,
	}
	d.MessageGroupID, d.HTTP = t.dynamic.of(ev, text)
	if t.inputErr != nil {
		d.Err = fault.New(fault.Invalid, wordsFor(t.inputErr, t.ID))
		return d
	}
	d.Body, d.Err = t.input.body(text, transform.Origin{RuleARN: r.arn, RuleName: r.name, IngestionTime: now})
	return d
}

// letter makes a dead letter of a delivery that failed for good: the event as it was published, whatever the
// target's input settings made of it.
func (b *Bus) letter(d *Delivery, code string) *Delivery {
	l := *d
	l.Body, l.TargetARN, l.MessageGroupID, l.DeadLetterARN, l.Err, l.of = d.envelope, d.DeadLetterARN, "", "", nil, d
	l.service = serviceOf(l.TargetARN)
	l.Attributes = map[string]string{
		"RULE_ARN": d.RuleARN, "TARGET_ARN": d.TargetARN, "ERROR_CODE": code, "ERROR_MESSAGE": printable(messageOf(d.Err)),
	}
	return &l
}

// maxErrorMessage bounds a dead letter's ERROR_MESSAGE, in characters: it comes from outside, and the letter must fit a queue.
const maxErrorMessage = 1024

// printable makes of a text what a queue takes for an attribute.
func printable(s string) string {
	n := 0
	return strings.Map(func(r rune) rune {
		if n++; n > maxErrorMessage {
			return -1
		}
		if r < ' ' || r == utf8.RuneError || r == 0xFFFE || r == 0xFFFF {
			return ' '
		}
		return r
	}, s)
}

// messageOf gives what a dead letter says about its failure: the words that are for clients.
func messageOf(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Msg != "" {
		return e.Msg
	}
	return err.Error()
}

// hand gives each Local its deliveries, in their order, but for those that have failed already.
func (b *Bus) hand(tx *store.Tx, list []*Delivery) error {
	for len(list) > 0 {
		service := list[0].service
		var now, later []*Delivery
		for _, d := range list {
			switch {
			case d.service != service:
				later = append(later, d)
			case d.Err == nil:
				now = append(now, d)
			}
		}
		local := b.cfg.Locals[service]
		if local == nil {
			for _, d := range now {
				d.Err = fault.New(fault.Invalid, "There is no target of the service "+service)
			}
		} else if len(now) > 0 {
			if err := local.DeliverTx(tx, now); err != nil {
				return err
			}
		}
		list = later
	}
	return nil
}
