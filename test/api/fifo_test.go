package api_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"
)

// sendTo sends a message to a group of a FIFO queue.
func (s *server) sendTo(t *testing.T, q queue, group, dedup, body string) *sqs.SendMessageOutput {
	t.Helper()
	return got(s.sqs.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &q.url, MessageGroupId: &group, MessageDeduplicationId: &dedup, MessageBody: &body}))(t)
}

func TestFIFOGroupsKeepTheirOrderAndLock(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t, "FifoQueue", "true")
		last := ""
		for i := range 4 {
			for _, group := range []string{"a", "b"} {
				out := s.sendTo(t, q, group, fmt.Sprint(group, i), fmt.Sprint(group, i))
				if n := deref(out.SequenceNumber); !regexp.MustCompile(`^\d{20}$`).MatchString(n) || n <= last {
					t.Errorf("got sequence number %q after %q", n, last)
				} else {
					last = n
				}
			}
		}
		take := func(n int32) (bodies []string, handles []*string) {
			t.Helper()
			for _, m := range got(s.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &q.url, MaxNumberOfMessages: n}))(t).Messages {
				bodies, handles = append(bodies, *m.Body), append(handles, m.ReceiptHandle)
			}
			return bodies, handles
		}
		del := func(handle *string) {
			t.Helper()
			got(s.sqs.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: handle}))(t)
		}
		first, firstHandles := take(2)
		if diff := cmp.Diff([]string{"a0", "a1"}, first); diff != "" {
			t.Fatal(diff)
		}
		second, secondHandles := take(10) // group a is locked
		if diff := cmp.Diff([]string{"b0", "b1", "b2", "b3"}, second); diff != "" {
			t.Fatal(diff)
		}
		del(firstHandles[0])
		if more, _ := take(10); len(more) > 0 { // still locked by a1
			t.Errorf("got %v while a message of the group is in flight", more)
		}
		del(firstHandles[1])
		for _, h := range secondHandles {
			del(h)
		}
		rest, _ := take(10)
		if diff := cmp.Diff([]string{"a2", "a3"}, rest); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFIFOTakesADuplicateOnce(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t, "FifoQueue", "true")
		first := s.sendTo(t, q, "a", "same", "one")
		again := s.sendTo(t, q, "a", "same", "two")
		if *first.MessageId != *again.MessageId || *first.SequenceNumber != *again.SequenceNumber {
			t.Errorf("got %s %s, then %s %s", *first.MessageId, *first.SequenceNumber, *again.MessageId, *again.SequenceNumber)
		}
		if bodies := s.drain(t, q, 1); bodies[0] != "one" {
			t.Errorf("got %v", bodies)
		}
		s.sendTo(t, q, "a", "same", "three") // the window outlasts the message
		if c := s.counts(t, q); c != "0 0 0" {
			t.Errorf("the queue holds %s", c)
		}
		content := s.newQueue(t, "FifoQueue", "true", "ContentBasedDeduplication", "true")
		for _, body := range []string{"x", "y", "x"} {
			got(s.sqs.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &content.url, MessageGroupId: new("a"), MessageBody: &body}))(t)
		}
		if diff := cmp.Diff([]string{"x", "y"}, s.drain(t, content, 2)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFIFOMessagesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t, "FifoQueue", "true")
		send := func(edit func(*sqs.SendMessageInput)) error {
			in := &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: new("x"), MessageGroupId: new("g"), MessageDeduplicationId: new("d")}
			edit(in)
			return only(s.sqs.SendMessage(t.Context(), in))
		}
		refuse(t, []refusal{
			{"no group", send(func(in *sqs.SendMessageInput) { in.MessageGroupId = nil }), noParameter, 400, "The request must contain the parameter MessageGroupId."},
			{"no deduplication", send(func(in *sqs.SendMessageInput) { in.MessageDeduplicationId = nil }), badParameter, 400, "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"},
			{"a delay", send(func(in *sqs.SendMessageInput) { in.DelaySeconds = 2 }), badParameter, 400, "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type."},
			{"a group with a space", send(func(in *sqs.SendMessageInput) { in.MessageGroupId = new("a b") }), badParameter, 400, "Value a b for parameter MessageGroupId is invalid."},
		})
	})
}
