package queuemodel

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/casestream/casestream/client"
)

// longestHide and longestDelay bound, in seconds, for how long a message is out of sight.
const longestHide, longestDelay = 2, 2

// clientOf is one of the clients.
type clientOf struct {
	s      *server
	h      *history
	n      int
	random *rand.Rand
	over   <-chan struct{}
	made   int         // how many tokens
	bodies []*sent     // with a deduplication id of their content
	held   []*delivery // what it has received and not let go of
}

// run does one thing after the other.
func (c *clientOf) run(ctx context.Context) {
	for {
		select {
		case <-c.over:
			return
		default:
		}
		c.s.up()
		switch k := c.random.IntN(100); {
		case k < 15:
			c.send(ctx, 1)
		case k < 25:
			c.send(ctx, 1+c.random.IntN(10))
		case k < 38:
			c.sendFIFO(ctx)
		case k < 42:
			c.putEvent(ctx)
		case k < 53:
			c.receive(ctx, standard)
		case k < 55:
			c.receive(ctx, scrap)
		case k < 58:
			c.receive(ctx, []string{dead, deadFIFO, back}[c.random.IntN(3)])
		case k < 72:
			c.receive(ctx, fifo)
		case k < 94:
			c.letGo(ctx)
		case k < 99:
			c.change(ctx)
		case c.random.IntN(3) == 0:
			c.move(ctx)
		case c.random.IntN(20) == 0:
			c.purge(ctx)
		}
	}
}

// token makes up what tells a message from all others.
func (c *clientOf) token() string {
	c.made++
	return fmt.Sprintf("t-%d-%d", c.n, c.made)
}

// sendEntry is a message that is to be sent, as the batch operations spell it.
func (c *clientOf) sendEntry(i int, s *sent) client.Object {
	e := client.Object{"Id": strconv.Itoa(i), "MessageBody": s.Token}
	if s.Delay > 0 {
		e["DelaySeconds"] = int(s.Delay / time.Second)
	}
	if s.Group != "" {
		e["MessageGroupId"] = s.Group
	}
	if s.Dedup != "" && !s.ByContent {
		e["MessageDeduplicationId"] = s.Dedup
	}
	return e
}

// send sends some messages to a standard queue.
func (c *clientOf) send(ctx context.Context, n int) {
	list := make([]*sent, n)
	queue := standard
	if c.random.IntN(8) == 0 {
		queue = scrap
	}
	for i := range list {
		list[i] = &sent{Queue: queue, Token: c.token()}
		if c.random.IntN(5) == 0 {
			list[i].Delay = time.Duration(1+c.random.IntN(longestDelay)) * time.Second
		}
	}
	c.batch(ctx, list)
}

// sendFIFO sends some messages to the FIFO queue, some of them again.
func (c *clientOf) sendFIFO(ctx context.Context) {
	list := make([]*sent, 1+c.random.IntN(3))
	for i := range list {
		s := &sent{Queue: fifo, Token: c.token(), Group: "g" + strconv.Itoa(c.random.IntN(4))}
		s.Dedup = s.Group + "-" + s.Token
		if c.made > 3 && c.random.IntN(4) == 0 { // one that this client has used, in whatever group
			s.Dedup = fmt.Sprintf("%s-t-%d-%d", s.Group, c.n, 1+c.random.IntN(c.made))
		}
		if c.random.IntN(4) == 0 {
			s = c.byContent(s)
		}
		list[i] = s
	}
	c.batch(ctx, list)
}

// byContent makes a message one that is known by its content, or takes one that was sent before.
func (c *clientOf) byContent(s *sent) *sent {
	if len(c.bodies) > 0 && c.random.IntN(3) == 0 {
		old := c.bodies[c.random.IntN(len(c.bodies))]
		return &sent{Queue: fifo, Token: old.Token, Group: old.Group, Dedup: old.Dedup, ByContent: true}
	}
	s.Dedup, s.ByContent = fmt.Sprintf("%x", sha256.Sum256([]byte(s.Token))), true
	c.bodies = append(c.bodies, s)
	return s
}

// single sends a message by the operation for one.
func (c *clientOf) single(ctx context.Context, s *sent) {
	in := c.sendEntry(0, s)
	delete(in, "Id")
	in["QueueUrl"] = c.s.url(s.Queue)
	var out struct{ MessageId, SequenceNumber string }
	s.call = c.h.ask(func() error { return c.s.sqs(ctx, "SendMessage", in, &out) })
	s.ID, s.Sequence = out.MessageId, out.SequenceNumber
	c.h.note(func() { c.h.Sent = append(c.h.Sent, s) })
}

