// Package policy evaluates IAM's JSON policies that are attached to a resource, such as the policy of an
// SQS queue: may this principal do this action to this resource?
//
// It is pure: no I/O, no clock, no AWS client. It does not know identity policies and permission boundaries,
// and it does not decide what a missing policy means: its caller does.
//
//	policy.go    documents, requests, the evaluation
//	parse.go     JSON to documents, strictly
//	json.go      a JSON reader that refuses duplicate keys
//	caller.go    who signs requests, as policies know them · limits.go how much a document may hold
//	edit.go      a document's statements, added and taken away
//	variable.go  policy variables, ${…}
//	condition.go condition blocks · operator.go their operators · glob.go wildcards
package policy

import (
	"slices"
	"strings"

	"github.com/casestream/casestream/base/arn"
)

// Policy is a parsed document. It is immutable and may be used by many at once.
type Policy struct {
	Statements []Statement
}

// Statement is one rule of a policy.
type Statement struct {
	Sid        string
	deny       bool
	principals principals
	actions    patterns // in lower case
	resources  patterns
	conditions []condition
	asks       bool // it looks at condition keys
}

// principals says whom a statement is about.
type principals struct {
	not    bool
	anyone bool
	of     map[string][]string // kind → values
}

// patterns is a list of wildcard patterns; not turns it round.
type patterns struct {
	not  bool
	list []text
}

// Kind names a kind of principal, as policies spell it.
type Kind string

// The kinds of principals.
const (
	AWS           Kind = "AWS"
	Service       Kind = "Service"
	Federated     Kind = "Federated"
	CanonicalUser Kind = "CanonicalUser"
)

// Principal is who asks. Its values are all the names that a policy may know it by: the ARN of an assumed
// role and the ARN of the role, for instance. Without values it is anonymous and only "*" means it.
type Principal struct {
	Kind   Kind
	Values []string
}

// Request is a question. Context holds the condition keys; their names are not case-sensitive.
type Request struct {
	Principal Principal
	Action    string // "sqs:SendMessage"
	Resource  string // an ARN
	Context   map[string][]string
}

// Decision is the answer.
type Decision int

// The decisions.
const (
	NoMatch      Decision = iota // nothing allows it and nothing denies it: denied by default
	Allowed                      // a statement allows it and none denies it
	ExplicitDeny                 // a statement denies it, whatever else says
)

// String names a decision as logs show it.
func (d Decision) String() string {
	switch d {
	case Allowed:
		return "allowed"
	case ExplicitDeny:
		return "explicit_deny"
	case NoMatch:
	}
	return "no_match"
}

// Answer is a decision and the statement that made it, for who wants to know why.
type Answer struct {
	Decision
	Statement int    // which, counted from 1; 0: none
	Sid       string // its id; empty: it has none
}

// Denies says whether any statement denies anything. Who is allowed by default need not ask otherwise.
func (p *Policy) Denies() bool {
	return slices.ContainsFunc(p.Statements, func(s Statement) bool { return s.deny })
}

// Conditional says whether any statement looks at condition keys. A request needs none otherwise.
func (p *Policy) Conditional() bool {
	return slices.ContainsFunc(p.Statements, func(s Statement) bool { return s.asks })
}

// Evaluate answers a request.
func (p *Policy) Evaluate(r Request) Decision { return p.Explain(r).Decision }

// Explain answers a request and says which statement decided: the first that denies it, or else the first
// that allows it. An explicit deny wins over every allow, and without an allow the answer is NoMatch. A
// condition that cannot be decided (an operator that is not known, a value that its operator cannot read, a
// variable without a value) never allows and always denies.
func (p *Policy) Explain(r Request) Answer {
	var answer Answer
	var ctx contextKeys // made when a statement asks for it
	action := strings.ToLower(r.Action)
	for i := range p.Statements {
		s := &p.Statements[i]
		if !s.principals.match(r.Principal) || s.actions.match(action, nil) == no {
			continue
		}
		if ctx == nil && s.asks {
			ctx = newContext(r.Context)
		}
		v := min(s.resources.match(r.Resource, ctx), holds(s.conditions, ctx))
		if s.deny && v != no {
			return Answer{ExplicitDeny, i + 1, s.Sid}
		}
		if !s.deny && v == yes && answer.Decision == NoMatch {
			answer = Answer{Allowed, i + 1, s.Sid}
		}
	}
	return answer
}

// match says whether one of the patterns fits.
func (p patterns) match(s string, ctx contextKeys) verdict {
	v := no
	for i := range p.list {
		if pattern, ok := p.list[i].fill(ctx); !ok {
			v = max(v, unsure)
		} else if glob(pattern, s) {
			v = yes
			break
		}
	}
	if p.not {
		return v.negate()
	}
	return v
}

// match says whether a statement is about a principal. "*" means everybody, services and the anonymous too.
func (p principals) match(who Principal) bool {
	if p.anyone {
		return !p.not
	}
	return p.not != slices.ContainsFunc(p.of[string(who.Kind)], func(value string) bool { return who.is(value) })
}

// is says whether a value of a policy names the principal. An account, as a number or as its root's ARN,
// means everybody in it.
func (who Principal) is(value string) bool {
	if slices.Contains(who.Values, value) {
		return true
	}
	if who.Kind != AWS {
		return false
	}
	account := accountOf(value)
	return account != "" && slices.ContainsFunc(who.Values, func(v string) bool {
		a, ok := arn.Parse(v)
		return v == account || ok && a.Account == account
	})
}

// accountOf gives the account that a value means as a whole, "" when it means somebody in it.
func accountOf(value string) string {
	if isAccount(value) {
		return value
	}
	if a, ok := arn.Parse(value); ok && a.Service == "iam" && a.Resource == "root" {
		return a.Account
	}
	return ""
}

// isAccount says whether s is an account's number.
func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}
