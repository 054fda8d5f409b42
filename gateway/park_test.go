package gateway_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casestream/casestream/gateway"
	"github.com/casestream/casestream/wire"
)

// late is an operation whose answer a test gives.
type late struct {
	end    time.Time
	answer chan func() (wire.Output, error)
	waits  chan struct{} // closed when the door waits
	left   chan struct{} // closed when it does no more

	mu   sync.Mutex
	wake func() // nil when nobody is to be woken
}

// newLate makes one that waits for long.
func newLate() *late {
	return &late{
		end: time.Now().Add(time.Minute), answer: make(chan func() (wire.Output, error), 1),
		waits: make(chan struct{}), left: make(chan struct{}),
	}
}

// Error says that there is no answer yet.
func (*late) Error() string { return "not yet" }

// Deadline is in a minute.
func (l *late) Deadline() time.Time { return l.end }

// OnWake notes what wakes the door.
func (l *late) OnWake(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wake = f
	close(l.waits)
}

// Answer gives what the test has prepared.
func (l *late) Answer(_ context.Context, last bool) (wire.Output, bool, error) {
	select {
	case f := <-l.answer:
		out, err := f()
		return out, true, err
	default:
	}
	return said{"nothing"}, last || !time.Now().Before(l.end), nil
}

// Leave ends the wait: the door is not woken any more.
func (l *late) Leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wake = nil
	close(l.left)
}

// give prepares an answer and wakes the door.
func (l *late) give(answer func() (wire.Output, error)) {
	<-l.waits
	l.answer <- answer
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wake != nil {
		l.wake()
	}
}

// says makes an answer.
func says(text string) func() (wire.Output, error) {
	return func() (wire.Output, error) { return said{text}, nil }
}

// parking is a server whose operation Wait parks, and Nap does not.
func parking(t *testing.T, ops ...*late) (addr string, l *gateway.Listener) {
	t.Helper()
	inner, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l = gateway.NewListener(t.Context(), inner)
	i := 0
	service := &wire.Service{
		ID: "sqs", SigningName: "sqs", EndpointPrefix: "sqs", TargetPrefix: "AmazonSQS", Protocol: wire.AWSJSON10,
		Operations: []wire.Operation{
			{Name: "Nap", Call: func(context.Context, *wire.Request) (wire.Output, error) { return said{"awake"}, nil }},
			{Name: "Wait", Call: func(ctx context.Context, _ *wire.Request) (wire.Output, error) {
				if !wire.CallOf(ctx).MayPark {
					return nil, errors.New("the connection is not taken")
				}
				i++
				return nil, ops[i-1]
			}},
		},
	}
	srv := &http.Server{
		Handler:           gateway.New(gateway.Config{Services: []*wire.Service{service}, Account: "123456789012", Region: "us-east-1", Dev: true, Parking: l}),
		ReadHeaderTimeout: time.Second,
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		srv.Close()
		<-served
		l.Wait(context.Background())
	})
	return inner.Addr().String(), l
}

// caller is one connection.
type caller struct {
	*testing.T
	conn net.Conn
	in   *bufio.Reader
}

// dial opens a connection.
func dial(t *testing.T, addr string) *caller {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &caller{t, conn, bufio.NewReader(conn)}
}

// send sends requests for operations, all at once.
func (c *caller) send(ops ...string) {
	c.Helper()
	var text strings.Builder
	for _, op := range ops {
		text.WriteString("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AmazonSQS." + op + "\r\nContent-Length: 2\r\n\r\n{}")
	}
	if _, err := io.WriteString(c.conn, text.String()); err != nil {
		c.Fatal(err)
	}
}

// want reads an answer.
func (c *caller) want(status int, text string) {
	c.Helper()
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		c.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status || !strings.Contains(string(body), text) {
		c.Errorf("%s %s %v, want %d %s", resp.Status, body, err, status, text)
	}
	for _, name := range []string{"X-Amzn-Requestid", "Date", "Content-Type"} {
		if resp.Header.Get(name) == "" {
			c.Errorf("the answer has no %s", name)
		}
	}
}

func TestParkedRequestIsAnsweredAndItsConnectionServesOn(t *testing.T) {
	first, second := newLate(), newLate()
	addr, _ := parking(t, first, second)
	c := dial(t, addr)
	for range 2 {
		c.send("Nap")
		c.want(http.StatusOK, "awake")
	}
	for _, l := range []*late{first, second} {
		c.send("Wait")
		l.give(says("something"))
		c.want(http.StatusOK, "something")
		<-l.left
		c.send("Nap")
		c.want(http.StatusOK, "awake")
	}
}

