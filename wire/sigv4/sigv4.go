// Package sigv4 verifies and makes AWS Signature Version 4: in the Authorization header and in the query
// string (presigned). It is one function over a request and its body, so that nothing can be served that
// has not passed it.
//
// It is not a policy: it says who signed, not what they may do. It does not do SigV4A, chunked payloads
// (STREAMING-…) or signature version 2; it refuses them.
//
//	sigv4.go     what a signature claims (Scope) and why one is refused (Error)
//	parse.go     the Authorization header and the presigned query string
//	canonical.go the canonical request, with its pooled buffers
//	key.go       signing keys and their cache
//	verify.go    the checks, in order · sign.go the client's side
package sigv4

import "strings"

// algorithm is the only one that is spoken.
const algorithm = "AWS4-HMAC-SHA256"

// terminator ends every credential scope.
const terminator = "aws4_request"

// timeFormat is how X-Amz-Date is written.
const timeFormat = "20060102T150405Z"

// Credentials are an access key.
type Credentials struct {
	AccessKeyID  string
	SecretKey    string
	SessionToken string // set for temporary keys only
}

// String hides the secrets, so that a key that strays into a log shows its id and no more.
func (c Credentials) String() string { return "Credentials(" + c.AccessKeyID + ")" }

// GoString hides the secrets from %#v too.
func (c Credentials) GoString() string { return c.String() }

// Scope is what a signature says of itself.
type Scope struct {
	AccessKeyID string
	Date        string // "20260131"
	Region      string
	Service     string // the signing name: "cases"
}

// Reason tells the ways apart in which a signature is refused. Each service has its own code for each.
type Reason int

// The reasons, a closed list.
const (
	Missing       Reason = iota + 1 // no signature at all
	Incomplete                      // a signature that cannot be read
	UnknownKey                      // no such access key
	BadToken                        // the session token is not the key's
	Expired                         // too old
	NotYetCurrent                   // from the future
	BadRegion                       // signed for another Region
	BadScope                        // signed for another date or service
	Unsigned                        // a header that must be signed is not
	BadPayload                      // the body is not the one that was signed
	Mismatch                        // the signature is wrong
)

// Error says why a request is refused, in AWS's words. It holds no secret.
type Error struct {
	Reason  Reason
	Message string
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

// refuse makes an Error.
func refuse(r Reason, message string) *Error { return &Error{Reason: r, Message: message} }

// The messages without variable parts.
var (
	errMissing  = refuse(Missing, "Missing Authentication Token")
	errTwice    = refuse(Incomplete, "A request may be signed in its Authorization header or in its query string, not in both.")
	errUnknown  = refuse(UnknownKey, "The security token included in the request is invalid.")
	errToken    = refuse(BadToken, "The security token included in the request is invalid.")
	errPayload  = refuse(BadPayload, "The provided 'x-amz-content-sha256' header does not match what was computed.")
	errUnhashed = refuse(BadPayload, "The value of 'x-amz-content-sha256' must be the SHA-256 of the body, in lower-case hexadecimal digits.")
	errMismatch = refuse(Mismatch, "The request signature we calculated does not match the signature you provided. "+
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
)

// scopeOf splits a credential: keyid/date/region/service/aws4_request. last is the fifth part, whatever it is.
func scopeOf(credential string) (s Scope, last string, ok bool) {
	s.AccessKeyID, credential, _ = strings.Cut(credential, "/")
	s.Date, credential, _ = strings.Cut(credential, "/")
	s.Region, credential, _ = strings.Cut(credential, "/")
	s.Service, last, ok = strings.Cut(credential, "/")
	return s, last, ok && s.AccessKeyID != "" && !strings.Contains(last, "/")
}
