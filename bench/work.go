package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/casestream/casestream/client"
	"github.com/casestream/casestream/client/seed"
)

// work holds a server that is set up, and the pieces of work to measure on it.
type work struct {
	srv   *process
	seed  seed.Seed
	cases []string
}

// pieces are what is measured beside the ceiling.
func (w *work) pieces() []piece {
	return []piece{
		{name: "UpdateCase", run: w.updates},
		{name: "UpdateCase → received from the queue", run: w.updatesReceived},
	}
}

// newWork does the set-up of case event streams on a server.
func newWork(ctx context.Context, srv *process) (*work, error) {
	w := &work{srv: srv, seed: seed.Seed{Client: srv.client(), Account: "111122223333"}}
	for _, step := range []func(context.Context) error{w.seed.Instance, w.seed.Domain, w.seed.Template, w.seed.Stream} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// sqs signs an SQS request for a base address.
func sqs(base, op string, in any) *request {
	body, err := json.Marshal(in)
	fail(err)
	return sign(http.MethodPost, base, "/", "sqs", "AmazonSQS."+op, body)
}

// take receives up to ten messages and deletes them.
func (w *work) take(ctx context.Context, c *conn, receive *request, queue string, see func(body string)) (int, error) {
	answer, err := c.do(ctx, receive)
	if err != nil {
		return 0, err
	}
	var got struct {
		Messages []struct{ Body, ReceiptHandle string }
	}
	if err := json.Unmarshal(answer, &got); err != nil {
		return 0, err
	}
	if len(got.Messages) == 0 {
		return 0, nil
	}
	entries := make([]client.Object, len(got.Messages))
	for i, m := range got.Messages {
		see(m.Body)
		entries[i] = client.Object{"Id": fmt.Sprint(i), "ReceiptHandle": m.ReceiptHandle}
	}
	_, err = c.do(ctx, sqs(w.srv.base, "DeleteMessageBatch", client.Object{"QueueUrl": queue, "Entries": entries}))
	return len(got.Messages), err
}

// makeCases sees to it that each of n connections has a case of its own to update.
func (w *work) makeCases(ctx context.Context, n int) error {
	for len(w.cases) < n {
		if err := w.seed.CreateCase(ctx); err != nil {
			return err
		}
		w.cases = append(w.cases, w.seed.CaseID)
	}
	return nil
}

// update gives the step in which each connection updates a case of its own; tag marks the update in the
// event.
func (w *work) update(tag func(c *conn, i int) string) func(context.Context, *conn, int) (int, error) {
	return func(ctx context.Context, c *conn, i int) (int, error) {
		body, err := json.Marshal(client.Object{"fields": []client.Object{
			{"id": "title", "value": client.Object{"stringValue": tag(c, i)}},
		}})
		if err != nil {
			return 0, err
		}
		_, err = c.do(ctx, sign(http.MethodPut, w.srv.base, "/domains/"+w.seed.DomainID+"/cases/"+w.cases[c.n], "cases", "", body))
		return 1, err
	}
}

// updates measures UpdateCase alone; its events are taken out of the queue afterwards.
func (w *work) updates(ctx context.Context, n int, span time.Duration) (result, error) {
	if err := w.makeCases(ctx, n); err != nil {
		return result{}, err
	}
	r, err := load(ctx, n, span, w.update(func(c *conn, i int) string { return fmt.Sprintf("update %d of %d", i, c.n) }))
	if err != nil {
		return r, err
	}
	c := newConn(0)
	defer c.http.CloseIdleConnections()
	receive := sqs(w.srv.base, "ReceiveMessage", client.Object{"QueueUrl": w.seed.QueueURL, "MaxNumberOfMessages": 10})
	for {
		if got, err := w.take(ctx, c, receive, w.seed.QueueURL, func(string) {}); got == 0 || err != nil {
			return r, err
		}
	}
}

// updatesReceived measures the whole road: updates on n connections, and consumers that take the events
// out of the queue. It counts events received, and the time from the start of the update to the receipt.
func (w *work) updatesReceived(ctx context.Context, n int, span time.Duration) (result, error) {
	if err := w.makeCases(ctx, n); err != nil {
		return result{}, err
	}
	var mu sync.Mutex
	sentAt := make(map[string]time.Time)
	seen := make(map[string]bool)
	var lat []time.Duration
	consumers := min(16, n)
	receive := sqs(w.srv.base, "ReceiveMessage", client.Object{"QueueUrl": w.seed.QueueURL, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 2})
	producing, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	errs := make(chan error, consumers)
	for k := range consumers {
		wg.Go(func() {
			c := newConn(k)
			defer c.http.CloseIdleConnections()
			for {
				got, err := w.take(ctx, c, receive, w.seed.QueueURL, func(body string) {
					now := time.Now()
					mu.Lock()
					defer mu.Unlock()
					title := titleOf(body)
					if t, ok := sentAt[title]; ok {
						lat = append(lat, now.Sub(t))
						seen[title] = true
					}
				})
				if err != nil {
					errs <- err
					return
				}
				if got == 0 && producing.Err() != nil {
					return
				}
			}
		})
	}
	began := time.Now()
	_, err := load(ctx, n, span, w.update(func(c *conn, i int) string {
		tag := fmt.Sprintf("update %d of %d at %d", i, c.n, began.UnixNano())
		mu.Lock()
		sentAt[tag] = time.Now()
		mu.Unlock()
		return tag
	}))
	stop()
	mu.Lock()
	inTime, took := len(lat), time.Since(began)
	mu.Unlock()
	wg.Wait()
	close(errs)
	if err == nil {
		err = <-errs
	}
	if err == nil && (len(lat) != len(sentAt) || len(seen) != len(sentAt)) {
		err = fmt.Errorf("%d updates and %d events of %d of them", len(sentAt), len(lat), len(seen))
	}
	return summarize(lat, inTime, took), err
}

// titleOf reads the title out of a case event.
func titleOf(body string) string {
	const before = `"title":{"value":{"stringValue":"`
	_, rest, _ := strings.Cut(body, before)
	title, _, _ := strings.Cut(rest, `"`)
	return title
}
