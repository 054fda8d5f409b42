package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/policy"
	"github.com/casestream/casestream/store"
)

// maxPolicySize bounds a policy document, in bytes.
const maxPolicySize = 8192

// policyLimits bounds the parts of a policy document.
var policyLimits = policy.Limits{Statements: 20, Principals: 50, Conditions: 10, Actions: 7, Resources: 1}

// Permission is a statement that lets other accounts do something with a queue.
type Permission struct {
	Label    string
	Accounts []string // their numbers
	Actions  []string // "SendMessage"; "*": all
}

// grantable are the actions that AddPermission can give away; those of a batch are their single one's.
var grantable = []string{
	"*", "ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl",
	"ListDeadLetterSourceQueues", "PurgeQueue", "ReceiveMessage", "SendMessage",
}

// ownersOnly are the actions that nobody can do but principals of the queue's own account.
var ownersOnly = []string{
	"AddPermission", "CancelMessageMoveTask", "CreateQueue", "DeleteQueue", "ListMessageMoveTasks", "ListQueues", "ListQueueTags",
	"RemovePermission", "SetQueueAttributes", "StartMessageMoveTask", "TagQueue", "UntagQueue",
}

// OwnersOnly says whether an action is one that no policy can give to another account.
func OwnersOnly(action string) bool { return slices.Contains(ownersOnly, action) }

// What labels and accounts look like.
var (
	labelForm   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
)

// check refuses a permission that no queue could have.
func (p *Permission) check() error {
	switch {
	case p.Label == "":
		return missing("Label")
	case !labelForm.MatchString(p.Label):
		return parameterValue(p.Label, "Label", "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
	case len(p.Actions) == 0:
		return missing("Actions")
	case len(p.Accounts) == 0 || slices.ContainsFunc(p.Accounts, func(a string) bool { return !accountForm.MatchString(a) }):
		return parameterValue(fmt.Sprint(p.Accounts), "PrincipalId", "Unable to verify.")
	case len(p.Actions) > policyLimits.Actions:
		return overLimit(&policy.Excess{Parts: "Actions", Found: len(p.Actions), Most: policyLimits.Actions})
	}
	for _, a := range p.Actions {
		switch {
		case slices.Contains(grantable, a):
		case OwnersOnly(a):
			return parameterValue("SQS:"+a, "ActionName", "Only the queue owner is allowed to invoke this action.")
		default:
			return parameterValue("SQS:"+a, "ActionName", "Please refer to the appropriate WSDL for a list of valid actions.")
		}
	}
	return nil
}

// AddPermission adds a statement to a queue's policy.
func (s *Queues) AddPermission(ctx context.Context, ref Ref, p Permission) error {
	return s.change(ctx, ref, func(tx *store.Tx, q *Queue) error {
		if err := p.check(); err != nil {
			return err
		}
		text, err := policy.PlainJSON(s.statement(q, &p))
		if err != nil {
			return err
		}
		return editPolicy(tx, q, func(list []json.RawMessage) ([]json.RawMessage, error) {
			if slices.ContainsFunc(list, policy.HasSid(p.Label)) {
				return nil, parameterValue(p.Label, "Label", "Already exists.")
			}
			return append(list, text), nil
		})
	})
}

// RemovePermission takes the statement with a label out of a queue's policy.
func (s *Queues) RemovePermission(ctx context.Context, ref Ref, label string) error {
	return s.change(ctx, ref, func(tx *store.Tx, q *Queue) error {
		if label == "" {
			return missing("Label")
		}
		return editPolicy(tx, q, func(list []json.RawMessage) ([]json.RawMessage, error) {
			n := len(list)
			if list = slices.DeleteFunc(list, policy.HasSid(label)); len(list) == n {
				return nil, parameterValue(label, "Label", "can't find label.")
			}
			return list, nil
		})
	})
}

// statement is a permission as policies have it. What there is one of stands without a list, as on AWS.
type statement struct {
	Sid       string
	Effect    string
	Principal map[policy.Kind]any
	Action    any
	Resource  string
}

// statement writes a permission down.
func (s *Queues) statement(q *Queue, p *Permission) *statement {
	who, what := make([]string, len(p.Accounts)), make([]string, len(p.Actions))
	for i, account := range p.Accounts {
		who[i] = s.cfg.ARNs.MakeGlobalOf(account, "iam", "root")
	}
	for i, action := range p.Actions {
		what[i] = "SQS:" + action
	}
	return &statement{
		Sid: p.Label, Effect: "Allow", Principal: map[policy.Kind]any{policy.AWS: oneOrAll(who)}, Action: oneOrAll(what), Resource: q.ARN,
	}
}

// oneOrAll gives the only element of a list, or else the list.
func oneOrAll(list []string) any {
	if len(list) == 1 {
		return list[0]
	}
	return list
}

// editPolicy changes the statements of a queue's policy. Without statements there is no policy. The caller
// holds the queue's row, so that no change is lost.
func editPolicy(tx *store.Tx, q *Queue, change func([]json.RawMessage) ([]json.RawMessage, error)) error {
	text, err := policy.Edit(q.set[attrPolicy], policy.Head{Version: "2008-10-17", ID: q.ARN + "/SQSDefaultPolicy"}, change)
	if err != nil {
		return err
	}
	if err := checkPolicy(text); err != nil {
		if excess, ok := errors.AsType[*policy.Excess](err); ok {
			return overLimit(excess)
		}
		return badPolicy(err)
	}
	set := maps.Clone(q.set)
	if set[attrPolicy] = text; text == "" {
		delete(set, attrPolicy)
	}
	return updateQueue(tx, q.ID, set, q.Tags)
}

// checkPolicy checks a policy document; the empty text is none.
func checkPolicy(text string) error {
	if text == "" {
		return nil
	}
	if len(text) > maxPolicySize {
		return &policy.Excess{Parts: "Bytes", Found: len(text), Most: maxPolicySize}
	}
	p, err := policy.Parse(text)
	if err != nil {
		return err
	}
	return p.Within(policyLimits)
}

// badPolicy says that a queue cannot have a policy. Like AWS it does not tell clients why; the log does.
func badPolicy(why error) error {
	return &fault.Error{Kind: fault.Invalid, Subject: SubjectAttributeValue, ID: attrPolicy, Msg: "Invalid value for the parameter Policy.", Err: why}
}

// overLimit says that a policy would hold more than it may.
func overLimit(e *policy.Excess) error {
	return &fault.Error{Kind: fault.Limit, Subject: SubjectPolicy, Msg: e.Error()}
}
