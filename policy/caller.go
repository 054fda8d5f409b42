package policy

import (
	"strconv"
	"strings"
	"time"

	"github.com/casestream/casestream/base/arn"
)

// Caller is who signed a request: a user, a session of a role, or an account's root. The zero value is
// somebody who did not sign it.
type Caller struct {
	ARN, Account string
	UserID       string // what STS calls UserId; empty: not known
}

// Principal gives all the names that policies may know the caller by: a session is also the role that it
// is one of, and everybody is of their account.
func (c Caller) Principal() Principal {
	p := Principal{Kind: AWS}
	if c.ARN == "" {
		return p
	}
	p.Values = append(p.Values, c.ARN)
	if role := c.role(); role != "" {
		p.Values = append(p.Values, role)
	}
	if c.Account != "" {
		p.Values = append(p.Values, c.Account)
	}
	return p
}

// Keys gives the condition keys that say who the caller is, in a map of its own.
func (c Caller) Keys() map[string][]string {
	keys := map[string][]string{"aws:PrincipalType": {c.kind()}, "aws:PrincipalIsAWSService": {"false"}}
	if c.ARN == "" {
		return keys
	}
	keys["aws:PrincipalArn"], keys["aws:PrincipalAccount"] = []string{c.ARN}, []string{c.Account}
	if role := c.role(); role != "" {
		keys["aws:PrincipalArn"] = []string{role} // IAM means the role, whatever the session is called
	}
	if a, ok := arn.Parse(c.ARN); ok {
		if user, is := strings.CutPrefix(a.Resource, "user/"); is {
			keys["aws:username"] = []string{user[strings.LastIndexByte(user, '/')+1:]} // without the path
		}
	}
	if c.UserID != "" {
		keys["aws:userid"] = []string{c.UserID}
	}
	return keys
}

// AddTime adds the condition keys that say when a request comes.
func AddTime(keys map[string][]string, now time.Time) {
	keys["aws:CurrentTime"] = []string{now.UTC().Format(time.RFC3339)}
	keys["aws:EpochTime"] = []string{strconv.FormatInt(now.Unix(), 10)}
}

// role gives the ARN of the role that the caller is a session of; empty: it is none.
func (c Caller) role() string {
	a, ok := arn.Parse(c.ARN)
	session, is := strings.CutPrefix(a.Resource, "assumed-role/")
	if !ok || !is {
		return ""
	}
	name, _, _ := strings.Cut(session, "/")
	return arn.ARN{Partition: a.Partition, Service: "iam", Account: a.Account, Resource: "role/" + name}.String()
}

// kind is the caller's aws:PrincipalType.
func (c Caller) kind() string {
	if c.ARN == "" {
		return "Anonymous"
	}
	a, _ := arn.Parse(c.ARN)
	switch resource, _, _ := strings.Cut(a.Resource, "/"); resource {
	case "assumed-role", "role":
		return "AssumedRole"
	case "federated-user":
		return "FederatedUser"
	case "root":
		return "Account"
	}
	return "User"
}
