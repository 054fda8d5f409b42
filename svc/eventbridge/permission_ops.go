package eventbridge

import (
	"cmp"
	"context"

	api "github.com/casestream/casestream/awsapi/eventbridge"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
)

// PutPermission adds a statement to the policy of a bus, or gives it a whole policy.
func (s *Service) PutPermission(ctx context.Context, in *api.PutPermissionInput) (*api.PutPermissionOutput, error) {
	name := cmp.Or(value(in.EventBusName), bus.Default)
	var err error
	if in.Policy != nil {
		if in.Action != nil || in.Principal != nil || in.StatementId != nil || in.Condition != nil {
			return nil, invalid("Parameter Policy cannot be specified together with Action, Principal, StatementId or Condition.")
		}
		err = s.db.Write(ctx, func(tx *store.Tx) error { return s.bus.SetPolicy(tx, name, *in.Policy) })
	} else {
		var p bus.Permission
		if p, err = readPermission(in); err == nil {
			err = s.db.Write(ctx, func(tx *store.Tx) error { return s.bus.AddPermission(tx, name, p) })
		}
	}
	if err != nil {
		return nil, err
	}
	return &api.PutPermissionOutput{}, nil
}

// readPermission reads the members of a single statement.
func readPermission(in *api.PutPermissionInput) (bus.Permission, error) {
	var none bus.Permission
	for _, m := range []struct {
		name  string
		value *string
	}{{"Principal", in.Principal}, {"Action", in.Action}, {"StatementId", in.StatementId}} {
		if value(m.value) == "" {
			return none, invalid("Parameter " + m.name + " must be specified.")
		}
	}
	p := bus.Permission{StatementID: *in.StatementId, Principal: *in.Principal}
	if *in.Action != "events:PutEvents" {
		return none, invalid("Provided value in parameter 'action' is not supported.")
	}
	c := in.Condition
	switch {
	case c == nil:
	case p.Principal != "*":
		return none, invalid("Value of the parameter 'principal' must be '*' when the parameter 'condition' is set.")
	case c.Type != "StringEquals":
		return none, invalid("Parameter Condition.Type is not valid. Reason: Only StringEquals is supported.")
	case c.Key != "aws:PrincipalOrgID":
		return none, invalid("Parameter Condition.Key is not valid. Reason: Only aws:PrincipalOrgID is supported.")
	case c.Value == "":
		return none, invalid("Parameter Condition.Value must be specified.")
	default:
		p.Organization = c.Value
	}
	return p, nil
}

// RemovePermission takes one statement out of the policy of a bus, or all of them.
func (s *Service) RemovePermission(ctx context.Context, in *api.RemovePermissionInput) (*api.RemovePermissionOutput, error) {
	name := cmp.Or(value(in.EventBusName), bus.Default)
	all := in.RemoveAllPermissions != nil && *in.RemoveAllPermissions
	if !all && value(in.StatementId) == "" {
		return nil, invalid("Parameter StatementId must be specified.")
	}
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		if all {
			return s.bus.SetPolicy(tx, name, "")
		}
		return s.bus.RemovePermission(tx, name, *in.StatementId)
	})
	if err != nil {
		return nil, err
	}
	return &api.RemovePermissionOutput{}, nil
}
