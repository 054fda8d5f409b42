package gateway_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/gateway"
	"github.com/casestream/casestream/wire"
	"github.com/casestream/casestream/wire/sigv4"
)

// The key that the door knows, and the time at which everything happens.
var (
	creds = sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretKey: "secret"}
	at    = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	user  = wire.Principal{Account: "123456789012", ARN: "arn:aws:iam::123456789012:user/casestream", UserID: "AIDA", AccessKeyID: "AKIDEXAMPLE"}
)

// said is an output that repeats what the operation was given.
type said struct{ text string }

// EncodeJSON writes the text.
func (s said) EncodeJSON(e *wire.Encoder) {
	e.Open()
	e.Key(`"said":`)
	e.String(s.text)
	e.Close()
}

// EncodeXML writes the text.
func (s said) EncodeXML(x *wire.XML) { x.Text("Said", s.text) }

// tell is an operation that tells how it was called.
func tell(ctx context.Context, r *wire.Request) (wire.Output, error) {
	c := wire.CallOf(ctx)
	if c.SourceIP != "192.0.2.1" { // httptest's
		return nil, errors.New("the caller's address is " + c.SourceIP)
	}
	text := r.Service.ID + ":" + r.Op.Name + " for " + c.Principal.ARN + " in " + c.Region + " at " + c.Scheme + "://" + c.Host
	for _, k := range []string{"domainId", "arn"} {
		if v := r.Labels[k]; v != "" {
			text += " " + k + "=" + v
		}
	}
	if r.Form != nil {
		text += " form=" + r.Form.Encode()
	} else if len(r.Body) > 0 {
		text += fmt.Sprintf(" body=%.40s", r.Body)
	}
	return said{text}, nil
}

// failing is an operation that fails.
func failing(err error) func(context.Context, *wire.Request) (wire.Output, error) {
	return func(context.Context, *wire.Request) (wire.Output, error) { return nil, err }
}

// services are four services, one of each protocol.
func services() []*wire.Service {
	return []*wire.Service{
		{
			ID: "connectcases", SigningName: "cases", EndpointPrefix: "cases", Protocol: wire.RestJSON1,
			Invalid: wire.Invalid{Code: "ValidationException"},
			Operations: []wire.Operation{
				{Name: "GetDomain", Method: "POST", Path: "/domains/{domainId}", Call: tell},
				{Name: "ListTagsForResource", Method: "GET", Path: "/tags/{arn}", Call: tell},
				{Name: "Panic", Method: "POST", Path: "/panic", Call: func(context.Context, *wire.Request) (wire.Output, error) { panic("oops") }},
				{Name: "Internal", Method: "POST", Path: "/internal", Errors: []string{"InternalServerException"}, Call: failing(errors.New("the cause"))},
				{Name: "Busy", Method: "POST", Path: "/busy", Call: failing(fault.New(fault.Busy, "Slow down."))},
				{Name: "Full", Method: "POST", Path: "/full", Call: failing(fault.Wrap(fault.Unavailable, "The disk is full.", errors.New("ENOSPC")))},
				{Name: "Missing", Method: "POST", Path: "/missing", Call: failing(fault.Missing("Case", "c", "No case c."))},
				{Name: "Slow", Method: "POST", Path: "/slow", Call: func(ctx context.Context, _ *wire.Request) (wire.Output, error) {
					<-ctx.Done()
					return nil, ctx.Err()
				}},
				{Name: "Nothing", Method: "POST", Path: "/nothing"},
				{Name: "Wrong", Method: "POST", Path: "/wrong", Errors: []string{"ValidationException"}, Call: failing(&wire.Error{Code: "SurpriseException"})},
			},
		},
		{
			ID: "connect", SigningName: "connect", EndpointPrefix: "connect", Protocol: wire.RestJSON1,
			Invalid: wire.Invalid{Code: "InvalidRequestException", MessageKey: "Message"},
			Operations: []wire.Operation{
				{Name: "Mapped", Method: "PUT", Path: "/instance", Call: failing(fault.New(fault.Conflict, "Taken."))},
				{Name: "Internal", Method: "GET", Path: "/instance", Errors: []string{"InternalServiceException"}, Call: failing(errors.New("the cause"))},
			},
			MapError: func(err error) error {
				if fault.KindOf(err) == fault.Conflict {
					return &wire.Error{Code: "DuplicateResourceException", Status: 409, Message: "Taken.", MessageKey: "Message"}
				}
				return nil
			},
		},
		{
			ID: "eventbridge", SigningName: "events", EndpointPrefix: "events", TargetPrefix: "AWSEvents", Protocol: wire.AWSJSON11,
			Operations: []wire.Operation{{Name: "PutRule", Call: tell}, {Name: "PutEvents", Call: tell}},
		},
		{
			ID: "sqs", SigningName: "sqs", EndpointPrefix: "sqs", TargetPrefix: "AmazonSQS", APIVersion: "2012-11-05", AlsoQuery: true,
			XMLNamespace: "http://queue.amazonaws.com/doc/2012-11-05/", ErrorNamespace: "com.amazonaws.sqs", Protocol: wire.AWSJSON10,
			Operations: []wire.Operation{
				{Name: "SendMessage", Call: tell},
				{Name: "ListQueues", Call: tell},
				{Name: "GetQueueUrl", Call: tell},
				{Name: "DeleteQueue", Call: func(context.Context, *wire.Request) (wire.Output, error) { return nil, nil }},
			},
		},
		{
			ID: "sts", SigningName: "sts", EndpointPrefix: "sts", APIVersion: "2011-06-15",
			XMLNamespace: "https://sts.amazonaws.com/doc/2011-06-15/", Protocol: wire.AWSQuery,
			Operations: []wire.Operation{{Name: "GetCallerIdentity", Call: tell}, {Name: "AssumeRole"}},
		},
	}
}

