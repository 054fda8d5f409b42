package gateway

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/casestream/casestream/wire"
)

// A request that waits holds, in net/http's hands, buffers and stacks of some 25 KB, and there may be ten thousand of them.
// So the connection is taken out of its hands: what is left is what the answer needs, and one goroutine, which reads. That
// ends when the client leaves, when the wait is over, and when what is waited for comes: that sets a deadline that is past.
// With the next request the connection goes back to the server, by way of its Listener.

// mayPark says whether a request's connection can be taken and given back: HTTP/1.1 without TLS, whose state would be lost.
// The answer to any method but these two has its own rules, such as that to HEAD, which has no body.
func (g *Gateway) mayPark(x *exchange) bool {
	r := x.http
	_, takes := x.answer.ResponseWriter.(http.Hijacker)
	return takes && g.cfg.Parking != nil && r.TLS == nil && r.ProtoMajor == 1 && r.ProtoMinor == 1 && !r.Close &&
		(r.Method == http.MethodPost || r.Method == http.MethodGet)
}

// park takes a request's connection and has it answered when its operation is done waiting.
func (g *Gateway) park(x *exchange, later wire.Parked) {
	parked := &g.cfg.Parking.parked
	parked.Add(1) // while the server has the connection still: between the two a shutdown would see neither
	conn, buffered, err := http.NewResponseController(x.answer.ResponseWriter).Hijack()
	x.parked = true
	// The operation's context has the exchange, and nothing of the request may be held but what the answer and the log line
	// need.
	x.http, x.answer, x.body = nil, answer{}, nil
	x.req = wire.Request{Service: x.req.Service, Op: x.req.Op, Protocol: x.req.Protocol}
	x.call.Header = nil
	if err != nil { // the client has gone
		defer parked.Done()
		later.Leave()
		x.left = true
		g.replyParked(newPage(x), x, nil, err)
		return
	}
	c := &parkedConn{Conn: conn}
	if a, ok := conn.(*aheadConn); ok && len(a.ahead) == 0 {
		c.Conn = a.Conn
	}
	if n := buffered.Reader.Buffered(); n > 0 { // the next request is here already
		text, _ := buffered.Peek(n)
		c.add(bytes.Clone(text))
	}
	go func() {
		defer parked.Done()
		g.wait(c, x, later)
	}()
}

// wait answers a parked request.
func (g *Gateway) wait(c *parkedConn, x *exchange, later wire.Parked) {
	out, err := c.wait(g.cfg.Parking.base, later)
	p := newPage(x)
	x.left = c.gone
	g.replyParked(p, x, out, err)
	if c.gone || p.write(c.Conn) != nil {
		c.Close()
		return
	}
	g.cfg.Parking.resume(c)
}

// replyParked writes the answer to a parked request on a page.
func (g *Gateway) replyParked(p *page, x *exchange, out wire.Output, err error) {
	defer g.record(g.cfg.Parking.base, x)
	defer g.rescue(x)
	x.answer.ResponseWriter = p
	g.reply(x, out, err)
}

// parkedConn is the connection of a parked request.
type parkedConn struct {
	net.Conn
	ahead []byte // what came on it that nobody has read
	gone  bool   // the client has left
}

// readAhead reads one byte of what comes next, and leaves what follows to the server.
func (c *parkedConn) readAhead() error {
	var one [1]byte
	n, err := c.Read(one[:])
	c.add(one[:n])
	if n > 0 {
		return nil
	}
	return err
}

// add takes what was read. Line ends before a request are none of it: some old clients send one behind a body, which a
// server is to overlook.
func (c *parkedConn) add(text []byte) {
	if len(c.ahead) == 0 {
		text = bytes.TrimLeft(text, "\r\n")
	}
	c.ahead = append(c.ahead, text...)
}

// longAgo is a deadline that is past.
var longAgo = time.Unix(1, 0)

// wait waits for an operation's answer. A client that sends its next request before does not wait any longer.
func (c *parkedConn) wait(ctx context.Context, later wire.Parked) (out wire.Output, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, panicked{p}
		}
		later.Leave()
		c.gone = c.SetReadDeadline(time.Time{}) != nil || c.gone // behind Leave: nobody sets another one now
	}()
	later.OnWake(func() { _ = c.SetReadDeadline(longAgo) })
	for !c.gone {
		// Before the answer is asked for, so that what comes behind that ends the read.
		c.gone = c.SetReadDeadline(later.Deadline()) != nil
		if out, done, err := later.Answer(ctx, len(c.ahead) > 0); done || err != nil {
			return out, err
		}
		err := c.readAhead()
		c.gone = err != nil && !errors.Is(err, os.ErrDeadlineExceeded)
	}
	return nil, context.Canceled
}

// aheadConn is a connection of which something has been read already.
type aheadConn struct {
	net.Conn
	ahead []byte
}

// Read gives that first.
func (c *aheadConn) Read(p []byte) (int, error) {
	if len(c.ahead) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.ahead)
	c.ahead = c.ahead[n:]
	return n, nil
}

// page is an answer that is written as a whole.
type page struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// newPage gives an empty one for a request.
func newPage(x *exchange) *page {
	ids := []string{x.id}
	return &page{header: http.Header{"X-Amzn-Requestid": ids, "X-Amz-Request-Id": ids}}
}

// Header gives the answer's header.
func (p *page) Header() http.Header { return p.header }

// WriteHeader sets the status.
func (p *page) WriteHeader(status int) { p.status = status }

// Write adds to the body.
func (p *page) Write(b []byte) (int, error) { return p.body.Write(b) }

// writeTime is how long a client may take for an answer.
const writeTime = 30 * time.Second

// write sends the answer.
func (p *page) write(conn net.Conn) error {
	p.header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	resp := http.Response{
		StatusCode: p.status, ProtoMajor: 1, ProtoMinor: 1, Header: p.header,
		Body: io.NopCloser(&p.body), ContentLength: int64(p.body.Len()),
	}
	if err := conn.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return err
	}
	w := bufio.NewWriter(conn)
	if err := resp.Write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return conn.SetWriteDeadline(time.Time{})
}
