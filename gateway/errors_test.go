package gateway_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/gateway"
)

func TestRefusalsHaveTheServicesForm(t *testing.T) {
	const mismatch = "The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
	otherKey := func(r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "AKIDEXAMPLE", "AKIDOTHER", 1))
	}
	otherBody := func(r *http.Request) { r.Body = http.NoBody; r.ContentLength = 0 }
	garbled := map[string]string{"Authorization": "AWS4-HMAC-SHA256 x"}
	xml := func(ns, kind, code, message string) string {
		return `<?xml version="1.0"?><ErrorResponse xmlns="` + ns + `"><Error><Type>` + kind + `</Type><Code>` + code + `</Code><Message>` + message +
			`</Message><Detail/></Error><RequestId>ID</RequestId></ErrorResponse>`
	}
	const stsNS, sqsNS = "https://sts.amazonaws.com/doc/2011-06-15/", "http://queue.amazonaws.com/doc/2012-11-05/"
	strict := door(nil)
	tests := []struct {
		name   string
		q      request
		status int
		code   string // of x-amzn-errortype or x-amzn-query-error
		body   string
	}{
		{"REST unsigned", request{target: "/domains/d"}, 403, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`},
		{"REST garbled", request{target: "/domains/d", header: garbled}, 400, "IncompleteSignatureException", `{"message":"\"x\" is not a valid key=value pair in Authorization header."}`},
		{"REST unknown key", request{service: "cases", target: "/domains/d", after: otherKey}, 403, "UnrecognizedClientException", `{"message":"The security token included in the request is invalid."}`},
		{"REST other body", request{service: "cases", target: "/domains/d", body: "{}", after: otherBody}, 403, "InvalidSignatureException", `{"message":"` + mismatch + `"}`},
		{"REST late", request{service: "cases", target: "/domains/d", at: at.Add(-6 * time.Minute)}, 403, "InvalidSignatureException", `{"message":"Signature expired: 20260131T115400Z is now earlier than 20260131T115500Z (20260131T120000Z - 5 min.)"}`},
		{"REST region", request{service: "cases", target: "/domains/d", region: "eu-west-1"}, 403, "InvalidSignatureException", `{"message":"Credential should be scoped to a valid region, not 'eu-west-1'. This server serves us-east-1."}`},
		{"REST unknown path", request{service: "cases", target: "/x"}, 404, "UnknownOperationException", `{"message":"The service cases has no operation 'POST /x'."}`},
		{"REST not implemented", request{service: "cases", target: "/nothing"}, 501, "NotImplemented", `{"message":"Casestream does not implement connectcases:Nothing. docs/coverage.md lists what it implements."}`},
		{"REST too large", request{service: "cases", target: "/domains/d", body: strings.Repeat("x", 1<<20+1)}, 413, "RequestEntityTooLarge", `{"message":"The body is larger than 1048576 bytes."}`},
		{"Connect says Message", request{target: "/instance", method: "PUT"}, 403, "MissingAuthenticationTokenException", `{"Message":"Missing Authentication Token"}`},
		{"unknown service", request{service: "glue"}, 400, "UnknownServiceException", `{"message":"The service 'glue' is not served here. Served are: cases, connect, events, sqs, sts."}`},
		{"no service", request{method: "GET"}, 400, "UnknownServiceException", `{"message":"The request names no service. Served are: cases, connect, events, sqs, sts."}`},

		{"JSON 1.1 unsigned", request{header: putRule}, 403, "", `{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}`},
		{"JSON 1.1 unknown operation", request{service: "events", header: with(putRule, "X-Amz-Target", "AWSEvents.X")}, 400, "", `{"__type":"UnknownOperationException","message":"The service events has no operation 'AWSEvents.X'."}`},
		{"JSON 1.1 other service's target", request{service: "events", header: with(putRule, "X-Amz-Target", "AmazonSQS.SendMessage")}, 400, "", `{"__type":"UnknownOperationException","message":"The service events has no operation 'AmazonSQS.SendMessage'."}`},
		{"JSON 1.1 unknown service", request{header: with(putRule, "X-Amz-Target", "Glue.X")}, 400, "", `{"__type":"UnknownServiceException","message":"The service 'Glue' is not served here. Served are: cases, connect, events, sqs, sts."}`},

		{"SQS unsigned", request{header: sqsJSON}, 403, "AccessDenied;Sender", `{"__type":"com.amazon.coral.service#AccessDeniedException","message":"Access to the resource http://localhost:4566/ is denied."}`},
		{"SQS garbled", request{header: with(sqsJSON, "Authorization", "AWS4-HMAC-SHA256 x")}, 400, "IncompleteSignature;Sender", `{"__type":"com.amazon.coral.service#IncompleteSignatureException","message":"\"x\" is not a valid key=value pair in Authorization header."}`},
		{"SQS unknown key", request{service: "sqs", header: sqsJSON, after: otherKey}, 403, "InvalidClientTokenId;Sender", `{"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"The security token included in the request is invalid."}`},
		{"SQS other body", request{service: "sqs", header: sqsJSON, body: "{}", after: otherBody}, 403, "SignatureDoesNotMatch;Sender", `{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"` + mismatch + `"}`},
		{"SQS early", request{service: "sqs", header: sqsJSON, at: at.Add(6 * time.Minute)}, 403, "SignatureDoesNotMatch;Sender", `{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"Signature not yet current: 20260131T120600Z is still later than 20260131T120500Z (20260131T120000Z + 5 min.)"}`},
		{"SQS unknown operation", request{service: "sqs", header: with(sqsJSON, "X-Amz-Target", "AmazonSQS.X")}, 400, "InvalidAction;Sender", `{"__type":"com.amazon.coral.service#UnknownOperationException","message":"The service sqs has no operation 'AmazonSQS.X'."}`},
		{"SQS no target", request{service: "sqs", header: map[string]string{"Content-Type": "application/x-amz-json-1.0"}}, 400, "InvalidAction;Sender", `{"__type":"com.amazon.coral.service#UnknownOperationException","message":"The service sqs has no operation ''."}`},

		{"query unknown action", request{service: "sqs", header: form, body: "Action=FooBar"}, 400, "", xml(sqsNS, "Sender", "InvalidAction", "The action FooBar is not valid for this endpoint.")},
		{"query, ListQueues on a queue", request{service: "sqs", header: form, target: "/1/q", body: "Action=ListQueues"}, 400, "", xml(sqsNS, "Sender", "InvalidAction", "The action ListQueues is not valid for this endpoint.")},
		{"query without action", request{service: "sqs", method: "GET", target: "/1/q"}, 404, "", "<UnknownOperationException/>\n"},
		{"query, SQS unknown key", request{service: "sqs", header: form, body: "Action=SendMessage", after: otherKey}, 403, "", xml(sqsNS, "Sender", "InvalidClientTokenId", "The security token included in the request is invalid.")},
		{"STS unsigned", request{header: form, body: "Action=GetCallerIdentity"}, 403, "", xml(stsNS, "Sender", "MissingAuthenticationToken", "Missing Authentication Token")},
		{"STS unknown key", request{service: "sts", header: form, body: "Action=GetCallerIdentity", after: otherKey}, 403, "", xml(stsNS, "Sender", "InvalidClientTokenId", "The security token included in the request is invalid.")},
		{"STS other service", request{service: "sts", header: form, body: "Action=GetCallerIdentity", at: at.Add(-time.Hour)}, 403, "", xml(stsNS, "Sender", "SignatureDoesNotMatch", "Signature expired: 20260131T110000Z is now earlier than 20260131T115500Z (20260131T120000Z - 5 min.)")},
		{"STS without action", request{service: "sts", header: form}, 400, "", xml(stsNS, "Sender", "MissingAction", "The request must contain the parameter Action.")},
		{"STS not implemented", request{service: "sts", header: form, body: "Action=AssumeRole"}, 501, "", xml(stsNS, "Receiver", "NotImplemented", "Casestream does not implement sts:AssumeRole. docs/coverage.md lists what it implements.")},

		{"kind internal", request{service: "cases", target: "/internal"}, 500, "InternalServerException", `{"message":"An internal error occurred. The server's log has its cause under the id of this request."}`},
		{"kind internal, another name", request{service: "connect", method: "GET", target: "/instance"}, 500, "InternalServiceException", `{"Message":"An internal error occurred. The server's log has its cause under the id of this request."}`},
		{"kind busy", request{service: "cases", target: "/busy"}, 429, "ThrottlingException", `{"message":"Slow down."}`},
		{"kind unavailable", request{service: "cases", target: "/full"}, 503, "ServiceUnavailable", `{"message":"The disk is full."}`},
		{"kind not found", request{service: "cases", target: "/missing"}, 404, "ResourceNotFoundException", `{"message":"No case c."}`},
		{"mapped by the service", request{service: "connect", method: "PUT", target: "/instance"}, 409, "DuplicateResourceException", `{"Message":"Taken."}`},
		{"too slow", request{service: "cases", target: "/slow"}, 503, "ServiceUnavailable", `{"message":"The operation took too long. Try again."}`},
		{"panic", request{service: "cases", target: "/panic"}, 500, "InternalFailure", `{"message":"An internal error occurred. The server's log has its cause under the id of this request."}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := tt.q.send(strict)
			id := w.Header().Get("X-Amzn-RequestId")
			if len(id) != 36 {
				t.Errorf("request id %q", id)
			}
			code := w.Header().Get("X-Amzn-Errortype") + w.Header().Get("X-Amzn-Query-Error")
			if w.Code != tt.status || code != tt.code {
				t.Errorf("got %d %q, want %d %q", w.Code, code, tt.status, tt.code)
			}
			if d := cmp.Diff(tt.body, strings.ReplaceAll(w.Body.String(), id, "ID")); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestStrictFailsLoudlyOnAnUnlistedError(t *testing.T) {
	defer func() {
		if p := recover(); !strings.Contains(fmt.Sprint(p), "connectcases:Wrong answers SurpriseException") {
			t.Errorf("got %v", p)
		}
	}()
	request{service: "cases", target: "/wrong"}.send(door(func(c *gateway.Config) { c.Strict = true }))
}
