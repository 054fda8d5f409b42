package awsapi_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/awsapi/sqs"
	"github.com/casestream/casestream/wire"
)

// TestQueryReadsWhatIsWrittenByHand: AWS's own samples write AttributeName=All and Attribute.Name=…
func TestQueryReadsWhatIsWrittenByHand(t *testing.T) {
	svc := sqs.Describe(sqs.Unimplemented{})
	tests := []struct {
		name, form string
		in, want   wire.Input
	}{
		{
			"a list", "QueueUrl=u&AttributeName=All", &sqs.GetQueueAttributesInput{},
			&sqs.GetQueueAttributesInput{QueueUrl: "u", AttributeNames: []string{"All"}},
		},
		{
			"a map", "QueueUrl=u&Attribute.Name=DelaySeconds&Attribute.Value=5", &sqs.SetQueueAttributesInput{},
			&sqs.SetQueueAttributesInput{QueueUrl: "u", Attributes: map[string]string{"DelaySeconds": "5"}},
		},
		{
			"a semicolon", "QueueUrl=u&MessageBody=a;b&MessageGroupId=;", &sqs.SendMessageInput{},
			&sqs.SendMessageInput{QueueUrl: "u", MessageBody: "a;b", MessageGroupId: wire.Ptr(";")},
		},
		{
			"numbers win", "QueueUrl=u&AttributeName=Policy&AttributeName.1=All", &sqs.GetQueueAttributesInput{},
			&sqs.GetQueueAttributesInput{QueueUrl: "u", AttributeNames: []string{"All"}},
		},
		{
			"an empty list", "QueueUrl=u&AttributeName=", &sqs.GetQueueAttributesInput{},
			&sqs.GetQueueAttributesInput{QueueUrl: "u", AttributeNames: []string{}},
		},
		{
			"an empty batch", "QueueUrl=u&DeleteMessageBatchRequestEntry=", &sqs.DeleteMessageBatchInput{},
			&sqs.DeleteMessageBatchInput{QueueUrl: "u", Entries: []sqs.DeleteMessageBatchRequestEntry{}},
		},
	}
	for _, tt := range tests {
		r := request(t, svc, wire.AWSQuery, "SendMessage", "POST", "/", tt.form)
		if err := wire.Decode(r, tt.in); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if d := cmp.Diff(tt.want, tt.in); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

// TestSQSAnswersQueriesInJSON holds the form that AWS gives to those who accept only JSON.
func TestSQSAnswersQueriesInJSON(t *testing.T) {
	room := &queues{messages: []sqs.Message{{
		Body: wire.Ptr("a\r\"<"), Attributes: map[string]string{"SenderId": "me"},
		MessageAttributes: map[string]sqs.MessageAttributeValue{"k": {DataType: "String", StringValue: wire.Ptr("v")}},
	}}}
	svc := sqs.Describe(room)
	send := func(op, params string) string {
		return answer(t, request(t, svc, wire.AWSQueryJSON, op, "GET", "/?"+params, ""))
	}
	const head, meta = "200 OK\nContent-Type: application/json\n\n", `"ResponseMetadata":{"RequestId":"req-1"}}}`
	same(t, head+`{"GetQueueAttributesResponse":{"GetQueueAttributesResult":{"Attributes":[{"Name":"A","Value":"1"},{"Name":"B","Value":"2"}]},`+meta,
		send("GetQueueAttributes", "QueueUrl=u&AttributeName.1=All"))
	same(t, head+`{"ReceiveMessageResponse":{"ReceiveMessageResult":{"messages":[{"Body":"a\r\"<","Attributes":[{"Name":"SenderId","Value":"me"}],`+
		`"MessageAttributes":[{"Name":"k","Value":{"StringValue":"v","DataType":"String"}}]}]},`+meta, send("ReceiveMessage", "QueueUrl=u"))
	same(t, head+`{"DeleteMessageResponse":{`+meta, send("DeleteMessage", "QueueUrl=u&ReceiptHandle=h"))
	room.err = &sqs.QueueDoesNotExist{Message: "The specified queue does not exist."}
	same(t, "400 Bad Request\nContent-Type: application/json\n\n"+`{"Error":{"Code":"AWS.SimpleQueueService.NonExistentQueue",`+
		`"Message":"The specified queue does not exist for this wsdl version.","Type":"Sender"},"RequestId":"req-1"}`,
		send("SendMessage", "QueueUrl=u&MessageBody=x"))
}
