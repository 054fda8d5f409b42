package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/casestream/casestream/client"
)

// queueWork measures SQS on one server, ours, another one of the same API, or the ceiling.
type queueWork struct {
	name  string
	srv   *process
	query bool   // speaks the query protocol only
	pile  string // URL of the queue that is sent to and taken from
	cycle string // URL of the queue of full cycles, which is all but empty
	most  int    // connections that it can take; 0: any number
	body  int    // size of a message
	left  int    // messages on the pile
}

// queuePiece is one piece of work with queues.
type queuePiece struct {
	name     string
	calls    int // of one step
	messages int // of one step
	piles    int // messages that a step adds to the pile: negative where it takes them
	step     func(w *queueWork) step
}

// step is what load runs again and again.
type step = func(ctx context.Context, c *conn, i int) (int, error)

// queuePieces are the pieces of work, those that fill the pile before those that take from it.
var queuePieces = []queuePiece{
	{"SendMessage", 1, 1, 1, func(w *queueWork) step { return w.repeat(w.send(w.pile)) }},
	{"SendMessageBatch(10)", 1, 10, 10, func(w *queueWork) step { return w.repeat(w.sendBatch()) }},
	{"ReceiveMessage + DeleteMessage", 2, 1, -1, (*queueWork).takeOne},
	{"ReceiveMessage(10) + DeleteMessageBatch(10)", 2, 10, -10, (*queueWork).takeTen},
	{"SendMessage + ReceiveMessage + DeleteMessage", 3, 1, 0, (*queueWork).fullCycle},
}

// newQueueWork makes the queues on a server.
func newQueueWork(ctx context.Context, name string, srv *process, query bool, body int) (*queueWork, error) {
	w := &queueWork{name: name, srv: srv, query: query, body: body}
	c := newConn(0)
	defer c.http.CloseIdleConnections()
	for queue, made := range map[string]*string{"pile": &w.pile, "cycle": &w.cycle} {
		answer, err := c.do(ctx, w.request("CreateQueue", client.Object{"QueueName": queue, "Attributes": client.Object{"VisibilityTimeout": "600"}}))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		found := w.find("QueueUrl", answer)
		if len(found) != 1 {
			return nil, fmt.Errorf("%s: no queue URL in %s", name, answer)
		}
		*made = found[0]
	}
	return w, nil
}

// besideQueueWork is the same work on the ceiling, where nothing needs to be made.
func besideQueueWork(top *process, body int) *queueWork {
	const url = "http://127.0.0.1:4566/111122223333/pile"
	return &queueWork{name: "ceiling", srv: top, pile: url, cycle: url, body: body, left: 1 << 40}
}

// measure runs a piece of work on n connections.
func (w *queueWork) measure(ctx context.Context, p queuePiece, n int, span time.Duration) (result, error) {
	if w.most > 0 {
		n = min(n, w.most)
	}
	if p.piles < 0 {
		// As many as anything here could take; a slow server is given less.
		if err := w.fill(ctx, int(6000*span.Seconds())*-p.piles*min(n, 8)/8, 3*span); err != nil {
			return result{}, fmt.Errorf("%s: fill: %w", w.name, err)
		}
	}
	r, err := load(ctx, n, span, p.step(w))
	if err != nil {
		return r, fmt.Errorf("%s: %s: %w", w.name, p.name, err)
	}
	w.left += int(r.perSecond*r.took.Seconds()+.5) * p.piles
	r.perSecond *= float64(p.calls)
	return r, nil
}

// fill sees to it that so many messages are on the pile, for as long as that may take.
func (w *queueWork) fill(ctx context.Context, messages int, span time.Duration) error {
	missing := messages - w.left
	if missing <= 0 {
		return nil
	}
	const conns = 16
	r := w.sendBatch()
	got, err := load(ctx, conns, span, func(ctx context.Context, c *conn, i int) (int, error) {
		if i*10*conns >= missing {
			return 0, errDone
		}
		_, err := c.do(ctx, r)
		return 10, err
	})
	w.left += int(got.perSecond*got.took.Seconds() + .5)
	return err
}

// text is a message of the size.
func (w *queueWork) text() string { return strings.Repeat("x", w.body) }

// send is the request that sends a message.
func (w *queueWork) send(to string) *request {
	return w.request("SendMessage", client.Object{"QueueUrl": to, "MessageBody": w.text()})
}

// sendBatch is the request that sends ten.
func (w *queueWork) sendBatch() *request {
	entries := make([]client.Object, 10)
	for i := range entries {
		entries[i] = client.Object{"Id": fmt.Sprint(i), "MessageBody": w.text()}
	}
	return w.request("SendMessageBatch", client.Object{"QueueUrl": w.pile, "Entries": entries})
}

