package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/client"
)

// listConnections is how many queues a list asks for at a time.
const listConnections = 8

// sqsAPI calls the operations of SQS, here or on AWS.
type sqsAPI struct{ client *client.Client }

// sqs makes the client of SQS.
func (r *remote) sqs(connections int) (sqsAPI, error) {
	c, err := r.client(connections)
	return sqsAPI{c}, err
}

// call calls an operation. An error is the server's message alone.
func (a sqsAPI) call(ctx context.Context, operation string, in client.Object, out any) error {
	return inWords(a.client.JSON(ctx, "sqs", "1.0", "AmazonSQS."+operation, in, out))
}

// url gives the URL of a queue that is named by its name, ARN or URL.
func (a sqsAPI) url(ctx context.Context, queue string) (string, error) {
	if isURL(queue) {
		return queue, nil
	}
	in := client.Object{"QueueName": queue}
	if q, ok := arn.Parse(queue); ok {
		in["QueueName"], in["QueueOwnerAWSAccountId"] = q.Resource, q.Account
	}
	var out struct{ QueueUrl string } //nolint:revive // AWS's name
	err := a.call(ctx, "GetQueueUrl", in, &out)
	return out.QueueUrl, err
}

// shortName gives the name of a queue that is named by its name, ARN or URL.
func shortName(queue string) string { return queue[strings.LastIndexAny(queue, ":/")+1:] }

// listedQueue is a queue with its attributes.
type listedQueue struct {
	Name       string            `json:"QueueName"`
	URL        string            `json:"QueueUrl"`
	Attributes map[string]string `json:"Attributes"`
}

// queue reads a queue's attributes.
func (a sqsAPI) queue(ctx context.Context, url string) (listedQueue, error) {
	q := listedQueue{Name: shortName(url), URL: url}
	err := a.call(ctx, "GetQueueAttributes", client.Object{"QueueUrl": url, "AttributeNames": []string{"All"}}, &q)
	return q, err
}

// queues lists queues whose names begin with a prefix, in their order. One that is deleted meanwhile is left out.
func (a sqsAPI) queues(ctx context.Context, prefix string) ([]listedQueue, error) {
	var list []listedQueue
	in := client.Object{"QueueNamePrefix": prefix, "MaxResults": 1000}
	for {
		var page struct {
			QueueUrls []string //nolint:revive // AWS's name
			NextToken string
		}
		if err := a.call(ctx, "ListQueues", in, &page); err != nil {
			return nil, err
		}
		some, err := a.each(ctx, page.QueueUrls)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
		if page.NextToken == "" {
			return list, nil
		}
		in["NextToken"] = page.NextToken
	}
}

// each reads the attributes of queues, several at a time.
func (a sqsAPI) each(ctx context.Context, urls []string) ([]listedQueue, error) {
	list := make([]listedQueue, len(urls))
	errs := make([]error, len(urls))
	next := make(chan int)
	var working sync.WaitGroup
	for range listConnections {
		working.Go(func() {
			for i := range next {
				list[i], errs[i] = a.queue(ctx, urls[i])
			}
		})
	}
	for i := range urls {
		next <- i
	}
	close(next)
	working.Wait()
	for i, err := range errs {
		switch code := client.Code(err); {
		case code == "QueueDoesNotExist" || code == "AWS.SimpleQueueService.NonExistentQueue":
			list[i].URL = ""
		case err != nil:
			return nil, err
		}
	}
	return slices.DeleteFunc(list, func(q listedQueue) bool { return q.URL == "" }), nil
}

// visible gives how many messages can be received.
func (q *listedQueue) visible() string { return q.Attributes["ApproximateNumberOfMessages"] }

// inFlight gives how many messages were received and may come back.
func (q *listedQueue) inFlight() string {
	return q.Attributes["ApproximateNumberOfMessagesNotVisible"]
}

// delayed gives how many messages nobody could receive yet.
func (q *listedQueue) delayed() string { return q.Attributes["ApproximateNumberOfMessagesDelayed"] }

// redrive gives the ARN of the queue's dead-letter queue and how often a message is received before it goes there.
func (q *listedQueue) redrive() (deadLetterARN, receives string) {
	var policy struct {
		DeadLetterTargetArn string //nolint:revive // AWS's name
		MaxReceiveCount     any
	}
	if json.Unmarshal([]byte(q.Attributes["RedrivePolicy"]), &policy) != nil {
		return "", ""
	}
	return policy.DeadLetterTargetArn, fmt.Sprint(policy.MaxReceiveCount)
}

// deadLetters says where a queue's dead letters go, and of which queues in a list it holds them.
func (q *listedQueue) deadLetters(list []listedQueue) string {
	var of []string
	for i := range list {
		if to, _ := list[i].redrive(); to != "" && to == q.Attributes["QueueArn"] {
			of = append(of, list[i].Name)
		}
	}
	var text []string
	if len(of) > 0 {
		text = append(text, "of "+strings.Join(of, ", "))
	}
	if to, receives := q.redrive(); to != "" {
		text = append(text, "to "+shortName(to)+" after "+receives+" receives")
	}
	return harmless(strings.Join(text, "; "))
}

// typedLine reads a line that somebody types. Nobody waits for it once ctx ends.
func typedLine(ctx context.Context, in io.Reader) (string, error) {
	type answer struct {
		line string
		err  error
	}
	typed := make(chan answer, 1)
	go func() {
		line, err := bufio.NewReader(in).ReadString('\n')
		if line != "" && errors.Is(err, io.EOF) {
			err = nil
		}
		typed <- answer{strings.TrimSpace(line), err}
	}()
	select {
	case a := <-typed:
		if errors.Is(a.err, io.EOF) {
			return "", errors.New("nobody answers: give --yes to do it unasked")
		}
		return a.line, a.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
