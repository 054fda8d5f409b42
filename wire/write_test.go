package wire_test

import (
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/wire"
)

func TestErrorsTakeTheFormOfTheirProtocol(t *testing.T) {
	sqs := &wire.Service{AlsoQuery: true, ErrorNamespace: "com.amazonaws.sqs", XMLNamespace: "urn:q"}
	for _, c := range []struct {
		name     string
		protocol wire.Protocol
		svc      *wire.Service
		err      *wire.Error
		status   int
		headers  map[string]string
		body     string
	}{
		{
			"REST without a service", wire.RestJSON1, nil, &wire.Error{Code: "UnknownOperationException", Status: 404},
			404,
			map[string]string{"X-Amzn-Errortype": "UnknownOperationException", "Content-Type": "application/json"},
			`{"message":""}`,
		},
		{
			"Connect's capital Message", wire.RestJSON1, &wire.Service{}, &wire.Error{Code: "InvalidRequestException", Message: "a\"b", MessageKey: "Message"},
			400,
			map[string]string{"X-Amzn-Errortype": "InvalidRequestException"},
			`{"Message":"a\"b"}`,
		},
		{
			"an error from outside SQS's model", wire.AWSJSON10, sqs,
			&wire.Error{Code: "AccessDeniedException", Namespace: "com.amazon.coral.service", QueryCode: "AccessDenied", Status: 403, Message: "no"},
			403,
			map[string]string{"X-Amzn-Query-Error": "AccessDenied;Sender", "Content-Type": "application/x-amz-json-1.0"},
			`{"__type":"com.amazon.coral.service#AccessDeniedException","message":"no"}`,
		},
		{
			"our own fault", wire.AWSJSON10, sqs, &wire.Error{Code: "InternalError", Status: 500, Receiver: true},
			500,
			map[string]string{"X-Amzn-Query-Error": "InternalError;Receiver"},
			`{"__type":"com.amazonaws.sqs#InternalError","message":""}`,
		},
		{
			"awsJson1.1", wire.AWSJSON11, &wire.Service{}, &wire.Error{Code: "InternalException", Status: 500, Header: wire.RetryAfter(wire.Ptr(int32(3)))},
			500,
			map[string]string{"Retry-After": "3", "X-Amzn-Query-Error": "", "Content-Type": "application/x-amz-json-1.1"},
			`{"__type":"InternalException","message":""}`,
		},
		{
			"awsQuery", wire.AWSQuery, sqs, &wire.Error{Code: "X", Status: 500, Receiver: true, Message: "<"},
			500,
			map[string]string{"Content-Type": "text/xml"},
			`<?xml version="1.0"?><ErrorResponse xmlns="urn:q"><Error><Type>Receiver</Type><Code>X</Code><Message>&lt;</Message><Detail/></Error><RequestId>r</RequestId></ErrorResponse>`,
		},
		{
			"awsQuery for who accepts JSON", wire.AWSQueryJSON, sqs, &wire.Error{Code: "X", QueryCode: "AWS.X", Status: 400, Message: "\"", QueryMessage: "<"},
			400,
			map[string]string{"Content-Type": "application/json", "X-Amzn-Query-Error": ""},
			`{"Error":{"Code":"AWS.X","Message":"<","Type":"Sender"},"RequestId":"r"}`,
		},
	} {
		w := httptest.NewRecorder()
		wire.WriteError(w, c.protocol, c.svc, "r", c.err)
		if w.Code != c.status {
			t.Errorf("%s: status %d, want %d", c.name, w.Code, c.status)
		}
		for k, v := range c.headers {
			if got := w.Header().Get(k); got != v {
				t.Errorf("%s: %s is %q, want %q", c.name, k, got, v)
			}
		}
		if diff := cmp.Diff(c.body, w.Body.String()); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}
