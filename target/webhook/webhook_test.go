package webhook_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/target/webhook"
)

// ok answers that all is well.
func ok(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "thanks") }

func TestRequestIsAsEventBridgeMakesIt(t *testing.T) {
	s := serve(t, ok)
	f := open(t, private, s)
	auth := key()
	auth.Parameters = destination.Parameters{
		Header: []destination.Parameter{{Key: "X-Both", Value: "connection"}, {Key: "Range", Value: "none"}},
		Query:  []destination.Parameter{{Key: "both", Value: "con&nection"}},
		Body:   []destination.Parameter{{Key: "id", Value: "mine"}, {Key: "extra", Value: `"q"`, Hidden: true}},
	}
	d := f.to(f.connect(destination.APIKey, auth), "PUT", s.URL+"/cases/*/x?fixed=1", 0)
	d.HTTP = &bus.HTTPParameters{
		Path:   []string{"a/b?ü"},
		Header: map[string]string{"X-Both": "target", "X-Own": "o\r\nX-Evil: 1", "bad name": "x", "Host": "elsewhere"},
		Query:  map[string]string{"both": "target", "own": "1"},
	}
	f.arrives(d)
	r := s.requests()[0]
	if r.Method != "PUT" || r.RequestURI != "/cases/a%2Fb%3F%C3%BC/x?fixed=1&both=con%26nection&own=1" {
		t.Errorf("%s %s", r.Method, r.RequestURI)
	}
	if r.Text != `{"detail":{"a":1},"id":"mine","extra":"\"q\""}` {
		t.Error(r.Text)
	}
	want := map[string]string{
		"User-Agent": "Amazon/EventBridge/ApiDestinations", "Content-Type": "application/json; charset=utf-8", "Range": "bytes=0-1048575",
		"Accept-Encoding": "gzip,deflate", "Connection": "close", "X-Key": "k3y", "X-Both": "connection", "X-Own": "o  X-Evil: 1",
		"Content-Length": "46",
	}
	have := map[string]string{}
	for name := range r.Header {
		have[name] = r.Header.Get(name)
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	if r.Host == "elsewhere" {
		t.Error("a target chose the host")
	}
	d.HTTP.Path = nil
	f.fails(d, bus.InvalidParameter, true)
	d.HTTP.Path, d.Body = []string{"1"}, []byte(`"text"`)
	f.fails(d, bus.InvalidJSON, true)
}

func TestBasicAuthorizationIsSent(t *testing.T) {
	s := serve(t, ok)
	f := open(t, private, s)
	f.arrives(f.to(f.connect(destination.Basic, destination.Auth{Basic: &destination.BasicAuth{Username: "u", Password: "p"}}), "POST", s.URL, 0))
	if u, p, _ := s.requests()[0].BasicAuth(); u != "u" || p != "p" {
		t.Error(u, p)
	}
}

func TestAnswersMeanWhatEventBridgeTakesThemFor(t *testing.T) {
	for _, row := range []struct {
		status int
		after  string
		code   string
		final  bool
		wait   time.Duration
	}{
		{200, "", "", false, 0},
		{204, "", "", false, 0},
		{301, "", bus.ErrorFromTarget, true, 0},
		{307, "", bus.ErrorFromTarget, true, 0},
		{400, "", bus.ErrorFromTarget, true, 0},
		{404, "5", bus.ErrorFromTarget, true, 0},
		{401, "", bus.ErrorFromTarget, false, 0},
		{407, "", bus.ErrorFromTarget, false, 0},
		{409, "", bus.ErrorFromTarget, false, 0},
		{429, "7", bus.Throttling, false, 7 * time.Second},
		{429, "-1", bus.Throttling, true, 0},
		{429, "soon", bus.Throttling, false, 0},
		{500, "", bus.ErrorFromTarget, false, 0},
		{503, "60", bus.ErrorFromTarget, false, time.Minute},
		{503, "-5", bus.ErrorFromTarget, true, 0},
	} {
		t.Run(fmt.Sprint(row.status, row.after), func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", row.after)
				w.Header().Set("Location", "https://127.0.0.1/")
				w.WriteHeader(row.status)
			})
			f := open(t, private, s)
			d := f.to(f.connect(destination.APIKey, key()), "POST", s.URL, 0)
			if row.code == "" {
				f.arrives(d)
			} else if got := f.fails(d, row.code, row.final); got.Status != row.status || got.RetryAfter != row.wait {
				t.Errorf("%+v", got)
			}
			if n := len(s.requests()); n != 1 {
				t.Errorf("%d requests: a redirect was followed, or something was tried again", n)
			}
		})
	}
}

