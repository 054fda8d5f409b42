package sqs

import (
	"context"
	"time"

	api "github.com/casestream/casestream/awsapi/sqs"
	"github.com/casestream/casestream/queue"
)

// DeleteMessage removes a received message.
func (s *Service) DeleteMessage(ctx context.Context, in *api.DeleteMessageInput) (*api.DeleteMessageOutput, error) {
	ref := s.ref(ctx, in.QueueUrl, "DeleteMessage", func(*queue.Queue) error { return needHandle(in.ReceiptHandle) })
	answers, err := s.queues.Delete(ctx, ref, in.ReceiptHandle)
	if err == nil {
		err = answers[0]
	}
	return &api.DeleteMessageOutput{}, err
}

// needHandle refuses an empty receipt handle.
func needHandle(handle string) error {
	if handle == "" {
		return missing("ReceiptHandle")
	}
	return nil
}

// missing says that a parameter is not there.
func missing(name string) error {
	return &api.MissingRequiredParameterException{Message: "The request must contain the parameter " + name + "."}
}

// DeleteMessageBatch removes up to ten received messages; each has its own answer.
func (s *Service) DeleteMessageBatch(ctx context.Context, in *api.DeleteMessageBatchInput) (*api.DeleteMessageBatchOutput, error) {
	ids, handles := make([]string, len(in.Entries)), make([]string, len(in.Entries))
	for i, e := range in.Entries {
		ids[i], handles[i] = e.Id, e.ReceiptHandle
	}
	ref := s.ref(ctx, in.QueueUrl, "DeleteMessage", func(*queue.Queue) error { return checkEntries("DeleteMessageBatchRequestEntry", ids) })
	answers, err := s.queues.Delete(ctx, ref, handles...)
	if err != nil {
		return nil, err
	}
	out := &api.DeleteMessageBatchOutput{}
	for i, a := range answers {
		if a == nil {
			out.Successful = append(out.Successful, api.DeleteMessageBatchResultEntry{Id: ids[i]})
		}
	}
	out.Failed, err = failures(ids, answers)
	return out, err
}

// ChangeMessageVisibility hides a received message for another time than it is.
func (s *Service) ChangeMessageVisibility(ctx context.Context, in *api.ChangeMessageVisibilityInput) (*api.ChangeMessageVisibilityOutput, error) {
	ref := s.ref(ctx, in.QueueUrl, "ChangeMessageVisibility", func(*queue.Queue) error { return needHandle(in.ReceiptHandle) })
	answers, err := s.queues.ChangeVisibility(ctx, ref, queue.Visibility{
		Handle: in.ReceiptHandle, Timeout: time.Duration(in.VisibilityTimeout) * time.Second,
	})
	if err == nil {
		err = answers[0]
	}
	return &api.ChangeMessageVisibilityOutput{}, err
}

// ChangeMessageVisibilityBatch does so for up to ten messages; each has its own answer.
func (s *Service) ChangeMessageVisibilityBatch(ctx context.Context, in *api.ChangeMessageVisibilityBatchInput) (*api.ChangeMessageVisibilityBatchOutput, error) {
	ids := make([]string, len(in.Entries))
	failed := make([]error, len(in.Entries))
	var list []queue.Visibility
	var of []int // of[i] is the entry that list[i] comes from
	for i, e := range in.Entries {
		ids[i] = e.Id
		if e.VisibilityTimeout == nil {
			failed[i] = missing("VisibilityTimeout")
			continue
		}
		list = append(list, queue.Visibility{Handle: e.ReceiptHandle, Timeout: time.Duration(*e.VisibilityTimeout) * time.Second})
		of = append(of, i)
	}
	ref := s.ref(ctx, in.QueueUrl, "ChangeMessageVisibility", func(*queue.Queue) error {
		return checkEntries("ChangeMessageVisibilityBatchRequestEntry", ids)
	})
	answers, err := s.queues.ChangeVisibility(ctx, ref, list...)
	if err != nil {
		return nil, err
	}
	out := &api.ChangeMessageVisibilityBatchOutput{}
	for i, a := range answers {
		if failed[of[i]] = a; a == nil {
			out.Successful = append(out.Successful, api.ChangeMessageVisibilityBatchResultEntry{Id: ids[of[i]]})
		}
	}
	out.Failed, err = failures(ids, failed)
	return out, err
}
