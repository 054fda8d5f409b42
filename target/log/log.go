// Package log delivers events to log groups: it asks the account's resource policies and appends the log event in the
// transaction that publishes the event.
//
// It keeps no log groups (package loggroup of the engines' floor does that) and is not the API of CloudWatch Logs.
package log

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/loggroup"
	"github.com/casestream/casestream/policy"
	"github.com/casestream/casestream/store"
)

// Target is the bus.Local of the service "logs".
type Target struct {
	groups *loggroup.Groups
	arns   arn.Maker
}

// New makes the target of all log groups.
func New(groups *loggroup.Groups, arns arn.Maker) *Target { return &Target{groups, arns} }

// eventBridge is whom the resource policies must let write.
var eventBridge = policy.Principal{Kind: policy.Service, Values: []string{"events.amazonaws.com"}}

// actions are what the resource policies must let it do.
var actions = []string{"logs:CreateLogStream", "logs:PutLogEvents"}

// DeliverTx appends each delivery's body to a stream of the log group that its target names.
func (t *Target) DeliverTx(tx *store.Tx, list []*bus.Delivery) error {
	policies, err := t.groups.InForce(tx)
	if err != nil {
		return err
	}
	var places []*place
	entries := make([]loggroup.Entry, 0, len(list))
	for _, d := range list {
		p, err := t.find(tx, policies, &places, d)
		if err != nil {
			return err
		}
		if d.Err = p.refused; d.Err == nil {
			entries = append(entries, loggroup.Entry{To: p.stream, Event: eventOf(d, p.group, tx.Now())})
		}
	}
	if len(entries) == 0 {
		return nil
	}
	return t.groups.Append(tx, entries)
}

// place is where the events of a rule for a log group go.
type place struct {
	target, rule string // ARNs
	group        *loggroup.Group
	stream       *loggroup.Stream
	refused      error // they go nowhere
}

// find gives the place of a delivery; it looks each one up once.
func (t *Target) find(tx *store.Tx, policies loggroup.InForce, places *[]*place, d *bus.Delivery) (*place, error) {
	for _, p := range *places {
		if p.target == d.TargetARN && p.rule == d.RuleARN {
			return p, nil
		}
	}
	p := &place{target: d.TargetARN, rule: d.RuleARN}
	*places = append(*places, p)
	name, ok := t.groups.NameOf(d.TargetARN)
	if !ok {
		p.refused = fault.Missing(loggroup.SubjectGroup, d.TargetARN, "The specified log group does not exist.")
		return p, nil
	}
	stream := streamName(d.RuleARN, tx.Now())
	if !t.allowed(policies, t.groups.StreamARN(name, stream), d.RuleARN) {
		p.refused = fault.New(fault.Denied, "No resource policy of CloudWatch Logs lets events.amazonaws.com do logs:CreateLogStream and logs:PutLogEvents in the log group "+
			name+" for the rule "+d.RuleARN)
		return p, nil
	}
	var err error
	if p.group, err = t.groups.Group(tx, name); err == nil {
		p.stream, err = t.groups.EnsureStream(tx, p.group, stream)
	}
	if fault.KindOf(err) == fault.NotFound {
		p.refused, err = err, nil
	}
	return p, err
}

// allowed asks the resource policies for both actions that a delivery needs.
func (t *Target) allowed(policies loggroup.InForce, streamARN, ruleARN string) bool {
	for _, action := range actions {
		allowed := policies.Allow(policy.Request{
			Principal: eventBridge, Action: action, Resource: streamARN,
			Context: map[string][]string{
				"aws:SourceArn": {ruleARN}, "aws:SourceAccount": {t.arns.Account},
				// What policies ask besides. No network lies between: nothing is safer on its way.
				"aws:SecureTransport": {"true"}, "aws:PrincipalIsAWSService": {"true"}, "aws:PrincipalServiceName": eventBridge.Values,
			},
		})
		if !allowed {
			return false
		}
	}
	return true
}

// streamName gives the stream of a rule's events of a day (UTC): a UUID, as the names of EventBridge's streams are. It
// is made of both, so that every node finds the same one without asking; a stream a day keeps one from growing without
// end, and there are few enough of them to look through.
func streamName(ruleARN string, now time.Time) string {
	u := sha256.Sum256([]byte(ruleARN + "\n" + now.UTC().Format(time.DateOnly)))
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80 // version 8: a UUID of one's own making (RFC 9562)
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:16])
}
