package bus

import (
	"fmt"
	"strconv"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/policy"
)

// actionPutEvents is what the policy of a bus is asked about.
const actionPutEvents = "events:PutEvents"

// everybody is the principal that means all.
const everybody = "*"

// Caller is who puts an event on a bus. AWS's own services have none: no policy concerns them.
type Caller struct {
	ARN      string // of a user or a role
	Account  string
	SourceIP string // of a call from outside
	Secure   bool   // the call came over TLS
	RuleARN  string // of the rule that forwards the event; empty: a call
}

// parsedPolicy is the policy of a bus, ready to be asked.
type parsedPolicy struct {
	text   string
	policy *policy.Policy
}

// admit decides whether a caller may put an event on a bus whose policy is text. The bus's own account may unless
// a statement denies it; others must be allowed. The refusal is a fault.Denied, in IAM's words.
func (b *Bus) admit(bus, text string, c *Caller, ev *Event, now time.Time) error {
	own := c.Account == b.cfg.ARNs.Account
	decision := policy.NoMatch
	if text != "" {
		p, err := b.parsePolicy(bus, text)
		if err != nil {
			return err
		}
		decision = p.Evaluate(policy.Request{
			Principal: c.caller().Principal(),
			Action:    actionPutEvents, Resource: b.ARN(bus), Context: c.context(ev, now),
		})
	}
	why := "because no resource-based policy allows the " + actionPutEvents + " action"
	switch {
	case decision == policy.Allowed, decision == policy.NoMatch && own:
		return nil
	case decision == policy.ExplicitDeny:
		why = "with an explicit deny in a resource-based policy"
	}
	return &fault.Error{
		Kind: fault.Denied, Subject: SubjectBus, ID: bus,
		Msg: "User: " + c.ARN + " is not authorized to perform: " + actionPutEvents + " on resource: " + b.ARN(bus) + " " + why,
	}
}

// caller is what policies know of the caller.
func (c *Caller) caller() policy.Caller { return policy.Caller{ARN: c.ARN, Account: c.Account} }

// context gives the condition keys that are known of an attempt to put an event.
func (c *Caller) context(ev *Event, now time.Time) map[string][]string {
	keys := c.caller().Keys()
	policy.AddTime(keys, now)
	keys["events:source"], keys["events:detail-type"] = []string{ev.Source}, []string{ev.DetailType}
	keys["events:eventBusInvocation"] = []string{strconv.FormatBool(c.RuleARN != "")}
	if c.RuleARN != "" {
		keys["aws:SourceArn"], keys["aws:SourceAccount"] = []string{c.RuleARN}, []string{c.Account}
		return keys
	}
	keys["aws:SecureTransport"] = []string{strconv.FormatBool(c.Secure)}
	if c.SourceIP != "" {
		keys["aws:SourceIp"] = []string{c.SourceIP}
	}
	return keys
}

// parsePolicy reads the policy of a bus, once for each text.
func (b *Bus) parsePolicy(bus, text string) (*policy.Policy, error) {
	b.mu.RLock()
	p := b.policies[bus]
	b.mu.RUnlock()
	if p.text == text {
		return p.policy, nil
	}
	parsed, err := policy.Parse(text)
	if err != nil {
		// It was accepted when it was stored: only a program that reads fewer policies can get here.
		return nil, fmt.Errorf("policy of bus %s: %w", bus, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.policies[bus] = parsedPolicy{text, parsed}
	return parsed, nil
}
