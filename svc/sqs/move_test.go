package sqs_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/wire"
)

// queueARN is how the ARNs of the tests' queues begin.
const queueARN = "arn:aws:sqs:us-east-1:123456789012:"

// pipe makes a dead-letter queue "dead" and queues that have it.
func (c *client) pipe(sources ...string) {
	c.Helper()
	c.do("CreateQueue", `{'QueueName':'dead'}`)
	for _, name := range sources {
		c.do("CreateQueue", `{'QueueName':'`+name+`','Attributes':{'VisibilityTimeout':'0','RedrivePolicy':'{\"deadLetterTargetArn\":\"`+queueARN+`dead\",\"maxReceiveCount\":1}'}}`)
	}
}

// handleOf makes the handle of a task.
func handleOf(taskID, sourceARN string) string {
	return base64.StdEncoding.EncodeToString([]byte(`{"taskId":"` + taskID + `","sourceArn":"` + sourceARN + `"}`))
}

func TestMoveTasksAreStartedToldOfAndCancelled(t *testing.T) {
	each(t, func(c *client) {
		c.pipe("orders")
		if got := c.do("ListMessageMoveTasks", `{'SourceArn':'`+queueARN+`dead'}`); len(got) != 0 {
			c.Errorf("got %v", got)
		}
		c.do("SendMessage", `{'QueueUrl':'orders','MessageBody':'x'}`)
		c.receive("orders")
		c.receive("orders")
		task := as[string](c.do("StartMessageMoveTask", `{'SourceArn':'`+queueARN+`dead','DestinationArn':'`+queueARN+`orders','MaxNumberOfMessagesPerSecond':500}`)["TaskHandle"])
		plain, err := base64.StdEncoding.DecodeString(task)
		if err != nil || !strings.HasPrefix(string(plain), `{"taskId":"`) || !strings.HasSuffix(string(plain), `","sourceArn":"`+queueARN+`dead"}`) {
			c.Errorf("the handle says %s", plain)
		}
		list := func() map[string]any {
			results := as[[]any](c.do("ListMessageMoveTasks", `{'SourceArn':'`+queueARN+`dead','MaxResults':10}`)["Results"])
			if len(results) != 1 {
				c.Fatalf("got %v", results)
			}
			m := as[map[string]any](results[0])
			if at := as[float64](m["StartedTimestamp"]); at < 1.7e12 || at > 1e13 {
				c.Errorf("started at %v", m["StartedTimestamp"])
			}
			delete(m, "StartedTimestamp")
			return m
		}
		want := map[string]any{
			"TaskHandle": task, "Status": "RUNNING", "SourceArn": queueARN + "dead", "DestinationArn": queueARN + "orders", "MaxNumberOfMessagesPerSecond": 500.0,
			"ApproximateNumberOfMessagesMoved": 0.0, "ApproximateNumberOfMessagesToMove": 1.0,
		}
		if d := cmp.Diff(want, list()); d != "" {
			c.Error(d)
		}
		if got := c.do("CancelMessageMoveTask", `{'TaskHandle':'`+task+`'}`); cmp.Diff(map[string]any{"ApproximateNumberOfMessagesMoved": 0.0}, got) != "" {
			c.Errorf("got %v", got)
		}
		want["Status"] = "CANCELLING"
		delete(want, "TaskHandle")
		if d := cmp.Diff(want, list()); d != "" {
			c.Error(d)
		}
	})
}

