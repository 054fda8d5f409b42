package sigv4_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/wire/sigv4"
)

// The key that AWS's own examples use, and the instant at which the vectors were signed.
var (
	creds = sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
	at    = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
)

// verifier knows one key.
func verifier(c sigv4.Credentials, now time.Time) *sigv4.Verifier {
	return &sigv4.Verifier{
		Lookup: func(id string) (sigv4.Credentials, bool) { return c, id == c.AccessKeyID },
		Region: "us-east-1",
		Now:    func() time.Time { return now },
	}
}

// parse reads a request as a server does: from the bytes on the connection.
func parse(t testing.TB, text string) *http.Request {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return r
}

// vector is a request that botocore signed.
type vector struct {
	Name, Service, Method, URL, Host, Token, Body string
	Headers                                       map[string]string
}

// request puts a vector on the wire and reads it back.
func (v vector) request(t testing.TB) *http.Request {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", v.Method, strings.TrimPrefix(v.URL, "http://"+v.Host), v.Host)
	for k, value := range v.Headers {
		fmt.Fprintf(&b, "%s: %s\r\n", k, value)
	}
	return parse(t, b.String()+"\r\n")
}

// vectors reads testdata.
func vectors(t testing.TB) []vector {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []vector
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	if len(list) < 15 {
		t.Fatalf("only %d vectors", len(list))
	}
	return list
}

func TestVerifierAgreesWithBotocore(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			c := creds
			c.SessionToken = v.Token
			got, err := verifier(c, at).Verify(v.request(t), []byte(v.Body), v.Service)
			if err != nil {
				t.Fatal(err)
			}
			want := sigv4.Scope{AccessKeyID: "AKIDEXAMPLE", Date: "20260131", Region: "us-east-1", Service: v.Service}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if peeked, ok := sigv4.Peek(v.request(t)); !ok || peeked != want {
				t.Errorf("Peek gives %v, %v", peeked, ok)
			}
		})
	}
}

// The example of AWS's documentation of the signing process.
func TestVerifierAcceptsTheDocumentedExample(t *testing.T) {
	r := parse(t, "GET /?Action=ListUsers&Version=2010-05-08 HTTP/1.1\r\nHost: iam.amazonaws.com\r\n"+
		"Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nX-Amz-Date: 20150830T123600Z\r\n"+
		"Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "+
		"SignedHeaders=content-type;host;x-amz-date, "+
		"Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\r\n\r\n")
	v := verifier(creds, time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC))
	v.Region, v.Global = "eu-central-1", []string{"iam"}
	if _, err := v.Verify(r, nil, "iam"); err != nil {
		t.Error(err)
	}
}

func TestEverySingleBitIsSigned(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			c := creds
			c.SessionToken = v.Token
			ver := verifier(c, at)
			r := v.request(t)
			check := func(what string, body []byte) {
				if _, err := ver.Verify(r, body, v.Service); err == nil {
					t.Errorf("accepted with another %s", what)
				}
			}
			flip := func(what, text string, set func(string)) {
				for i := range len(text) * 8 {
					b := []byte(text)
					b[i/8] ^= 1 << (i % 8)
					if folded := strings.Join(strings.Fields(string(b)), " "); folded == strings.Join(strings.Fields(text), " ") {
						continue
					}
					if what == "query" && sameQuery(string(b), text) {
						continue // %2f is %2F
					}
					set(string(b))
					check(fmt.Sprintf("%s: %q", what, b), []byte(v.Body))
				}
				set(text)
			}
			if v.Name != "presigned s3" {
				for i := range len(v.Body) * 8 {
					b := []byte(v.Body)
					b[i/8] ^= 1 << (i % 8)
					check("body", b)
				}
				check("body", append([]byte(v.Body), 'x'))
			}
			flip("host", r.Host, func(s string) { r.Host = s })
			flip("query", r.URL.RawQuery, func(s string) { r.URL.RawQuery = s })
			flip("method", r.Method, func(s string) { r.Method = s })
			for k, values := range r.Header {
				if k == "X-Other" && !strings.Contains(r.Header.Get("Authorization"), "x-other") {
					continue
				}
				flip(k, values[0], func(s string) { values[0] = s })
			}
			if _, err := ver.Verify(r, []byte(v.Body), v.Service); err != nil {
				t.Errorf("the untouched request is refused: %v", err)
			}
		})
	}
}

