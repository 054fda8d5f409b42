package gateway

import (
	"context"
	"net"
	"sync"
	"time"
)

// Listener gives an http.Server the connections that come in, and those on which a parked request has been answered:
// what comes next on them is the server's again.
type Listener struct {
	net.Listener
	base     context.Context // of the requests that are parked
	arrivals chan arrival
	start    sync.Once
	closed   chan struct{}
	close    func() error
	parked   sync.WaitGroup

	mu   sync.Mutex
	idle map[net.Conn]bool // those whose parked request is answered, until the next one comes; nil when closed
}

// arrival is what an Accept gives.
type arrival struct {
	conn net.Conn
	err  error
}

// NewListener wraps a listener. ctx has the values of the requests that are parked; its end does not matter to them.
func NewListener(ctx context.Context, inner net.Listener) *Listener {
	l := &Listener{Listener: inner, base: context.WithoutCancel(ctx), arrivals: make(chan arrival), closed: make(chan struct{}), idle: make(map[net.Conn]bool)}
	l.close = sync.OnceValue(func() error {
		close(l.closed)
		l.mu.Lock()
		defer l.mu.Unlock()
		for c := range l.idle {
			c.Close()
		}
		l.idle = nil
		return inner.Close()
	})
	return l
}

// Accept gives the next connection.
func (l *Listener) Accept() (net.Conn, error) {
	l.start.Do(func() { go l.forward() })
	select {
	case a := <-l.arrivals:
		return a.conn, a.err
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// forward passes on what comes in. Some errors are for now only, and the server tries again.
func (l *Listener) forward() {
	for {
		c, err := l.Listener.Accept()
		if !l.pass(arrival{c, err}) {
			return
		}
	}
}

// pass hands something to who serves; a connection is closed where nobody does any more.
func (l *Listener) pass(a arrival) bool {
	select {
	case l.arrivals <- a:
		return true
	case <-l.closed:
		if a.conn != nil {
			a.conn.Close()
		}
		return false
	}
}

// IdleTime is how long a connection may be without a request.
const IdleTime = 2 * time.Minute

// resume waits for the next request on a connection whose parked one is answered, and passes it on then: a server would
// not wait long for the first request of what it takes for new.
func (l *Listener) resume(c *parkedConn) {
	if len(c.ahead) == 0 && !l.awaitNext(c) {
		c.Close()
		return
	}
	l.pass(arrival{conn: &aheadConn{Conn: c.Conn, ahead: c.ahead}})
}

// awaitNext reads the first byte of the next request.
func (l *Listener) awaitNext(c *parkedConn) bool {
	l.mu.Lock()
	open := l.idle != nil
	if open {
		l.idle[c.Conn] = true
	}
	l.mu.Unlock()
	if !open {
		return false
	}
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.idle, c.Conn)
	}()
	if c.SetReadDeadline(time.Now().Add(IdleTime)) != nil {
		return false
	}
	for len(c.ahead) == 0 {
		if err := c.readAhead(); err != nil {
			return false
		}
	}
	return c.SetReadDeadline(time.Time{}) == nil
}

// Close lets nothing in any more. Requests that are parked are answered all the same.
func (l *Listener) Close() error { return l.close() }

// Wait returns when the requests that were parked are answered, or when ctx ends: a client that does not read its answer
// is not worth more.
func (l *Listener) Wait(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.parked.Wait()
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