// door makes a handler with changed settings.
func door(change func(*gateway.Config)) *gateway.Gateway {
	cfg := gateway.Config{
		Services: services(), Account: "123456789012", Region: "us-east-1", Version: "1.2.3",
		Keys: func(id string) (sigv4.Credentials, wire.Principal, bool) { return creds, user, id == creds.AccessKeyID },
		Now:  func() time.Time { return at },
		// Slow must end for its test; nothing else comes near the bound.
		Timeouts: map[string]time.Duration{"connectcases:Slow": time.Millisecond},
	}
	if change != nil {
		change(&cfg)
	}
	return gateway.New(cfg)
}

// dev switches the development mode on.
func dev(c *gateway.Config) { c.Dev = true }

// request is one request in short.
type request struct {
	method, target, body string // method POST and target / where empty
	service              string // to sign for; empty: unsigned
	region               string
	at                   time.Time
	header               map[string]string
	after                func(*http.Request) // after signing
}

// make makes it.
func (q request) make() *http.Request {
	if q.method == "" {
		q.method = "POST"
	}
	if q.target == "" {
		q.target = "http://localhost:4566/"
	} else if q.target[0] == '/' {
		q.target = "http://localhost:4566" + q.target
	}
	r := httptest.NewRequest(q.method, q.target, strings.NewReader(q.body))
	for k, v := range q.header {
		r.Header.Set(k, v)
	}
	if q.at.IsZero() {
		q.at = at
	}
	if q.region == "" {
		q.region = "us-east-1"
	}
	if q.service != "" {
		sigv4.Sign(r, []byte(q.body), creds, q.region, q.service, q.at)
	}
	if q.after != nil {
		q.after(r)
	}
	return r
}

// send sends it.
func (q request) send(h http.Handler) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, q.make())
	return w
}

// Some headers.
var (
	sqsJSON = map[string]string{"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage"}
	putRule = map[string]string{"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSEvents.PutRule"}
	form    = map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
)

// with adds a header to others.
func with(h map[string]string, k, v string) map[string]string {
	out := map[string]string{k: v}
	for name, value := range h {
		if name != k {
			out[name] = value
		}
	}
	return out
}

func TestRequestsFindTheirOperation(t *testing.T) {
	signed, unsigned := door(nil), door(dev)
	const root, by = "arn:aws:iam::123456789012:root", " in us-east-1 at http://localhost:4566"
	tests := []struct {
		name string
		door *gateway.Gateway
		q    request
		want string
	}{
		{"JSON", signed, request{service: "sqs", header: sqsJSON, body: "{}"}, "sqs:SendMessage for " + user.ARN + by + " body={}"},
		{"JSON on a queue's URL", signed, request{service: "sqs", header: sqsJSON, target: "/123456789012/q"}, "sqs:SendMessage for " + user.ARN + by},
		{"JSON 1.1", signed, request{service: "events", header: putRule, body: "{}"}, "eventbridge:PutRule for " + user.ARN + by + " body={}"},
		{"REST", signed, request{service: "cases", target: "/domains/d"}, "connectcases:GetDomain for " + user.ARN + by + " domainId=d"},
		{
			"REST, encoded ARN", signed,
			request{service: "cases", method: "GET", target: "/tags/arn%3Aaws%3Acases%3A%2Fd"},
			"connectcases:ListTagsForResource for " + user.ARN + by + " arn=arn:aws:cases:/d",
		},
		{"target without signature", unsigned, request{header: sqsJSON}, "sqs:SendMessage for " + root + by},
		{"path without signature", unsigned, request{target: "/domains/d"}, "connectcases:GetDomain for " + root + by + " domainId=d"},
		{
			"host without signature", unsigned,
			request{target: "http://cases.us-east-1.amazonaws.com/domains/d"},
			"connectcases:GetDomain for " + root + " in us-east-1 at http://cases.us-east-1.amazonaws.com domainId=d",
		},
		{"a garbled signature in dev", unsigned, request{target: "/domains/d", header: map[string]string{"Authorization": "x"}}, "connectcases:GetDomain for " + root + by + " domainId=d"},
		{
			"any key in dev", unsigned, request{service: "cases", target: "/domains/d", after: func(r *http.Request) {
				r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "AKIDEXAMPLE", "test", 1))
			}}, "connectcases:GetDomain for " + root + by + " domainId=d",
		},
		{"the known key in dev", unsigned, request{service: "cases", target: "/domains/d"}, "connectcases:GetDomain for " + user.ARN + by + " domainId=d"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := tt.q.send(tt.door)
			if d := cmp.Diff(`{"said":"`+tt.want+`"}`, w.Body.String()); w.Code != 200 || d != "" {
				t.Errorf("%d %s", w.Code, d)
			}
			if id := w.Header().Get("X-Amzn-RequestId"); len(id) != 36 || w.Header().Get("X-Amz-Request-Id") != id {
				t.Errorf("request id %q", id)
			}
			if w.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Error("a CORS header")
			}
		})
	}
}

