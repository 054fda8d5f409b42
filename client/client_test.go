package client_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casestream/casestream/client"
)

// refusing is a server that throttles the first n calls.
func refusing(t *testing.T, n int32) (*client.Client, *atomic.Int32) {
	var calls atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) <= n {
			w.Header().Set("X-Amzn-Errortype", "ThrottlingException:http://internal.amazon.com/")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte(`{"message":"Rate exceeded"}`))
			return
		}
		_, _ = w.Write([]byte(`{"domainId":"d"}`))
	}))
	t.Cleanup(srv.Close)
	return &client.Client{Base: srv.URL, Region: "us-east-1"}, &calls
}

func TestThrottledCallIsSentAgain(t *testing.T) {
	c, calls := refusing(t, 2)
	c.Patience = time.Minute
	var out struct{ DomainId string }
	if err := c.REST(t.Context(), "cases", http.MethodPost, "/domains/d", nil, &out); err != nil || out.DomainId != "d" || calls.Load() != 3 {
		t.Errorf("%v %q after %d calls", err, out.DomainId, calls.Load())
	}
}

func TestWithoutPatienceTheCallerDecides(t *testing.T) {
	c, calls := refusing(t, 2)
	err := c.REST(t.Context(), "cases", http.MethodPost, "/domains/d", nil, nil)
	if !client.Throttled(err) || client.Code(err) != "ThrottlingException" || calls.Load() != 1 {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
}

func TestErrorsAreNamed(t *testing.T) {
	for _, tt := range []struct{ header, body, want string }{
		{"", `{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"x"}`, "QueueDoesNotExist"},
		{"ResourceNotFoundException", `{}`, "ResourceNotFoundException"},
		{"", `{"code":"NotImplemented"}`, "NotImplemented"},
		{"", `<html>`, ""},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if tt.header != "" {
				w.Header().Set("X-Amzn-Errortype", tt.header)
			}
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(tt.body))
		}))
		c := &client.Client{Base: srv.URL, Region: "us-east-1", Patience: time.Minute}
		if err := c.REST(t.Context(), "cases", http.MethodGet, "/", nil, nil); client.Code(err) != tt.want || client.Throttled(err) {
			t.Errorf("%s %s: %q, want %q", tt.header, tt.body, client.Code(err), tt.want)
		}
		srv.Close()
	}
}
