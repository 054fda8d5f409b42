// Package queue delivers events to SQS queues: it asks the queue's policy and sends the message in the
// transaction that publishes the event.
//
// It keeps no messages (package queue of the engines' floor does that) and is not the SQS API.
package queue

import (
	"slices"
	"strings"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/policy"
	engine "github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
)

// Target is the bus.Local of the service "sqs".
type Target struct {
	queues *engine.Queues
	arns   arn.Maker
}

// New makes the target of all queues.
func New(queues *engine.Queues, arns arn.Maker) *Target { return &Target{queues, arns} }

// eventBridge is whom a queue's policy must let send.
var eventBridge = policy.Principal{Kind: policy.Service, Values: []string{"events.amazonaws.com"}}

// DeliverTx sends each delivery's body to the queue that its target names, a statement for all. The queue's
// rules decide about FIFO groups and duplicates: without a deduplication id the queue must take the body's
// hash for one.
func (t *Target) DeliverTx(tx *store.Tx, list []*bus.Delivery) error {
	var loads []*load
	for _, d := range list {
		l, err := t.find(tx, &loads, d.TargetARN)
		if err != nil {
			return err
		}
		if d.Err = l.missing; d.Err != nil {
			continue
		}
		m := &engine.Message{
			Body: string(d.Body), Attributes: attributes(d.Attributes), GroupID: d.MessageGroupID,
			SenderID: t.arns.Account, TraceHeader: d.Event.TraceHeader,
		}
		if !t.allowed(tx, l, d.RuleARN) {
			d.Err = fault.New(fault.Denied, "The policy of the queue "+l.to.ARN+" does not let events.amazonaws.com send messages for the rule "+d.RuleARN)
		} else if d.Err = l.to.Check(m); d.Err == nil {
			l.messages = append(l.messages, m)
		}
	}
	// In one call, whatever the order of the rules is: two transactions that took the groups of FIFO queues
	// one queue after the other, in different orders, would wait for each other.
	all := make([]engine.Load, len(loads))
	for i, l := range loads {
		all[i] = engine.Load{To: l.to, Messages: l.messages}
	}
	return t.queues.SendManyTx(tx, all...)
}

// load is what one queue receives.
type load struct {
	arn      string
	to       *engine.Queue
	missing  error // there is no such queue
	messages []*engine.Message
	allowed  map[string]bool // by rule: what the queue's policy said
}

// find gives the load of a queue; it looks each queue up once.
func (t *Target) find(tx *store.Tx, loads *[]*load, queueARN string) (*load, error) {
	for _, l := range *loads {
		if l.arn == queueARN {
			return l, nil
		}
	}
	l := &load{arn: queueARN, allowed: make(map[string]bool, 1)}
	var err error
	if l.to, err = t.queues.ByARN(tx, queueARN); err != nil {
		if fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		l.missing = err
	}
	*loads = append(*loads, l)
	return l, nil
}

// allowed asks the queue's policy, once a rule; a queue without one lets nobody send but its owner.
func (t *Target) allowed(tx *store.Tx, l *load, ruleARN string) bool {
	if l.to.Policy == nil {
		return false
	}
	allowed, asked := l.allowed[ruleARN]
	if !asked {
		var keys map[string][]string
		if l.to.Policy.Conditional() {
			keys = t.keys(tx, l, ruleARN)
		}
		allowed = l.to.Policy.Evaluate(policy.Request{
			Principal: eventBridge, Action: "sqs:SendMessage", Resource: l.to.ARN, Context: keys,
		}) == policy.Allowed
		l.allowed[ruleARN] = allowed
	}
	return allowed
}

// attributes makes message attributes of a dead letter's, in name order.
func attributes(of map[string]string) []engine.Attribute {
	if len(of) == 0 {
		return nil
	}
	list := make([]engine.Attribute, 0, len(of))
	for name, value := range of {
		list = append(list, engine.Attribute{Name: name, DataType: "String", StringValue: value})
	}
	slices.SortFunc(list, func(a, b engine.Attribute) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// keys gives the condition keys of an event's way to a queue: those that queue policies ask for.
func (t *Target) keys(tx *store.Tx, l *load, ruleARN string) map[string][]string {
	keys := map[string][]string{
		"aws:SourceArn": {ruleARN}, "aws:SourceAccount": {t.arns.Account}, "aws:ResourceAccount": {t.arns.Account},
		"aws:PrincipalIsAWSService": {"true"}, "aws:PrincipalServiceName": eventBridge.Values,
		"aws:SecureTransport": {"true"}, // no network lies between: nothing is safer on its way
	}
	policy.AddTime(keys, tx.Now())
	for key, value := range l.to.Tags {
		keys["aws:ResourceTag/"+key] = []string{value}
	}
	return keys
}
