package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// request is a request by hand. The zero values of its parts are those of a good request.
type request struct {
	service string // as SigV4 names it
	method  string // POST
	path    string // as it stands in the request line, with its query; "/"
	target  string // X-Amz-Target, which makes it awsJson
	form    bool   // the body is awsQuery's
	header  map[string]string
	body    string

	key      aws.Credentials // zero: the server's
	region   string          // to sign for
	at       time.Time       // to sign at
	unsigned bool
	spoil    func(*http.Request) // runs after the signing
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
	code   string // of an error
	says   string // of an error
}

// client sends requests by hand. A body of a request with "Expect: 100-continue" waits until the server wants it.
var client = &http.Client{Timeout: 40 * time.Second, Transport: &http.Transport{ExpectContinueTimeout: 20 * time.Second}}

// do sends a request.
func (s *server) do(t *testing.T, r request) answer {
	t.Helper()
	req := s.build(t, r)
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, body: string(body)}
	a.code, a.says = fault(resp.Header, body)
	return a
}

// build makes and signs a request.
func (s *server) build(t *testing.T, r request) *http.Request {
	t.Helper()
	if r.method == "" {
		r.method = http.MethodPost
	}
	if r.path == "" {
		r.path = "/"
	}
	req, err := http.NewRequestWithContext(t.Context(), r.method, "http://"+s.addr+r.path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case r.form:
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	case r.target != "":
		req.Header.Set("X-Amz-Target", r.target)
		version := "1.1"
		if strings.HasPrefix(r.target, "AmazonSQS") {
			version = "1.0"
		}
		req.Header.Set("Content-Type", "application/x-amz-json-"+version)
	case r.body != "":
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range r.header {
		req.Header.Set(k, v)
	}
	if !r.unsigned {
		sign(t, req, r)
	}
	if r.spoil != nil {
		r.spoil(req)
	}
	return req
}

// sign signs a request as AWS's SDK does.
func sign(t *testing.T, req *http.Request, r request) {
	t.Helper()
	if r.key.AccessKeyID == "" {
		r.key = key
	}
	if r.region == "" {
		r.region = region
	}
	if r.at.IsZero() {
		r.at = time.Now()
	}
	sum := sha256.Sum256([]byte(r.body))
	if err := v4.NewSigner().SignHTTP(context.WithoutCancel(req.Context()), r.key, req, hex.EncodeToString(sum[:]), r.service, r.region, r.at); err != nil {
		t.Fatal(err)
	}
}

// fault reads the code and the message of an error in any of the protocols.
func fault(h http.Header, body []byte) (code, says string) {
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		var e struct {
			Error struct{ Code, Message string }
		}
		if xml.Unmarshal(body, &e) != nil {
			return "", ""
		}
		return e.Error.Code, e.Error.Message
	}
	var e struct {
		Type    string `json:"__type"`
		Message string // of either case
	}
	if json.Unmarshal(body, &e) != nil {
		return "", ""
	}
	code = h.Get("X-Amzn-Errortype")
	if code == "" {
		code = e.Type
	}
	return code, e.Message
}

// rawRow is a request by hand that must fail, and how.
type rawRow struct {
	name   string
	req    request
	status int
	code   string // with its namespace, where the protocol shows one
	query  string // X-Amzn-Query-Error, of SQS
	says   string // a part of the message
}

// rawRefuse sends requests that must fail.
func (s *server) rawRefuse(t *testing.T, rows []rawRow) {
	t.Helper()
	for _, r := range rows {
		a := s.do(t, r.req)
		if a.status != r.status || a.code != r.code || a.header.Get("X-Amzn-Query-Error") != r.query {
			t.Errorf("%s: got %d %s (%s), want %d %s (%s): %s", r.name, a.status, a.code, a.header.Get("X-Amzn-Query-Error"), r.status, r.code, r.query, a.body)
		}
		if a.says == "" || !strings.Contains(a.says, r.says) {
			t.Errorf("%s: says %q, want %q", r.name, a.says, r.says)
		}
		if a.header.Get("X-Amzn-Requestid") == "" {
			t.Errorf("%s: no request id", r.name)
		}
	}
}

// inCases, inEvents, inSQS and inSTS give requests to one service each.
func inCases(method, path, body string) request {
	return request{service: "cases", method: method, path: path, body: body}
}

func inEvents(operation, body string) request {
	return request{service: "events", target: "AWSEvents." + operation, body: body}
}

func inSQS(operation, body string) request {
	return request{service: "sqs", target: "AmazonSQS." + operation, body: body}
}

func inSTS(body string) request { return request{service: "sts", form: true, body: body} }