func TestQueryRequestsFindTheirOperation(t *testing.T) {
	signed, unsigned := door(nil), door(dev)
	abroad := door(func(c *gateway.Config) { c.Region = "eu-central-1" })
	tests := []struct {
		name string
		door *gateway.Gateway
		q    request
		want string
	}{
		{"STS", signed, request{service: "sts", header: form, body: "Action=GetCallerIdentity&Version=2011-06-15"}, "form=Action=GetCallerIdentity&amp;Version=2011-06-15</Said>"},
		{"STS is signed for us-east-1 everywhere", abroad, request{service: "sts", header: form, body: "Action=GetCallerIdentity"}, "in eu-central-1"},
		{"SQS form", signed, request{service: "sqs", header: form, body: "Action=SendMessage&MessageBody=x"}, "sqs:SendMessage"},
		{
			"SQS on a queue's URL", signed,
			request{service: "sqs", header: form, target: "/123456789012/q", body: "Action=SendMessage"},
			"form=Action=SendMessage&amp;QueueUrl=" + url.QueryEscape("http://localhost:4566/123456789012/q"),
		},
		{
			"an explicit queue wins", signed,
			request{service: "sqs", header: form, target: "/123456789012/q", body: "Action=SendMessage&QueueUrl=x"},
			"form=Action=SendMessage&amp;QueueUrl=x<",
		},
		{"SQS GET", signed, request{service: "sqs", method: "GET", target: "/123456789012/q?Action=SendMessage&MessageBody=x"}, "sqs:SendMessage"},
		{"GET without signature", unsigned, request{method: "GET", target: "/123456789012/q?Action=SendMessage&MessageBody=x"}, "sqs:SendMessage"},
		{"form without signature", unsigned, request{header: form, body: "Action=GetCallerIdentity"}, "sts:GetCallerIdentity"},
		{"old host", unsigned, request{target: "http://eu-west-1.queue.amazonaws.com/?Action=ListQueues"}, "sqs:ListQueues"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := tt.q.send(tt.door)
			if w.Code != 200 || !strings.Contains(w.Body.String(), tt.want) || w.Header().Get("Content-Type") != "text/xml" {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if !strings.Contains(w.Body.String(), "<RequestId>"+w.Header().Get("X-Amzn-RequestId")+"</RequestId>") {
				t.Errorf("no request id in %s", w.Body)
			}
		})
	}
}

func TestEmptyAnswerHasNoBody(t *testing.T) {
	w := request{service: "sqs", header: with(sqsJSON, "X-Amz-Target", "AmazonSQS.DeleteQueue"), body: "{}"}.send(door(nil))
	if w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") != "0" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func FuzzServeHTTP(f *testing.F) {
	f.Add("POST", "/", "AmazonSQS.SendMessage", "application/x-amz-json-1.0", "", "localhost", []byte("{}"))
	f.Add("GET", "/1/q?Action=SendMessage", "", "", "", "sqs.us-east-1.amazonaws.com", []byte(nil))
	f.Add("PUT", "/tags/%2F%zz", "x", "application/x-www-form-urlencoded", "AWS4-HMAC-SHA256 Credential=a/b/c/sts/aws4_request", ".", []byte("Action=%"))
	doors := []*gateway.Gateway{door(nil), door(func(c *gateway.Config) { c.Dev, c.Loopback = true, true })}
	f.Fuzz(func(t *testing.T, method, path, target, kind, auth, host string, body []byte) {
		u, err := url.ParseRequestURI(path)
		if err != nil || strings.HasPrefix(u.Path, "/panic") {
			return
		}
		for _, h := range doors {
			r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
			r.Method, r.URL, r.Host = method, u, host
			for k, v := range map[string]string{"X-Amz-Target": target, "Content-Type": kind, "Authorization": auth} {
				if v != "" {
					r.Header.Set(k, v)
				}
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code < 200 || w.Code > 599 || w.Code == 500 && u.Path != "/internal" && u.Path != "/internal/" && u.Path != "/instance" && u.Path != "/instance/" {
				t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
			}
		}
	})
}
