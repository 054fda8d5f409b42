package connect_test

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connect"
	"github.com/casestream/casestream/wire"
)

// object is a JSON object of a request or an answer.
type object = map[string]any

// door calls operations as the front door does: bytes in, bytes out.
type door struct {
	t   *testing.T
	svc *wire.Service
}

// open makes a service on a database.
func open(t *testing.T, db *store.DB) door {
	t.Helper()
	s := connect.New(connect.Config{DB: db, ARNs: arn.NewMaker("111122223333", "us-west-2"), Quotas: connect.Quotas{Instances: 4}})
	return door{t: t, svc: s.Describe()}
}

// each runs a test on a fresh service of each engine.
func each(t *testing.T, test func(t *testing.T, d door)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db storetest.Database) {
		test(t, open(t, db.Open(t, store.Options{})))
	})
}

// request is what a test sends; a string in body goes out as it is.
type request struct {
	op     string
	labels map[string]string
	query  url.Values
	body   any
}

// try runs an operation and gives its answer, or the error that a client would see.
func (d door) try(r request) (object, *wire.Error) {
	d.t.Helper()
	for i := range d.svc.Operations {
		op := &d.svc.Operations[i]
		if op.Name != r.op {
			continue
		}
		body, raw := r.body.(string)
		if !raw && r.body != nil {
			b, err := json.Marshal(r.body)
			if err != nil {
				d.t.Fatal(err)
			}
			body = string(b)
		}
		out, err := op.Call(d.t.Context(), &wire.Request{
			HTTP: httptest.NewRequest(op.Method, "/?"+r.query.Encode(), nil), Service: d.svc, Op: op, Protocol: d.svc.Protocol,
			Labels: r.labels, Body: []byte(body),
		})
		if err != nil {
			return nil, d.refusal(op, err)
		}
		answer := object{}
		if out == nil {
			return answer, nil
		}
		if err := json.Unmarshal(wire.Marshal(out), &answer); err != nil {
			d.t.Fatal(err)
		}
		return answer, nil
	}
	d.t.Fatalf("no operation %s", r.op)
	return nil, nil
}

// refusal gives an error as a client would see it, and holds it against the model.
func (d door) refusal(op *wire.Operation, err error) *wire.Error {
	d.t.Helper()
	api, ok := errors.AsType[wire.APIError](err)
	if !ok {
		mapped := d.svc.MapError(err)
		if mapped == nil {
			if !errors.Is(err, storetest.ErrStep) {
				d.t.Errorf("%s fails inside: %v", op.Name, err)
			}
			return &wire.Error{Code: "Internal", Status: 500, Message: err.Error()}
		}
		if api, ok = errors.AsType[wire.APIError](mapped); !ok {
			d.t.Fatalf("%s: mapped to %v, which no client may see", op.Name, mapped)
		}
	}
	e := api.Wire()
	for _, code := range op.Errors {
		if code == e.Code {
			return e
		}
	}
	d.t.Errorf("%s answers with %s, which its model does not have", op.Name, e.Code)
	return e
}

// do runs an operation that must succeed.
func (d door) do(r request) object {
	d.t.Helper()
	out, err := d.try(r)
	if err != nil {
		d.t.Fatalf("%s: %v", r.op, err)
	}
	return out
}

// refuse runs an operation that must fail with a code, a status and a part of the message.
func (d door) refuse(r request, code string, status int, message string) {
	d.t.Helper()
	_, err := d.try(r)
	if err == nil {
		d.t.Errorf("%s %v succeeded, want %s", r.op, r, code)
		return
	}
	if err.Code != code || err.Status != status || !strings.Contains(err.Message, message) || err.MessageKey != "Message" {
		d.t.Errorf("%s %v:\n got %s %d %q in %q\nwant %s %d …%s… in Message", r.op, r, err.Code, err.Status, err.Message, err.MessageKey, code, status, message)
	}
}

func TestEveryKindOfFaultHasItsException(t *testing.T) {
	d := open(t, nil)
	want := map[fault.Kind]string{
		fault.Invalid: "InvalidRequestException", fault.NotFound: "ResourceNotFoundException", fault.Conflict: "DuplicateResourceException",
		fault.Denied: "AccessDeniedException", fault.Limit: "ServiceQuotaExceededException", fault.Busy: "ThrottlingException",
		fault.Unavailable: "InternalServiceException",
	}
	for kind, code := range want {
		api, ok := errors.AsType[wire.APIError](d.svc.MapError(fault.Wrap(kind, "shown", errors.New("hidden"))))
		if !ok || api.Wire().Code != code || api.Wire().Message != "shown" {
			t.Errorf("%s is answered with %v, want %s: shown", kind, api, code)
		}
	}
	for _, err := range []error{errors.New("a bug"), fault.New(fault.Internal, "a bug")} {
		if got := d.svc.MapError(err); got != nil {
			t.Errorf("%v is answered with %v: it must stay inside", err, got)
		}
	}
}
