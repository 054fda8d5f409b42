package sqs

import (
	"context"
	"strconv"

	api "github.com/casestream/casestream/awsapi/sqs"
	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/wire"
)

// maxListed bounds a page of ListQueues and ListDeadLetterSourceQueues, and the whole answer where no page was asked for.
const maxListed = 1000

// CreateQueue makes a queue, or finds the one that is as asked for.
func (s *Service) CreateQueue(ctx context.Context, in *api.CreateQueueInput) (*api.CreateQueueOutput, error) {
	q, err := s.queues.Create(ctx, in.QueueName, in.Attributes, in.Tags)
	if err != nil {
		return nil, err
	}
	return &api.CreateQueueOutput{QueueUrl: s.url(ctx, q.Name)}, nil
}

// GetQueueUrl gives a queue's URL.
func (s *Service) GetQueueUrl(ctx context.Context, in *api.GetQueueUrlInput) (*api.GetQueueUrlOutput, error) {
	if in.QueueName == "" {
		return nil, badParameter("The request must contain the parameter QueueName.")
	}
	owner := s.arns.Account
	if in.QueueOwnerAWSAccountId != nil {
		owner = *in.QueueOwnerAWSAccountId
	}
	q, err := s.queues.Get(ctx, s.ref(ctx, owner+"/"+in.QueueName, "GetQueueUrl", nil))
	if err != nil {
		return nil, err
	}
	return &api.GetQueueUrlOutput{QueueUrl: s.url(ctx, q.Name)}, nil
}

// ListQueues lists the URLs of queues whose names begin with a prefix.
func (s *Service) ListQueues(ctx context.Context, in *api.ListQueuesInput) (*api.ListQueuesOutput, error) {
	limit, err := listLimit(in.MaxResults)
	if err != nil {
		return nil, err
	}
	prefix := ""
	if in.QueueNamePrefix != nil {
		prefix = *in.QueueNamePrefix
	}
	place, ok := page.Open(in.NextToken, "ListQueues", 1)
	if !ok {
		return nil, badParameter("Invalid or expired next token.")
	}
	names, err := s.queues.List(ctx, prefix, place[0], limit+1)
	if err != nil {
		return nil, err
	}
	names, more := page.Cut(names, limit)
	out := &api.ListQueuesOutput{}
	if more && in.MaxResults != nil {
		out.NextToken = wire.Ptr(page.Token("ListQueues", names[limit-1]))
	}
	for _, n := range names {
		out.QueueUrls = append(out.QueueUrls, *s.url(ctx, n))
	}
	return out, nil
}

// listLimit gives how many queues a list has at most.
func listLimit(asked *int32) (int, error) {
	if asked == nil {
		return maxListed, nil
	}
	limit := int(*asked)
	if limit < 1 || limit > maxListed {
		return 0, badValue(strconv.Itoa(limit), "MaxResults", "MaxResults must be an integer between 1 and 1000, inclusive.")
	}
	return limit, nil
}

// DeleteQueue removes a queue with its messages.
func (s *Service) DeleteQueue(ctx context.Context, in *api.DeleteQueueInput) (*api.DeleteQueueOutput, error) {
	return &api.DeleteQueueOutput{}, s.queues.DeleteQueue(ctx, s.ref(ctx, in.QueueUrl, "DeleteQueue", nil))
}

// PurgeQueue removes a queue's messages.
func (s *Service) PurgeQueue(ctx context.Context, in *api.PurgeQueueInput) (*api.PurgeQueueOutput, error) {
	return &api.PurgeQueueOutput{}, s.queues.Purge(ctx, s.ref(ctx, in.QueueUrl, "PurgeQueue", nil))
}

// checkNames refuses names of attributes that no queue has.
func checkNames(names []string) func(*queue.Queue) error {
	return func(*queue.Queue) error {
		for _, n := range names {
			if n != api.QueueAttributeNameAll && !queue.IsAttribute(n) {
				return &api.InvalidAttributeName{Message: "Unknown Attribute " + n + "."}
			}
		}
		return nil
	}
}
