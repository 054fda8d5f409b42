package api_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// good gives a good request to each kind of service.
func good() map[string]request {
	return map[string]request{
		"cases": inCases("POST", "/domains-list", ""), "events": inEvents("ListRules", "{}"),
		"sqs": inSQS("ListQueues", "{}"), "sts": inSTS("Action=GetCallerIdentity&Version=2011-06-15"),
	}
}

func TestGoodRequestsAreServed(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for service, r := range good() {
			if a := s.do(t, r); a.status != 200 || a.header.Get("X-Amzn-Requestid") == "" {
				t.Errorf("%s: got %d %s", service, a.status, a.body)
			}
		}
	})
}

// failure is how a kind of bad signature is answered: the code and, where XML names it otherwise, that; the status.
type failure struct {
	code, queryCode string
	status          int
}

// The kinds.
var (
	mismatch   = failure{"InvalidSignatureException", "SignatureDoesNotMatch", 403}
	unknown    = failure{"UnrecognizedClientException", "InvalidClientTokenId", 403}
	incomplete = failure{"IncompleteSignatureException", "IncompleteSignature", 400}
	unsigned   = failure{"MissingAuthenticationTokenException", "MissingAuthenticationToken", 403}
)

// of gives what a service's answer must be.
func (f failure) of(service string) rawRow {
	switch {
	case service == "sts":
		return rawRow{status: f.status, code: f.queryCode}
	case service == "sqs" && f == unsigned: // SQS alone says it so
		return rawRow{status: f.status, code: sqsCoral + "AccessDeniedException", query: "AccessDenied;Sender"}
	case service == "sqs":
		return rawRow{status: f.status, code: sqsCoral + f.code, query: f.queryCode + ";Sender"}
	}
	return rawRow{status: f.status, code: f.code}
}

func TestBadSignaturesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		const differs = "The request signature we calculated does not match the signature you provided."
		for _, row := range []struct {
			name string
			as   failure
			says string
			edit func(*request)
		}{
			{"wrong secret", mismatch, differs, func(r *request) { r.key = aws.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: "wrong"} }},
			{"changed header", mismatch, differs, func(r *request) {
				r.header = map[string]string{"X-Amz-Meta-Note": "as signed"}
				r.spoil = func(h *http.Request) { h.Header.Set("X-Amz-Meta-Note", "as changed") }
			}},
			{"changed path", mismatch, differs, func(r *request) { r.spoil = func(h *http.Request) { h.URL.RawQuery = "maxResults=1" } }},
			{"ten minutes late", mismatch, "Signature expired: ", func(r *request) { r.at = time.Now().Add(-10 * time.Minute) }},
			{"ten minutes early", mismatch, "Signature not yet current: ", func(r *request) { r.at = time.Now().Add(10 * time.Minute) }},
			{"another Region", mismatch, "Credential should be scoped to a valid region", func(r *request) { r.region = "eu-west-1" }},
			{"unknown key", unknown, "The security token included in the request is invalid.", func(r *request) {
				r.key = aws.Credentials{AccessKeyID: "AKIANOBODY0000000000", SecretAccessKey: "x"}
			}},
			{"a session token of nobody", unknown, "The security token included in the request is invalid.", func(r *request) {
				r.key = key
				r.key.SessionToken = "stolen"
			}},
			{"no signature in the header", incomplete, "", func(r *request) {
				r.spoil = func(h *http.Request) {
					full := h.Header.Get("Authorization")
					h.Header.Set("Authorization", full[:strings.Index(full, ", Signature=")])
				}
			}},
			{"unsigned", unsigned, "", func(r *request) {
				// Without a signature the target, the host or the path names the service.
				service := r.service
				r.unsigned = true
				r.spoil = func(h *http.Request) { h.Host = service + ".us-east-1.amazonaws.com" }
			}},
		} {
			for service, r := range good() {
				row.edit(&r)
				want := row.as.of(service)
				want.name, want.req, want.says = row.name+": "+service, r, row.says
				s.rawRefuse(t, []rawRow{want})
			}
		}
	})
}

func TestChangedBodyIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t)
		r := inSQS("SendMessage", `{"QueueUrl":"`+q.url+`","MessageBody":"pay 1"}`)
		changed := r
		changed.body = strings.Replace(r.body, "pay 1", "pay 9", 1)
		changed.spoil = func(h *http.Request) {
			signed := s.build(t, r)
			h.Header = signed.Header
		}
		s.rawRefuse(t, []rawRow{{"changed body", changed, 403, "com.amazon.coral.service#InvalidSignatureException", "SignatureDoesNotMatch;Sender", ""}})
		if c := s.counts(t, q); c != "0 0 0" {
			t.Errorf("the queue holds %s", c)
		}
	})
}

func TestPresignedURLIsServedUntilItExpires(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		presign := func(service, query string, at time.Time) string {
			req := got(http.NewRequest("GET", "http://"+s.addr+"/?"+query+"&X-Amz-Expires=60", nil))(t)
			const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
			url, _, err := v4.NewSigner().PresignHTTP(context.Background(), key, req, empty, service, region, at)
			if err != nil {
				t.Fatal(err)
			}
			return url
		}
		get := func(url string) answer {
			resp := got(client.Get(url))(t)
			defer resp.Body.Close()
			return answer{status: resp.StatusCode, body: string(got(io.ReadAll(resp.Body))(t))}
		}
		q := s.newQueue(t)
		for service, query := range map[string]string{
			"sts": "Action=GetCallerIdentity&Version=2011-06-15", "sqs": "Action=GetQueueUrl&Version=2012-11-05&QueueName=" + q.name,
		} {
			url := presign(service, query, time.Now())
			if a := get(url); a.status != 200 || !strings.Contains(a.body, "Response") {
				t.Errorf("%s: got %d %s", service, a.status, a.body)
			}
			for what, bad := range map[string]string{
				"expired": presign(service, query, time.Now().Add(-2*time.Minute)), "changed": strings.Replace(url, "Expires=60", "Expires=61", 1), "without signature": url[:strings.Index(url, "&X-Amz-Signature")],
			} {
				if a := get(bad); a.status != 403 && a.status != 400 {
					t.Errorf("%s %s: got %d %s", what, service, a.status, a.body)
				}
			}
		}
	})
}

func TestDevModeTakesAnyKeyAndNone(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		anybody := clientsFor(s.addr, aws.Credentials{AccessKeyID: "whatever", SecretAccessKey: "you like"})
		q := got(anybody.sqs.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: new("dev")}))(t)
		if out := got(anybody.sts.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}))(t); *out.Account != account {
			t.Errorf("got account %s", *out.Account)
		}
		late := inSQS("SendMessage", `{"QueueUrl":"`+*q.QueueUrl+`","MessageBody":"x"}`)
		late.at = time.Now().Add(-time.Hour)
		none := late
		none.unsigned = true
		rest := inCases("POST", "/domains", `{"name":"dev"}`)
		rest.unsigned = true
		for what, r := range map[string]request{"late": late, "unsigned": none, "unsigned REST": rest} {
			if a := s.do(t, r); a.status != 200 {
				t.Errorf("%s: got %d %s", what, a.status, a.body)
			}
		}
	}, "--dev")
}

func TestForeignHostIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for service, r := range good() {
			r.spoil = func(h *http.Request) { h.Host = "attacker.example" }
			if a := s.do(t, r); a.status != 403 {
				t.Errorf("%s: got %d %s", service, a.status, a.body)
			}
		}
	})
}

func TestProbesNeedNoSignature(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for _, path := range []string{"/livez", "/readyz", "/version", "/metrics"} {
			if a := s.do(t, request{method: "GET", path: path, unsigned: true}); a.status != 200 || a.body == "" {
				t.Errorf("%s: got %d %q", path, a.status, a.body)
			}
		}
	})
}
