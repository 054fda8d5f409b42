package bus

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/policy"
	"github.com/casestream/casestream/store"
)

// maxPolicy is how many characters the policy of a bus may have.
const maxPolicy = 10_240

// Permission is a statement that lets somebody put events on a bus.
type Permission struct {
	StatementID  string
	Principal    string // the number of an account; "*": everybody
	Organization string // and only members of this one; empty: whoever Principal means
}

// statement is a Permission as policies have it.
type statement struct {
	Sid       string
	Effect    string
	Principal any
	Action    string
	Resource  string
	Condition map[string]map[string]string `json:",omitempty"`
}

// AddPermission adds a statement to the policy of a bus; one of the same id is replaced.
func (b *Bus) AddPermission(tx *store.Tx, bus string, p Permission) error {
	s := statement{Sid: p.StatementID, Effect: "Allow", Principal: p.Principal, Action: actionPutEvents, Resource: b.ARN(bus)}
	if p.Principal != everybody {
		s.Principal = map[string]string{string(policy.AWS): b.cfg.ARNs.MakeGlobalOf(p.Principal, "iam", "root")}
	}
	if p.Organization != "" {
		s.Condition = map[string]map[string]string{"StringEquals": {"aws:PrincipalOrgID": p.Organization}}
	}
	text, err := policy.PlainJSON(s)
	if err != nil {
		return err
	}
	return b.editPolicy(tx, bus, putStatement(p.StatementID, text))
}

// RemovePermission takes the statement of an id out of the policy of a bus; a missing one is a fault.NotFound.
func (b *Bus) RemovePermission(tx *store.Tx, bus, statementID string) error {
	return b.editPolicy(tx, bus, removeStatement(statementID))
}

// edit changes the statements of a policy.
type edit func([]json.RawMessage) ([]json.RawMessage, error)

// putStatement adds a statement, in place of the one of its id.
func putStatement(id string, text json.RawMessage) edit {
	return func(list []json.RawMessage) ([]json.RawMessage, error) {
		if i := slices.IndexFunc(list, policy.HasSid(id)); i >= 0 {
			list[i] = text
			return list, nil
		}
		return append(list, text), nil
	}
}

// removeStatement takes the statement of an id away.
func removeStatement(id string) edit {
	return func(list []json.RawMessage) ([]json.RawMessage, error) {
		n := len(list)
		list = slices.DeleteFunc(list, policy.HasSid(id))
		if len(list) == n {
			return nil, fault.Missing(SubjectPolicy, id, "Statement with the provided id does not exist.")
		}
		return list, nil
	}
}

// editPolicy changes the statements of a bus's policy. Without statements there is no policy.
func (b *Bus) editPolicy(tx *store.Tx, bus string, change edit) error {
	e, err := b.touch(tx, bus)
	if err != nil {
		return err
	}
	text, err := editStatements(e.Policy, change)
	if err != nil {
		return err
	}
	if text == "" {
		return updateBusPolicy(tx, bus, "")
	}
	return b.putPolicy(tx, bus, text)
}

// editStatements gives a policy after a change of its statements; "" is none.
func editStatements(text string, change edit) (string, error) {
	return policy.Edit(text, policy.Head{Version: "2012-10-17"}, change)
}

// SetPolicy gives a bus a policy in place of the one that it has; an empty text takes it away.
func (b *Bus) SetPolicy(tx *store.Tx, bus, text string) error {
	if _, err := b.touch(tx, bus); err != nil {
		return err
	}
	if text == "" {
		return updateBusPolicy(tx, bus, "")
	}
	return b.putPolicy(tx, bus, text)
}

// putPolicy checks a policy and stores it.
func (b *Bus) putPolicy(tx *store.Tx, bus, text string) error {
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(text)); err != nil {
		return fault.Wrap(fault.Invalid, "This policy contains invalid Json", err)
	}
	if n := utf8.RuneCount(compact.Bytes()); n > maxPolicy {
		return &fault.Error{Kind: fault.Limit, Subject: SubjectPolicy, ID: bus, Msg: fmt.Sprintf("The policy has %d characters; a policy of an event bus has at most %d.", n, maxPolicy)}
	}
	if _, err := policy.Parse(compact.String()); err != nil {
		return &fault.Error{Kind: fault.Invalid, Subject: SubjectPolicy, ID: bus, Msg: "Parameter Policy is not valid. Reason: " + err.Error() + "."}
	}
	return updateBusPolicy(tx, bus, compact.String())
}
