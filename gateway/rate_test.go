package gateway_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/gateway"
	"github.com/casestream/casestream/wire"
)

// limited gives the services with 2 a second, 3 at once, for GetDomain and SendMessage, and a service that
// has an exception of its own for it.
func limited() []*wire.Service {
	list := services()
	list[0].Operations[0].Rate, list[0].Operations[0].Burst = 2, 3
	list[0].MapError = func(err error) error {
		if fault.KindOf(err) == fault.Busy {
			return &wire.Error{Code: "ThrottlingException", Status: http.StatusTooManyRequests, Message: err.Error()}
		}
		return nil
	}
	list[3].Operations[0].Rate, list[3].Operations[0].Burst = 2, 3
	return list
}

func TestRatesAreHeldWhereTheyAreAskedFor(t *testing.T) {
	now := at
	h := door(func(c *gateway.Config) {
		c.Services, c.RequestRates, c.Now = limited(), true, func() time.Time { return now }
	})
	get := request{service: "cases", target: "/domains/d"}
	// The bucket fills with two a second, up to three.
	for _, tt := range []struct {
		after    time.Duration
		calls    int
		answered int
	}{{0, 5, 3}, {500 * time.Millisecond, 2, 1}, {100 * time.Millisecond, 1, 0}, {time.Hour, 5, 3}} {
		now = now.Add(tt.after)
		get.at = now
		answered := 0
		for range tt.calls {
			w := get.send(h)
			switch {
			case w.Code == http.StatusOK:
				answered++
			case w.Code != http.StatusTooManyRequests || w.Header().Get("X-Amzn-Errortype") != "ThrottlingException" || !strings.Contains(w.Body.String(), `"message":"Rate exceeded"`):
				t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
			}
		}
		if answered != tt.answered {
			t.Errorf("after %s: %d of %d calls were answered, want %d", tt.after, answered, tt.calls, tt.answered)
		}
	}
	if w := (request{service: "cases", method: "GET", target: "/tags/a", at: now}).send(h); w.Code != http.StatusOK {
		t.Errorf("an operation without a rate: %d %s", w.Code, w.Body)
	}
}

func TestThrottledSQSAnswersInItsProtocol(t *testing.T) {
	h := door(func(c *gateway.Config) { c.Services, c.RequestRates = limited(), true })
	q := request{service: "sqs", header: sqsJSON, body: "{}"}
	for range 3 {
		q.send(h)
	}
	if w := q.send(h); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "ThrottlingException") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestStrangersDoNotUseUpARate(t *testing.T) {
	h := door(func(c *gateway.Config) { c.Services, c.RequestRates = limited(), true })
	for range 10 {
		if w := (request{target: "/domains/d"}).send(h); w.Code != http.StatusForbidden {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	if w := (request{service: "cases", target: "/domains/d"}).send(h); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestRatesAreOffByDefault(t *testing.T) {
	h := door(func(c *gateway.Config) { c.Services = limited() })
	for range 20 {
		if w := (request{service: "cases", target: "/domains/d"}).send(h); w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
}
