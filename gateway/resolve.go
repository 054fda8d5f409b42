package gateway

import (
	"net"
	"net/http"
	"strings"

	"github.com/casestream/casestream/wire"
	"github.com/casestream/casestream/wire/sigv4"
)

// resolve finds the service and, but for awsQuery, the operation. A signature names its service; without
// one the target does, then the host, then the path.
func (g *Gateway) resolve(x *exchange) error {
	r := x.http
	x.req.HTTP, x.req.Protocol = r, guess(r)
	scope, signed := sigv4.Peek(r)
	target := ""
	if v := r.Header["X-Amz-Target"]; len(v) > 0 {
		target = v[0]
	}
	prefix, operation, _ := strings.Cut(target, ".")
	x.served = g.serviceOf(scope.Service, signed, prefix, r.Host)
	switch {
	case x.served != nil:
	case signed:
		return g.unknownService(scope.Service)
	case target != "":
		return g.unknownService(prefix)
	case x.req.Protocol == wire.AWSQuery:
		x.action = true // the action says it
		return nil
	default:
		return g.resolvePath(x, g.rest)
	}
	svc := x.served.svc
	x.req.Service, x.req.Protocol = svc, svc.Protocol
	switch {
	case svc.Protocol == wire.RestJSON1:
		return g.resolvePath(x, x.served.router)
	case svc.Protocol == wire.AWSQuery, svc.AlsoQuery && target == "" && !isJSON(r):
		x.req.Protocol, x.action = queryForm(svc, r), true
		return nil
	case prefix == svc.TargetPrefix:
		x.req.Op = x.served.ops[operation]
	}
	if x.req.Op == nil {
		return unknownOperation(x, target)
	}
	return nil
}

// serviceOf finds the service by the names that a request gives it, nil when it gives none that is served.
func (g *Gateway) serviceOf(signing string, signed bool, prefix, host string) *served {
	if signed {
		return g.bySigning[signing]
	}
	if prefix != "" {
		return g.byTarget[prefix]
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	first, rest, _ := strings.Cut(strings.ToLower(host), ".")
	second, _, _ := strings.Cut(rest, ".")
	if first == "queue" || second == "queue" { // SQS's first names: queue.amazonaws.com, eu-west-1.queue.amazonaws.com
		first = "sqs"
	}
	return g.byHost[strings.TrimSuffix(first, "-fips")]
}

// resolvePath finds a REST operation.
func (g *Gateway) resolvePath(x *exchange, router *wire.Router) error {
	path := x.http.URL.EscapedPath()
	svc, op, labels := router.Match(x.http.Method, path)
	if op == nil && x.served == nil {
		return g.unknownService("")
	}
	if op == nil {
		return unknownOperation(x, x.http.Method+" "+path)
	}
	if x.served == nil {
		x.served = g.bySigning[svc.SigningName]
	}
	x.req.Service, x.req.Op, x.req.Labels, x.req.Protocol = svc, op, labels, wire.RestJSON1
	return nil
}

// guess tells the protocol of a request whose service is not known, so that the answer can be read.
func guess(r *http.Request) wire.Protocol {
	switch kind := contentType(r); {
	case kind == "application/x-amz-json-1.0":
		return wire.AWSJSON10
	case kind == "application/x-amz-json-1.1", len(r.Header["X-Amz-Target"]) > 0:
		return wire.AWSJSON11
	case kind == "application/x-www-form-urlencoded", hasAction(r.URL.RawQuery):
		return wire.AWSQuery
	}
	return wire.RestJSON1
}

// isJSON says whether a request says that its body is JSON.
func isJSON(r *http.Request) bool { return strings.HasPrefix(contentType(r), "application/x-amz-json") }

// contentType gives the media type of the body, without parameters.
func contentType(r *http.Request) string {
	if v := r.Header["Content-Type"]; len(v) > 0 {
		kind, _, _ := strings.Cut(v[0], ";")
		return strings.ToLower(strings.TrimSpace(kind))
	}
	return ""
}
