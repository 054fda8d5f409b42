// Package client is the smallest AWS client: it signs, sends and reads JSON. The demo, the load generator
// and the crash tests go through the front door with it, like every other client.
//
//	client.go signs, sends, reads · retry.go what is sent again
package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/casestream/casestream/wire/sigv4"
)

// Client calls the operations of one server.
type Client struct {
	Base   string            // "http://127.0.0.1:4566"; empty: AWS's own endpoint of each service
	Region string            // to sign for
	Key    sigv4.Credentials // to sign with
	HTTP   *http.Client      // nil: http.DefaultClient
	// Patience is how long a call may wait altogether while it is refused for coming too often. Zero gives
	// the refusal to the caller at once.
	Patience time.Duration
}

// Object is a JSON object on its way in or out.
type Object = map[string]any

// Error is an answer other than 200.
type Error struct {
	Call   string // service, method, path and target
	Status int
	Code   string // "ThrottlingException"; empty when the answer names none
	Body   string // as it came
}

// Error shows the call, the status and the answer.
func (e *Error) Error() string { return fmt.Sprintf("%s: %d %s", e.Call, e.Status, e.Body) }

// REST calls an operation of a restJson1 service.
func (c *Client) REST(ctx context.Context, service, method, path string, in, out any) error {
	return c.patiently(ctx, func() error {
		return c.call(ctx, service, method, path, http.Header{"Content-Type": {"application/json"}}, in, out)
	})
}

// JSON calls an operation of an awsJson service; target is X-Amz-Target.
func (c *Client) JSON(ctx context.Context, service, version, target string, in, out any) error {
	return c.patiently(ctx, func() error {
		return c.call(ctx, service, http.MethodPost, "/", http.Header{
			"Content-Type": {"application/x-amz-json-" + version}, "X-Amz-Target": {target},
		}, in, out)
	})
}

// call signs and sends one request and decodes the answer into out.
func (c *Client) call(ctx context.Context, service, method, path string, header http.Header, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.endpoint(service)+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header = header
	sigv4.Sign(req, body, c.Key, c.Region, service, time.Now())
	doer := c.HTTP
	if doer == nil {
		doer = http.DefaultClient
	}
	resp, err := doer.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		call := strings.TrimSpace(service + " " + method + " " + path + " " + header.Get("X-Amz-Target"))
		return &Error{Call: call, Status: resp.StatusCode, Code: code(resp.Header, text), Body: string(text)}
	}
	if out == nil || len(text) == 0 {
		return nil
	}
	return json.Unmarshal(text, out)
}

// endpoint is where a service is reached. AWS's hosts have the name that the service signs with.
func (c *Client) endpoint(service string) string {
	if c.Base != "" {
		return c.Base
	}
	return "https://" + service + "." + c.Region + ".amazonaws.com"
}

// code finds the name of an error where AWS's protocols have it: in a header, or in the body behind a namespace.
func code(header http.Header, body []byte) string {
	name := header.Get("X-Amzn-Errortype")
	if name == "" {
		var said struct {
			Type string `json:"__type"`
			Code string `json:"code"`
		}
		if json.Unmarshal(body, &said) == nil {
			name = cmp.Or(said.Type, said.Code)
		}
	}
	name, _, _ = strings.Cut(name, ":")
	return name[strings.LastIndexByte(name, '#')+1:]
}
