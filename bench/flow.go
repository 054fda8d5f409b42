package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/casestream/casestream/client"
)

// flow is one measurement under way. Its clients do as little as they can: they patch numbers into bodies and find
// them in answers as text, for they share the machine with the server.
type flow struct {
	w        *eventWork
	count    eventCount
	began    time.Time
	calls    chan struct{} // those whose events are under way: where it is full, producers wait
	put      atomic.Int64  // events so far
	received atomic.Int64
}

// arrival is an event in the hands of its consumer.
type arrival struct {
	number  int64
	at, lat time.Duration
}

// underWay is how many calls a connection may be ahead of the consumers, on average.
const underWay = 2

// patience is how long a measurement waits for an event that does not come.
const patience = 60 * time.Second

// run measures PutEvents on n connections with as many consumers, which receive and delete ten messages at a time. It
// counts the events received until the last one, and times each from the start of its call. It fails unless each
// event comes exactly once.
func (w *eventWork) run(ctx context.Context, c eventCount, n int, span time.Duration) (result, error) {
	ctx, giveUp := context.WithTimeoutCause(ctx, span+patience, errors.New("an event did not come"))
	defer giveUp()
	ctx, cancel := context.WithCancelCause(ctx) // with what went wrong first
	defer cancel(nil)
	f := &flow{w: w, count: c, began: time.Now(), calls: make(chan struct{}, underWay*n)}
	producing, stop := context.WithCancel(ctx)
	defer stop()
	consumers := n
	all := make([][]arrival, consumers)
	var wg sync.WaitGroup
	for k := range consumers {
		wg.Go(func() {
			var err error
			if all[k], err = f.consume(ctx, producing, newConn(k)); err != nil {
				cancel(err) // nobody takes what the producers wait for
			}
		})
	}
	bodies := make([][]byte, n)
	for i := range bodies {
		bodies[i] = eventTexts(c)
	}
	if _, err := load(ctx, n, span, func(ctx context.Context, conn *conn, _ int) (int, error) {
		return f.produce(ctx, conn, bodies[conn.n])
	}); err != nil {
		cancel(err) // what was put in vain does not come
	}
	stop()
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return result{}, err
	}
	return f.judge(slices.Concat(all...))
}

// judge makes the result of all arrivals, once each event has come exactly once.
func (f *flow) judge(all []arrival) (result, error) {
	seen := make([]bool, f.put.Load())
	lat := make([]time.Duration, len(all))
	var last time.Duration
	for i, a := range all {
		if a.number < 0 || a.number >= int64(len(seen)) || seen[a.number] {
			return result{}, fmt.Errorf("event %d of %d came twice or never was put", a.number, len(seen))
		}
		seen[a.number] = true
		lat[i], last = a.lat, max(last, a.at)
	}
	if len(all) != len(seen) {
		return result{}, fmt.Errorf("%d events were put and %d came", len(seen), len(all))
	}
	return summarize(lat, len(all), last), nil
}

// produce makes one call of PutEvents.
func (f *flow) produce(ctx context.Context, c *conn, body []byte) (int, error) {
	select {
	case f.calls <- struct{}{}:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	n := f.count.entries
	first, at := f.put.Add(int64(n))-int64(n), time.Since(f.began)
	rest := body
	for i := range n {
		rest = rest[bytes.Index(rest, []byte(tagStart)):]
		copy(rest, fmt.Appendf(nil, tagFormat, first+int64(i), at.Nanoseconds()))
		rest = rest[tagSize:]
	}
	answer, err := c.do(ctx, f.w.events("PutEvents", body))
	if err == nil && bytes.Count(answer, []byte(`"EventId"`)) != n {
		err = fmt.Errorf("of %d events some are refused: %s", n, answer)
	}
	return n, err
}

// consume receives and deletes until the producers are done and everything they put has come.
func (f *flow) consume(ctx, producing context.Context, c *conn) (list []arrival, err error) {
	defer c.http.CloseIdleConnections()
	receive := sqs(f.w.base, "ReceiveMessage", client.Object{"QueueUrl": f.w.queue, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1})
	for producing.Err() == nil || f.received.Load() < f.put.Load() {
		answer, err := c.do(ctx, receive)
		if err != nil {
			return list, err
		}
		at := time.Since(f.began)
		handles, err := f.read(answer, at, &list)
		if err != nil {
			return list, err
		}
		if len(handles) == 0 {
			continue
		}
		came := f.received.Add(int64(len(handles)))
		for range came/int64(f.count.entries) - (came-int64(len(handles)))/int64(f.count.entries) {
			<-f.calls
		}
		if _, err := c.do(ctx, sqs(f.w.base, "DeleteMessageBatch", client.Object{"QueueUrl": f.w.queue, "Entries": handles})); err != nil {
			return list, err
		}
	}
	return list, nil
}

// read finds the tags and the receipt handles in the answer to a receive.
func (f *flow) read(answer []byte, at time.Duration, list *[]arrival) (handles []client.Object, err error) {
	for rest := answer; ; {
		i := bytes.Index(rest, []byte(tagStart))
		if i < 0 {
			break
		}
		rest = rest[i:]
		number, err1 := strconv.ParseInt(string(rest[len(tagStart):len(tagStart)+12]), 10, 64)
		began, err2 := strconv.ParseInt(string(rest[tagSize-12:tagSize]), 10, 64)
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("a tag cannot be read: %s", rest[:tagSize])
		}
		*list = append(*list, arrival{number, at, at - time.Duration(began)})
		rest = rest[tagSize:]
	}
	const before = `"ReceiptHandle"`
	for rest := answer; ; {
		i := bytes.Index(rest, []byte(before))
		if i < 0 {
			return handles, nil
		}
		value := json.NewDecoder(bytes.NewReader(bytes.TrimLeft(rest[i+len(before):], ": ")))
		var handle string
		if err := value.Decode(&handle); err != nil {
			return nil, err
		}
		handles = append(handles, client.Object{"Id": strconv.Itoa(len(handles)), "ReceiptHandle": handle})
		rest = rest[i+len(before):]
	}
}
