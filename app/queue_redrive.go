package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/client"
)

// queueRedriveCmd is `casestream queue redrive`.
type queueRedriveCmd struct {
	Queue  string `arg:"" help:"The dead-letter queue: its name, ARN or URL."`
	To     string `placeholder:"QUEUE" help:"Move all to this queue: its name, ARN or URL. Default: each to the queue that it comes from."`
	Rate   int    `placeholder:"N" help:"How many messages a second at most, 1 to 500. Default: as fast as it goes."`
	Follow bool   `short:"f" help:"Show how far it is until it ends; where the queue's messages are being moved already, of that."`
	Cancel bool   `help:"Stop moving the queue's messages. Those that were moved stay where they are."`
	Remote remote `embed:""`
}

// moveTask is a task that moves messages, as SQS lists it.
type moveTask struct {
	TaskHandle, Status, FailureReason string
	DestinationArn                    string //nolint:revive // AWS's name
	Moved                             int64  `json:"ApproximateNumberOfMessagesMoved"`
	ToMove                            int64  `json:"ApproximateNumberOfMessagesToMove"`
}

// active says whether the task still moves messages.
func (t *moveTask) active() bool { return t.Status == "RUNNING" || t.Status == "CANCELLING" }

// Run starts a task, or cancels or follows the one there is.
func (c *queueRedriveCmd) Run(ctx context.Context, s streams) error {
	if c.Cancel && (c.To != "" || c.Rate != 0 || c.Follow) {
		return errors.New("--cancel goes without --to, --rate and --follow")
	}
	api, err := c.Remote.sqs(1)
	if err != nil {
		return err
	}
	source, err := api.arn(ctx, c.Queue)
	if err != nil {
		return err
	}
	task, err := api.lastTask(ctx, source)
	switch {
	case err != nil:
		return err
	case c.Cancel:
		return c.cancel(ctx, s, api, task)
	case task.active() && !c.Follow:
		return fmt.Errorf("messages of %s are being moved already: --follow shows how far that is, --cancel stops it", shortName(c.Queue))
	case task.active():
		fmt.Fprintf(s.err, "Messages of %s are being moved already.\n", harmless(shortName(c.Queue)))
	default:
		if err := c.start(ctx, s, api, source); err != nil {
			return err
		}
	}
	if !c.Follow {
		return nil
	}
	return c.follow(ctx, s, api, source)
}

// arn gives the ARN of a queue.
func (a sqsAPI) arn(ctx context.Context, queue string) (string, error) {
	if _, ok := arn.Parse(queue); ok {
		return queue, nil
	}
	url, err := a.url(ctx, queue)
	if err != nil {
		return "", err
	}
	q, err := a.queue(ctx, url)
	return q.Attributes["QueueArn"], err
}

// lastTask gives the last task that moved messages out of a queue; the zero task where there was none.
func (a sqsAPI) lastTask(ctx context.Context, source string) (moveTask, error) {
	var out struct{ Results []moveTask }
	if err := a.call(ctx, "ListMessageMoveTasks", client.Object{"SourceArn": source, "MaxResults": 1}, &out); err != nil || len(out.Results) == 0 {
		return moveTask{}, err
	}
	return out.Results[0], nil
}

// start starts a task.
func (c *queueRedriveCmd) start(ctx context.Context, s streams, api sqsAPI, source string) error {
	in := client.Object{"SourceArn": source}
	where := "to the queues that they come from"
	if c.To != "" {
		to, err := api.arn(ctx, c.To)
		if err != nil {
			return err
		}
		in["DestinationArn"], where = to, "to "+shortName(to)
	}
	if c.Rate != 0 {
		in["MaxNumberOfMessagesPerSecond"] = c.Rate
	}
	if err := api.call(ctx, "StartMessageMoveTask", in, nil); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Messages of %s are being moved %s.\n", harmless(shortName(c.Queue)), harmless(where))
	if !c.Follow {
		fmt.Fprintln(s.err, "--follow shows how far that is, --cancel stops it.")
	}
	return nil
}

// followEvery is how often a follower asks how far a task is.
const followEvery = 500 * time.Millisecond

// follow shows how far a task is until it ends. Who interrupts it leaves the task running.
func (c *queueRedriveCmd) follow(ctx context.Context, s streams, api sqsAPI, source string) error {
	p := newProgress(s.err, "messages", 0, 0)
	var seen int64
	for {
		task, err := api.lastTask(ctx, source)
		if err == nil {
			p.expect(task.ToMove)
			p.add(task.Moved - seen)
			seen = task.Moved
		}
		if err == nil && !task.active() {
			p.end()
			return c.ended(s, task)
		}
		if err == nil {
			select {
			case <-time.After(followEvery):
				continue
			case <-ctx.Done():
			}
		}
		if ctx.Err() != nil {
			p.end()
			fmt.Fprintf(s.err, "Messages go on being moved. To stop that: casestream queue redrive %s --cancel\n", quoted(c.Queue))
			return ctx.Err()
		}
		return err
	}
}

// ended says how a task ended; it is an error unless all was moved.
func (c *queueRedriveCmd) ended(s streams, task moveTask) error {
	switch task.Status {
	case "COMPLETED":
		fmt.Fprintf(s.out, "All is moved: %d messages.\n", task.Moved)
		return nil
	case "CANCELLED":
		return fmt.Errorf("cancelled after %d messages", task.Moved)
	}
	return fmt.Errorf("ended after %d messages as %s: %s", task.Moved, harmless(task.Status), harmless(task.FailureReason))
}

// cancel stops a task.
func (c *queueRedriveCmd) cancel(ctx context.Context, s streams, api sqsAPI, task moveTask) error {
	if !task.active() {
		return fmt.Errorf("no messages of %s are being moved", shortName(c.Queue))
	}
	var out struct {
		Moved int64 `json:"ApproximateNumberOfMessagesMoved"`
	}
	if err := api.call(ctx, "CancelMessageMoveTask", client.Object{"TaskHandle": task.TaskHandle}, &out); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "No more messages are moved; %d were.\n", out.Moved)
	return nil
}
