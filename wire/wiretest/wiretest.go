// Package wiretest lets a room's tests call the operations of its service as the front door does: bytes in,
// decoded, checked, run, and encoded. It is for tests only, and is not the front door: nothing is signed,
// routed or logged.
package wiretest

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/wire"
)

// Object is a JSON object of a request or an answer.
type Object = map[string]any

// Door calls the operations of a service on behalf of a test.
type Door struct {
	testing.TB
	Service *wire.Service
	// Caller is who calls, and from where; nil: nobody in particular.
	Caller *wire.Call
	// MessageKey is the member in which each error has its message; empty: that is not looked at.
	MessageKey string
	// Beyond lists codes that AWS answers with although its model does not have them.
	Beyond []string
	// Excused is an error that may stay inside without failing the test, because the test has made it.
	Excused error
}

// Request is what a test sends; a string in Body goes out as it is, anything else as its JSON.
type Request struct {
	Op     string
	Labels map[string]string
	Query  url.Values
	Body   any
}

// On is the door for a subtest.
func (d Door) On(t testing.TB) Door {
	d.TB = t
	return d
}

// operation finds a row of the service's table.
func (d Door) operation(name string) *wire.Operation {
	d.Helper()
	i := slices.IndexFunc(d.Service.Operations, func(op wire.Operation) bool { return op.Name == name })
	if i < 0 {
		d.Fatalf("no operation %s", name)
	}
	return &d.Service.Operations[i]
}

// Run runs an operation and gives its output, or its error as it is inside. What r leaves open it fills in.
func (d Door) Run(operation string, r *wire.Request) (wire.Output, error) {
	d.Helper()
	r.Service, r.Op = d.Service, d.operation(operation)
	if r.Protocol == 0 {
		r.Protocol = d.Service.Protocol
	}
	if r.HTTP == nil {
		r.HTTP = httptest.NewRequest(r.Op.Method, "/", nil)
	}
	ctx := d.Context()
	if d.Caller != nil {
		ctx = wire.WithCall(ctx, d.Caller)
	}
	return r.Op.Call(ctx, r)
}

// Shown gives an error of an operation as a client sees it, and holds its code against the model; nil for
// one that stays inside.
func (d Door) Shown(operation string, err error) *wire.Error {
	d.Helper()
	api, ok := errors.AsType[wire.APIError](err)
	if !ok {
		mapped := d.Service.MapError(err)
		if mapped == nil {
			return nil
		}
		if api, ok = errors.AsType[wire.APIError](mapped); !ok {
			d.Errorf("%s: mapped to %v, which no client may see", operation, mapped)
			return nil
		}
	}
	e := api.Wire()
	if !slices.Contains(d.operation(operation).Errors, e.Code) && !slices.Contains(d.Beyond, e.Code) {
		d.Errorf("%s answers with %s, which its model does not have", operation, e.Code)
	}
	return e
}

// Send runs an operation and gives its answer (nil when it has none), or the error that a client sees. An
// error that stays inside is one of the status 500, and fails the test unless it is excused.
func (d Door) Send(operation string, r *wire.Request) (Object, *wire.Error) {
	d.Helper()
	out, err := d.Run(operation, r)
	if err != nil {
		if e := d.Shown(operation, err); e != nil {
			return nil, e
		}
		if d.Excused == nil || !errors.Is(err, d.Excused) {
			d.Errorf("%s fails inside: %v", operation, err)
		}
		return nil, &wire.Error{Code: "Internal", Status: 500, Message: err.Error()}
	}
	if out == nil {
		return nil, nil
	}
	answer := Object{}
	if err := json.Unmarshal(wire.Marshal(out), &answer); err != nil {
		d.Fatalf("%s answers with no JSON object: %v", operation, err)
	}
	return answer, nil
}

// Try is Send for a request of a REST service.
func (d Door) Try(r Request) (Object, *wire.Error) {
	d.Helper()
	body, raw := r.Body.(string)
	if !raw && r.Body != nil {
		b, err := json.Marshal(r.Body)
		if err != nil {
			d.Fatal(err)
		}
		body = string(b)
	}
	method := d.operation(r.Op).Method
	return d.Send(r.Op, &wire.Request{HTTP: httptest.NewRequest(method, "/?"+r.Query.Encode(), nil), Labels: r.Labels, Body: []byte(body)})
}

// Do is Try for a request that must succeed.
func (d Door) Do(r Request) Object {
	d.Helper()
	out, err := d.Try(r)
	if err != nil {
		d.Fatalf("%s: %v", r.Op, err)
	}
	return out
}

// Refuse is Try for a request that must fail with a code, a status and a part of the message.
func (d Door) Refuse(r Request, code string, status int, message string) {
	d.Helper()
	_, err := d.Try(r)
	if err == nil {
		d.Errorf("%s %v succeeded, want %s", r.Op, r, code)
		return
	}
	if err.Code != code || err.Status != status || !strings.Contains(err.Message, message) || d.MessageKey != "" && err.MessageKey != d.MessageKey {
		d.Errorf("%s %v:\n got %s %d %q in %q\nwant %s %d …%s… in %q", r.Op, r, err.Code, err.Status, err.Message, err.MessageKey, code, status, message, d.MessageKey)
	}
}

// Faults wants each kind of fault shown with its code and its message only; an empty code for one that stays
// inside. Those that have no kind must stay inside.
func (d Door) Faults(codes map[fault.Kind]string) {
	d.Helper()
	for kind, code := range codes {
		mapped := d.Service.MapError(fault.Wrap(kind, "shown", errors.New("hidden")))
		if code == "" {
			if mapped != nil {
				d.Errorf("%s is answered with %v: it must stay inside", kind, mapped)
			}
			continue
		}
		api, ok := errors.AsType[wire.APIError](mapped)
		if !ok || api.Wire().Code != code || api.Wire().Message != "shown" {
			d.Errorf("%s is answered with %v, want %s: shown", kind, mapped, code)
		}
	}
	for _, err := range []error{errors.New("a bug"), fault.New(fault.Internal, "a bug")} {
		if got := d.Service.MapError(err); got != nil {
			d.Errorf("%v is answered with %v: it must stay inside", err, got)
		}
	}
}