// batch sends messages in one call.
func (c *clientOf) batch(ctx context.Context, list []*sent) {
	if len(list) == 1 && c.random.IntN(2) == 0 {
		c.single(ctx, list[0])
		return
	}
	entries := make([]client.Object, len(list))
	for i, s := range list {
		entries[i] = c.sendEntry(i, s)
	}
	var out struct {
		Successful []struct{ Id, MessageId, SequenceNumber string }
	}
	how := c.h.ask(func() error {
		return c.s.sqs(ctx, "SendMessageBatch", client.Object{"QueueUrl": c.s.url(list[0].Queue), "Entries": entries}, &out)
	})
	for _, s := range list {
		s.call = how
		if how.Outcome == done {
			s.Outcome = refused
		}
	}
	for _, o := range out.Successful {
		if i, err := strconv.Atoi(o.Id); err == nil && how.Outcome == done {
			list[i].Outcome, list[i].ID, list[i].Sequence = done, o.MessageId, o.SequenceNumber
		}
	}
	c.h.note(func() { c.h.Sent = append(c.h.Sent, list...) })
}

// putEvent sends a message to the standard queue by way of the bus.
func (c *clientOf) putEvent(ctx context.Context) {
	s := &sent{Queue: standard, Token: c.token()}
	detail, _ := json.Marshal(map[string]string{"token": s.Token})
	var out struct{ FailedEntryCount int }
	s.call = c.h.ask(func() error {
		return c.s.client.JSON(ctx, "events", "1.1", "AWSEvents.PutEvents", client.Object{
			"Entries": []client.Object{{"Source": "shop", "DetailType": "Order", "Detail": string(detail)}},
		}, &out)
	})
	if s.Outcome == done && out.FailedEntryCount > 0 {
		s.Outcome = refused
	}
	c.h.note(func() { c.h.Sent = append(c.h.Sent, s) })
}

// tokenForm finds the token in a body.
var tokenForm = regexp.MustCompile(`t-\d+-\d+`)

// receive receives from a queue, sometimes with a long poll, and holds what comes.
func (c *clientOf) receive(ctx context.Context, queue string) {
	hide := usualHide
	in := client.Object{"MaxNumberOfMessages": 1 + c.random.IntN(10), "WaitTimeSeconds": c.random.IntN(4) / 3}
	if c.random.IntN(3) == 0 {
		hide = c.random.IntN(longestHide + 1)
		in["VisibilityTimeout"] = hide
	}
	list, err := receive(ctx, c.s, c.h, queue, in, time.Duration(hide)*time.Second)
	if err == nil {
		c.held = append(c.held, list...)
	}
}

// receive notes what a receive gives.
func receive(ctx context.Context, s *server, h *history, queue string, in client.Object, hide time.Duration) ([]*delivery, error) {
	in["QueueUrl"], in["MessageSystemAttributeNames"] = s.url(queue), []string{"All"}
	var out struct {
		Messages []struct {
			MessageId, ReceiptHandle, Body string
			Attributes                     map[string]string
		}
	}
	var err error
	how := h.ask(func() error {
		err = s.sqs(ctx, "ReceiveMessage", in, &out)
		return err
	})
	var list []*delivery
	h.note(func() {
		h.receives++
		if how.Outcome == unheard {
			h.Unheard = append(h.Unheard, unheardReceive{how, queue})
		}
		for _, m := range out.Messages {
			count, _ := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
			list = append(list, &delivery{
				call: how, Queue: queue, ID: m.MessageId, Token: tokenForm.FindString(m.Body), Hidden: hide, Count: count,
				Group: m.Attributes["MessageGroupId"], Sequence: m.Attributes["SequenceNumber"], Dedup: m.Attributes["MessageDeduplicationId"],
				Receive: h.receives, handle: m.ReceiptHandle,
			})
		}
		h.Deliveries = append(h.Deliveries, list...)
	})
	return list, err
}

// take gives one of the deliveries that the client holds.
func (c *clientOf) take() *delivery {
	if len(c.held) == 0 {
		return nil
	}
	return c.held[c.random.IntN(len(c.held))]
}

