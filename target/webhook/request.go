package webhook

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/target"
)

// fixed are the headers that nobody may set: EventBridge leaves them out, or sets them itself.
var fixed = map[string]bool{
	"A-Im": true, "Accept-Charset": true, "Accept-Datetime": true, "Accept-Encoding": true, "Cache-Control": true, "Connection": true,
	"Content-Encoding": true, "Content-Length": true, "Content-Md5": true, "Date": true, "Expect": true, "Forwarded": true, "From": true,
	"Host": true, "Http2-Settings": true, "If-Match": true, "If-Modified-Since": true, "If-None-Match": true, "If-Range": true,
	"If-Unmodified-Since": true, "Max-Forwards": true, "Origin": true, "Pragma": true, "Proxy-Authorization": true, "Range": true,
	"Referer": true, "Te": true, "Trailer": true, "Transfer-Encoding": true, "User-Agent": true, "Upgrade": true, "Via": true, "Warning": true,
}

// newRequest makes the request for an event, but for its authorization. What the connection adds wins over what the
// target adds.
func newRequest(ctx context.Context, e *destination.Endpoint, d *bus.Delivery) (*http.Request, error) {
	refuse := func(code, msg string, err error) (*http.Request, error) {
		return nil, &target.Failure{Code: code, Message: msg, Final: true, Err: err}
	}
	own := d.HTTP
	if own == nil {
		own = new(bus.HTTPParameters)
	}
	u, err := destination.Fill(e.Endpoint, own.Path)
	switch {
	case errors.Is(err, destination.ErrPlaces):
		return refuse(bus.InvalidParameter, "The target has not as many PathParameterValues as the endpoint of the API destination "+e.Name+" has places.", nil)
	case errors.Is(err, destination.ErrClimbs):
		return refuse(bus.InvalidParameter, "One of the PathParameterValues would lead out of its place in the endpoint of the API destination "+e.Name+".", nil)
	case err != nil:
		return refuse(bus.InvalidParameter, "The endpoint of the API destination "+e.Name+" is not valid.", err)
	}
	p := &e.Connection.Auth.Parameters
	u.RawQuery = joinQuery(u.RawQuery, own.Query, p.Query)
	text, err := mergeBody(d.Body, p.Body)
	if err != nil {
		return refuse(bus.InvalidJSON, "The connection has body parameters, and the event to send is not a JSON object.", err)
	}
	req, err := http.NewRequestWithContext(ctx, e.Method, u.String(), bytes.NewReader(text))
	if err != nil {
		return refuse(bus.InvalidParameter, "The endpoint of the API destination "+e.Name+" is not valid.", err)
	}
	for name, v := range own.Header {
		setHeader(req.Header, name, v)
	}
	for _, h := range p.Header {
		setHeader(req.Header, h.Key, h.Value.Reveal())
	}
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	setFixed(req)
	return req, nil
}

// setFixed sets the headers that every request of EventBridge has.
func setFixed(req *http.Request) {
	req.Header.Set("User-Agent", "Amazon/EventBridge/ApiDestinations")
	req.Header.Set("Range", "bytes=0-1048575")
	req.Header.Set("Accept-Encoding", "gzip,deflate")
	req.Close = true // Connection: close
}

// setHeader sets a header that may be set; line ends, which could begin another one, become spaces.
func setHeader(h http.Header, name, v string) {
	if fixed[http.CanonicalHeaderKey(name)] || !isHeaderName(name) {
		return
	}
	h.Set(name, strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return ' '
		}
		return r
	}, v))
}

// isHeaderName says whether a text may be the name of a header: what a target was given is not checked before.
func isHeaderName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		letter := r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}

// joinQuery adds parameters to the query of an endpoint; of one name, the last list that has it counts.
func joinQuery(raw string, own map[string]string, connection []destination.Parameter) string {
	add := make(url.Values)
	for k, v := range own {
		add.Set(k, v)
	}
	for _, p := range connection {
		add.Set(p.Key, p.Value.Reveal())
	}
	if len(add) == 0 {
		return raw
	}
	if raw != "" {
		raw += "&"
	}
	return raw + add.Encode()
}
