package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/casestream/casestream/wire/sigv4"
)

// result is what one measurement gave.
type result struct {
	perSecond float64
	p50, p99  float64 // milliseconds
	took      time.Duration
}

// summarize turns latencies into a result.
func summarize(lat []time.Duration, count int, span time.Duration) result {
	if len(lat) == 0 {
		return result{}
	}
	slices.Sort(lat)
	at := func(q float64) float64 {
		return float64(lat[int(q*float64(len(lat)-1))].Microseconds()) / 1000
	}
	return result{perSecond: float64(count) / span.Seconds(), p50: at(.5), p99: at(.99), took: span}
}

// conn is one keep-alive connection.
type conn struct {
	http *http.Client
	n    int // which one
}

// newConn makes a client that keeps one connection open.
func newConn(n int) *conn {
	return &conn{n: n, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1, MaxConnsPerHost: 1, DisableCompression: true}}}
}

// request is a signed request that may be sent again and again while its signature lasts.
type request struct {
	method, url string
	header      http.Header
	body        []byte
}

// sign makes a request of an awsJson or REST operation.
func sign(method, base, path, service, target string, body []byte) *request {
	req, err := http.NewRequest(method, base+path, nil)
	fail(err)
	req.Header.Set("Content-Type", "application/json")
	if target != "" {
		req.Header.Set("Content-Type", "application/x-amz-json-1.0")
		req.Header.Set("X-Amz-Target", target)
	}
	sigv4.Sign(req, body, key, "us-east-1", service, time.Now())
	return &request{method: method, url: base + path, header: req.Header, body: body}
}

// signForm makes a request of an operation of SQS in the query protocol.
func signForm(base string, body []byte) *request {
	r := sign(http.MethodPost, base, "/", "sqs", "", body)
	r.header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// do sends a request and gives the answer's body.
func (c *conn) do(ctx context.Context, r *request) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	req.Header = r.header
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s %s", r.method, r.url, resp.Status, body)
	}
	return body, err
}

// errDone is what a step gives when there is nothing left for its connection to do.
var errDone = errors.New("done")

// load runs step on n connections for a while and measures each call; step says how many pieces of work a
// call was.
func load(ctx context.Context, n int, span time.Duration, step func(ctx context.Context, c *conn, i int) (int, error)) (result, error) {
	ctx, cancel := context.WithTimeout(ctx, span+30*time.Second)
	defer cancel()
	var mu sync.Mutex
	var all []time.Duration
	var count int
	var failure error
	var wg sync.WaitGroup
	began := time.Now()
	for w := range n {
		wg.Go(func() {
			c := newConn(w)
			defer c.http.CloseIdleConnections()
			var lat []time.Duration
			done := 0
			for i := 0; time.Since(began) < span; i++ {
				t := time.Now()
				k, err := step(ctx, c, i)
				if errors.Is(err, errDone) {
					break
				}
				if err != nil {
					mu.Lock()
					failure = err
					mu.Unlock()
					return
				}
				lat = append(lat, time.Since(t))
				done += k
			}
			mu.Lock()
			all = append(all, lat...)
			count += done
			mu.Unlock()
		})
	}
	wg.Wait()
	return summarize(all, count, time.Since(began)), failure
}
