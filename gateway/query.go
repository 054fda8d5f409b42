package gateway

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/casestream/casestream/wire"
)

// queryForm gives the protocol of an awsQuery request: SQS answers in JSON whom accepts that before all.
func queryForm(svc *wire.Service, r *http.Request) wire.Protocol {
	if svc.AlsoQuery && strings.HasPrefix(r.Header.Get("Accept"), "application/json") {
		return wire.AWSQueryJSON
	}
	return wire.AWSQuery
}

// hasAction says whether a query string has an Action.
func hasAction(raw string) bool {
	return strings.HasPrefix(raw, "Action=") || strings.Contains(raw, "&Action=")
}

// resolveAction finds the operation of an awsQuery request, whose name is among the parameters, and the
// service too when nothing else named it.
func (g *Gateway) resolveAction(x *exchange) error {
	if !x.action {
		return nil
	}
	form, err := wire.ParseForm(x.http, x.req.Body)
	if err != nil {
		return &wire.Error{Code: "MalformedQueryString", Status: http.StatusBadRequest, Message: "The parameters cannot be read: " + err.Error() + "."}
	}
	name := form.Get("Action")
	if x.served == nil {
		if x.served = g.byAction(name, form.Get("Version")); x.served == nil {
			return g.unknownService("")
		}
		x.req.Service, x.req.Protocol = x.served.svc, queryForm(x.served.svc, x.http)
	}
	x.req.Form = form
	if x.served.svc.AlsoQuery {
		if err := resolveQueue(x, name, form); err != nil {
			return err
		}
	} else if name == "" {
		return &wire.Error{Code: "MissingAction", Status: http.StatusBadRequest, Message: "The request must contain the parameter Action."}
	}
	if x.req.Op = x.served.ops[name]; x.req.Op == nil {
		return invalidAction(name)
	}
	return nil
}

// byAction finds the service that has an action; the API's version decides between two.
func (g *Gateway) byAction(name, version string) *served {
	var found *served
	for _, s := range g.services {
		if s.svc.Protocol != wire.AWSQuery && !s.svc.AlsoQuery || s.ops[name] == nil {
			continue
		}
		if s.svc.APIVersion == version {
			return s
		}
		if found == nil {
			found = s
		}
	}
	return found
}

// errNoAction is a request to a queue's URL that says nothing: a browser that looks, mostly.
var errNoAction = errors.New("no action")

// resolveQueue does what SQS does with a request that is sent to a queue's URL: the queue is the one that
// is meant, and operations on no queue are not to be had there.
func resolveQueue(x *exchange, action string, form url.Values) error {
	path := strings.Trim(x.http.URL.Path, "/")
	if action == "" {
		return errNoAction
	}
	if !strings.Contains(path, "/") {
		return nil
	}
	if action == "CreateQueue" || action == "ListQueues" {
		return invalidAction(action)
	}
	if !form.Has("QueueUrl") {
		form.Set("QueueUrl", scheme(x.http)+"://"+x.http.Host+x.http.URL.Path)
	}
	return nil
}

// invalidAction answers an action that the service does not have.
func invalidAction(name string) error {
	return &wire.Error{
		Code: "InvalidAction", Status: http.StatusBadRequest,
		Message: "The action " + clip(name) + " is not valid for this endpoint.",
	}
}
