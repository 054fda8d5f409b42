package sigv4

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Verifier verifies signatures. Lookup must be set; a Verifier is safe for concurrent use once it is.
type Verifier struct {
	// Lookup finds an access key by its id.
	Lookup func(accessKeyID string) (Credentials, bool)
	// Region is the one that requests must be signed for; empty takes any.
	Region string
	// Global lists the signing names of services without Regions: clients sign those for us-east-1,
	// wherever they are.
	Global []string
	// Now gives the time; nil is the clock.
	Now func() time.Time

	keys keyCache
}

// The names of services and the payloads that are treated in a way of their own.
const (
	s3              = "s3"
	globalRegion    = "us-east-1"
	unsignedPayload = "UNSIGNED-PAYLOAD"
)

// skew is how far a client's clock may be off.
func skew(service string) time.Duration {
	if service == s3 {
		return 15 * time.Minute
	}
	return 5 * time.Minute
}

// Verify says whether r with its body was signed, for a service (its signing name), by a key that Lookup
// knows. The error is an *Error.
func (v *Verifier) Verify(r *http.Request, body []byte, service string) (Scope, error) {
	c, err := read(r)
	if err != nil {
		return Scope{}, err
	}
	creds, known := v.Lookup(c.scope.AccessKeyID)
	if !known {
		return c.scope, errUnknown
	}
	for _, check := range [...]*Error{
		c.checkToken(creds), v.checkTime(&c, service), v.checkScope(&c, service), c.checkHeaders(r),
	} {
		if check != nil {
			return c.scope, check
		}
	}
	s := scratches.Get().(*scratch)
	defer s.release()
	payload, err := s.payload(r, body, &c, service)
	if err != nil {
		return c.scope, err
	}
	key := v.keys.get(creds.SecretKey, c.scope)
	how := canonical{signed: c.signed, payload: payload, presigned: c.presigned, rawPath: service == s3}
	if s.signedBy(key, r, &c, how) {
		return c.scope, nil
	}
	// Some clients make repeated slashes one before they sign, others do not. Nothing is routed by an empty
	// segment, so that both spellings may pass. Dot segments may not: they would lead elsewhere.
	if path := r.URL.EscapedPath(); service != s3 && strings.Contains(path, "//") && !strings.Contains(path, "/.") {
		how.collapse = true
		if s.signedBy(key, r, &c, how) {
			return c.scope, nil
		}
	}
	return c.scope, errMismatch
}

// signedBy computes the signature and compares it with the one that was sent.
func (s *scratch) signedBy(key *signingKey, r *http.Request, c *claim, how canonical) bool {
	b := s.appendCanonical(s.buf[:0], r, how)
	n := len(b)
	b = appendToSign(b, c.stamp, c.scope, b[:n])
	s.buf = b
	var sum [sha256.Size]byte
	var want [2 * sha256.Size]byte
	hex.Encode(want[:], key.appendMAC(sum[:0], b[n:]))
	// A signature in upper case is another one: AWS takes lower case only.
	var got [2 * sha256.Size]byte
	fits := len(c.signature) == len(got)
	copy(got[:], c.signature)
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1 && fits
}

// checkToken compares the session token with the key's.
func (c *claim) checkToken(creds Credentials) *Error {
	if subtle.ConstantTimeCompare([]byte(c.token), []byte(creds.SessionToken)) != 1 || c.hasToken != (creds.SessionToken != "") {
		return errToken
	}
	return nil
}

// checkTime holds the signature's time against ours.
func (v *Verifier) checkTime(c *claim, service string) *Error {
	now := time.Now()
	if v.Now != nil {
		now = v.Now()
	}
	now = now.UTC()
	slack := skew(service)
	bound := " min.)"
	minutes := strconv.Itoa(int(slack / time.Minute))
	if latest := now.Add(slack); c.at.After(latest) {
		return refuse(NotYetCurrent, "Signature not yet current: "+c.stamp+" is still later than "+
			latest.Format(timeFormat)+" ("+now.Format(timeFormat)+" + "+minutes+bound)
	}
	if c.presigned {
		if end := c.at.Add(c.expires); now.After(end) {
			return refuse(Expired, "Signature expired: "+end.Format(timeFormat)+" is now earlier than "+now.Format(timeFormat)+".")
		}
		return nil
	}
	if earliest := now.Add(-slack); c.at.Before(earliest) {
		return refuse(Expired, "Signature expired: "+c.stamp+" is now earlier than "+
			earliest.Format(timeFormat)+" ("+now.Format(timeFormat)+" - "+minutes+bound)
	}
	return nil
}