func TestServicesThatBreakAreTriedAgain(t *testing.T) {
	hijack := func(w http.ResponseWriter) net.Conn {
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
		}
		return c
	}
	var release chan struct{} // of the row's own
	for name, row := range map[string]struct {
		answer http.HandlerFunc
		code   string
	}{
		"reset": {func(w http.ResponseWriter, _ *http.Request) { hijack(w).Close() }, bus.ConnectionFailure},
		"nonsense": {func(w http.ResponseWriter, _ *http.Request) {
			c := hijack(w)
			fmt.Fprint(c, "hello\r\n\r\n")
			c.Close()
		}, bus.ConnectionFailure},
		"half of the body": {func(w http.ResponseWriter, _ *http.Request) {
			c := hijack(w)
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
			c.Close()
		}, bus.ConnectionFailure},
		"hang": {func(http.ResponseWriter, *http.Request) { <-release }, bus.Timeout},
		"slow body": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(200)
			w.(http.Flusher).Flush()
			<-release
		}, bus.Timeout},
	} {
		t.Run(name, func(t *testing.T) {
			release = make(chan struct{})
			s := serve(t, row.answer)
			t.Cleanup(func() { close(release) })
			cfg := private
			cfg.Time = 300 * time.Millisecond
			f := open(t, cfg, s)
			f.fails(f.to(f.connect(destination.APIKey, key()), "POST", s.URL, 0), row.code, false)
		})
	}
	s := serve(t, ok)
	f := open(t, private, s)
	d := f.to(f.connect(destination.APIKey, key()), "POST", s.URL, 0)
	s.Close()
	f.fails(d, bus.ConnectionFailure, false)
}

func TestCertificateThatNobodyTrustsIsRefused(t *testing.T) {
	s := serve(t, ok)
	f := open(t, private)
	f.fails(f.to(f.connect(destination.APIKey, key()), "POST", s.URL, 0), bus.ConnectionFailure, false)
	if len(s.requests()) > 0 {
		t.Error("the request was sent")
	}
}

func TestDestinationThatIsGoneOrDeauthorizedGetsNothing(t *testing.T) {
	s := serve(t, ok)
	f := open(t, private, s)
	d := f.to(f.connect(destination.APIKey, key()), "POST", s.URL, 0)
	write := func(fn func(tx *store.Tx) error) {
		t.Helper()
		if err := f.db.Write(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	write(func(tx *store.Tx) error { _, err := f.destinations.DeauthorizeConnection(tx, "c"); return err })
	f.fails(d, bus.NoPermissions, true)
	write(func(tx *store.Tx) error { _, err := f.destinations.DeleteConnection(tx, "c"); return err })
	f.fails(d, bus.NoPermissions, true)
	write(func(tx *store.Tx) error { return f.destinations.DeleteAPIDestination(tx, "d") })
	f.fails(d, bus.NoResource, true)
	if len(s.requests()) > 0 {
		t.Error("something was sent")
	}
}

func TestRateLimitIsWaitedForWithinTime(t *testing.T) {
	s := serve(t, ok)
	f := open(t, private, s)
	d := f.to(f.connect(destination.APIKey, key()), "POST", s.URL, 1)
	f.arrives(d)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := f.remote.Deliver(ctx, d); err == nil || !strings.HasPrefix(err.Error(), bus.Throttling) {
		t.Error(err)
	}
	if n := len(s.requests()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestRetryAfterIsRead(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "120": 2 * time.Minute, " 3 ": 3 * time.Second, "-1": -time.Second, "99999999999": 24 * time.Hour,
		"Fri, 02 Jan 2026 03:05:05 GMT": time.Minute, "Thu, 01 Jan 2026 00:00:00 GMT": 0,
	} {
		if got, given := webhook.RetryAfter(text, instant); !given || got != want {
			t.Errorf("%q: %v %v, want %v", text, got, given, want)
		}
	}
	for _, text := range []string{"", "soon", "1.5", "99999999999999999999"} {
		if got, given := webhook.RetryAfter(text, instant); given {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("1")
	f.Add("Fri, 02 Jan 2026 03:05:05 GMT")
	f.Fuzz(func(t *testing.T, text string) {
		if got, _ := webhook.RetryAfter(text, instant); got < -time.Second || got > 24*time.Hour {
			t.Errorf("%q: %v", text, got)
		}
	})
}

func FuzzMergeBody(f *testing.F) {
	f.Add(`{"a":1}`, "b", "c")
	f.Add(`[]`, "b", "c")
	f.Fuzz(func(t *testing.T, text, k, v string) {
		out, err := webhook.MergeBody([]byte(text), []destination.Parameter{{Key: k, Value: destination.Secret(v)}})
		if err == nil && !isObject(out) {
			t.Errorf("%q became %q", text, out)
		}
	})
}
