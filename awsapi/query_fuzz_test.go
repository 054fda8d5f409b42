package awsapi_test

import (
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/casestream/casestream/awsapi/sqs"
	"github.com/casestream/casestream/awsapi/sts"
	"github.com/casestream/casestream/wire"
)

// FuzzQuery feeds awsQuery bodies to shapes with lists, maps, numbers and blobs: whatever comes, the
// outcome is a shape or a wire.Error.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"QueueUrl=u&SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=k",
		"SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=k&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.BinaryValue=!",
		"PolicyArns.member.99999999999999999999.arn=x&Tags.member.-1.Key=k&DurationSeconds=1e9", "....=.&=&%zz",
		"SendMessageBatchRequestEntry=x&SendMessageBatchRequestEntry.MessageAttribute.Name=k&SendMessageBatchRequestEntry.MessageAttribute=",
		"SendMessageBatchRequestEntry.1.MessageAttribute.Name=k&SendMessageBatchRequestEntry.1.MessageAttribute.Value.BinaryValue=AA%3D%3D", "a.1=x&a.01=y&a.+1=z&a=1",
	} {
		f.Add(seed)
	}
	batch, role := sqs.Describe(sqs.Unimplemented{}), sts.Describe(sts.Unimplemented{})
	f.Fuzz(func(t *testing.T, body string) {
		for svc, in := range map[*wire.Service]wire.Input{batch: &sqs.SendMessageBatchInput{}, role: &sts.AssumeRoleInput{}} {
			r := &wire.Request{HTTP: httptest.NewRequest("POST", "/", nil), Service: svc, Op: &svc.Operations[0], Protocol: wire.AWSQuery, Body: []byte(body)}
			err := wire.Decode(r, in)
			if err == nil {
				continue
			}
			if e, ok := errors.AsType[wire.APIError](err); !ok || e.Wire().Status != 400 || e.Wire().Code == "" {
				t.Fatalf("%q: %#v", body, err)
			}
		}
	})
}
