// Package remoteaws carries events to SQS queues and event buses of other accounts and Regions than ours: to AWS
// itself, or to an endpoint that speaks its APIs, such as another Casestream. It is the only room that uses AWS's SDK.
//
// It takes nothing unless Config says so: events leave this machine by decision only. It neither tries again (courier
// does) nor assumes the role of a target, which exists here by name only: who sends is whom the standard chain of
// credentials finds, and what it may do is for the other side to say.
//
//	remoteaws.go  Target, which ARNs it takes
//	place.go      settings by account and Region · client.go the SDK's clients
//	queue.go      SendMessage · event_bus.go PutEvents · hop.go what keeps events from going round
//	failure.go    what an error of the SDK means
package remoteaws

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/target"
)

// Config says where events may be carried.
type Config struct {
	ARNs arn.Maker // ours
	AWS  bool      // AWS itself too, wherever no endpoint is given
	// Endpoints are the URLs of AWS-compatible endpoints, and Profiles those of AWS's shared configuration to find
	// credentials with.
	Endpoints, Profiles Places
	// SourcePrefix comes before sources that begin with "aws.", which PutEvents takes from AWS's services only; empty:
	// they are sent as they are.
	SourcePrefix string
	Timeout      time.Duration // of a call; 0: 5 s
}

// defaultTimeout is how long a call may take.
const defaultTimeout = 5 * time.Second

// Target is the target.Remote of queues and event buses elsewhere.
type Target struct {
	cfg      Config
	profiles map[string]aws.Config // by name; empty: what AWS_PROFILE says

	mu      sync.Mutex
	clients map[clientKey]*client
}

// New reads AWS's configuration; credentials are looked for when they are needed. A profile that does not exist is an error.
func New(ctx context.Context, cfg Config) (*Target, error) {
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	t := &Target{cfg: cfg, profiles: make(map[string]aws.Config), clients: make(map[clientKey]*client)}
	for _, name := range append(cfg.Profiles.values(), "") {
		c, err := loadProfile(ctx, name, cfg.ARNs.Region)
		if err != nil && name != "" {
			return nil, err
		}
		if err == nil {
			t.profiles[name] = c
		}
	}
	return t, nil
}

// Takes says whether an ARN is that of a queue or an event bus elsewhere. One of our own account and Region never is:
// an event must not leave by one door to come in by another.
func (t *Target) Takes(a arn.ARN) bool {
	switch {
	case a.Account == t.cfg.ARNs.Account && a.Region == t.cfg.ARNs.Region:
		return false
	case !accountForm.MatchString(a.Account) || !regionForm.MatchString(a.Region):
		return false
	case !isQueue(a) && !isBus(a):
		return false
	}
	_, known := t.cfg.Endpoints.find(a)
	return known || t.cfg.AWS
}

// isQueue says whether an ARN is a queue's.
func isQueue(a arn.ARN) bool { return a.Service == "sqs" && !strings.ContainsAny(a.Resource, "/:") }

// isBus says whether an ARN is an event bus's.
func isBus(a arn.ARN) bool {
	return a.Service == "events" && strings.HasPrefix(a.Resource, "event-bus/")
}

// Deliver sends an event to the queue or the bus.
func (t *Target) Deliver(ctx context.Context, d *bus.Delivery) error {
	a, ok := arn.Parse(d.TargetARN)
	if !ok || !t.Takes(a) { // the server runs with other settings than when the event came; they may come back
		return &target.Failure{Code: bus.NoResource, Message: "This server does not send events to " + d.TargetARN + "."}
	}
	call, cancel := context.WithTimeout(ctx, t.cfg.Timeout)
	defer cancel()
	c, err := t.client(call, a)
	if err != nil {
		return &target.Failure{Code: bus.SDKClientError, Message: "AWS's configuration for " + a.Account + " cannot be read.", Err: err}
	}
	// Asked apart from the call, to know a failure of ours from one of theirs.
	if _, err := c.credentials.Retrieve(call); err != nil {
		return &target.Failure{Code: bus.SDKClientError, Message: "No AWS credentials were found to send to " + a.Account + " with.", Err: err}
	}
	if isQueue(a) {
		return sendMessage(call, c, a, d)
	}
	return t.putEvent(call, c, a, d)
}
