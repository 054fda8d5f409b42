package api_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// seedPolicy is the queue policy of the documented set-up: EventBridge may send.
const seedPolicy = `{ "Version": "2012-10-17", "Statement": [{ "Sid": "case-event-subscription", "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com"}, "Action": "SQS:SendMessage", "Resource": "*"}]}`

// queue is a queue of one test.
type queue struct {
	url, arn, name string
}

// newQueue makes a queue; attributes come in pairs of name and value. A queue is FIFO when FifoQueue is set.
func (s *server) newQueue(t *testing.T, attributes ...string) queue {
	t.Helper()
	q := queue{name: name("queue")}
	set := map[string]string{}
	for i := 0; i < len(attributes); i += 2 {
		set[attributes[i]] = attributes[i+1]
	}
	if set["FifoQueue"] == "true" {
		q.name += ".fifo"
	}
	q.url = *got(s.sqs.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &q.name, Attributes: set}))(t).QueueUrl
	q.arn = "arn:aws:sqs:" + region + ":" + account + ":" + q.name
	return q
}

// openQueue makes a queue that EventBridge may send to.
func (s *server) openQueue(t *testing.T, attributes ...string) queue {
	t.Helper()
	return s.newQueue(t, append([]string{"Policy", seedPolicy}, attributes...)...)
}

// send sends one message and gives its id.
func (s *server) send(t *testing.T, q queue, body string) string {
	t.Helper()
	return *got(s.sqs.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: &body}))(t).MessageId
}

// receive takes up to 10 messages with all they carry, waiting up to wait seconds for the first.
func (s *server) receive(t *testing.T, q queue, wait int32) []types.Message {
	t.Helper()
	return got(s.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &q.url, MaxNumberOfMessages: 10, WaitTimeSeconds: wait, MessageAttributeNames: []string{"All"},
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
	}))(t).Messages
}

// drain takes n messages, deletes them and gives their bodies. It waits up to 10 seconds for each batch.
func (s *server) drain(t *testing.T, q queue, n int) []string {
	t.Helper()
	var bodies []string
	for len(bodies) < n {
		messages := s.receive(t, q, 10)
		if len(messages) == 0 {
			t.Fatalf("%s: got %d messages, want %d: %s", q.name, len(bodies), n, bodies)
		}
		for _, m := range messages {
			bodies = append(bodies, *m.Body)
			got(s.sqs.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: m.ReceiptHandle}))(t)
		}
	}
	if len(bodies) > n {
		t.Fatalf("%s: got %d messages, want %d: %s", q.name, len(bodies), n, bodies)
	}
	return bodies
}

// counts gives how many messages are visible, in flight and delayed: "1 2 0".
func (s *server) counts(t *testing.T, q queue) string {
	t.Helper()
	a := s.attributes(t, q)
	return strings.Join([]string{a["ApproximateNumberOfMessages"], a["ApproximateNumberOfMessagesNotVisible"], a["ApproximateNumberOfMessagesDelayed"]}, " ")
}

// attributes reads all attributes of a queue.
func (s *server) attributes(t *testing.T, q queue) map[string]string {
	t.Helper()
	out := got(s.sqs.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &q.url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}}))(t)
	return maps.Clone(out.Attributes)
}
