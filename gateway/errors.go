package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/wire"
)

// panicked is a panic as an error.
type panicked struct{ value any }

// Error tells what the panic said.
func (p panicked) Error() string { return fmt.Sprint("panic: ", p.value) }

// brokenTable is the panic of Strict.
type brokenTable string

// refuse answers with an error.
func (g *Gateway) refuse(x *exchange, err error) {
	x.cause = err
	if errors.Is(err, errNoAction) {
		x.code = "UnknownOperationException"
		x.answer.Header().Set("Content-Type", "text/xml")
		x.answer.WriteHeader(http.StatusNotFound)
		_, _ = x.answer.Write([]byte("<UnknownOperationException/>\n"))
		return
	}
	api := g.apiError(x, err)
	e := api.Wire()
	x.code = e.Code
	if g.cfg.Strict {
		g.checkCode(x, e)
	}
	if x.answer.status != 0 {
		return
	}
	var svc *wire.Service
	if x.served != nil {
		svc = x.served.svc
	}
	wire.WriteError(&x.answer, x.req.Protocol, svc, x.id, api)
}

// apiError gives the error as the client sees it: the operation's own, else what the service makes of it,
// else what its kind is called everywhere.
func (g *Gateway) apiError(x *exchange, err error) wire.APIError {
	if api, ok := errors.AsType[wire.APIError](err); ok {
		return api
	}
	if x.left || x.http != nil && x.http.Context().Err() != nil {
		// Nobody reads this; the log shows that it was the client who left.
		return &wire.Error{Code: "RequestCanceled", Status: 499, Message: "The client closed the connection."}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &wire.Error{
			Code: "ServiceUnavailable", Status: http.StatusServiceUnavailable, Receiver: true, MessageKey: messageKey(x),
			Message: "The operation took too long. Try again.",
		}
	}
	if svc := x.req.Service; svc != nil && svc.MapError != nil {
		if api, ok := errors.AsType[wire.APIError](svc.MapError(err)); ok {
			return api
		}
	}
	return fallback(x, err)
}

// meaning is what a kind of failure is called where its service has no exception for it: the first of the
// codes that the operation's model has, else the last.
type meaning struct {
	codes     []string
	queryCode string
	status    int // in awsJson, which says 400 to all that is the client's doing
	rest      int // in restJson1
}

// meanings of the kinds.
var meanings = map[fault.Kind]meaning{
	fault.Internal: {
		[]string{"InternalServerException", "InternalServiceException", "InternalException", "InternalFailure"},
		"InternalFailure",
		http.StatusInternalServerError, http.StatusInternalServerError,
	},
	fault.Invalid:  {[]string{"InvalidParameterException", "BadRequestException", "ValidationException"}, "ValidationError", http.StatusBadRequest, http.StatusBadRequest},
	fault.NotFound: {[]string{"ResourceNotFoundException"}, "ResourceNotFoundException", http.StatusBadRequest, http.StatusNotFound},
	fault.Conflict: {[]string{"ResourceConflictException", "ConflictException"}, "ConflictException", http.StatusBadRequest, http.StatusConflict},
	fault.Denied:   {[]string{"AccessDeniedException"}, "AccessDenied", http.StatusForbidden, http.StatusForbidden},
	fault.Limit:    {[]string{"LimitExceededException", "ServiceQuotaExceededException"}, "LimitExceeded", http.StatusBadRequest, http.StatusPaymentRequired},
	fault.Busy:     {[]string{"RequestThrottled", "ThrottlingException"}, "Throttling", http.StatusBadRequest, http.StatusTooManyRequests},
	fault.Unavailable: {
		[]string{"ServiceUnavailableException", "ServiceUnavailable"},
		"ServiceUnavailable",
		http.StatusServiceUnavailable, http.StatusServiceUnavailable,
	},
}

// fallback names an error by its kind.
func fallback(x *exchange, err error) wire.APIError {
	kind := fault.KindOf(err)
	m, ok := meanings[kind]
	if !ok {
		kind, m = fault.Internal, meanings[fault.Internal]
	}
	e := &wire.Error{QueryCode: m.queryCode, Status: m.status, MessageKey: messageKey(x)}
	if x.req.Protocol == wire.RestJSON1 {
		e.Status = m.rest
	}
	e.Receiver = e.Status >= http.StatusInternalServerError
	e.Code = m.codes[len(m.codes)-1]
	if x.req.Op != nil {
		for _, c := range m.codes {
			if slices.Contains(x.req.Op.Errors, c) {
				e.Code = c
				break
			}
		}
	}
	if kind == fault.Internal {
		e.Message = "An internal error occurred. The server's log has its cause under the id of this request."
	} else if f, ok := errors.AsType[*fault.Error](err); ok {
		e.Message = f.Msg
	}
	if x.req.Service != nil && x.req.Service.AlsoQuery && !(x.req.Op != nil && slices.Contains(x.req.Op.Errors, e.Code)) {
		e.Namespace = wire.CoralNamespace
	}
	return e
}

// messageKey gives the member that holds the messages of a service.
func messageKey(x *exchange) string {
	if x.req.Service == nil {
		return ""
	}
	return x.req.Service.Invalid.MessageKey
}

// unknownService answers a request for a service that is not there.
func (g *Gateway) unknownService(name string) error {
	names := make([]string, 0, len(g.services))
	for _, s := range g.services {
		names = append(names, s.svc.SigningName)
	}
	slices.Sort(names)
	subject := "The request names no service"
	if name != "" {
		subject = "The service '" + clip(name) + "' is not served here"
	}
	return &wire.Error{
		Code: "UnknownServiceException", Status: http.StatusBadRequest,
		Message: subject + ". Served are: " + strings.Join(slices.Compact(names), ", ") + ".",
	}
}

// unknownOperation answers a request for an operation that AWS does not have either.
func unknownOperation(x *exchange, name string) error {
	e := &wire.Error{
		Code: "UnknownOperationException", QueryCode: "InvalidAction", Status: http.StatusBadRequest,
		Message: "The service " + x.served.svc.SigningName + " has no operation '" + clip(name) + "'.", MessageKey: messageKey(x),
	}
	if x.req.Protocol == wire.RestJSON1 {
		e.Status = http.StatusNotFound
	}
	if x.served.svc.AlsoQuery {
		e.Namespace = wire.CoralNamespace
	}
	return e
}

// clip bounds how much of a stranger's text an answer repeats.
func clip(s string) string {
	if len(s) > 128 {
		s = s[:128]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// generic are the codes that any operation may answer with.
var generic = []string{
	"NotImplemented", "SerializationException", "AccessDeniedException", "ThrottlingException", "InternalFailure",
	"InternalServerException", "ServiceUnavailable", "RequestEntityTooLarge", "IncompleteBody", "RequestCanceled",
	"UnrecognizedClientException", "InvalidSignatureException", "IncompleteSignatureException", "MissingAuthenticationTokenException",
}

// checkCode panics when an operation answers with a code that its model does not list.
func (g *Gateway) checkCode(x *exchange, e *wire.Error) {
	op := x.req.Op
	if op == nil || len(op.Errors) == 0 || e.Namespace == wire.CoralNamespace || e.Code == x.req.Service.Invalid.Code ||
		slices.Contains(op.Errors, e.Code) || slices.Contains(generic, e.Code) {
		return
	}
	panic(brokenTable(x.req.Service.ID + ":" + op.Name + " answers " + e.Code + ", which its model does not list"))
}
