package sqs

import (
	"context"

	api "github.com/casestream/casestream/awsapi/sqs"
)

// ListQueueTags gives a queue's tags.
func (s *Service) ListQueueTags(ctx context.Context, in *api.ListQueueTagsInput) (*api.ListQueueTagsOutput, error) {
	q, err := s.queues.Get(ctx, s.ref(ctx, in.QueueUrl, "ListQueueTags", nil))
	if err != nil {
		return nil, err
	}
	if len(q.Tags) == 0 {
		return &api.ListQueueTagsOutput{}, nil
	}
	return &api.ListQueueTagsOutput{Tags: q.Tags}, nil
}

// TagQueue adds tags to a queue.
func (s *Service) TagQueue(ctx context.Context, in *api.TagQueueInput) (*api.TagQueueOutput, error) {
	return &api.TagQueueOutput{}, s.queues.Tag(ctx, s.refFor(ctx, in.QueueUrl, use{action: "TagQueue", tags: in.Tags}, nil), in.Tags)
}

// UntagQueue removes tags from a queue.
func (s *Service) UntagQueue(ctx context.Context, in *api.UntagQueueInput) (*api.UntagQueueOutput, error) {
	return &api.UntagQueueOutput{}, s.queues.Untag(ctx, s.refFor(ctx, in.QueueUrl, use{action: "UntagQueue", untag: in.TagKeys}, nil), in.TagKeys)
}
