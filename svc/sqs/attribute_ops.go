package sqs

import (
	"context"
	"slices"
	"strconv"
	"strings"

	api "github.com/casestream/casestream/awsapi/sqs"
	"github.com/casestream/casestream/queue"
)

// GetQueueAttributes gives a queue's attributes; without names it gives none.
func (s *Service) GetQueueAttributes(ctx context.Context, in *api.GetQueueAttributesInput) (*api.GetQueueAttributesOutput, error) {
	ref := s.ref(ctx, in.QueueUrl, "GetQueueAttributes", checkNames(in.AttributeNames))
	all := slices.Contains(in.AttributeNames, api.QueueAttributeNameAll)
	counted := all || slices.ContainsFunc(in.AttributeNames, func(n string) bool { return strings.HasPrefix(n, "Approximate") })
	have, err := s.attributes(ctx, ref, counted)
	if err != nil {
		return nil, err
	}
	if all {
		return &api.GetQueueAttributesOutput{Attributes: have}, nil
	}
	out := make(map[string]string, len(in.AttributeNames))
	for _, n := range in.AttributeNames {
		if v, ok := have[n]; ok {
			out[n] = v
		}
	}
	if len(out) == 0 {
		return &api.GetQueueAttributesOutput{}, nil
	}
	return &api.GetQueueAttributesOutput{Attributes: out}, nil
}

// attributes reads a queue's attributes, and counts its messages where asked to.
func (s *Service) attributes(ctx context.Context, ref queue.Ref, counted bool) (map[string]string, error) {
	if !counted {
		q, err := s.queues.Get(ctx, ref)
		if err != nil {
			return nil, err
		}
		return q.Attributes(), nil
	}
	q, c, err := s.queues.Count(ctx, ref)
	if err != nil {
		return nil, err
	}
	have := q.Attributes()
	have[api.QueueAttributeNameApproximateNumberOfMessages] = strconv.FormatInt(c.Visible, 10)
	have[api.QueueAttributeNameApproximateNumberOfMessagesNotVisible] = strconv.FormatInt(c.InFlight, 10)
	have[api.QueueAttributeNameApproximateNumberOfMessagesDelayed] = strconv.FormatInt(c.Delayed, 10)
	return have, nil
}

// SetQueueAttributes changes some of a queue's attributes.
func (s *Service) SetQueueAttributes(ctx context.Context, in *api.SetQueueAttributesInput) (*api.SetQueueAttributesOutput, error) {
	return &api.SetQueueAttributesOutput{}, s.queues.SetAttributes(ctx, s.ref(ctx, in.QueueUrl, "SetQueueAttributes", nil), in.Attributes)
}
