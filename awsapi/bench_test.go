package awsapi_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/awsapi/sqs"
	"github.com/casestream/casestream/wire"
)

// sendBody is a SendMessage request with the body of a case event: a kilobyte of quoted JSON.
var sendBody = func() []byte {
	event := `{"version":"0","detail":{"case":{"fields":[` + strings.Repeat(`{"id":"status","value":{"stringValue":"open"}},`, 20) + `{}]}}}`
	text, _ := json.Marshal(event)
	return []byte(`{"QueueUrl":"http://127.0.0.1:4566/123456789012/case-events","MessageBody":` + string(text) +
		`,"MessageAttributes":{"kind":{"DataType":"String","StringValue":"case"}}}`)
}()

// plainSend is SendMessage as encoding/json would have it.
type plainSend struct {
	QueueUrl          string
	MessageBody       string
	DelaySeconds      *int32
	MessageAttributes map[string]sqs.MessageAttributeValue
	MessageGroupId    *string
}

// plainSent is SendMessage's answer as encoding/json would have it.
type plainSent struct {
	MD5OfMessageBody       *string `json:",omitempty"`
	MD5OfMessageAttributes *string `json:",omitempty"`
	MessageId              *string `json:",omitempty"`
}

// sent is what both answer.
var sent = sqs.SendMessageOutput{
	MD5OfMessageBody: wire.Ptr("fafb00f5732ab283681e124bf8747ed1"), MD5OfMessageAttributes: wire.Ptr("fafb00f5732ab283681e124bf8747ed1"),
	MessageId: wire.Ptr("0193b3a8-7a2e-7c3f-9d51-3c6b8f0d2f11"),
}

func BenchmarkSendMessageByGeneratedCode(b *testing.B) {
	svc := sqs.Describe(sqs.Unimplemented{})
	r := &wire.Request{Service: svc, Protocol: wire.AWSJSON10, Body: sendBody}
	b.SetBytes(int64(len(sendBody)))
	b.ReportAllocs()
	for b.Loop() {
		var in sqs.SendMessageInput
		if err := wire.Decode(r, &in); err != nil {
			b.Fatal(err)
		}
		e := wire.NewEncoder()
		sent.EncodeJSON(e)
		e.Release()
	}
}

func BenchmarkSendMessageByEncodingJSON(b *testing.B) {
	b.SetBytes(int64(len(sendBody)))
	b.ReportAllocs()
	out := plainSent{sent.MD5OfMessageBody, sent.MD5OfMessageAttributes, sent.MessageId}
	for b.Loop() {
		var in plainSend
		if err := json.Unmarshal(sendBody, &in); err != nil {
			b.Fatal(err)
		}
		if _, err := json.Marshal(&out); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCreateCaseByGeneratedCode(b *testing.B) {
	svc := connectcases.Describe(connectcases.Unimplemented{})
	body := []byte(`{"templateId":"t","fields":[` + strings.Repeat(`{"id":"status","value":{"stringValue":"open"}},`, 20) + `{"id":"n","value":{"doubleValue":1.5}}]}`)
	r := &wire.Request{Service: svc, Protocol: wire.RestJSON1, Body: body, Labels: map[string]string{"domainId": "d"}}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var in connectcases.CreateCaseInput
		if err := wire.Decode(r, &in); err != nil {
			b.Fatal(err)
		}
	}
}
