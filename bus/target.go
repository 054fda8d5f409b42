package bus

import (
	"strings"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// Target is one target of a rule. The part behind ID and ARN is stored as JSON under these names.
type Target struct {
	ID  string `json:"-"`
	ARN string `json:"-"`

	RoleARN string `json:"roleArn,omitempty"`

	// What is delivered instead of the event; of several, the first.
	Input            *string           `json:"input,omitempty"`            // this JSON
	InputPath        *string           `json:"inputPath,omitempty"`        // a part of the event
	InputTransformer *InputTransformer `json:"inputTransformer,omitempty"` // a template with parts of the event in it

	// MessageGroupID is a FIFO queue's group, or the JSON path of it in the event; of several paths with | between
	// them, the first that leads to something counts, and an event without any is a group of its own.
	MessageGroupID string          `json:"messageGroupId,omitempty"`
	HTTP           *HTTPParameters `json:"http,omitempty"`
	DeadLetterARN  string          `json:"deadLetterArn,omitempty"`
	Retry          *Retry          `json:"retry,omitempty"`
}

// HTTPParameters are what a request to an API destination has besides the destination's own. A value that begins
// with "$." is a JSON path into the event, of which a Delivery has the result.
type HTTPParameters struct {
	Path   []string          `json:"path,omitempty"` // for the * of the endpoint, in their order
	Header map[string]string `json:"header,omitempty"`
	Query  map[string]string `json:"query,omitempty"`
}

// Retry bounds how long a target is tried; nil leaves a bound to the default.
type Retry struct {
	Attempts   *int32 `json:"attempts,omitempty"`
	AgeSeconds *int32 `json:"ageSeconds,omitempty"`
}

// bounds gives how often a target may be tried again, and until how long after the event came.
func (r *Retry) bounds() (retries int, age time.Duration) {
	retries, age = defaultRetries, defaultAge
	if r != nil && r.Attempts != nil {
		retries = int(*r.Attempts)
	}
	if r != nil && r.AgeSeconds != nil {
		age = time.Duration(*r.AgeSeconds) * time.Second
	}
	return retries, age
}

// PutTargets adds targets to a rule; a target of the same id is replaced. A target that cannot be served is
// a fault.Invalid, too many are a fault.Limit; nothing is stored then.
func (b *Bus) PutTargets(tx *store.Tx, bus, rule string, targets []Target) error {
	for i := range targets {
		if err := b.checkTarget(&targets[i]); err != nil {
			return err
		}
	}
	return change(tx, bus, func(int64) (ruleID, error) {
		r, err := getRule(tx, bus, rule)
		if err != nil {
			return ruleID{}, err
		}
		for _, t := range targets {
			if err := putTarget(tx, bus, rule, t); err != nil {
				return ruleID{}, err
			}
		}
		n, err := countTargets(tx, bus, rule)
		if err == nil && n > b.cfg.Quotas.TargetsPerRule {
			err = overLimit()
		}
		return r.id(), err
	})
}

// checkTarget refuses a target that no event could ever reach.
func (b *Bus) checkTarget(t *Target) error {
	refuse := func(msg string) error {
		return &fault.Error{Kind: fault.Invalid, Subject: SubjectTarget, ID: t.ID, Msg: msg}
	}
	a, ok := arn.Parse(t.ARN)
	if !ok || !storable(t.ARN) {
		return refuse("Parameter " + t.ARN + " is not valid. Reason: Provided Arn is not in correct format.")
	}
	if b.busOf(t.ARN) != "" || a.Service == "events" && strings.HasPrefix(a.Resource, busResource) && b.isOutside(t.ARN) {
		if t.Input != nil || t.InputPath != nil || t.InputTransformer != nil {
			return refuse("Target " + t.ID + ": an event bus receives events as they are, without Input, InputPath and InputTransformer.")
		}
	} else if b.cfg.Locals[a.Service] == nil && !b.isOutside(t.ARN) {
		return refuse("Target " + t.ID + ": a target of the service " + a.Service + " is not supported by this version of Casestream.")
	}
	if _, err := readInput(t); err != nil {
		return refuse(wordsFor(err, t.ID))
	}
	if err := new(dynamic).read(t); err != nil {
		return refuse(err.Error() + " It was given for target " + t.ID + ".")
	}
	if t.DeadLetterARN != "" {
		if q, ok := arn.Parse(t.DeadLetterARN); !ok || q.Service != "sqs" {
			return refuse("Parameter DeadLetterConfig.Arn is not valid for target " + t.ID + ". Reason: It must be the ARN of an SQS queue.")
		}
	}
	return nil
}

// Targets lists the targets of a rule, by id; a missing rule, or bus, is a fault.NotFound.
func (b *Bus) Targets(tx *store.Tx, bus, rule string) ([]Target, error) {
	if err := exists(tx, bus); err != nil {
		return nil, err
	}
	if _, err := getRule(tx, bus, rule); err != nil {
		return nil, err
	}
	return listTargets(tx, bus, rule)
}

// RemoveTargets takes targets from a rule; ids that the rule does not have are passed over.
func (b *Bus) RemoveTargets(tx *store.Tx, bus, rule string, ids []string) error {
	return change(tx, bus, func(int64) (ruleID, error) {
		r, err := getRule(tx, bus, rule)
		if err != nil {
			return ruleID{}, err
		}
		for _, id := range ids {
			if err := deleteTarget(tx, bus, rule, id); err != nil {
				return ruleID{}, err
			}
		}
		return r.id(), nil
	})
}

// RuleNamesByTarget lists the rules of a bus that have a target of an ARN, as Rules does.
func (b *Bus) RuleNamesByTarget(tx *store.Tx, bus, target, after string, limit int) ([]string, error) {
	if err := exists(tx, bus); err != nil {
		return nil, err
	}
	if !storable(target) {
		return nil, nil
	}
	return listRuleNames(tx, bus, target, after, limit)
}
