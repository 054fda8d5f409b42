package connectcases

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/wire"
)

// Actor is who did something: the IAM principal that signed the call, and the user on whose behalf, when the
// caller named one. Its JSON is performedBy in events, and what rows hold.
type Actor struct {
	User      *User  `json:"user,omitempty"`
	Principal string `json:"iamPrincipalArn"`
}

// User is a Connect user or an entity of the customer's own; one of the two is set.
type User struct {
	ARN    string `json:"userArn,omitempty"`
	Entity string `json:"customEntity,omitempty"`
}

// userARN gives the Connect user, empty when there is none.
func (a Actor) userARN() string {
	if a.User == nil {
		return ""
	}
	return a.User.ARN
}

// encode writes the actor as performedBy.
func (a Actor) encode(e *wire.Encoder) {
	e.Open()
	if a.User != nil {
		e.Key(`"user":`)
		e.Open()
		if a.User.ARN != "" {
			e.Key(`"userArn":`)
			e.String(a.User.ARN)
		} else {
			e.Key(`"customEntity":`)
			e.String(a.User.Entity)
		}
		e.Close()
	}
	e.Key(`"iamPrincipalArn":`)
	e.String(a.Principal)
	e.Close()
}

// marshal gives the actor's JSON.
func (a Actor) marshal() string {
	e := wire.NewEncoder()
	defer e.Release()
	a.encode(e)
	return string(e.Bytes())
}

// unmarshalActor reads what marshal wrote.
func unmarshalActor(text string) (a Actor, err error) {
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return a, fmt.Errorf("performedBy: %w", err)
	}
	return a, nil
}

// principal gives the IAM principal behind a signer: of a role's session it is the role.
func (s *Service) principal(signer string) string {
	a, ok := arn.Parse(signer)
	if !ok {
		return s.arns.MakeGlobal("iam", "root")
	}
	role, assumed := strings.CutPrefix(a.Resource, "assumed-role/")
	if a.Service != "sts" || !assumed {
		return signer
	}
	role, _, _ = strings.Cut(role, "/")
	return arn.ARN{Partition: a.Partition, Service: "iam", Account: a.Account, Resource: "role/" + role}.String()
}