// receive is the request that receives up to so many messages.
func (w *queueWork) receive(from string, most int) *request {
	return w.request("ReceiveMessage", client.Object{"QueueUrl": from, "MaxNumberOfMessages": most})
}

// repeat is the step that sends one request.
func (w *queueWork) repeat(r *request) step {
	return func(ctx context.Context, c *conn, _ int) (int, error) {
		_, err := c.do(ctx, r)
		return 1, err
	}
}

// takeOne is the step that receives a message and deletes it.
func (w *queueWork) takeOne() step {
	receive := w.receive(w.pile, 1)
	return func(ctx context.Context, c *conn, _ int) (int, error) {
		answer, err := c.do(ctx, receive)
		if err != nil {
			return 0, err
		}
		found := w.find("ReceiptHandle", answer)
		if len(found) == 0 {
			return 0, errDone
		}
		return 1, w.delete(ctx, c, w.pile, found[0])
	}
}

// takeTen is the step that receives ten messages and deletes them.
func (w *queueWork) takeTen() step {
	receive := w.receive(w.pile, 10)
	return func(ctx context.Context, c *conn, _ int) (int, error) {
		answer, err := c.do(ctx, receive)
		if err != nil {
			return 0, err
		}
		found := w.find("ReceiptHandle", answer)
		if len(found) == 0 {
			return 0, errDone
		}
		entries := make([]client.Object, len(found))
		for i, h := range found {
			entries[i] = client.Object{"Id": strconv.Itoa(i), "ReceiptHandle": h}
		}
		_, err = c.do(ctx, w.request("DeleteMessageBatch", client.Object{"QueueUrl": w.pile, "Entries": entries}))
		return 1, err
	}
}

// fullCycle is the step that sends a message, receives one and deletes it.
func (w *queueWork) fullCycle() step {
	send, receive := w.send(w.cycle), w.receive(w.cycle, 1)
	return func(ctx context.Context, c *conn, _ int) (int, error) {
		if _, err := c.do(ctx, send); err != nil {
			return 0, err
		}
		for range 100 {
			answer, err := c.do(ctx, receive)
			if err != nil {
				return 0, err
			}
			if found := w.find("ReceiptHandle", answer); len(found) > 0 {
				return 1, w.delete(ctx, c, w.cycle, found[0])
			}
		}
		return 0, errors.New("a queue that holds a message for each receiver gives none")
	}
}

// delete deletes a message.
func (w *queueWork) delete(ctx context.Context, c *conn, from, handle string) error {
	_, err := c.do(ctx, w.request("DeleteMessage", client.Object{"QueueUrl": from, "ReceiptHandle": handle}))
	return err
}

// request makes the request of an operation in the protocol that the server speaks.
func (w *queueWork) request(op string, in client.Object) *request {
	if !w.query {
		return sqs(w.srv.base, op, in)
	}
	form := url.Values{"Action": {op}, "Version": {"2012-11-05"}}
	for name, value := range in {
		switch v := value.(type) {
		case client.Object: // attributes
			n := 0
			for name, value := range v {
				n++
				form.Set(fmt.Sprintf("Attribute.%d.Name", n), name)
				form.Set(fmt.Sprintf("Attribute.%d.Value", n), fmt.Sprint(value))
			}
		case []client.Object: // entries of a batch
			for i, entry := range v {
				for name, value := range entry {
					form.Set(fmt.Sprintf("%sRequestEntry.%d.%s", op, i+1, name), fmt.Sprint(value))
				}
			}
		default:
			form.Set(name, fmt.Sprint(v))
		}
	}
	return signForm(w.srv.base, []byte(form.Encode()))
}

// find gives the values of a field in an answer. It looks for them as text, for the client shares the machine with the
// server and does as little as it can; there is nothing to unescape in what it is used for.
func (w *queueWork) find(field string, answer []byte) (found []string) {
	before, after := []byte(`"`+field+`":"`), []byte(`"`)
	if w.query {
		before, after = []byte("<"+field+">"), []byte("<")
	} else if bytes.Contains(answer, []byte(`"`+field+`": "`)) { // Python writes a blank there
		before = []byte(`"` + field + `": "`)
	}
	for {
		_, rest, ok := bytes.Cut(answer, before)
		if !ok {
			return found
		}
		value, rest, _ := bytes.Cut(rest, after)
		found, answer = append(found, string(value)), rest
	}
}
