package wire

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/casestream/casestream/base/id"
)

// Input is a generated input shape.
type Input interface {
	// DecodeJSON reads the shape's body members and checks all members.
	DecodeJSON(d *Decoder)
}

// boundInput is an input shape with members in the path or the query string.
type boundInput interface {
	// BindHTTP reads them and gives bits for the required ones that were there.
	BindHTTP(b *Binder) uint64
}

// queryInput is an input shape of a service that speaks awsQuery.
type queryInput interface {
	// DecodeQuery reads the shape's members and checks them.
	DecodeQuery(q *Query)
}

// Serve makes an operation's Call from its method: decode, check, run.
func Serve[I, O any, PI interface {
	*I
	Input
}, PO interface {
	*O
	Output
}](op func(context.Context, *I) (*O, error)) func(context.Context, *Request) (Output, error) {
	return func(ctx context.Context, r *Request) (Output, error) {
		in := new(I)
		if err := Decode(r, PI(in)); err != nil {
			return nil, err
		}
		out, err := op(ctx, in)
		if err != nil || out == nil {
			return nil, err
		}
		return PO(out), nil
	}
}

// ServeEmpty is Serve for an operation that has no output shape at AWS: what it returns is not written.
func ServeEmpty[I, O any, PI interface {
	*I
	Input
}](op func(context.Context, *I) (*O, error)) func(context.Context, *Request) (Output, error) {
	return func(ctx context.Context, r *Request) (Output, error) {
		in := new(I)
		if err := Decode(r, PI(in)); err != nil {
			return nil, err
		}
		_, err := op(ctx, in)
		return nil, err
	}
}

// Decode reads a request into an input shape and checks it. Its errors are *Error, as the client sees them.
func Decode(r *Request, in Input) error {
	if r.Protocol == AWSQuery || r.Protocol == AWSQueryJSON {
		return decodeQuery(r, in)
	}
	d := NewDecoder(r.Body)
	defer d.Release()
	if b, ok := in.(boundInput); ok && r.Protocol == RestJSON1 {
		binder := Binder{labels: r.Labels}
		if r.HTTP != nil && r.HTTP.URL.RawQuery != "" {
			binder.query = r.HTTP.URL.Query()
		}
		d.bound = b.BindHTTP(&binder)
		if binder.fail != nil {
			return malformed(r, binder.fail)
		}
	}
	if len(bytes.TrimSpace(d.data)) == 0 {
		d.data = emptyObject
	}
	in.DecodeJSON(d)
	d.End()
	if d.fail != nil {
		return malformed(r, d.fail)
	}
	return d.Check.verdict(r.Service)
}

// emptyObject is what an empty body means.
var emptyObject = []byte("{}")

// Marshal gives a shape's JSON.
func Marshal(shape Output) []byte {
	e := NewEncoder()
	defer e.Release()
	shape.EncodeJSON(e)
	return bytes.Clone(e.buf)
}

// FreshToken fills in an idempotency token that the client left out, as AWS's SDKs do.
func FreshToken() string { return id.New() }

// verdict turns what was found into the service's error.
func (c *Check) verdict(svc *Service) error {
	if len(c.found) == 0 {
		return nil
	}
	inv := svc.Invalid
	e := &Error{
		Code: inv.Code, Namespace: inv.Namespace, QueryCode: inv.QueryCode, MessageKey: inv.MessageKey,
		Status: http.StatusBadRequest,
	}
	found := c.sorted()
	if !inv.FirstMissing {
		e.Message = message(found)
		return e
	}
	for _, v := range found {
		if v.missing {
			e.Message = "The request must contain the parameter " + v.member + "."
			return e
		}
	}
	return nil
}

// malformed answers a body that is not what the protocol demands.
func malformed(r *Request, cause error) error {
	e := &Error{Code: "SerializationException", Status: http.StatusBadRequest, Message: cause.Error(), MessageKey: r.Service.Invalid.MessageKey}
	if r.Service.AlsoQuery {
		e.Namespace, e.QueryCode = CoralNamespace, "MalformedInput"
	}
	return e
}

// decodeQuery is Decode for awsQuery.
func decodeQuery(r *Request, in Input) error {
	shape, ok := in.(queryInput)
	if !ok {
		return errors.New(r.Service.ID + ":" + r.Op.Name + " does not speak awsQuery")
	}
	form := r.Form
	if form == nil {
		var err error
		if form, err = ParseForm(r.HTTP, r.Body); err != nil {
			return malformedQuery(err)
		}
	}
	q, err := NewQuery(form)
	if err != nil {
		return malformedQuery(err)
	}
	shape.DecodeQuery(q)
	if q.shared.fail != nil {
		return malformedQuery(q.shared.fail)
	}
	return q.shared.Check.verdict(r.Service)
}

// malformedQuery answers awsQuery parameters that cannot be read.
func malformedQuery(cause error) error {
	return &Error{Code: "MalformedInput", Status: http.StatusBadRequest, Message: cause.Error()}
}

// CoralNamespace is where SQS's errors come from that its model does not have.
const CoralNamespace = "com.amazon.coral.service"
