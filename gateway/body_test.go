package gateway_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/casestream/casestream/gateway"
	"github.com/casestream/casestream/wire"
)

func TestLargeBodiesPassWhereTheyMay(t *testing.T) {
	big := strings.Repeat("x", 7<<20)
	if w := (request{service: "sqs", header: sqsJSON, body: big}).send(door(nil)); w.Code != 200 {
		t.Errorf("7 MiB to SendMessage: %d %s", w.Code, w.Body)
	}
	w := request{service: "events", header: putRule, body: big}.send(door(nil))
	if w.Code != 413 || w.Header().Get("Connection") != "close" {
		t.Errorf("7 MiB to PutRule: %d %s", w.Code, w.Body)
	}
	chunked := request{service: "events", header: putRule, body: big, after: func(r *http.Request) { r.ContentLength = -1 }}
	if w := chunked.send(door(nil)); w.Code != 413 {
		t.Errorf("7 MiB in chunks to PutRule: %d %s", w.Code, w.Body)
	}
	chunked = request{service: "events", header: putRule, body: "{}", after: func(r *http.Request) { r.ContentLength = -1 }}
	if w := chunked.send(door(nil)); w.Code != 200 {
		t.Errorf("chunks: %d %s", w.Code, w.Body)
	}
	for _, announced := range []int64{100, 100 << 10} {
		short := request{service: "events", header: putRule, body: "{}", after: func(r *http.Request) { r.ContentLength = announced }}
		if w := short.send(door(nil)); w.Code != 400 || !strings.Contains(w.Body.String(), "IncompleteBody") {
			t.Errorf("half a body of %d: %d %s", announced, w.Code, w.Body)
		}
	}
}

func BenchmarkSendMessage(b *testing.B) {
	list := services()
	for _, s := range list {
		for i := range s.Operations {
			s.Operations[i].Call = func(context.Context, *wire.Request) (wire.Output, error) { return said{"ok"}, nil }
		}
	}
	h := door(func(c *gateway.Config) { c.Services = list })
	text := `{"QueueUrl":"http://127.0.0.1:4566/123456789012/orders","MessageBody":"` + strings.Repeat("x", 950) + `"}`
	r := request{service: "sqs", header: sqsJSON, body: text}.make()
	body := strings.NewReader(text)
	r.Body = readCloser{body}
	b.ReportAllocs()
	for b.Loop() {
		body.Reset(text)
		w := discard{http.Header{}}
		h.ServeHTTP(w, r)
	}
}

// readCloser is a body that can be read again.
type readCloser struct{ *strings.Reader }

// Close does nothing.
func (readCloser) Close() error { return nil }

// discard is an answer that nobody reads.
type discard struct{ h http.Header }

// Header gives the headers.
func (d discard) Header() http.Header { return d.h }

// Write drops the body.
func (d discard) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader drops the status.
func (d discard) WriteHeader(int) {}
