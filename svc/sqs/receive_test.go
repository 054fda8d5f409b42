package sqs_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/sqs"
	"github.com/casestream/casestream/wire"
	"github.com/casestream/casestream/wire/wiretest"
)

func TestTooManyMessagesInFlightAreOverTheLimit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		arns := arn.NewMaker("123456789012", "us-east-1")
		queues := queue.New(d.Open(t, store.Options{}), queue.Config{ARNs: arns, MaxInFlight: 1})
		c := &client{wiretest.Door{
			TB: t, Service: sqs.New(sqs.Config{Queues: queues, ARNs: arns}).Describe(),
			Caller: &wire.Call{Principal: wire.Principal{Account: "123456789012", ARN: "arn:aws:iam::123456789012:root"}, Region: "us-east-1", Scheme: "http", Host: "localhost:4566"},
		}}
		c.do("CreateQueue", `{'QueueName':'orders'}`)
		c.do("CreateQueue", `{'QueueName':'orders.fifo','Attributes':{'FifoQueue':'true'}}`)
		for _, body := range []string{"1", "2"} {
			c.do("SendMessage", `{'QueueUrl':'`+orders+`','MessageBody':'`+body+`'}`)
			c.do("SendMessage", `{'QueueUrl':'`+orders+`.fifo','MessageBody':'`+body+`','MessageGroupId':'`+body+`','MessageDeduplicationId':'`+body+`'}`)
		}
		if n := len(c.receive(orders)) + len(c.receive(orders+".fifo")); n != 2 {
			t.Fatalf("received %d messages, want one of each queue", n)
		}
		_, err := c.try("ReceiveMessage", `{'QueueUrl':'`+orders+`'}`)
		if err == nil || err.Code != "OverLimit" || err.Status != 403 {
			t.Errorf("err = %+v", err)
		}
		if got := c.receive(orders + ".fifo"); len(got) != 0 {
			t.Errorf("received %v", got)
		}
	})
}

func TestReceiveRequestAttemptIdGivesTheSameAgain(t *testing.T) {
	each(t, func(c *client) {
		c.do("CreateQueue", `{'QueueName':'orders'}`)
		c.do("CreateQueue", `{'QueueName':'orders.fifo','Attributes':{'FifoQueue':'true'}}`)
		c.do("SendMessage", `{'QueueUrl':'`+orders+`.fifo','MessageBody':'x','MessageGroupId':'g','MessageDeduplicationId':'d'}`)
		receive := `{'QueueUrl':'` + orders + `.fifo','ReceiveRequestAttemptId':'try','AttributeNames':['All']}`
		first, again := c.do("ReceiveMessage", receive), c.do("ReceiveMessage", receive)
		if d := cmp.Diff(first, again); d != "" || len(as[[]any](first["Messages"])) != 1 {
			t.Errorf("%v: %s", first, d)
		}
		for _, bad := range []string{
			strings.Replace(receive, "try", "a b", 1), strings.Replace(receive, "'try'", "''", 1), strings.Replace(receive, "orders.fifo", "orders", 1),
		} {
			if _, err := c.try("ReceiveMessage", bad); err == nil || err.Code != "InvalidParameterValueException" || err.Status != 400 {
				t.Errorf("%s: %+v", bad, err)
			}
		}
	})
}
