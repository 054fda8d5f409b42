package sts

import (
	"context"

	api "github.com/casestream/casestream/awsapi/sts"
	"github.com/casestream/casestream/wire"
)

// GetCallerIdentity tells the caller who signed the request. It needs no permission on AWS, and none here.
func (s *Service) GetCallerIdentity(ctx context.Context, _ *api.GetCallerIdentityInput) (*api.GetCallerIdentityOutput, error) {
	p := wire.CallOf(ctx).Principal
	return &api.GetCallerIdentityOutput{Account: wire.Ptr(p.Account), Arn: wire.Ptr(p.ARN), UserId: wire.Ptr(p.UserID)}, nil
}
