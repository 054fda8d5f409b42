package api_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"
)

// noResource is the code of a move task, or of a queue of one, that does not exist.
const noResource = "ResourceNotFoundException"

// pipe makes a queue whose messages are dead letters after one receive of no length, and its dead-letter queue.
func (s *server) pipe(t *testing.T, attributes ...string) (source, dead queue) {
	t.Helper()
	dead = s.newQueue(t, attributes...)
	return s.newQueue(t, append([]string{"VisibilityTimeout", "0", "RedrivePolicy", `{"deadLetterTargetArn":"` + dead.arn + `","maxReceiveCount":"1"}`}, attributes...)...), dead
}

// bury sends bodies to a queue and receives until they are dead letters.
func (s *server) bury(t *testing.T, source, dead queue, list ...string) {
	t.Helper()
	for _, body := range list {
		in := &sqs.SendMessageInput{QueueUrl: &source.url, MessageBody: &body}
		if strings.HasSuffix(source.name, ".fifo") {
			in.MessageGroupId, in.MessageDeduplicationId = new("g"), &body
		}
		got(s.sqs.SendMessage(t.Context(), in))(t)
	}
	for s.counts(t, source) != "0 0 0" {
		s.receive(t, source, 0)
	}
}

// move starts a task and gives its handle.
func (s *server) move(t *testing.T, from queue, rate *int32, to *string) *string {
	t.Helper()
	return got(s.sqs.StartMessageMoveTask(t.Context(), &sqs.StartMessageMoveTaskInput{SourceArn: &from.arn, DestinationArn: to, MaxNumberOfMessagesPerSecond: rate}))(t).TaskHandle
}

// moves lists the tasks of a queue.
func (s *server) moves(t *testing.T, from queue) []types.ListMessageMoveTasksResultEntry {
	t.Helper()
	return got(s.sqs.ListMessageMoveTasks(t.Context(), &sqs.ListMessageMoveTasksInput{SourceArn: &from.arn, MaxResults: new(int32(10))}))(t).Results
}

// ended waits until the newest task of a queue has ended, and gives it without its time.
func (s *server) ended(t *testing.T, from queue) types.ListMessageMoveTasksResultEntry {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if m := s.moves(t, from)[0]; *m.Status != "RUNNING" && *m.Status != "CANCELLING" {
			if at := time.UnixMilli(m.StartedTimestamp); time.Since(at) > time.Minute || time.Until(at) > time.Minute {
				t.Errorf("started at %v", at)
			}
			m.StartedTimestamp = 0
			return m
		}
	}
	t.Fatal("the task goes on")
	return types.ListMessageMoveTasksResultEntry{}
}

// sameTask compares what is told of a task.
func sameTask(t *testing.T, want, got types.ListMessageMoveTasksResultEntry) {
	t.Helper()
	if d := cmp.Diff(want, got, cmp.AllowUnexported(want)); d != "" {
		t.Error(d)
	}
}

func TestDeadLettersAreMovedBack(t *testing.T) {
	for _, kind := range []string{"standard", "fifo"} {
		t.Run(kind, func(t *testing.T) {
			each(t, func(t *testing.T, s *server) {
				var attributes []string
				if kind == "fifo" {
					attributes = []string{"FifoQueue", "true"}
				}
				source, dead := s.pipe(t, attributes...)
				if got := s.moves(t, dead); got != nil {
					t.Errorf("got %v", got)
				}
				s.bury(t, source, dead, "1", "2", "3")
				handle := s.move(t, dead, nil, nil)
				if plain, err := base64.StdEncoding.DecodeString(*handle); err != nil || !strings.Contains(string(plain), `"sourceArn":"`+dead.arn+`"`) {
					t.Errorf("the handle says %s", plain)
				}
				sameTask(t, types.ListMessageMoveTasksResultEntry{
					Status: new("COMPLETED"), SourceArn: &dead.arn, ApproximateNumberOfMessagesMoved: 3, ApproximateNumberOfMessagesToMove: new(int64(3)),
				}, s.ended(t, dead))
				messages := s.receive(t, source, 10)
				if len(messages) != 3 || s.counts(t, dead) != "0 0 0" {
					t.Fatalf("%d messages are back, and the dead-letter queue has %s", len(messages), s.counts(t, dead))
				}
				for _, m := range messages {
					if m.Attributes["ApproximateReceiveCount"] != "1" || m.Attributes["DeadLetterQueueSourceArn"] != "" {
						t.Errorf("%s has %v", *m.Body, m.Attributes)
					}
				}
			})
		})
	}
}

