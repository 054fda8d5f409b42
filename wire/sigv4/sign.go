package sigv4

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// clientKeys caches the signing keys of our own clients.
var clientKeys keyCache

// Sign signs r with its body for a service (its signing name): it sets X-Amz-Date, Authorization, for
// temporary keys X-Amz-Security-Token and for S3 X-Amz-Content-Sha256. It signs host, content-type and
// all x-amz- headers; set those before.
func Sign(r *http.Request, body []byte, creds Credentials, region, service string, at time.Time) {
	s := scratches.Get().(*scratch)
	defer s.release()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	stamp := at.UTC().Format(timeFormat)
	r.Header["X-Amz-Date"] = []string{stamp}
	if creds.SessionToken != "" {
		r.Header["X-Amz-Security-Token"] = []string{creds.SessionToken}
	}
	payload := string(s.hashBody(body))
	if service == s3 {
		r.Header["X-Amz-Content-Sha256"] = []string{payload}
	}
	signed := signedHeaders(r.Header)
	scope := Scope{AccessKeyID: creds.AccessKeyID, Date: stamp[:8], Region: region, Service: service}
	signature := s.sign(r, creds, scope, stamp, canonical{signed: signed, payload: payload, rawPath: service == s3})
	r.Header["Authorization"] = []string{algorithm + " Credential=" + credential(scope) +
		", SignedHeaders=" + signed + ", Signature=" + signature}
}

// Presign puts the signature into the query string instead; the URL then is good for the time that expires
// says. Only host is signed, and x-amz- headers if there are any.
func Presign(r *http.Request, body []byte, creds Credentials, region, service string, at time.Time, expires time.Duration) {
	s := scratches.Get().(*scratch)
	defer s.release()
	stamp := at.UTC().Format(timeFormat)
	scope := Scope{AccessKeyID: creds.AccessKeyID, Date: stamp[:8], Region: region, Service: service}
	signed := signedHeaders(r.Header)
	q := url.Values{
		"X-Amz-Algorithm": {algorithm}, "X-Amz-Credential": {credential(scope)}, "X-Amz-Date": {stamp},
		"X-Amz-Expires": {strconv.Itoa(int(expires / time.Second))}, "X-Amz-SignedHeaders": {signed},
	}
	if creds.SessionToken != "" {
		q.Set("X-Amz-Security-Token", creds.SessionToken)
	}
	if r.URL.RawQuery != "" {
		r.URL.RawQuery += "&"
	}
	r.URL.RawQuery += q.Encode()
	payload := unsignedPayload
	if service != s3 {
		payload = string(s.hashBody(body))
	}
	r.URL.RawQuery += "&X-Amz-Signature=" + s.sign(r, creds, scope, stamp, canonical{signed: signed, payload: payload, rawPath: service == s3})
}

// sign computes a signature.
func (s *scratch) sign(r *http.Request, creds Credentials, scope Scope, stamp string, how canonical) string {
	b := s.appendCanonical(s.buf[:0], r, how)
	n := len(b)
	b = appendToSign(b, stamp, scope, b[:n])
	s.buf = b
	return hex.EncodeToString(clientKeys.get(creds.SecretKey, scope).appendMAC(nil, b[n:]))
}

// credential writes a scope with its key in front.
func credential(s Scope) string {
	return s.AccessKeyID + "/" + s.Date + "/" + s.Region + "/" + s.Service + "/" + terminator
}

// signedHeaders lists the headers that Sign signs.
func signedHeaders(h http.Header) string {
	names := make([]string, 1, 8)
	names[0] = "host"
	for k := range h {
		if k == "Content-Type" || strings.HasPrefix(k, "X-Amz-") {
			names = append(names, strings.ToLower(k))
		}
	}
	slices.Sort(names)
	return strings.Join(names, ";")
}