func TestMoveTasksAreRefused(t *testing.T) {
	each(t, func(c *client) {
		c.pipe("orders", "busy")
		c.do("CreateQueue", `{'QueueName':'plain'}`)
		c.do("CreateQueue", `{'QueueName':'dead.fifo','Attributes':{'FifoQueue':'true'}}`)
		c.do("CreateQueue", `{'QueueName':'used'}`)
		c.do("SetQueueAttributes", `{'QueueUrl':'busy','Attributes':{'RedrivePolicy':'{\"deadLetterTargetArn\":\"`+queueARN+`used\",\"maxReceiveCount\":1}'}}`)
		c.do("StartMessageMoveTask", `{'SourceArn':'`+queueARN+`used'}`)
		const (
			missing, invalid, noParameter = "ResourceNotFoundException", "InvalidParameterValueException", "MissingRequiredParameterException"
			noSource                      = "The resource that you specified for the SourceArn parameter doesn't exist."
			noDestination                 = "The resource that you specified for the DestinationArn parameter doesn't exist."
			badHandle                     = "Value for parameter TaskHandle is invalid."
		)
		for _, r := range []struct{ name, op, body, code, says string }{
			{"no source", "StartMessageMoveTask", `{}`, noParameter, "The request must contain the parameter SourceArn."},
			{"empty source", "StartMessageMoveTask", `{'SourceArn':''}`, noParameter, "The request must contain the parameter SourceArn."},
			{"unknown source", "StartMessageMoveTask", `{'SourceArn':'` + queueARN + `none'}`, missing, noSource},
			{"source of another account", "StartMessageMoveTask", `{'SourceArn':'arn:aws:sqs:us-east-1:999999999999:dead'}`, missing, noSource},
			{"source of another Region", "StartMessageMoveTask", `{'SourceArn':'arn:aws:sqs:eu-west-1:123456789012:dead'}`, missing, noSource},
			{"source that is no ARN", "StartMessageMoveTask", `{'SourceArn':'dead'}`, missing, noSource},
			{"source that is no name", "StartMessageMoveTask", `{'SourceArn':'` + queueARN + `dea%64'}`, missing, noSource},
			{"no dead-letter queue", "StartMessageMoveTask", `{'SourceArn':'` + queueARN + `plain'}`, invalid, "Source queue must be configured as a Dead Letter Queue."},
			{"unknown destination", "StartMessageMoveTask", `{'SourceArn':'` + queueARN + `dead','DestinationArn':'` + queueARN + `none'}`, missing, noDestination},
			{
				"destination is the source", "StartMessageMoveTask", `{'SourceArn':'` + queueARN + `dead','DestinationArn':'` + queueARN + `dead'}`, invalid,
				"Value " + queueARN + "dead for parameter DestinationArn is invalid. Reason: Source and destination must be different queues.",
			},
			{
				"destination of another type", "StartMessageMoveTask", `{'SourceArn':'` + queueARN + `dead','DestinationArn':'` + queueARN + `dead.fifo'}`, invalid,
				"Value " + queueARN + "dead.fifo for parameter DestinationArn is invalid. Reason: Source and destination must be queues of the same type.",
			},
			{
				"rate too low", "StartMessageMoveTask", `{'SourceArn':'` + queueARN + `dead','MaxNumberOfMessagesPerSecond':0}`, invalid,
				"Value 0 for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: Must be between 1 and 500, if provided.",
			},
			{
				"rate too high", "StartMessageMoveTask", `{'SourceArn':'` + queueARN + `dead','MaxNumberOfMessagesPerSecond':501}`, invalid,
				"Value 501 for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: Must be between 1 and 500, if provided.",
			},
			{
				"second task", "StartMessageMoveTask", `{'SourceArn':'` + queueARN + `used'}`, invalid,
				"There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
			},
			{"no handle", "CancelMessageMoveTask", `{}`, noParameter, "The request must contain the parameter TaskHandle."},
			{"handle that is none", "CancelMessageMoveTask", `{'TaskHandle':'foobared'}`, invalid, badHandle},
			{"handle that is empty", "CancelMessageMoveTask", `{'TaskHandle':''}`, invalid, badHandle},
			{"handle of no id", "CancelMessageMoveTask", `{'TaskHandle':'` + handleOf(`\u0000`, queueARN+"dead") + `'}`, invalid, badHandle},
			{"handle of an unknown queue", "CancelMessageMoveTask", `{'TaskHandle':'` + handleOf("10f57157-fc38-4da9-a113-4de7e12d05dd", queueARN+"none") + `'}`, missing, noSource},
			{"handle of an unknown task", "CancelMessageMoveTask", `{'TaskHandle':'` + handleOf("10f57157-fc38-4da9-a113-4de7e12d05aa", queueARN+"dead") + `'}`, missing, "Task does not exist."},
			{"list of no source", "ListMessageMoveTasks", `{'SourceArn':''}`, noParameter, "The request must contain the parameter SourceArn."},
			{"list of an unknown source", "ListMessageMoveTasks", `{'SourceArn':'` + queueARN + `none'}`, missing, noSource},
			{"list too short", "ListMessageMoveTasks", `{'SourceArn':'` + queueARN + `dead','MaxResults':0}`, invalid, "Value 0 for parameter MaxResults is invalid. Reason: Must be between 1 and 10, if provided."},
			{"list too long", "ListMessageMoveTasks", `{'SourceArn':'` + queueARN + `dead','MaxResults':11}`, invalid, "Value 11 for parameter MaxResults is invalid. Reason: Must be between 1 and 10, if provided."},
			{"sources of an unknown queue", "ListDeadLetterSourceQueues", `{'QueueUrl':'none'}`, "QueueDoesNotExist", "The specified queue does not exist."},
			{"too many sources", "ListDeadLetterSourceQueues", `{'QueueUrl':'dead','MaxResults':1001}`, invalid, "Value 1001 for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and 1000, inclusive."},
			{"sources behind nonsense", "ListDeadLetterSourceQueues", `{'QueueUrl':'dead','NextToken':'x'}`, invalid, "Invalid or expired next token."},
		} {
			_, err := c.try(r.op, r.body)
			status := 400
			if r.code == missing {
				status = 404
			}
			if err == nil || err.Code != r.code || err.Message != r.says || err.Status != status {
				c.Errorf("%s: got %+v", r.name, err)
			}
		}
	})
}