// letGo deletes some of what the client holds, of one queue.
func (c *clientOf) letGo(ctx context.Context) {
	first := c.take()
	if first == nil {
		return
	}
	var some, rest []*delivery
	for _, d := range c.held {
		if d.Queue == first.Queue && len(some) < 10 && (d == first || c.random.IntN(2) == 0) {
			some = append(some, d)
		} else {
			rest = append(rest, d)
		}
	}
	c.held = rest
	var fine, bad []*delivery
	for _, d := range some {
		if deadOf[d.Queue] != "" && stubborn(d.Token) {
			bad = append(bad, d)
		} else {
			fine = append(fine, d)
		}
	}
	if len(bad) > 0 {
		c.show(ctx, bad)
	}
	if len(fine) > 0 {
		_ = remove(ctx, c.s, c.h, fine)
	}
}

// stubborn says whether a message is one that no client gets done with: it becomes a dead letter.
func stubborn(token string) bool { return strings.HasSuffix(token, "7") }

// show gives messages of one queue back, visible at once or soon.
func (c *clientOf) show(ctx context.Context, some []*delivery) {
	entries := make([]client.Object, len(some))
	list := make([]*settled, len(some))
	for i, d := range some {
		hide := max(0, c.random.IntN(4)-2)
		entries[i] = client.Object{"Id": strconv.Itoa(i), "ReceiptHandle": d.handle, "VisibilityTimeout": hide}
		list[i] = &settled{Of: d, Hidden: time.Duration(hide) * time.Second}
	}
	var out struct{ Failed []struct{ Id string } }
	how := c.h.ask(func() error {
		return c.s.sqs(ctx, "ChangeMessageVisibilityBatch", client.Object{"QueueUrl": c.s.url(some[0].Queue), "Entries": entries}, &out)
	})
	for _, x := range list {
		x.call = how
	}
	for _, f := range out.Failed {
		if i, err := strconv.Atoi(f.Id); err == nil {
			list[i].Outcome = refused
		}
	}
	c.h.note(func() { c.h.Changes = append(c.h.Changes, list...) })
}

// remove deletes messages of one queue in one call.
func remove(ctx context.Context, s *server, h *history, some []*delivery) error {
	entries := make([]client.Object, len(some))
	for i, d := range some {
		entries[i] = client.Object{"Id": strconv.Itoa(i), "ReceiptHandle": d.handle}
	}
	var out struct {
		Failed []struct{ Id, Message string }
	}
	var err error
	how := h.ask(func() error {
		err = s.sqs(ctx, "DeleteMessageBatch", client.Object{"QueueUrl": s.url(some[0].Queue), "Entries": entries}, &out)
		return err
	})
	list := make([]*settled, len(some))
	for i, d := range some {
		list[i] = &settled{call: how, Of: d}
	}
	for _, f := range out.Failed {
		if i, err := strconv.Atoi(f.Id); err == nil {
			list[i].Outcome = refused
		}
	}
	h.note(func() { h.Deletes = append(h.Deletes, list...) })
	return err
}

// change shows a message that the client holds, or hides it for longer.
func (c *clientOf) change(ctx context.Context) {
	d := c.take()
	if d == nil {
		return
	}
	hide := c.random.IntN(longestHide + 1)
	x := &settled{Of: d, Hidden: time.Duration(hide) * time.Second}
	x.call = c.h.ask(func() error {
		return c.s.sqs(ctx, "ChangeMessageVisibility", client.Object{"QueueUrl": c.s.url(d.Queue), "ReceiptHandle": d.handle, "VisibilityTimeout": hide}, nil)
	})
	c.h.note(func() { c.h.Changes = append(c.h.Changes, x) })
}

// move takes the dead letters of a kind to where there is work.
func (c *clientOf) move(ctx context.Context) {
	from, to := dead, standard
	if c.random.IntN(2) == 0 {
		from, to = deadFIFO, back
	}
	how := c.h.ask(func() error {
		return c.s.sqs(ctx, "StartMessageMoveTask", client.Object{"SourceArn": arnOf(from), "DestinationArn": arnOf(to)}, nil)
	})
	c.h.note(func() { c.h.Moves = append(c.h.Moves, how) })
}

// purge empties the queue for scrap.
func (c *clientOf) purge(ctx context.Context) {
	how := c.h.ask(func() error { return c.s.sqs(ctx, "PurgeQueue", client.Object{"QueueUrl": c.s.url(scrap)}, nil) })
	c.h.note(func() { c.h.Purges = append(c.h.Purges, how) })
}
