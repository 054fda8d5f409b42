package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/casestream/casestream/client"
)

// queueCmd is `casestream queue`.
type queueCmd struct {
	List    queueListCmd    `cmd:"" help:"List queues with what they hold."`
	Peek    queuePeekCmd    `cmd:"" help:"Show messages and receive none: no count and no visibility timeout changes."`
	Tail    queueTailCmd    `cmd:"" help:"Show messages as they arrive, and receive none."`
	Purge   queuePurgeCmd   `cmd:"" help:"Delete all messages of a queue."`
	Redrive queueRedriveCmd `cmd:"" help:"Move dead letters back to the queues that they come from, or to another one."`
}

// sought says which messages a command is about.
type sought struct {
	Group        string `placeholder:"ID" help:"Only messages of this message group."`
	BodyContains string `placeholder:"TEXT" help:"Only messages whose body contains this text."`
}

// members gives the members of a request about a queue's messages. bodies says whether they are wanted whole.
func (w *sought) members(queue string, bodies bool) client.Object {
	in := client.Object{"Queue": queue}
	if w.Group != "" {
		in["MessageGroupId"] = w.Group
	}
	if w.BodyContains != "" {
		in["BodyContains"] = w.BodyContains
	}
	if !bodies {
		in["MaxBodyBytes"] = lineBody
	}
	return in
}

// lineBody is how much of a body is read for a line: a case event of this size is summed up, of a longer one the beginning
// is shown.
const lineBody = 64 << 10

// queuePeekCmd is `casestream queue peek`.
type queuePeekCmd struct {
	Queue     string   `arg:"" help:"The queue: its name, ARN or URL."`
	State     []string `enum:"visible,in-flight,delayed" help:"Only messages that are visible, in-flight or delayed."`
	Sought    sought   `embed:""`
	MessageID string   `placeholder:"ID" help:"Only the message with this id."`
	Max       int      `short:"n" default:"10" help:"How many at most; 0 for all."`
	Full      bool     `help:"Show each message whole, with its attributes."`
	JSON      bool     `name:"json" help:"One JSON object a line, as the API gives it."`
	Remote    remote   `embed:""`
}

// Help is what --help adds.
func (*queuePeekCmd) Help() string {
	return `Messages come in the order in which they will be delivered: first those that are visible, then the others by when they will be. On a FIFO queue the messages
of a group follow each other. Messages that are received or sent meanwhile may be missing or come twice.`
}

// Run shows messages, page by page.
func (c *queuePeekCmd) Run(ctx context.Context, s streams) error {
	if c.Max < 0 {
		return errors.New("--max: want 0 or more")
	}
	api, err := c.Remote.own()
	if err != nil {
		return err
	}
	in := c.Sought.members(c.Queue, c.JSON || c.Full)
	if c.MessageID != "" {
		in["MessageId"] = c.MessageID
	}
	if len(c.State) > 0 {
		var states []string
		for _, state := range c.State {
			states = append(states, strings.ReplaceAll(strings.ToUpper(state), "-", "_"))
		}
		in["States"] = states
	}
	p := newMessagePrinter(s.out, c.JSON, c.Full)
	looked, more := 0, true
	for left := c.Max; more; {
		in["MaxResults"] = 100
		if c.Max > 0 {
			in["MaxResults"] = min(left, 100)
		}
		var page struct {
			Messages         []queueMessage
			MessagesLookedAt int
			NextToken        string
		}
		if err := api.call(ctx, "PeekMessages", in, &page); err != nil {
			return err
		}
		if err := p.print(page.Messages); err != nil {
			return err
		}
		looked += page.MessagesLookedAt
		in["NextToken"], more = page.NextToken, page.NextToken != ""
		if left -= len(page.Messages); c.Max > 0 && left <= 0 || c.MessageID != "" && p.printed > 0 {
			break
		}
	}
	switch {
	case c.JSON || c.MessageID != "" && p.printed > 0:
	case p.printed == 0:
		fmt.Fprintf(s.err, "No such messages are there, of %d looked at.\n", looked)
	case more:
		fmt.Fprintln(s.err, "There may be more: --max says how many are shown.")
	}
	return nil
}