func TestParkedRequestFailsAsAnyOther(t *testing.T) {
	refused, panics := newLate(), newLate()
	addr, _ := parking(t, refused, panics)
	c := dial(t, addr)
	c.send("Wait")
	refused.give(func() (wire.Output, error) {
		return nil, &wire.Error{Code: "QueueDoesNotExist", Status: http.StatusBadRequest, Message: "gone"}
	})
	c.want(http.StatusBadRequest, "QueueDoesNotExist")
	c.send("Wait")
	panics.give(func() (wire.Output, error) { panic("oops") })
	c.want(http.StatusInternalServerError, "Internal")
	<-panics.left
	c.send("Nap")
	c.want(http.StatusOK, "awake")
}

func TestParkedRequestEndsWithItsWait(t *testing.T) {
	l := newLate()
	l.end = time.Now().Add(20 * time.Millisecond)
	addr, _ := parking(t, l)
	c := dial(t, addr)
	c.send("Wait")
	c.want(http.StatusOK, "nothing")
}

func TestClientThatLeavesEndsItsParkedRequest(t *testing.T) {
	l := newLate()
	addr, _ := parking(t, l)
	c := dial(t, addr)
	c.send("Wait")
	<-l.waits
	c.conn.Close()
	<-l.left
}

func TestClientThatAsksForMoreDoesNotWait(t *testing.T) {
	together, after := newLate(), newLate()
	addr, _ := parking(t, together, after)
	c := dial(t, addr)
	c.send("Wait", "Nap")
	c.want(http.StatusOK, "nothing")
	c.want(http.StatusOK, "awake")
	c.send("Wait")
	<-after.waits
	c.send("Nap")
	c.want(http.StatusOK, "nothing")
	c.want(http.StatusOK, "awake")
}

func TestServerThatClosesAnswersWhoIsParkedAndClosesWhoIsIdle(t *testing.T) {
	idle, waits := newLate(), newLate()
	addr, l := parking(t, idle, waits)
	first, second := dial(t, addr), dial(t, addr)
	first.send("Wait")
	idle.give(says("something"))
	first.want(http.StatusOK, "something")
	second.send("Wait")
	<-waits.waits
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := first.in.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("the idle connection: %v", err)
	}
	waits.give(says("the end"))
	second.want(http.StatusOK, "the end")
	if _, err := second.in.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("the connection whose request was answered: %v", err)
	}
	l.Wait(context.Background())
}

func TestAnswerToHEADHasNoBody(t *testing.T) {
	l := newLate()
	l.end = time.Now().Add(20 * time.Millisecond)
	addr, _ := parking(t, l)
	c := dial(t, addr)
	if _, err := io.WriteString(c.conn, "HEAD / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AmazonSQS.Wait\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if resp, err := http.ReadResponse(c.in, &http.Request{Method: http.MethodHead}); err != nil {
		t.Fatal(err)
	} else {
		resp.Body.Close()
	}
	c.send("Nap")
	c.want(http.StatusOK, "awake")
}

func TestLineEndBehindABodyIsNoRequest(t *testing.T) {
	before, during := newLate(), newLate()
	addr, _ := parking(t, before, during)
	c := dial(t, addr)
	for _, l := range []*late{before, during} {
		c.send("Wait")
		if l == during {
			<-l.waits
		}
		if _, err := io.WriteString(c.conn, "\r\n"); err != nil {
			t.Fatal(err)
		}
		<-l.waits
		time.Sleep(20 * time.Millisecond)
		l.give(says("something"))
		c.want(http.StatusOK, "something")
		if _, err := io.WriteString(c.conn, "\r\n"); err != nil {
			t.Fatal(err)
		}
		c.send("Nap")
		c.want(http.StatusOK, "awake")
	}
}

func TestClientThatDoesNotReadItsAnswerHoldsUpNoShutdown(t *testing.T) {
	slow := newLate()
	addr, l := parking(t, slow)
	c := dial(t, addr)
	c.send("Wait")
	slow.give(says(strings.Repeat("x", 32<<20)))
	<-slow.left
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	l.Wait(ctx)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("waited for %s", took)
	}
}