func TestSourcesOfADeadLetterQueueAreListed(t *testing.T) {
	each(t, func(c *client) {
		c.pipe("a", "b", "c")
		c.do("CreateQueue", `{'QueueName':'plain'}`)
		if got := c.do("ListDeadLetterSourceQueues", `{'QueueUrl':'plain'}`); len(got) != 0 {
			c.Errorf("got %v", got)
		}
		const host = "http://localhost:4566/123456789012/"
		if d := cmp.Diff(map[string]any{"queueUrls": []any{host + "a", host + "b", host + "c"}}, c.do("ListDeadLetterSourceQueues", `{'QueueUrl':'dead'}`)); d != "" {
			c.Error(d)
		}
		first := c.do("ListDeadLetterSourceQueues", `{'QueueUrl':'dead','MaxResults':2}`)
		token := as[string](first["NextToken"])
		second := c.do("ListDeadLetterSourceQueues", `{'QueueUrl':'dead','MaxResults':2,'NextToken':'`+token+`'}`)
		if d := cmp.Diff(map[string]any{"queueUrls": []any{host + "c"}}, second); d != "" || len(as[[]any](first["queueUrls"])) != 2 {
			c.Errorf("%v, then %v", first, second)
		}
		c.do("SetQueueAttributes", `{'QueueUrl':'a','Attributes':{'RedrivePolicy':''}}`)
		c.do("SetQueueAttributes", `{'QueueUrl':'b','Attributes':{'RedrivePolicy':'{\"deadLetterTargetArn\":\"`+queueARN+`plain\",\"maxReceiveCount\":1}'}}`)
		c.do("DeleteQueue", `{'QueueUrl':'c'}`)
		if got := c.do("ListDeadLetterSourceQueues", `{'QueueUrl':'dead'}`); len(got) != 0 {
			c.Errorf("got %v", got)
		}
	})
}

// TestPoliciesSayWhoMayMove has the policies of both queues deny what a move consists of.
func TestPoliciesSayWhoMayMove(t *testing.T) {
	each(t, func(c *client) {
		c.pipe("orders")
		deny := func(queue, action string) {
			c.Caller.Principal = root
			c.do("SetQueueAttributes", `{'QueueUrl':'`+queue+`','Attributes':{'Policy':'{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"sqs:`+action+`\",\"Resource\":\"*\"}]}'}}`)
			c.Caller.Principal = alice
		}
		start := `{'SourceArn':'` + queueARN + `dead','DestinationArn':'` + queueARN + `orders'}`
		for _, r := range []struct{ queue, action, op, body string }{
			{"dead", "StartMessageMoveTask", "StartMessageMoveTask", start},
			{"dead", "ReceiveMessage", "StartMessageMoveTask", start},
			{"dead", "DeleteMessage", "StartMessageMoveTask", start},
			{"dead", "GetQueueAttributes", "StartMessageMoveTask", start},
			{"orders", "SendMessage", "StartMessageMoveTask", start},
			{"dead", "ListMessageMoveTasks", "ListMessageMoveTasks", `{'SourceArn':'` + queueARN + `dead'}`},
			{"dead", "CancelMessageMoveTask", "CancelMessageMoveTask", `{'TaskHandle':'` + handleOf("10f57157-fc38-4da9-a113-4de7e12d05aa", queueARN+"dead") + `'}`},
			{"dead", "ListDeadLetterSourceQueues", "ListDeadLetterSourceQueues", `{'QueueUrl':'dead'}`},
		} {
			deny(r.queue, r.action)
			_, err := c.try(r.op, r.body)
			if err == nil || err.Code != "AccessDeniedException" || !strings.Contains(err.Message, "sqs:"+strings.ToLower(r.action)+" on resource: "+queueARN+r.queue) {
				c.Errorf("%s denied on %s: got %+v", r.action, r.queue, err)
			}
			deny(r.queue, "TagQueue")
		}
		c.do("StartMessageMoveTask", start)
	})
}

func FuzzTaskHandle(f *testing.F) {
	f.Add(handleOf("10f57157-fc38-4da9-a113-4de7e12d05aa", queueARN+"dead"))
	f.Add("foobared")
	f.Add("bnVsbA==")
	c := newClient(f, storetest.SQLite(f))
	c.pipe("orders")
	f.Fuzz(func(t *testing.T, handle string) {
		in, err := json.Marshal(map[string]string{"TaskHandle": handle})
		if err != nil {
			t.Fatal(err)
		}
		_, failed := c.On(t).Send("CancelMessageMoveTask", &wire.Request{Protocol: wire.AWSJSON10, Body: in})
		if failed == nil || failed.Status != 400 && failed.Status != 404 {
			t.Errorf("%q: %+v", handle, failed)
		}
	})
}