// queueTailCmd is `casestream queue tail`.
type queueTailCmd struct {
	Queue  string `arg:"" help:"The queue: its name, ARN or URL."`
	Sought sought `embed:""`
	Full   bool   `help:"Show each message whole, with its attributes."`
	JSON   bool   `name:"json" help:"One JSON object a line, as the API gives it."`
	Remote remote `embed:""`
}

// Run prints messages as they arrive, until it is interrupted.
func (c *queueTailCmd) Run(ctx context.Context, s streams) error {
	api, err := c.Remote.own()
	if err != nil {
		return err
	}
	p := newMessagePrinter(s.out, c.JSON, c.Full)
	p.arriving = true
	f := follower[queueMessage]{
		api: api, operation: "TailMessages", list: "Messages", members: c.Sought.members(c.Queue, c.JSON || c.Full),
		note: func(text string) { fmt.Fprintln(s.err, text) }, missed: "Messages may be missing here: the server has not kept all that arrived.",
	}
	begun := false
	return f.run(ctx, func(list []queueMessage) error {
		if !begun {
			begun = true
			fmt.Fprintf(s.err, "Waiting for messages that arrive in %s.\n", harmless(shortName(c.Queue)))
		}
		return p.print(list)
	})
}

// queuePurgeCmd is `casestream queue purge`.
type queuePurgeCmd struct {
	Queue  string `arg:"" help:"The queue: its name, ARN or URL."`
	Yes    bool   `short:"y" help:"Do not ask."`
	Remote remote `embed:""`
}

// Run purges a queue once its name was typed.
func (c *queuePurgeCmd) Run(ctx context.Context, s streams) error {
	api, err := c.Remote.sqs(1)
	if err != nil {
		return err
	}
	url, err := api.url(ctx, c.Queue)
	if err != nil {
		return err
	}
	q, err := api.queue(ctx, url)
	if err != nil {
		return err
	}
	holds := fmt.Sprintf("%s visible, %s in flight and %s delayed messages", q.visible(), q.inFlight(), q.delayed())
	if !c.Yes {
		fmt.Fprintf(s.err, "%s holds %s. All of them will be gone for good. Type its name to purge it: ", harmless(q.Name), holds)
		line, err := typedLine(ctx, s.in)
		if err != nil {
			return err
		}
		if line != q.Name {
			return errors.New("that is not its name: nothing was purged")
		}
	}
	err = api.call(ctx, "PurgeQueue", client.Object{"QueueUrl": url}, nil)
	if client.Code(err) == "PurgeQueueInProgress" {
		return fmt.Errorf("%s was purged less than 60 seconds ago, and SQS purges a queue once a minute: nothing was purged now; try again in a while", q.Name)
	}
	if err == nil {
		fmt.Fprintf(s.out, "%s is purged; it held %s.\n", harmless(q.Name), holds)
	}
	return err
}

// queueListCmd is `casestream queue list`.
type queueListCmd struct {
	Prefix string `arg:"" optional:"" help:"Only queues whose names begin so."`
	JSON   bool   `name:"json" help:"One JSON object a line, with the queue's attributes."`
	Remote remote `embed:""`
}

// Run lists queues.
func (c *queueListCmd) Run(ctx context.Context, s streams) error {
	api, err := c.Remote.sqs(listConnections)
	if err != nil {
		return err
	}
	list, err := api.queues(ctx, c.Prefix)
	if err != nil {
		return err
	}
	if c.JSON {
		for _, q := range list {
			if err := writeJSON(s.out, q); err != nil {
				return err
			}
		}
		return nil
	}
	if len(list) == 0 {
		fmt.Fprintln(s.err, "There are no such queues.")
		return nil
	}
	width := len("QUEUE")
	for _, q := range list {
		width = max(width, len(q.Name))
	}
	form := fmt.Sprintf("%%-%ds  %%9s  %%9s  %%9s  %%s\n", width)
	if _, err := fmt.Fprintf(s.out, form, "QUEUE", "VISIBLE", "IN-FLIGHT", "DELAYED", "DEAD LETTERS"); err != nil {
		return err
	}
	for _, q := range list {
		if _, err := fmt.Fprintf(s.out, form, harmless(q.Name), q.visible(), q.inFlight(), q.delayed(), cmp.Or(q.deadLetters(list), "-")); err != nil {
			return err
		}
	}
	return nil
}