// sameQuery says whether two query strings carry the same parameters.
func sameQuery(a, b string) bool {
	x, errX := url.ParseQuery(a)
	y, errY := url.ParseQuery(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

// signed makes a signed request as a server receives it.
func signed(t testing.TB, c sigv4.Credentials, when time.Time, service, target, body string) *http.Request {
	t.Helper()
	r := httptest.NewRequest("POST", target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	sigv4.Sign(r, []byte(body), c, "us-east-1", service, when)
	return r
}

func TestVerifierSaysWhyItRefuses(t *testing.T) {
	set := func(k string, v ...string) func(*http.Request) {
		return func(r *http.Request) { r.Header[k] = v }
	}
	edit := func(old, new string) func(*http.Request) {
		return func(r *http.Request) {
			auth := r.Header.Get("Authorization")
			if !strings.Contains(auth, old) {
				t.Fatalf("no %q in %q", old, auth)
			}
			r.Header.Set("Authorization", strings.Replace(auth, old, new, 1))
		}
	}
	const scope = "AKIDEXAMPLE/20260131/us-east-1/sqs/aws4_request"
	tests := []struct {
		name    string
		change  func(*http.Request)
		now     time.Time
		reason  sigv4.Reason
		message string
	}{
		{"none", func(r *http.Request) { r.Header.Del("Authorization") }, at, sigv4.Missing, "Missing Authentication Token"},
		{
			"both", func(r *http.Request) { r.URL.RawQuery = "X-Amz-Signature=x" }, at, sigv4.Incomplete,
			"A request may be signed in its Authorization header or in its query string, not in both.",
		},
		{
			"both, hidden", func(r *http.Request) { r.URL.RawQuery = "X%2DAmz-Credential=x" }, at, sigv4.Incomplete,
			"A request may be signed in its Authorization header or in its query string, not in both.",
		},
		{
			"many signed headers", edit("SignedHeaders=", "SignedHeaders="+strings.Repeat("a;", 100)), at, sigv4.Incomplete,
			"'SignedHeaders' has more than 100 names.",
		},
		{"two headers", set("Authorization", "a", "b"), at, sigv4.Incomplete, "A request has one Authorization header."},
		{"basic", set("Authorization", "Basic eA=="), at, sigv4.Incomplete, `Unsupported AWS 'algorithm': "Basic".`},
		{"empty", set("Authorization", ""), at, sigv4.Incomplete, `Unsupported AWS 'algorithm': "".`},
		{
			"no parts", set("Authorization", "AWS4-HMAC-SHA256 "), at, sigv4.Incomplete,
			"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
				"Authorization header requires 'SignedHeaders' parameter.",
		},
		{"unknown part", edit("SignedHeaders=", "Signed="), at, sigv4.Incomplete, `"Signed" is not a valid key=value pair in Authorization header.`},
		{"part twice", edit("Credential=", "Credential=x, Credential="), at, sigv4.Incomplete, "Authorization header has 'Credential' twice."},
		{
			"short credential", edit(scope, "AKIDEXAMPLE/x"), at, sigv4.Incomplete,
			`Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "AKIDEXAMPLE/x".`,
		},
		{
			"long credential", edit(scope, scope+"/x"), at, sigv4.Incomplete,
			`Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "` + scope + `/x".`,
		},
		{
			"no date", func(r *http.Request) { r.Header.Del("X-Amz-Date") }, at, sigv4.Incomplete,
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
		},
		{
			"bad date", set("X-Amz-Date", "yesterday"), at, sigv4.Incomplete,
			`Date must be in ISO-8601 'basic format'. Got "yesterday". See http://en.wikipedia.org/wiki/ISO_8601`,
		},
		{"unknown key", edit("AKIDEXAMPLE", "AKIDOTHER"), at, sigv4.UnknownKey, "The security token included in the request is invalid."},
		{"token too many", set("X-Amz-Security-Token", "x"), at, sigv4.BadToken, "The security token included in the request is invalid."},
		{
			"late", nil, at.Add(5*time.Minute + time.Second), sigv4.Expired,
			"Signature expired: 20260131T120000Z is now earlier than 20260131T120001Z (20260131T120501Z - 5 min.)",
		},
		{
			"early", nil, at.Add(-5*time.Minute - time.Second), sigv4.NotYetCurrent,
			"Signature not yet current: 20260131T120000Z is still later than 20260131T115959Z (20260131T115459Z + 5 min.)",
		},
		{"region", edit("us-east-1", "x"), at, sigv4.BadRegion, "Credential should be scoped to a valid region, not 'x'."},
		{"service", edit("/sqs/", "/sns/"), at, sigv4.BadScope, "Credential should be scoped to correct service: 'sqs'."},
		{"terminator", edit("aws4_request", "aws5"), at, sigv4.BadScope, "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'."},
		{
			"day", edit("/20260131/", "/20260130/"), at, sigv4.BadScope,
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260130' != '20260131', from '20260131T120000Z'.",
		},
		{"no host", edit("host;", ""), at, sigv4.Unsigned, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{
			"unsigned header", set("X-Amz-Target", "AmazonSQS.DeleteQueue"), at, sigv4.Unsigned,
			"There were headers present in the request which were not signed: x-amz-target",
		},
		{
			"header twice", edit("host;", "host;host;"), at, sigv4.Incomplete,
			"'SignedHeaders' must be distinct names in lower case, separated by ';'.",
		},
		{"unsigned payload", func(r *http.Request) {
			r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
			sigv4.Sign(r, []byte("{}"), creds, "us-east-1", "sqs", at)
		}, at, sigv4.BadPayload, "The value of 'x-amz-content-sha256' must be the SHA-256 of the body, in lower-case hexadecimal digits."},
		{"streaming payload", func(r *http.Request) {
			r.Header.Set("X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
			sigv4.Sign(r, []byte("{}"), creds, "us-east-1", "sqs", at)
		}, at, sigv4.BadPayload, "The value of 'x-amz-content-sha256' must be the SHA-256 of the body, in lower-case hexadecimal digits."},
		{"malformed query", func(r *http.Request) { r.URL.RawQuery = "a=%zz" }, at, sigv4.Incomplete, "The query string is malformed."},
		{"other secret", func(r *http.Request) {
			other := creds
			other.SecretKey += "x"
			sigv4.Sign(r, []byte("{}"), other, "us-east-1", "sqs", at)
		}, at, sigv4.Mismatch, "The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := signed(t, creds, at, "sqs", "/", "{}")
			if tt.change != nil {
				tt.change(r)
			}
			_, err := verifier(creds, tt.now).Verify(r, []byte("{}"), "sqs")
			var refused *sigv4.Error
			if !errors.As(err, &refused) {
				t.Fatalf("accepted: %v", err)
			}
			if d := cmp.Diff(sigv4.Error{Reason: tt.reason, Message: tt.message}, *refused); d != "" {
				t.Error(d)
			}
			if strings.Contains(err.Error(), creds.SecretKey) {
				t.Error("the message holds the secret")
			}
		})
	}
}

func TestPresignedRequestLivesAsLongAsItSays(t *testing.T) {
	make := func(expires time.Duration) *http.Request {
		r := httptest.NewRequest("GET", "/123456789012/q?Action=ReceiveMessage", nil)
		sigv4.Presign(r, nil, creds, "us-east-1", "sqs", at, expires)
		return r
	}
	tests := []struct {
		name   string
		r      *http.Request
		now    time.Time
		reason sigv4.Reason
	}{
		{"at once", make(time.Hour), at, 0},
		{"at its end", make(time.Hour), at.Add(time.Hour), 0},
		{"after its end", make(time.Hour), at.Add(time.Hour + time.Second), sigv4.Expired},
		{"before its time", make(time.Hour), at.Add(-6 * time.Minute), sigv4.NotYetCurrent},
		{"a week", make(7 * 24 * time.Hour), at, 0},
		{"longer than a week", make(7*24*time.Hour + time.Second), at, sigv4.Incomplete},
		{"no time at all", make(0), at, sigv4.Incomplete},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := verifier(creds, tt.now).Verify(tt.r, nil, "sqs")
			var refused *sigv4.Error
			errors.As(err, &refused)
			if got := reasonOf(refused); got != tt.reason {
				t.Errorf("got %v, want reason %d", err, tt.reason)
			}
		})
	}
}

// reasonOf gives the reason of an error that may be nil.
func reasonOf(e *sigv4.Error) sigv4.Reason {
	if e == nil {
		return 0
	}
	return e.Reason
}

func TestTemporaryKeyNeedsItsToken(t *testing.T) {
	withToken := creds
	withToken.SessionToken = "token"
	for name, signer := range map[string]sigv4.Credentials{
		"none": creds, "another": {AccessKeyID: creds.AccessKeyID, SecretKey: creds.SecretKey, SessionToken: "tokem"},
	} {
		_, err := verifier(withToken, at).Verify(signed(t, signer, at, "sqs", "/", "{}"), []byte("{}"), "sqs")
		var refused *sigv4.Error
		if errors.As(err, &refused); reasonOf(refused) != sigv4.BadToken {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDotSegmentsAreNotResolved(t *testing.T) {
	r := signed(t, creds, at, "cases", "/domains/d", "{}")
	r.URL.Path, r.URL.RawPath = "/x/..//domains/d", ""
	if _, err := verifier(creds, at).Verify(r, []byte("{}"), "cases"); err == nil {
		t.Error("a signature for /domains/d was good for /x/..//domains/d")
	}
}

func TestChangedSecretIsNotServedFromTheCache(t *testing.T) {
	current := creds
	v := &sigv4.Verifier{
		Lookup: func(string) (sigv4.Credentials, bool) { return current, true },
		Now:    func() time.Time { return at },
	}
	r := signed(t, creds, at, "sqs", "/", "{}")
	if _, err := v.Verify(r, []byte("{}"), "sqs"); err != nil {
		t.Fatal(err)
	}
	current.SecretKey = "another"
	if _, err := v.Verify(r, []byte("{}"), "sqs"); err == nil {
		t.Error("the old secret still opens")
	}
}

func TestCredentialsDoNotPrintTheirSecrets(t *testing.T) {
	c := creds
	c.SessionToken = "the-token"
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(format, c); strings.Contains(s, c.SecretKey) || strings.Contains(s, c.SessionToken) {
			t.Errorf("%s prints %s", format, s)
		}
	}
}
