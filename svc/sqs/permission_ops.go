package sqs

import (
	"context"

	api "github.com/casestream/casestream/awsapi/sqs"
	"github.com/casestream/casestream/queue"
)

// AddPermission lets other accounts do something with a queue.
func (s *Service) AddPermission(ctx context.Context, in *api.AddPermissionInput) (*api.AddPermissionOutput, error) {
	return &api.AddPermissionOutput{}, s.queues.AddPermission(ctx, s.ref(ctx, in.QueueUrl, "AddPermission", nil),
		queue.Permission{Label: in.Label, Accounts: in.AWSAccountIds, Actions: in.Actions})
}

// RemovePermission takes a statement out of a queue's policy, whoever put it there.
func (s *Service) RemovePermission(ctx context.Context, in *api.RemovePermissionInput) (*api.RemovePermissionOutput, error) {
	return &api.RemovePermissionOutput{}, s.queues.RemovePermission(ctx, s.ref(ctx, in.QueueUrl, "RemovePermission", nil), in.Label)
}
