package sigv4

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// claim is a signature as it was sent, before anything of it is believed.
type claim struct {
	scope     Scope
	last      string // of the scope: must be the terminator
	signed    string // the names of the signed headers: "host;x-amz-date"
	signature string
	stamp     string // the time, in timeFormat
	at        time.Time
	token     string
	hasToken  bool
	expires   time.Duration // presigned only
	presigned bool
}

// Peek gives the scope that a request claims, without verifying anything; false when it claims none. Use
// it to find the service that was meant.
func Peek(r *http.Request) (Scope, bool) {
	var credential string
	if auth := r.Header["Authorization"]; len(auth) > 0 {
		_, rest, _ := strings.Cut(auth[0], "Credential=")
		if end := strings.IndexAny(rest, ", "); end >= 0 {
			rest = rest[:end]
		}
		credential = rest
	} else if r.URL.RawQuery != "" {
		credential = r.URL.Query().Get("X-Amz-Credential")
	}
	scope, _, ok := scopeOf(credential)
	return scope, ok
}

// read finds the signature of a request.
func read(r *http.Request) (claim, *Error) {
	auth := r.Header["Authorization"]
	var query url.Values
	if raw := r.URL.RawQuery; raw != "" {
		var err error
		if query, err = url.ParseQuery(raw); err != nil {
			// What an operation would silently leave out must not pass as signed.
			return claim{}, refuse(Incomplete, "The query string is malformed.")
		}
	}
	inQuery := query.Has("X-Amz-Signature") || query.Has("X-Amz-Credential") || query.Has("X-Amz-Algorithm")
	switch {
	case len(auth) > 0 && inQuery:
		return claim{}, errTwice
	case len(auth) > 1:
		return claim{}, refuse(Incomplete, "A request has one Authorization header.")
	case len(auth) == 1:
		return readHeader(r, auth[0])
	case inQuery:
		return readQuery(query)
	}
	return claim{}, errMissing
}

// readHeader reads the Authorization header and the date and token headers that belong to it.
func readHeader(r *http.Request, auth string) (claim, *Error) {
	var c claim
	kind, rest, _ := strings.Cut(auth, " ")
	if kind != algorithm {
		return c, refuse(Incomplete, "Unsupported AWS 'algorithm': "+strconv.Quote(clip(kind))+".")
	}
	var credential string
	for rest != "" {
		var part string
		part, rest, _ = strings.Cut(rest, ",")
		k, v, _ := strings.Cut(strings.Trim(part, " \t"), "=")
		var into *string
		switch k {
		case "Credential":
			into = &credential
		case "SignedHeaders":
			into = &c.signed
		case "Signature":
			into = &c.signature
		default:
			return c, refuse(Incomplete, strconv.Quote(clip(k))+" is not a valid key=value pair in Authorization header.")
		}
		if *into != "" {
			return c, refuse(Incomplete, "Authorization header has '"+k+"' twice.")
		}
		*into = v
	}
	var lacks []string
	for _, p := range [...]struct{ name, value string }{{"Credential", credential}, {"Signature", c.signature}, {"SignedHeaders", c.signed}} {
		if p.value == "" {
			lacks = append(lacks, "Authorization header requires '"+p.name+"' parameter.")
		}
	}
	if lacks != nil {
		return c, refuse(Incomplete, strings.Join(lacks, " "))
	}
	var ok bool
	if c.scope, c.last, ok = scopeOf(credential); !ok {
		return c, badCredential(credential)
	}
	if err := c.dateHeader(r.Header); err != nil {
		return c, err
	}
	token := r.Header["X-Amz-Security-Token"]
	if len(token) > 1 {
		return c, refuse(Incomplete, "A request has one X-Amz-Security-Token header.")
	}
	if len(token) == 1 {
		c.token, c.hasToken = token[0], true
	}
	return c, nil
}

// dateHeader reads X-Amz-Date, or Date where that is missing.
func (c *claim) dateHeader(h http.Header) *Error {
	stamps, isAmz := h["X-Amz-Date"]
	if !isAmz {
		stamps = h["Date"]
	}
	if len(stamps) != 1 {
		return refuse(Incomplete, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	}
	at, err := time.Parse(timeFormat, stamps[0])
	if err != nil && !isAmz {
		at, err = http.ParseTime(stamps[0])
	}
	if err != nil {
		return refuse(Incomplete, "Date must be in ISO-8601 'basic format'. Got "+strconv.Quote(clip(stamps[0]))+". See http://en.wikipedia.org/wiki/ISO_8601")
	}
	c.at, c.stamp = at.UTC(), at.UTC().Format(timeFormat)
	return nil
}

// maxExpires is how long AWS lets a presigned request live.
const maxExpires = 604800

// readQuery reads a presigned query string.
func readQuery(q url.Values) (claim, *Error) {
	c := claim{presigned: true}
	var kind, credential, expires string
	for _, p := range [...]struct {
		name string
		into *string
	}{
		{"X-Amz-Algorithm", &kind},
		{"X-Amz-Credential", &credential},
		{"X-Amz-Signature", &c.signature},
		{"X-Amz-SignedHeaders", &c.signed},
		{"X-Amz-Date", &c.stamp},
		{"X-Amz-Expires", &expires},
	} {
		v := q[p.name]
		if len(v) != 1 || v[0] == "" {
			return c, refuse(Incomplete, "AWS query-string parameters must include '"+p.name+"', once.")
		}
		*p.into = v[0]
	}
	if kind != algorithm {
		return c, refuse(Incomplete, "Unsupported AWS 'algorithm': "+strconv.Quote(clip(kind))+".")
	}
	var ok bool
	if c.scope, c.last, ok = scopeOf(credential); !ok {
		return c, badCredential(credential)
	}
	at, err := time.Parse(timeFormat, c.stamp)
	if err != nil {
		return c, refuse(Incomplete, "Date must be in ISO-8601 'basic format'. Got "+strconv.Quote(clip(c.stamp))+". See http://en.wikipedia.org/wiki/ISO_8601")
	}
	c.at, c.stamp = at, at.Format(timeFormat)
	seconds, err := strconv.ParseUint(expires, 10, 32)
	if err != nil || seconds < 1 || seconds > maxExpires {
		return c, refuse(Incomplete, "X-Amz-Expires must be a number between 1 and 604800 seconds.")
	}
	c.expires = time.Duration(seconds) * time.Second
	token := q["X-Amz-Security-Token"]
	if len(token) > 1 {
		return c, refuse(Incomplete, "AWS query-string parameters must include 'X-Amz-Security-Token', once.")
	}
	if len(token) == 1 {
		c.token, c.hasToken = token[0], true
	}
	return c, nil
}

// badCredential answers a credential that is not five parts.
func badCredential(got string) *Error {
	return refuse(Incomplete, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "+
		strconv.Quote(clip(got))+".")
}

// clip bounds how much of a stranger's text an answer repeats.
func clip(s string) string {
	if len(s) > 128 {
		return s[:128]
	}
	return s
}
