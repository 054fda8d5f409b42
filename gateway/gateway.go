// Package gateway is the front door: one handler for every AWS service. It finds out which operation is
// meant and who asks, calls the operation and answers in the protocol's form.
//
// It knows no service: what there is comes in tables (wire.Service). It decodes no shapes (that is wire),
// checks no business rules (svc) and opens no port (app).
//
//	gateway.go the ordered list, and what one request carries through it
//	config.go  what can be set, and what New makes of it
//	resolve.go which service and operation · query.go the same for awsQuery
//	body.go    reading the body within its limit
//	deadline.go how long an operation may take
//	park.go    requests that wait · listener.go what takes their connections back
//	auth.go    who asks · host.go which hosts and pages may ask
//	rate.go    how often
//	errors.go  errors as clients see them · record.go the log line and the counters
//	probe.go   /livez /readyz /version /metrics
package gateway

import (
	"errors"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/wire"
)

// exchange is one request on its way through the door.
type exchange struct {
	answer answer
	http   *http.Request // nil where it is parked
	start  time.Time
	id     string
	served *served      // nil until the service is known
	req    wire.Request // what the operation's Call gets
	call   wire.Call    // what the operation may ask for
	body   *[]byte      // goes back to the pool in the end
	action bool         // awsQuery: the operation's name is among the parameters
	probe  bool         // no AWS request
	parked bool         // it is answered elsewhere
	left   bool         // its client has, while it was parked
	code   string       // of the error that was answered
	cause  error        // of it, for the log
	stack  []byte       // where it panicked
}

// answer notes what is written.
type answer struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController through.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// ServeHTTP answers one request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{answer: answer{ResponseWriter: w}, http: r, start: time.Now(), id: id.New()}
	ids := []string{x.id}
	w.Header()["X-Amzn-Requestid"], w.Header()["X-Amz-Request-Id"] = ids, ids
	defer func() {
		if !x.parked {
			g.record(r.Context(), x)
		}
	}()
	defer g.rescue(x)
	out, err := g.serve(x)
	release(x.body)
	if p, ok := errors.AsType[wire.Parked](err); ok {
		g.park(x, p)
		return
	}
	g.reply(x, out, err)
}

// reply writes an answer.
func (g *Gateway) reply(x *exchange, out wire.Output, err error) {
	if err != nil {
		g.refuse(x, err)
	} else if !x.probe {
		wire.WriteOutput(&x.answer, &x.req, out)
	}
}

// serve is the way through the door. Its order is its security: nothing that a stranger sent reaches an
// operation before the signature, over all of it, has been checked.
func (g *Gateway) serve(x *exchange) (wire.Output, error) {
	if err := g.checkHost(x.http); err != nil {
		return nil, err
	}
	if g.answerProbe(x) {
		return nil, nil
	}
	if err := g.resolve(x); err != nil {
		return nil, err
	}
	if err := g.readBody(x); err != nil {
		return nil, err
	}
	if err := g.resolveAction(x); err != nil {
		return nil, err
	}
	if err := g.authenticate(x); err != nil {
		return nil, err
	}
	if err := g.throttle(x); err != nil {
		return nil, err
	}
	// Every access key may do all that its account's root may. What identity policies decide will be asked here.
	return g.dispatch(x)
}

// dispatch runs the operation within its time.
func (g *Gateway) dispatch(x *exchange) (wire.Output, error) {
	if x.req.Op.Call == nil {
		return nil, wire.NotImplemented(x.served.svc.ID, x.req.Op.Name)
	}
	x.call.RequestID, x.call.Region = x.id, g.cfg.Region
	x.call.Scheme, x.call.Host, x.call.Header = scheme(x.http), x.http.Host, x.http.Header
	x.call.UserAgent, x.call.Referer = x.http.UserAgent(), x.http.Referer()
	x.call.SourceIP, _, _ = net.SplitHostPort(x.http.RemoteAddr)
	x.call.MayPark = g.mayPark(x)
	ctx := &bounded{Context: x.http.Context(), deadline: x.start.Add(g.timeout(x))}
	defer ctx.end()
	return x.req.Op.Call(wire.WithCall(ctx, &x.call), &x.req)
}

// scheme says how the client reached us.
func scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// rescue turns a panic into an answer. One request's bug must not be every request's end, and it must be
// seen: it is logged with its stack and counted.
func (g *Gateway) rescue(x *exchange) {
	p := recover()
	if p == nil {
		return
	}
	if broken, ok := p.(brokenTable); ok {
		panic(broken) // Strict: tests are to fail loudly
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	x.stack = debug.Stack()
	g.panics.Add(1)
	written := x.answer.status != 0
	g.refuse(x, panicked{p})
	if written {
		panic(http.ErrAbortHandler) // half an answer is under way: cut it off
	}
}