func TestMoveTaskIsCancelled(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		source, dead := s.pipe(t)
		other := s.newQueue(t)
		s.bury(t, source, dead, "1", "2", "3")
		handle := s.move(t, dead, new(int32(1)), &other.arn)
		refuse(t, []refusal{
			{
				"second task", only(s.sqs.StartMessageMoveTask(t.Context(), &sqs.StartMessageMoveTaskInput{SourceArn: &dead.arn})), badParameter, 400,
				"There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
			},
		})
		s.receive(t, other, 10)
		if m := s.moves(t, dead)[0]; *m.Status != "RUNNING" || *m.TaskHandle != *handle {
			t.Errorf("got %+v", m)
		}
		moved := got(s.sqs.CancelMessageMoveTask(t.Context(), &sqs.CancelMessageMoveTaskInput{TaskHandle: handle}))(t).ApproximateNumberOfMessagesMoved
		m := s.ended(t, dead)
		if moved < 1 || moved > 2 || m.ApproximateNumberOfMessagesMoved < moved {
			t.Errorf("%d messages moved, then %d", moved, m.ApproximateNumberOfMessagesMoved)
		}
		sameTask(t, types.ListMessageMoveTasksResultEntry{
			Status: new("CANCELLED"), SourceArn: &dead.arn, DestinationArn: &other.arn, MaxNumberOfMessagesPerSecond: new(int32(1)),
			ApproximateNumberOfMessagesMoved: m.ApproximateNumberOfMessagesMoved, ApproximateNumberOfMessagesToMove: new(int64(3)),
		}, m)
		if err := only(s.sqs.CancelMessageMoveTask(t.Context(), &sqs.CancelMessageMoveTaskInput{TaskHandle: handle})); as[*types.ResourceNotFoundException](err) == nil {
			t.Errorf("got %v", err)
		}
	})
}

func TestMoveTaskFails(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		source, dead := s.pipe(t)
		other := s.newQueue(t)
		s.bury(t, source, dead, "1", "2", "3")
		s.move(t, dead, new(int32(1)), &other.arn)
		got(s.sqs.DeleteQueue(t.Context(), &sqs.DeleteQueueInput{QueueUrl: &other.url}))(t)
		if m := s.ended(t, dead); *m.Status != "FAILED" || *m.FailureReason != "AWS.SimpleQueueService.NonExistentQueue" {
			t.Errorf("got %s", *m.Status)
		}
		s.send(t, dead, "direct")
		s.move(t, dead, nil, nil)
		if m := s.ended(t, dead); *m.Status != "FAILED" || *m.FailureReason != "CouldNotDetermineMessageSource" {
			t.Errorf("got %s", *m.Status)
		}
		if bodies := s.drain(t, dead, 1); bodies[0] != "direct" {
			t.Errorf("left is %s", bodies)
		}
	})
}

func TestMoveTasksAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		_, dead := s.pipe(t)
		plain, fifo := s.newQueue(t), s.newQueue(t, "FifoQueue", "true")
		start := func(in sqs.StartMessageMoveTaskInput) error { return only(s.sqs.StartMessageMoveTask(ctx, &in)) }
		cancel := func(handle string) error {
			return only(s.sqs.CancelMessageMoveTask(ctx, &sqs.CancelMessageMoveTaskInput{TaskHandle: &handle}))
		}
		handleOf := func(source string) string {
			return base64.StdEncoding.EncodeToString([]byte(`{"taskId":"10f57157-fc38-4da9-a113-4de7e12d05aa","sourceArn":"` + source + `"}`))
		}
		list := func(arn string, limit int32) error {
			return only(s.sqs.ListMessageMoveTasks(ctx, &sqs.ListMessageMoveTasksInput{SourceArn: &arn, MaxResults: &limit}))
		}
		const noSource = "The resource that you specified for the SourceArn parameter doesn't exist."
		refuse(t, []refusal{
			{"start: no queue", start(sqs.StartMessageMoveTaskInput{SourceArn: new(dead.arn + "-none")}), noResource, 404, noSource},
			{"start: no source", start(sqs.StartMessageMoveTaskInput{SourceArn: new("")}), noParameter, 400, "The request must contain the parameter SourceArn."},
			{"start: no dead-letter queue", start(sqs.StartMessageMoveTaskInput{SourceArn: &plain.arn}), badParameter, 400, "Source queue must be configured as a Dead Letter Queue."},
			{
				"start: no destination", start(sqs.StartMessageMoveTaskInput{SourceArn: &dead.arn, DestinationArn: new(plain.arn + "-none")}), noResource, 404,
				"The resource that you specified for the DestinationArn parameter doesn't exist.",
			},
			{"start: to itself", start(sqs.StartMessageMoveTaskInput{SourceArn: &dead.arn, DestinationArn: &dead.arn}), badParameter, 400, "must be different queues."},
			{"start: other type", start(sqs.StartMessageMoveTaskInput{SourceArn: &dead.arn, DestinationArn: &fifo.arn}), badParameter, 400, "must be queues of the same type."},
			{"start: rate", start(sqs.StartMessageMoveTaskInput{SourceArn: &dead.arn, MaxNumberOfMessagesPerSecond: new(int32(501))}), badParameter, 400, "Must be between 1 and 500"},
			{"cancel: no handle", cancel("foobared"), badParameter, 400, "Value for parameter TaskHandle is invalid."},
			{"cancel: no queue", cancel(handleOf(dead.arn + "-none")), noResource, 404, noSource},
			{"cancel: no task", cancel(handleOf(dead.arn)), noResource, 404, "Task does not exist."},
			{"list: no queue", list(dead.arn+"-none", 1), noResource, 404, noSource},
			{"list: too many", list(dead.arn, 11), badParameter, 400, "Must be between 1 and 10"},
		})
	})
}

func TestSourcesOfADeadLetterQueueAreListed(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		first, dead := s.pipe(t)
		second := s.newQueue(t, "RedrivePolicy", `{"deadLetterTargetArn":"`+dead.arn+`","maxReceiveCount":3}`)
		want := map[string]bool{first.url: true, second.url: true}
		pages := sqs.NewListDeadLetterSourceQueuesPaginator(s.sqs, &sqs.ListDeadLetterSourceQueuesInput{QueueUrl: &dead.url, MaxResults: new(int32(1))})
		found := map[string]bool{}
		for pages.HasMorePages() {
			page := got(pages.NextPage(t.Context()))(t)
			if len(page.QueueUrls) > 1 {
				t.Errorf("a page of %v", page.QueueUrls)
			}
			for _, u := range page.QueueUrls {
				found[u] = true
			}
		}
		if d := cmp.Diff(want, found); d != "" {
			t.Error(d)
		}
		if out := got(s.sqs.ListDeadLetterSourceQueues(t.Context(), &sqs.ListDeadLetterSourceQueuesInput{QueueUrl: &first.url}))(t); len(out.QueueUrls) != 0 {
			t.Errorf("got %v", out.QueueUrls)
		}
		refuse(t, []refusal{
			{"no queue", only(s.sqs.ListDeadLetterSourceQueues(t.Context(), &sqs.ListDeadLetterSourceQueuesInput{QueueUrl: new(dead.url + "-none")})), noQueue, 400, "The specified queue does not exist."},
			{"page too long", only(s.sqs.ListDeadLetterSourceQueues(t.Context(), &sqs.ListDeadLetterSourceQueuesInput{QueueUrl: &dead.url, MaxResults: new(int32(1001))})), badParameter, 400, "between 1 and 1000"},
		})
	})
}
