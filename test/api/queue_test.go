package api_test

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"
)

// The codes of SQS's errors as SDKs show them.
const (
	noQueue         = "AWS.SimpleQueueService.NonExistentQueue"
	noSuchAttribute = "InvalidAttributeName"
	badAttribute    = "InvalidAttributeValue"
	badParameter    = "InvalidParameterValue"
	noParameter     = "MissingParameter"
)

func TestQueueHasItsDefaultAttributes(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t)
		if want := "http://" + s.addr + "/111122223333/" + q.name; q.url != want {
			t.Errorf("got URL %s, want %s", q.url, want)
		}
		a := s.attributes(t, q)
		for _, n := range []string{"CreatedTimestamp", "LastModifiedTimestamp"} {
			seconds, err := strconv.ParseInt(a[n], 10, 64)
			if age := time.Since(time.Unix(seconds, 0)); err != nil || age < -time.Second || age > time.Minute {
				t.Errorf("got %s %q", n, a[n])
			}
			delete(a, n)
		}
		want := map[string]string{
			"QueueArn": q.arn, "VisibilityTimeout": "30", "DelaySeconds": "0", "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600",
			"ReceiveMessageWaitTimeSeconds": "0", "SqsManagedSseEnabled": "true",
			"ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "0", "ApproximateNumberOfMessagesDelayed": "0",
		}
		if diff := cmp.Diff(want, a); diff != "" {
			t.Error(diff)
		}
		out := got(s.sqs.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: &q.name}))(t)
		if *out.QueueUrl != q.url {
			t.Errorf("got %s, want %s", *out.QueueUrl, q.url)
		}
	})
}

func TestQueueAttributesAreSetAndRead(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t, "DelaySeconds", "7", "Policy", seedPolicy)
		set := map[string]string{"VisibilityTimeout": "0", "MessageRetentionPeriod": "60", "ReceiveMessageWaitTimeSeconds": "20", "MaximumMessageSize": "1024"}
		got(s.sqs.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{QueueUrl: &q.url, Attributes: set}))(t)
		want := maps.Clone(set)
		want["DelaySeconds"], want["Policy"] = "7", seedPolicy
		a := s.attributes(t, q)
		for n, v := range want {
			if a[n] != v {
				t.Errorf("got %s %q, want %q", n, a[n], v)
			}
		}
		some := got(s.sqs.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &q.url, AttributeNames: []types.QueueAttributeName{"QueueArn", "DelaySeconds"}}))(t)
		if diff := cmp.Diff(map[string]string{"QueueArn": q.arn, "DelaySeconds": "7"}, some.Attributes); diff != "" {
			t.Error(diff)
		}
		got(s.sqs.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{QueueUrl: &q.url, Attributes: map[string]string{"Policy": ""}}))(t)
		if p, ok := s.attributes(t, q)["Policy"]; ok {
			t.Errorf("an emptied policy is still there: %q", p)
		}
	})
}

func TestCreateQueueIsIdempotentForTheSameAttributes(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t, "DelaySeconds", "7")
		create := func(attributes map[string]string) (*sqs.CreateQueueOutput, error) {
			return s.sqs.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &q.name, Attributes: attributes})
		}
		for _, attributes := range []map[string]string{nil, {"DelaySeconds": "7"}, {"VisibilityTimeout": "30"}} {
			if out := got(create(attributes))(t); *out.QueueUrl != q.url {
				t.Errorf("got %s, want %s", *out.QueueUrl, q.url)
			}
		}
		err := only(create(map[string]string{"DelaySeconds": "8"}))
		refuse(t, []refusal{{"another delay", err, "QueueAlreadyExists", 400, "A queue already exists with the same name and a different value for attribute DelaySeconds"}})
		if as[*types.QueueNameExists](err) == nil {
			t.Errorf("got %T", err)
		}
	})
}

func TestQueueCallsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q, fifo := t.Context(), s.newQueue(t), s.newQueue(t, "FifoQueue", "true")
		create := func(n string, attributes ...string) error {
			in := &sqs.CreateQueueInput{QueueName: &n, Attributes: map[string]string{}}
			for i := 0; i < len(attributes); i += 2 {
				in.Attributes[attributes[i]] = attributes[i+1]
			}
			return only(s.sqs.CreateQueue(ctx, in))
		}
		set := func(q queue, n, v string) error {
			return only(s.sqs.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{QueueUrl: &q.url, Attributes: map[string]string{n: v}}))
		}
		read := func(names ...types.QueueAttributeName) error {
			return only(s.sqs.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &q.url, AttributeNames: names}))
		}
		rows := []refusal{
			{"bad name", create("a queue"), badParameter, 400, "alphanumeric characters, hyphens, or underscores"},
			{"long name", create(strings.Repeat("q", 81)), badParameter, 400, "1 to 80 in length"},
			{"FIFO without the suffix", create(name("q"), "FifoQueue", "true"), badParameter, 400, ".fifo"},
			{"suffix without FIFO", create(name("q") + ".fifo"), badParameter, 400, ""},
			{"FIFO set to false", create(name("q"), "FifoQueue", "false"), noSuchAttribute, 400, "Unknown Attribute FifoQueue."},
			{"unknown attribute", create(name("q"), "Colour", "red"), noSuchAttribute, 400, "Unknown Attribute Colour."},
			{"read-only attribute", create(name("q"), "QueueArn", "x"), noSuchAttribute, 400, "Unknown Attribute QueueArn."},
			{"bad policy", create(name("q"), "Policy", "{"), badAttribute, 400, "Invalid value for the parameter Policy."},
			{"set: unknown attribute", set(q, "Colour", "red"), noSuchAttribute, 400, "Unknown Attribute Colour."},
			{"set: FIFO attribute", set(q, "ContentBasedDeduplication", "true"), noSuchAttribute, 400, "Unknown Attribute ContentBasedDeduplication."},
			{"set: scope", set(q, "DeduplicationScope", "queue"), noSuchAttribute, 400, "You can specify the DeduplicationScope only when FifoQueue is set to true."},
			{"set: FIFO queue's type", set(fifo, "FifoQueue", "false"), badAttribute, 400, "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported."},
			{"set: bad policy", set(q, "Policy", `{"Statement":[{"Effect":"Maybe"}]}`), badAttribute, 400, "Invalid value for the parameter Policy."},
			{"get: unknown attribute", read("Colour"), noSuchAttribute, 400, "Unknown Attribute Colour."},
			{"get: no queue of this name", only(s.sqs.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: new(name("nobody"))})), noQueue, 400, "The specified queue does not exist."},
			{"list: page too large", only(s.sqs.ListQueues(ctx, &sqs.ListQueuesInput{MaxResults: new(int32(1001))})), badParameter, 400, ""},
		}
		for n, values := range map[string][]string{
			"VisibilityTimeout": {"-1", "43201", "x", ""}, "DelaySeconds": {"-1", "901"}, "MaximumMessageSize": {"1023", "1048577"},
			"MessageRetentionPeriod": {"59", "1209601"}, "ReceiveMessageWaitTimeSeconds": {"-1", "21", "1.5"},
		} {
			for _, v := range values {
				rows = append(rows, refusal{"set: " + n + " " + v, set(q, n, v), badAttribute, 400, "Invalid value for the parameter " + n + "."})
			}
		}
		refuse(t, rows)
	})
}

func TestQueuesAreListedByPrefixInPages(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		prefix := name("listed") + "-"
		var want []string
		for i := range 5 {
			n := fmt.Sprint(prefix, i)
			want = append(want, *got(s.sqs.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &n}))(t).QueueUrl)
		}
		all := walk(t, 2, func(u string) string { return u }, func(ctx context.Context, token *string) ([]string, *string, error) {
			out, err := s.sqs.ListQueues(ctx, &sqs.ListQueuesInput{QueueNamePrefix: &prefix, MaxResults: new(int32(2)), NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return out.QueueUrls, out.NextToken, nil
		})
		if diff := cmp.Diff(want, all); diff != "" {
			t.Error(diff)
		}
		out := got(s.sqs.ListQueues(t.Context(), &sqs.ListQueuesInput{QueueNamePrefix: &prefix}))(t)
		if diff := cmp.Diff(want, out.QueueUrls); diff != "" || out.NextToken != nil {
			t.Errorf("%s token %q", diff, deref(out.NextToken))
		}
	})
}

func TestDeletedQueueIsGoneAndItsNameFree(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q := t.Context(), s.newQueue(t)
		s.send(t, q, "lost")
		got(s.sqs.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: &q.url}))(t)
		rows := []refusal{
			{"delete", only(s.sqs.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: &q.url})), noQueue, 400, ""},
			{"attributes", only(s.sqs.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &q.url})), noQueue, 400, ""},
			{"set attributes", only(s.sqs.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{QueueUrl: &q.url, Attributes: map[string]string{"DelaySeconds": "1"}})), noQueue, 400, ""},
			{"send", only(s.sqs.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: new("x")})), noQueue, 400, ""},
			{"send a batch", only(s.sqs.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.url, Entries: []types.SendMessageBatchRequestEntry{{Id: new("1"), MessageBody: new("x")}}})), noQueue, 400, ""},
			{"receive", only(s.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &q.url})), noQueue, 400, ""},
			{"purge", only(s.sqs.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: &q.url})), noQueue, 400, ""},
			{"delete a message", only(s.sqs.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: new("x")})), noQueue, 400, ""},
			{"a foreign account", only(s.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: new("http://" + s.addr + "/999999999999/" + q.name)})), noQueue, 400, ""},
		}
		refuse(t, rows)
		if as[*types.QueueDoesNotExist](rows[0].err) == nil {
			t.Errorf("got %T", rows[0].err)
		}
		again := got(s.sqs.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &q.name}))(t)
		if c := s.counts(t, queue{url: *again.QueueUrl}); c != "0 0 0" {
			t.Errorf("the new queue holds %s", c)
		}
	})
}

func TestQueueURLIsFoundByItsLastTwoParts(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t)
		s.send(t, queue{url: "https://sqs.us-east-1.amazonaws.com/111122223333/" + q.name}, "x")
		s.drain(t, q, 1)
	})
}

func TestQueueIsTagged(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, n := t.Context(), name("queue")
		q := queue{url: *got(s.sqs.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &n, Tags: map[string]string{"team": "a", "tier": "1"}}))(t).QueueUrl}
		got(s.sqs.TagQueue(ctx, &sqs.TagQueueInput{QueueUrl: &q.url, Tags: map[string]string{"team": "b", "empty": ""}}))(t)
		got(s.sqs.UntagQueue(ctx, &sqs.UntagQueueInput{QueueUrl: &q.url, TagKeys: []string{"tier", "absent"}}))(t)
		if diff := cmp.Diff(map[string]string{"team": "b", "empty": ""}, got(s.sqs.ListQueueTags(ctx, &sqs.ListQueueTagsInput{QueueUrl: &q.url}))(t).Tags); diff != "" {
			t.Error(diff)
		}
	})
}
