package gateway

import (
	"errors"
	"net/http"

	"github.com/casestream/casestream/wire"
	"github.com/casestream/casestream/wire/sigv4"
)

// authenticate finds out who asks.
func (g *Gateway) authenticate(x *exchange) error {
	if g.cfg.Dev {
		x.call.Principal = g.anyone(x.http)
		return nil
	}
	scope, err := g.verifier.Verify(x.http, x.req.Body, x.served.svc.SigningName)
	if err != nil {
		return g.unsigned(x, err)
	}
	_, who, ok := g.key(scope.AccessKeyID)
	if !ok { // removed since it was looked up
		return g.unsigned(x, &sigv4.Error{Reason: sigv4.UnknownKey, Message: "The security token included in the request is invalid."})
	}
	x.call.Principal = who
	return nil
}

// anyone gives the principal of a request that nobody checks: the key's owner, if the key is one of ours,
// else the account's root.
func (g *Gateway) anyone(r *http.Request) wire.Principal {
	scope, _ := sigv4.Peek(r)
	if _, who, ok := g.key(scope.AccessKeyID); ok {
		return who
	}
	who := g.root
	who.AccessKeyID = scope.AccessKeyID
	return who
}

// refusal is how a failed signature is answered: the code in JSON, the code in XML, the status.
type refusal struct {
	code, queryCode string
	status          int
}

// refusals are the answers for each reason; any other is a signature that does not match.
var refusals = map[sigv4.Reason]refusal{
	sigv4.Missing:    {"MissingAuthenticationTokenException", "MissingAuthenticationToken", http.StatusForbidden},
	sigv4.Incomplete: {"IncompleteSignatureException", "IncompleteSignature", http.StatusBadRequest},
	sigv4.UnknownKey: {"UnrecognizedClientException", "InvalidClientTokenId", http.StatusForbidden},
	sigv4.BadToken:   {"UnrecognizedClientException", "InvalidClientTokenId", http.StatusForbidden},
}

// mismatch is the answer for the other reasons.
var mismatch = refusal{"InvalidSignatureException", "SignatureDoesNotMatch", http.StatusForbidden}

// unsigned answers a request whose signature was refused.
func (g *Gateway) unsigned(x *exchange, err error) error {
	refused, ok := errors.AsType[*sigv4.Error](err)
	if !ok {
		return err
	}
	as, ok := refusals[refused.Reason]
	if !ok {
		as = mismatch
	}
	e := &wire.Error{
		Code: as.code, QueryCode: as.queryCode, Status: as.status, Message: refused.Message, MessageKey: messageKey(x),
	}
	switch {
	case refused.Reason == sigv4.BadRegion:
		e.Message += " This server serves " + g.cfg.Region + "."
	case refused.Reason == sigv4.Missing && x.served.svc.AlsoQuery:
		e.Code, e.QueryCode = "AccessDeniedException", "AccessDenied"
		e.Message = "Access to the resource " + scheme(x.http) + "://" + x.http.Host + "/ is denied."
	}
	if x.served.svc.AlsoQuery {
		e.Namespace = wire.CoralNamespace
	}
	return e
}
