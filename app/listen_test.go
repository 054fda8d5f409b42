package app_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/app"
)

// screen is what a running command has written, and lets a test wait for more.
type screen struct {
	mu    sync.Mutex
	text  bytes.Buffer
	wrote chan struct{} // holds one signal
}

// newScreen makes an empty screen.
func newScreen() *screen { return &screen{wrote: make(chan struct{}, 1)} }

// Write appends.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.wrote <- struct{}{}:
	default:
	}
	return s.text.Write(p)
}

// String gives all that was written.
func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// until waits until a text was written.
func (s *screen) until(t *testing.T, text string) {
	t.Helper()
	late := time.After(20 * time.Second)
	for !strings.Contains(s.String(), text) {
		select {
		case <-s.wrote:
		case <-late:
			t.Fatalf("no %q in\n%s", text, s)
		}
	}
}

// start runs a command until it ends or end is called, which gives its exit code.
func start(t *testing.T, stdin io.Reader, args ...string) (s *screen, end func() int) {
	s = newScreen()
	ctx, stop := context.WithCancel(t.Context())
	code := make(chan int, 1)
	go func() { code <- app.Main(ctx, args, stdin, s, s) }()
	end = sync.OnceValue(func() int {
		stop()
		return <-code
	})
	t.Cleanup(func() { end() })
	return s, end
}

// receiver is a URL that events are forwarded to.
type receiver struct {
	*httptest.Server
	got chan string
}

// newReceiver makes one that does not like events of the number 3.
func newReceiver(t *testing.T) *receiver {
	r := &receiver{got: make(chan string, 100)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.got <- req.Method + " " + req.Header.Get("Content-Type") + " " + string(body)
		if strings.Contains(string(body), `"n":3`) {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// took wants the next event that was forwarded to be one of an id.
func (r *receiver) took(t *testing.T, id string) {
	t.Helper()
	select {
	case got := <-r.got:
		if !strings.HasPrefix(got, `POST application/json {"version":"0","id":"`+id) {
			t.Errorf("got %s, want the event %s", got, id)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("the event %s did not come", id)
	}
}

func TestListenForwardsEventsAndSendsThemAgain(t *testing.T) {
	l, to := newLedger(t), newReceiver(t)
	stdin, keys := io.Pipe()
	defer keys.Close()
	s, end := start(t, stdin, "listen", "--endpoint", l.url, "--pattern", `{"source":["shop"]}`, "--forward-to", to.URL+"/hook", "--full")
	s.until(t, "Listening on "+l.url)
	press := func(line string) {
		if _, err := io.WriteString(keys, line+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	one := l.put("shop", "order", `{"n":1}`)
	l.put("other", "order", `{"n":2}`)
	three := l.put("shop", "order", `{"n":3}`)
	to.took(t, one)
	to.took(t, three)
	s.until(t, "HTTP 418")
	if out := s.String(); !strings.Contains(out, "HTTP 200") || !strings.Contains(out, `    "n": 3`) || strings.Contains(out, `"n": 2`) {
		t.Errorf("it shows\n%s", out)
	}
	press("r")
	to.took(t, three)
	press("r 1")
	to.took(t, one)
	press("r 9")
	s.until(t, "There is no event 9")
	press("x")
	s.until(t, "Commands:")
	press("p")
	s.until(t, "Paused")
	four := l.put("shop", "order", `{"n":4}`)
	press("R 1")
	s.until(t, "is on its bus again")
	select {
	case got := <-to.got:
		t.Errorf("got %s in a pause", got)
	default:
	}
	press("p")
	to.took(t, four)
	to.took(t, one)
	to.Close()
	press("r")
	s.until(t, "not forwarded")
	press("q")
	if code := end(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestListenTellsWhichCaseAnEventIsOf(t *testing.T) {
	l := newLedger(t)
	s, _ := start(t, strings.NewReader(""), "listen", "--endpoint", l.url, "--bus", "")
	s.until(t, "Listening")
	code, _, errs := run(t, "simulate", "--endpoint", l.url, "--cases", "1", "--customers", "1", "--connections", "1")
	if code != 0 {
		t.Fatal(errs)
	}
	s.until(t, "  case ")
}

func TestFollowersLoseNothingWhenTheServerGoes(t *testing.T) {
	l := newLedger(t)
	target, err := url.Parse(l.url)
	if err != nil {
		t.Fatal(err)
	}
	var down atomic.Bool
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorLog = nil
	between := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	defer between.Close()
	first := l.put("shop", "order", `{"n":1}`)
	s, end := start(t, strings.NewReader(""), "events", "tail", "--endpoint", between.URL)
	s.until(t, first)
	down.Store(true)
	between.CloseClientConnections()
	s.until(t, "does not answer")
	second, third := l.put("shop", "order", `{"n":2}`), l.put("shop", "order", `{"n":3}`)
	down.Store(false)
	s.until(t, third)
	if diff := cmp.Diff([]string{first, second, third}, column(s.String())); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if !strings.Contains(s.String(), "The server answers again.") {
		t.Errorf("it does not say so:\n%s", s)
	}
	if code := end(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestKeysAndLinesAreCommands(t *testing.T) {
	for _, c := range []struct {
		text     string
		terminal bool
		want     []string
	}{
		{"r3r12Rpx", true, []string{"r0", "r3", "R12", "p0", "?0", "q0"}},
		{"r\x03r", true, []string{"r0", "q0"}},
		{"q\x04", true, []string{"q0", "q0"}},
		{"r\nr 3\n3r\n\n R  12 \np\nrr\nr x\n3\nr 0\nq\n", false, []string{"r0", "r3", "r3", "R12", "p0", "?0", "?0", "?0", "?0", "q0"}},
	} {
		if diff := cmp.Diff(c.want, app.Commands(c.text, c.terminal)); diff != "" {
			t.Errorf("%q: -want +got\n%s", c.text, diff)
		}
	}
}
