package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/casestream/casestream/client"
)

// eventWork measures the road from PutEvents to a consumer on one server, ours or another one of the same API: one
// bus for each number of rules, of which one rule matches every event and has the queue for its target.
type eventWork struct {
	client *client.Client
	base   string
	queue  string
}

// eventCount is what a measurement of events varies besides connections.
type eventCount struct {
	entries int // of a PutEvents
	rules   int // of the bus
}

// newEventWork makes the queue, and a bus for each number of rules.
func newEventWork(ctx context.Context, p *process, rules []int) (*eventWork, error) {
	w := &eventWork{client: p.client(), base: p.base}
	var made struct{ QueueUrl string }
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"*"}]}`
	err := w.client.JSON(ctx, "sqs", "1.0", "AmazonSQS.CreateQueue", client.Object{
		"QueueName": "events", "Attributes": client.Object{"VisibilityTimeout": "600", "Policy": policy},
	}, &made)
	if err != nil {
		return nil, err
	}
	w.queue = made.QueueUrl
	var got struct{ Attributes struct{ QueueArn string } }
	err = w.client.JSON(ctx, "sqs", "1.0", "AmazonSQS.GetQueueAttributes", client.Object{"QueueUrl": w.queue, "AttributeNames": []string{"QueueArn"}}, &got)
	if err != nil {
		return nil, err
	}
	for _, n := range rules {
		if err := w.makeBus(ctx, n, got.Attributes.QueueArn); err != nil {
			return nil, fmt.Errorf("a bus of %d rules: %w", n, err)
		}
	}
	return w, nil
}

// busName is the bus of so many rules.
func busName(rules int) string { return fmt.Sprintf("rules-%d", rules) }

// makeBus makes the bus of so many rules.
func (w *eventWork) makeBus(ctx context.Context, rules int, queueARN string) error {
	bus := busName(rules)
	call := func(op string, in client.Object) error {
		return w.client.JSON(ctx, "events", "1.1", "AWSEvents."+op, in, nil)
	}
	if err := call("CreateEventBus", client.Object{"Name": bus}); err != nil {
		return err
	}
	if err := call("PutRule", client.Object{"Name": "orders", "EventBusName": bus, "EventPattern": `{"source":["shop.orders"]}`}); err != nil {
		return err
	}
	if err := w.idle(rules-1, func(i int) error {
		return call("PutRule", client.Object{"Name": fmt.Sprintf("idle-%d", i), "EventBusName": bus, "EventPattern": idlePattern(i)})
	}); err != nil {
		return err
	}
	return call("PutTargets", client.Object{"Rule": "orders", "EventBusName": bus, "Targets": []client.Object{{"Id": "queue", "Arn": queueARN}}})
}

// idle makes the rules that never match, several at a time.
func (w *eventWork) idle(n int, put func(i int) error) error {
	const atOnce = 8
	var wg sync.WaitGroup
	errs := make([]error, atOnce)
	for k := range atOnce {
		wg.Go(func() {
			for i := k; i < n && errs[k] == nil; i += atOnce {
				errs[k] = put(i)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// idlePattern is the pattern of a rule that asks for what the events have, but for other values.
func idlePattern(i int) string {
	switch i % 4 {
	case 0:
		return fmt.Sprintf(`{"source":["shop.orders"],"detail":{"customer":["customer-%d"]}}`, i+1000)
	case 1:
		return fmt.Sprintf(`{"detail-type":["Order Placed"],"detail":{"status":["placed"],"shop":["shop-%d","shop-%d"]}}`, i+1000, i+1001)
	case 2:
		return fmt.Sprintf(`{"source":["shop.orders"],"detail":{"total":[{"numeric":[">=",%d,"<",%d]}]}}`, i+1000, i+1001)
	default:
		return fmt.Sprintf(`{"source":["shop.orders"],"detail":{"address":{"zip":[{"prefix":"%d"}]}}}`, i+10000)
	}
}

// The tag that each event carries: a number of its own, and when its call began in nanoseconds of the measurement.
const (
	tagStart  = "tag-"
	tagFormat = tagStart + "%012d-%012d"
	tagSize   = len(tagStart) + 12 + 1 + 12
)

// eventTexts makes the body of a PutEvents that is as large as that of case events, with zeros in the tags.
func eventTexts(c eventCount) []byte {
	detail := fmt.Sprintf(`{"tag":"`+tagFormat+`","customer":"customer-1","shop":"shop-1","status":"placed","total":99.5,"address":{"zip":"99999","city":"Testville"},"note":"%s"}`,
		0, 0, strings.Repeat("x", 650))
	entries := make([]client.Object, c.entries)
	for i := range entries {
		entries[i] = client.Object{"EventBusName": busName(c.rules), "Source": "shop.orders", "DetailType": "Order Placed", "Detail": detail}
	}
	body, err := json.Marshal(client.Object{"Entries": entries})
	fail(err)
	return body
}

// events signs a request of EventBridge.
func (w *eventWork) events(op string, body []byte) *request {
	return sign(http.MethodPost, w.base, "/", "events", "AWSEvents."+op, body)
}