// checkScope holds the scope against the request's day, our Region and the service that is called. All that
// is wrong is told at once, as AWS does.
func (v *Verifier) checkScope(c *claim, service string) *Error {
	var wrong []string
	if c.last != terminator {
		wrong = append(wrong, "Credential should be scoped with a valid terminator: 'aws4_request', not "+quote(c.last)+".")
	}
	if day := c.stamp[:8]; c.scope.Date != day {
		wrong = append(wrong, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "+
			quote(c.scope.Date)+" != '"+day+"', from '"+c.stamp+"'.")
	}
	region := v.Region == "" || c.scope.Region == v.Region ||
		c.scope.Region == globalRegion && slices.Contains(v.Global, service)
	if !region {
		wrong = append(wrong, "Credential should be scoped to a valid region, not "+quote(c.scope.Region)+".")
	}
	if c.scope.Service != service {
		wrong = append(wrong, "Credential should be scoped to correct service: '"+service+"'.")
	}
	switch {
	case wrong != nil && !region:
		return refuse(BadRegion, strings.Join(wrong, " "))
	case wrong != nil:
		return refuse(BadScope, strings.Join(wrong, " "))
	}
	return nil
}

// quote puts a stranger's text in AWS's quotes.
func quote(s string) string { return "'" + clip(s) + "'" }

// maxSigned bounds the list of signed headers: each name is looked for in the rest of it.
const maxSigned = 100

// checkHeaders demands that the list of signed headers is well formed and has host and every x-amz- header.
func (c *claim) checkHeaders(r *http.Request) *Error {
	if strings.Count(c.signed, ";") >= maxSigned {
		return refuse(Incomplete, "'SignedHeaders' has more than "+strconv.Itoa(maxSigned)+" names.")
	}
	host := false
	for rest, more := c.signed, true; more; {
		var name string
		name, rest, more = strings.Cut(rest, ";")
		if name == "" || strings.ToLower(name) != name || contains(rest, name) {
			return refuse(Incomplete, "'SignedHeaders' must be distinct names in lower case, separated by ';'.")
		}
		host = host || name == "host"
	}
	if !host {
		return refuse(Unsigned, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	for k := range r.Header {
		if strings.HasPrefix(k, "X-Amz-") && k != "X-Amz-Cf-Id" && !contains(c.signed, k) {
			return refuse(Unsigned, "There were headers present in the request which were not signed: "+strings.ToLower(clip(k)))
		}
	}
	return nil
}

// contains says whether a list of signed headers has a name, in whatever case.
func contains(list, name string) bool {
	for more := list != ""; more; {
		var have string
		have, list, more = strings.Cut(list, ";")
		if strings.EqualFold(have, name) {
			return true
		}
	}
	return false
}

// payload gives what the canonical request says of the body, after holding it against the body that came.
func (s *scratch) payload(r *http.Request, body []byte, c *claim, service string) (string, *Error) {
	said := r.Header["X-Amz-Content-Sha256"]
	switch {
	case len(said) > 1:
		return "", errUnhashed
	case len(said) == 0 && service == s3 && c.presigned:
		return unsignedPayload, nil
	case len(said) == 0:
		return string(s.hashBody(body)), nil
	case said[0] == unsignedPayload && service == s3:
		return unsignedPayload, nil
	case len(said[0]) != 2*sha256.Size:
		return "", errUnhashed
	}
	if subtle.ConstantTimeCompare([]byte(said[0]), s.hashBody(body)) != 1 {
		return "", errPayload
	}
	return said[0], nil
}
