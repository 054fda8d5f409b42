package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"
)

func TestBatchSucceedsAndFailsEntryByEntry(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q := t.Context(), s.newQueue(t, "MaximumMessageSize", "1024")
		sent := got(s.sqs.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.url, Entries: []types.SendMessageBatchRequestEntry{
			{Id: new("good"), MessageBody: new("one")},
			{Id: new("long"), MessageBody: new(strings.Repeat("x", 1025))},
			{Id: new("late"), MessageBody: new("two"), DelaySeconds: 901},
			{Id: new("also-good"), MessageBody: new("three"), MessageAttributes: map[string]types.MessageAttributeValue{"a": plain("1")}},
		}}))(t)
		var good, bad []string
		for _, e := range sent.Successful {
			good = append(good, *e.Id)
			if !uuid.MatchString(*e.MessageId) || deref(e.MD5OfMessageBody) == "" {
				t.Errorf("got %+v", e)
			}
		}
		for _, e := range sent.Failed {
			bad = append(bad, fmt.Sprint(*e.Id, " ", *e.Code, " ", e.SenderFault, " ", deref(e.Message)))
		}
		if diff := cmp.Diff([]string{"good", "also-good"}, good); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{
			"long InvalidParameterValue true One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.",
			"late InvalidParameterValue true Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
		}, bad); diff != "" {
			t.Error(diff)
		}
		m := s.receive(t, q, 10)
		if len(m) != 2 {
			t.Fatalf("got %d messages", len(m))
		}
		changed := got(s.sqs.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &q.url, Entries: []types.ChangeMessageVisibilityBatchRequestEntry{
			{Id: new("1"), ReceiptHandle: m[0].ReceiptHandle, VisibilityTimeout: 0}, {Id: new("2"), ReceiptHandle: new("garbage"), VisibilityTimeout: 0},
		}}))(t)
		if len(changed.Successful) != 1 || *changed.Successful[0].Id != "1" || len(changed.Failed) != 1 || *changed.Failed[0].Id != "2" || *changed.Failed[0].Code != "ReceiptHandleIsInvalid" || !changed.Failed[0].SenderFault {
			t.Errorf("got %+v", changed)
		}
		if c := s.counts(t, q); c != "1 1 0" {
			t.Errorf("the queue holds %s", c)
		}
		deleted := got(s.sqs.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &q.url, Entries: []types.DeleteMessageBatchRequestEntry{
			{Id: new("1"), ReceiptHandle: m[0].ReceiptHandle}, {Id: new("2"), ReceiptHandle: new("garbage")}, {Id: new("3"), ReceiptHandle: m[1].ReceiptHandle},
		}}))(t)
		if len(deleted.Successful) != 2 || len(deleted.Failed) != 1 || *deleted.Failed[0].Id != "2" || *deleted.Failed[0].Code != "ReceiptHandleIsInvalid" {
			t.Errorf("got %+v", deleted)
		}
		if c := s.counts(t, q); c != "0 0 0" {
			t.Errorf("the queue holds %s", c)
		}
	})
}

func TestBatchIsRefusedAsAWhole(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q := t.Context(), s.newQueue(t)
		send := func(ids ...string) error {
			in := &sqs.SendMessageBatchInput{QueueUrl: &q.url, Entries: []types.SendMessageBatchRequestEntry{}}
			for _, id := range ids {
				in.Entries = append(in.Entries, types.SendMessageBatchRequestEntry{Id: &id, MessageBody: new("x")})
			}
			return only(s.sqs.SendMessageBatch(ctx, in))
		}
		half := strings.Repeat("x", 1<<19)
		const prefix = "AWS.SimpleQueueService."
		refuse(t, []refusal{
			{"no entry", send(), prefix + "EmptyBatchRequest", 400, "There should be at least one SendMessageBatchRequestEntry in the request."},
			{"11 entries", send(strings.Split("abcdefghijk", "")...), prefix + "TooManyEntriesInBatchRequest", 400, "Maximum number of entries per request are 10. You have sent 11."},
			{"an id twice", send("a", "b", "a"), prefix + "BatchEntryIdsNotDistinct", 400, "Id a repeated."},
			{"bad id", send("a", "b c"), prefix + "InvalidBatchEntryId", 400, "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."},
			{"over 1 MiB", only(s.sqs.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.url, Entries: []types.SendMessageBatchRequestEntry{
				{Id: new("a"), MessageBody: &half}, {Id: new("b"), MessageBody: &half}, {Id: new("c"), MessageBody: new("x")},
			}})), prefix + "BatchRequestTooLong", 400, "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes."},
			{"no entry to delete", only(s.sqs.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &q.url, Entries: []types.DeleteMessageBatchRequestEntry{}})), prefix + "EmptyBatchRequest", 400, ""},
			{"no entry to change", only(s.sqs.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &q.url, Entries: []types.ChangeMessageVisibilityBatchRequestEntry{}})), prefix + "EmptyBatchRequest", 400, ""},
		})
		if c := s.counts(t, q); c != "0 0 0" {
			t.Errorf("refused batches left %s", c)
		}
	})
}

func TestMessageOfOneMebibyteArrives(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t)
		body := strings.Repeat("\"\\ü ", 1<<20/5) + "x" // as JSON it is half as long again
		s.send(t, q, body)
		if got := s.drain(t, q, 1)[0]; got != body {
			t.Errorf("got %d bytes, sent %d", len(got), len(body))
		}
		refuse(t, []refusal{{"one byte more", only(s.sqs.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: new(strings.Repeat("x", 1<<20+1))})), badParameter, 400, "Message must be shorter than 1048576 bytes."}})
	})
}
