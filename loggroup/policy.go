package loggroup

import (
	"fmt"
	"strconv"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/policy"
	"github.com/casestream/casestream/store"
)

// ResourcePolicy is one of the policies that say who besides the account may write to its log groups.
type ResourcePolicy struct {
	Name, Document string
	Modified       time.Time
}

// Bounds of resource policies.
const (
	maxPolicies      = 10
	maxPolicyLength  = 5120
	maxParsed        = 64 // texts that are remembered as read
	maxPolicyNameLen = 256
)

// PutPolicy stores a resource policy; one of the same name is replaced.
func (g *Groups) PutPolicy(tx *store.Tx, name, document string) (ResourcePolicy, error) {
	p := ResourcePolicy{Name: name, Document: document, Modified: tx.Now()}
	switch {
	case name == "" || len(name) > maxPolicyNameLen || !storable(name):
		return p, invalid("A policy needs a policyName of 1 to " + strconv.Itoa(maxPolicyNameLen) + " characters.")
	case len(document) > maxPolicyLength:
		return p, invalid("The policy document has " + strconv.Itoa(len(document)) + " characters; " + strconv.Itoa(maxPolicyLength) + " are the most.")
	case !storable(document):
		return p, invalid("The policy document has characters that are not allowed.")
	}
	if _, err := policy.Parse(document); err != nil {
		return p, fault.Wrap(fault.Invalid, "The policy document is not valid: "+err.Error(), err)
	}
	if err := putPolicy(tx, p); err != nil {
		return p, err
	}
	n, err := countPolicies(tx)
	if err == nil && n > maxPolicies {
		err = &fault.Error{Kind: fault.Limit, Subject: SubjectPolicy, ID: name, Msg: "Resource limit exceeded."}
	}
	return p, err
}

// Policies lists resource policies by name, from behind one.
func (g *Groups) Policies(tx *store.Tx, after string, limit int) ([]ResourcePolicy, error) {
	return listPolicies(tx, after, limit)
}

// DeletePolicy removes a resource policy.
func (g *Groups) DeletePolicy(tx *store.Tx, name string) error {
	found := false
	var err error
	if storable(name) {
		found, err = deletePolicy(tx, name)
	}
	if err == nil && !found {
		err = fault.Missing(SubjectPolicy, name, "Policy with name ["+name+"] does not exist.")
	}
	return err
}

// InForce are the resource policies of a moment.
type InForce []*policy.Policy

// Allow says whether the policies let somebody do something: one of them says so, and none denies it.
func (list InForce) Allow(r policy.Request) bool {
	allowed := false
	for _, p := range list {
		switch p.Evaluate(r) {
		case policy.ExplicitDeny:
			return false
		case policy.Allowed:
			allowed = true
		case policy.NoMatch:
		}
	}
	return allowed
}

// InForce gives the resource policies that a transaction sees.
func (g *Groups) InForce(tx *store.Tx) (InForce, error) {
	stored, err := listPolicies(tx, "", maxPolicies)
	if err != nil {
		return nil, err
	}
	list := make(InForce, len(stored))
	for i, p := range stored {
		if list[i], err = g.parse(p); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// parse reads a resource policy, once for each text.
func (g *Groups) parse(p ResourcePolicy) (*policy.Policy, error) {
	g.mu.RLock()
	parsed := g.parsed[p.Document]
	g.mu.RUnlock()
	if parsed != nil {
		return parsed, nil
	}
	parsed, err := policy.Parse(p.Document)
	if err != nil {
		// It was accepted when it was stored: only a program that reads fewer policies can get here.
		return nil, fmt.Errorf("resource policy %s: %w", p.Name, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.parsed) >= maxParsed {
		clear(g.parsed)
	}
	g.parsed[p.Document] = parsed
	return parsed, nil
}
