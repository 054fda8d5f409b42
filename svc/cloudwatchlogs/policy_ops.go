package cloudwatchlogs

import (
	"context"

	api "github.com/casestream/casestream/awsapi/cloudwatchlogs"
	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/loggroup"
	"github.com/casestream/casestream/store"
)

// ofResource refuses policies of single log groups.
func ofResource(resourceARN *string) error {
	if resourceARN != nil {
		return unsupported("A resource policy of a single log group")
	}
	return nil
}

// shapeOfPolicy describes a resource policy.
func shapeOfPolicy(p loggroup.ResourcePolicy) api.ResourcePolicy {
	return api.ResourcePolicy{PolicyName: &p.Name, PolicyDocument: &p.Document, LastUpdatedTime: millis(p.Modified), PolicyScope: new(api.PolicyScopeAccount)}
}

// PutResourcePolicy stores a resource policy of the account.
func (s *Service) PutResourcePolicy(ctx context.Context, in *api.PutResourcePolicyInput) (*api.PutResourcePolicyOutput, error) {
	if err := ofResource(in.ResourceArn); err != nil {
		return nil, err
	}
	if in.PolicyDocument == nil {
		return nil, invalid("policyDocument must be specified.")
	}
	var p loggroup.ResourcePolicy
	err := s.write(ctx, func(tx *store.Tx) (err error) {
		p, err = s.groups.PutPolicy(tx, value(in.PolicyName), *in.PolicyDocument)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.PutResourcePolicyOutput{ResourcePolicy: new(shapeOfPolicy(p))}, nil
}

// DescribeResourcePolicies lists the account's resource policies by name.
func (s *Service) DescribeResourcePolicies(ctx context.Context, in *api.DescribeResourcePoliciesInput) (*api.DescribeResourcePoliciesOutput, error) {
	out := &api.DescribeResourcePoliciesOutput{ResourcePolicies: []api.ResourcePolicy{}}
	from, err := after(in.NextToken, "policies")
	if err != nil {
		return nil, err
	}
	if in.ResourceArn != nil || value(in.PolicyScope) == api.PolicyScopeResource {
		return out, nil // no log group has one of its own
	}
	size := sizeOf(in.Limit)
	var list []loggroup.ResourcePolicy
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = s.groups.Policies(tx, from, size+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	list, more := page.Cut(list, size)
	if more {
		out.NextToken = new(page.Token("policies", list[size-1].Name))
	}
	for _, p := range list {
		out.ResourcePolicies = append(out.ResourcePolicies, shapeOfPolicy(p))
	}
	return out, nil
}

// DeleteResourcePolicy removes a resource policy of the account.
func (s *Service) DeleteResourcePolicy(ctx context.Context, in *api.DeleteResourcePolicyInput) (*api.DeleteResourcePolicyOutput, error) {
	if err := ofResource(in.ResourceArn); err != nil {
		return nil, err
	}
	return &api.DeleteResourcePolicyOutput{}, s.write(ctx, func(tx *store.Tx) error { return s.groups.DeletePolicy(tx, value(in.PolicyName)) })
}
