package sqs_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/sqs"
	"github.com/casestream/casestream/wire"
	"github.com/casestream/casestream/wire/wiretest"
)

// client calls the service as the front door does.
type client struct{ wiretest.Door }

// each runs a test once an engine.
func each(t *testing.T, test func(c *client)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		arns := arn.NewMaker("123456789012", "us-east-1")
		queues := queue.New(d.Open(t, store.Options{}), queue.Config{ARNs: arns})
		test(&client{wiretest.Door{
			TB: t, Service: sqs.New(sqs.Config{Queues: queues, ARNs: arns}).Describe(),
			Caller: &wire.Call{
				Principal: wire.Principal{Account: "123456789012", ARN: "arn:aws:iam::123456789012:user/alice", UserID: "AIDAALICE"},
				Region:    "us-east-1", Scheme: "http", Host: "localhost:4566", Header: http.Header{},
			},
			Beyond: []string{"InvalidParameterValueException", "MissingRequiredParameterException", "AccessDeniedException", "NotImplemented"},
		}})
	})
}

// try calls an operation with a JSON body. It gives the answer, or the error as a client sees it.
func (c *client) try(operation, body string) (map[string]any, *wire.Error) {
	c.Helper()
	return c.Send(operation, &wire.Request{Protocol: wire.AWSJSON10, Body: []byte(strings.ReplaceAll(body, "'", `"`))})
}

// do calls an operation that must succeed.
func (c *client) do(operation, body string) map[string]any {
	c.Helper()
	out, err := c.try(operation, body)
	if err != nil {
		c.Fatalf("%s %s: %v", operation, body, err)
	}
	return out
}

// url is the URL of a queue.
const orders = "http://localhost:4566/123456789012/orders"

// receive takes all that is there.
func (c *client) receive(queueURL string) []map[string]any {
	c.Helper()
	out := c.do("ReceiveMessage", `{'QueueUrl':'`+queueURL+`','MaxNumberOfMessages':10,'MessageSystemAttributeNames':['All'],'MessageAttributeNames':['All']}`)
	var list []map[string]any
	for _, m := range as[[]any](out["Messages"]) {
		list = append(list, m.(map[string]any))
	}
	return list
}

// as gives a value of a type, the zero value where it is none.
func as[T any](v any) T {
	t, _ := v.(T)
	return t
}

func TestMessageGoesThrough(t *testing.T) {
	each(t, func(c *client) {
		c.Caller.Header.Set("X-Amzn-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793")
		if got := c.do("CreateQueue", `{'QueueName':'orders'}`)["QueueUrl"]; got != orders {
			c.Fatalf("URL %v", got)
		}
		sent := c.do("SendMessage", `{'QueueUrl':'`+orders+`','MessageBody':'hello','MessageAttributes':{'a':{'DataType':'String','StringValue':'x'},'b':{'DataType':'Binary','BinaryValue':'AAE='}}}`)
		if sent["MD5OfMessageBody"] != "5d41402abc4b2a76b9719d911017c592" || sent["MD5OfMessageAttributes"] == nil || sent["SequenceNumber"] != nil {
			c.Errorf("%v", sent)
		}
		list := c.receive("orders")
		if len(list) != 1 {
			c.Fatalf("%d messages", len(list))
		}
		m := list[0]
		if m["MessageId"] != sent["MessageId"] || m["Body"] != "hello" || m["MD5OfBody"] != sent["MD5OfMessageBody"] || m["MD5OfMessageAttributes"] != sent["MD5OfMessageAttributes"] {
			c.Errorf("%v", m)
		}
		attributes := as[map[string]any](m["Attributes"])
		delete(attributes, "SentTimestamp")
		delete(attributes, "ApproximateFirstReceiveTimestamp")
		if d := cmp.Diff(map[string]any{"SenderId": "AIDAALICE", "ApproximateReceiveCount": "1", "AWSTraceHeader": "Root=1-5759e988-bd862e3fe1be46a994272793"}, attributes); d != "" {
			c.Error(d)
		}
		want := map[string]any{"a": map[string]any{"DataType": "String", "StringValue": "x"}, "b": map[string]any{"DataType": "Binary", "BinaryValue": "AAE="}}
		if d := cmp.Diff(want, m["MessageAttributes"]); d != "" {
			c.Error(d)
		}
		handle := as[string](m["ReceiptHandle"])
		c.do("ChangeMessageVisibility", `{'QueueUrl':'`+orders+`','ReceiptHandle':'`+handle+`','VisibilityTimeout':0}`)
		if n := len(c.receive(orders)); n != 1 {
			c.Errorf("%d messages after they were shown again", n)
		}
		c.do("DeleteMessage", `{'QueueUrl':'`+orders+`','ReceiptHandle':'`+handle+`'}`)
		got := c.do("GetQueueAttributes", `{'QueueUrl':'`+orders+`','AttributeNames':['ApproximateNumberOfMessages','ApproximateNumberOfMessagesNotVisible','QueueArn']}`)["Attributes"]
		if d := cmp.Diff(map[string]any{"ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "0", "QueueArn": "arn:aws:sqs:us-east-1:123456789012:orders"}, got); d != "" {
			c.Error(d)
		}
	})
}

func TestDigestOfAttributesIsAWSs(t *testing.T) {
	each(t, func(c *client) {
		c.do("CreateQueue", `{'QueueName':'orders'}`)
		// The digest that other implementations of SQS, and clients that check it, have for this attribute.
		out := c.do("SendMessage", `{'QueueUrl':'orders','MessageBody':'x','MessageAttributes':{'timestamp':{'DataType':'Number','StringValue':'1493147359900'}}}`)
		if out["MD5OfMessageAttributes"] != "235c5c510d26fb653d073faed50ae77c" {
			c.Errorf("%v", out["MD5OfMessageAttributes"])
		}
	})
}

func TestStandardQueueHasItsDefaults(t *testing.T) {
	each(t, func(c *client) {
		c.do("CreateQueue", `{'QueueName':'orders','Attributes':{'VisibilityTimeout':'40'},'tags':{'team':'a'}}`)
		got := as[map[string]any](c.do("GetQueueAttributes", `{'QueueUrl':'orders','AttributeNames':['All']}`)["Attributes"])
		for _, stamp := range []string{"CreatedTimestamp", "LastModifiedTimestamp"} {
			if len(as[string](got[stamp])) != 10 {
				c.Errorf("%s is %v", stamp, got[stamp])
			}
			delete(got, stamp)
		}
		want := map[string]any{
			"VisibilityTimeout": "40", "DelaySeconds": "0", "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600", "ReceiveMessageWaitTimeSeconds": "0",
			"SqsManagedSseEnabled": "true", "QueueArn": "arn:aws:sqs:us-east-1:123456789012:orders",
			"ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "0", "ApproximateNumberOfMessagesDelayed": "0",
		}
		if d := cmp.Diff(want, got); d != "" {
			c.Error(d)
		}
		if out := c.do("GetQueueAttributes", `{'QueueUrl':'orders'}`); len(out) != 0 {
			c.Errorf("without names: %v", out)
		}
		if d := cmp.Diff(map[string]any{"Tags": map[string]any{"team": "a"}}, c.do("ListQueueTags", `{'QueueUrl':'orders'}`)); d != "" {
			c.Error(d)
		}
		c.do("TagQueue", `{'QueueUrl':'orders','Tags':{'team':'b','x':''}}`)
		c.do("UntagQueue", `{'QueueUrl':'orders','TagKeys':['team','none']}`)
		if d := cmp.Diff(map[string]any{"Tags": map[string]any{"x": ""}}, c.do("ListQueueTags", `{'QueueUrl':'orders'}`)); d != "" {
			c.Error(d)
		}
		c.do("UntagQueue", `{'QueueUrl':'orders','TagKeys':['x']}`)
		if out := c.do("ListQueueTags", `{'QueueUrl':'orders'}`); len(out) != 0 {
			c.Errorf("no tags: %v", out)
		}
	})
}

func TestQueuesAreListedInPages(t *testing.T) {
	each(t, func(c *client) {
		if out := c.do("ListQueues", `{}`); len(out) != 0 {
			c.Errorf("no queues: %v", out)
		}
		for _, n := range []string{"b", "a1", "a2", "a3"} {
			c.do("CreateQueue", `{'QueueName':'`+n+`'}`)
		}
		first := c.do("ListQueues", `{'QueueNamePrefix':'a','MaxResults':2}`)
		second := c.do("ListQueues", `{'QueueNamePrefix':'a','MaxResults':2,'NextToken':'`+as[string](first["NextToken"])+`'}`)
		base := "http://localhost:4566/123456789012/"
		if d := cmp.Diff([]any{base + "a1", base + "a2"}, first["QueueUrls"]); d != "" {
			c.Error(d)
		}
		if d := cmp.Diff(map[string]any{"QueueUrls": []any{base + "a3"}}, second); d != "" {
			c.Error(d)
		}
		c.do("DeleteQueue", `{'QueueUrl':'`+base+`a1'}`)
		if d := cmp.Diff(map[string]any{"QueueUrls": []any{base + "a2", base + "a3", base + "b"}}, c.do("ListQueues", `{}`)); d != "" {
			c.Error(d)
		}
	})
}

func TestBatchesAnswerEntryByEntry(t *testing.T) {
	each(t, func(c *client) {
		c.do("CreateQueue", `{'QueueName':'orders','Attributes':{'MaximumMessageSize':'1024'}}`)
		out := c.do("SendMessageBatch", `{'QueueUrl':'orders','Entries':[{'Id':'1','MessageBody':'a'},{'Id':'2','MessageBody':'`+strings.Repeat("x", 1025)+`'},{'Id':'3','MessageBody':'c'},{'Id':'4','MessageBody':'d','MessageDeduplicationId':'x'}]}`)
		var ids []any
		for _, e := range as[[]any](out["Successful"]) {
			ids = append(ids, e.(map[string]any)["Id"])
		}
		if d := cmp.Diff([]any{"1", "3"}, ids); d != "" {
			c.Error(d)
		}
		want := []any{
			map[string]any{"Id": "2", "SenderFault": true, "Code": "InvalidParameterValue", "Message": "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes."},
			map[string]any{"Id": "4", "SenderFault": true, "Code": "InvalidParameterValue", "Message": "Value x for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type."},
		}
		if d := cmp.Diff(want, out["Failed"]); d != "" {
			c.Error(d)
		}
		list := c.receive("orders")
		one, two := as[string](list[0]["ReceiptHandle"]), as[string](list[1]["ReceiptHandle"])
		changed := c.do("ChangeMessageVisibilityBatch", `{'QueueUrl':'orders','Entries':[{'Id':'a','ReceiptHandle':'`+one+`','VisibilityTimeout':0},{'Id':'b','ReceiptHandle':'`+two+`','VisibilityTimeout':99999}]}`)
		if d := cmp.Diff([]any{map[string]any{"Id": "a"}}, changed["Successful"]); d != "" {
			c.Error(d)
		}
		deleted := c.do("DeleteMessageBatch", `{'QueueUrl':'orders','Entries':[{'Id':'a','ReceiptHandle':'`+one+`'},{'Id':'b','ReceiptHandle':'rubbish'},{'Id':'c','ReceiptHandle':'`+two+`'}]}`)
		want = []any{map[string]any{"Id": "b", "SenderFault": true, "Code": "ReceiptHandleIsInvalid", "Message": `The input receipt handle "rubbish" is not a valid receipt handle.`}}
		if d := cmp.Diff(want, deleted["Failed"]); d != "" {
			c.Error(d)
		}
		if n := len(c.receive("orders")); n != 0 {
			c.Errorf("%d messages left", n)
		}
	})
}

func TestErrorsAreAWSs(t *testing.T) {
	const coral = "com.amazon.coral.service"
	long := strings.Repeat("x", 1025)
	tests := []struct {
		operation, body string
		status          int
		namespace, code string
		query, message  string
	}{
		{"GetQueueUrl", `{'QueueName':'none'}`, 400, "", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."},
		{"GetQueueUrl", `{'QueueName':'std','QueueOwnerAWSAccountId':'999999999999'}`, 400, "", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."},
		{"SendMessage", `{'MessageBody':'x'}`, 400, "", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."},
		{"SendMessage", `{'QueueUrl':'http://x/999999999999/std','MessageBody':'x'}`, 400, "", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."},
		{"CreateQueue", `{'QueueName':'std','Attributes':{'DelaySeconds':'1'}}`, 400, "", "QueueNameExists", "QueueAlreadyExists", "A queue already exists with the same name and a different value for attribute DelaySeconds"},
		{"CreateQueue", `{'QueueName':'a b'}`, 400, coral, "InvalidParameterValueException", "InvalidParameterValue", "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"},
		{"CreateQueue", `{'QueueName':'a.fifo'}`, 400, coral, "InvalidParameterValueException", "InvalidParameterValue", "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"},
		{"CreateQueue", `{'QueueName':'a','Attributes':{'Nope':'1'}}`, 400, "", "InvalidAttributeName", "", "Unknown Attribute Nope."},
		{"CreateQueue", `{'QueueName':'a','Attributes':{'FifoQueue':'false'}}`, 400, "", "InvalidAttributeName", "", "Unknown Attribute FifoQueue."},
		{"CreateQueue", `{'QueueName':'a','Attributes':{'DeduplicationScope':'queue'}}`, 400, "", "InvalidAttributeName", "", "You can specify the DeduplicationScope only when FifoQueue is set to true."},
		{"SetQueueAttributes", `{'QueueUrl':'f.fifo','Attributes':{'FifoThroughputLimit':'perMessageGroupId'}}`, 400, "", "InvalidAttributeValue", "", "Invalid value for the parameter FifoThroughputLimit. Reason: To set FifoThroughputLimit to perMessageGroupId, the DeduplicationScope must be messageGroup."},
		{"SetQueueAttributes", `{'QueueUrl':'f.fifo','Attributes':{'FifoQueue':'false'}}`, 400, "", "InvalidAttributeValue", "", "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported."},
		{"SetQueueAttributes", `{'QueueUrl':'std','Attributes':{'QueueArn':'x'}}`, 400, "", "InvalidAttributeName", "", "Unknown Attribute QueueArn."},
		{"SetQueueAttributes", `{'QueueUrl':'std','Attributes':{'VisibilityTimeout':'43201'}}`, 400, "", "InvalidAttributeValue", "", "Invalid value for the parameter VisibilityTimeout."},
		{"SetQueueAttributes", `{'QueueUrl':'std','Attributes':{'Policy':'{}x'}}`, 400, "", "InvalidAttributeValue", "", "Invalid value for the parameter Policy."},
		{"SetQueueAttributes", `{'QueueUrl':'std','Attributes':{'KmsMasterKeyId':'k','SqsManagedSseEnabled':'true'}}`, 400, "", "InvalidAttributeName", "", "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE."},
		{
			"SetQueueAttributes", `{'QueueUrl':'std','Attributes':{'RedrivePolicy':'{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:123456789012:std\",\"maxReceiveCount\":0}'}}`, 400, coral, "InvalidParameterValueException", "InvalidParameterValue",
			`Value {"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:std","maxReceiveCount":0} for parameter RedrivePolicy is invalid. Reason: Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.`,
		},
		{"GetQueueAttributes", `{'QueueUrl':'std','AttributeNames':['']}`, 400, "", "InvalidAttributeName", "", "Unknown Attribute ."},
		{"SendMessage", `{'QueueUrl':'std'}`, 400, coral, "MissingRequiredParameterException", "MissingParameter", "The request must contain the parameter MessageBody."},
		{"SendMessage", `{'QueueUrl':'std','MessageBody':''}`, 400, coral, "MissingRequiredParameterException", "MissingParameter", "The request must contain the parameter MessageBody."},
		{"SendMessage", `{'QueueUrl':'std','MessageBody':'` + long + `'}`, 400, coral, "InvalidParameterValueException", "InvalidParameterValue", "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes."},
		{"SendMessage", `{'QueueUrl':'std','MessageBody':'\u0001'}`, 400, "", "InvalidMessageContents", "", "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"},
		{"SendMessage", `{'QueueUrl':'std','MessageBody':'x','DelaySeconds':901}`, 400, coral, "InvalidParameterValueException", "InvalidParameterValue", "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."},
		{"SendMessage", `{'QueueUrl':'std','MessageBody':'x','MessageGroupId':'a b'}`, 400, coral, "InvalidParameterValueException", "InvalidParameterValue", "Value a b for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length."},
		{"SendMessage", `{'QueueUrl':'std','MessageBody':'x','MessageAttributes':{'a':{'DataType':'String','StringValue':''}}}`, 400, coral, "InvalidParameterValueException", "InvalidParameterValue", "Message (user) attribute 'a' must contain a non-empty value of type 'String'."},
		{"SendMessage", `{'QueueUrl':'std','MessageBody':'x','MessageAttributes':{'a':{'DataType':'String','StringListValues':['x']}}}`, 400, "", "UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation", "Message attribute list values in SendMessage operation are not supported."},
		{"SendMessage", `{'QueueUrl':'f.fifo','MessageBody':'x'}`, 400, coral, "MissingRequiredParameterException", "MissingParameter", "The request must contain the parameter MessageGroupId."},
		{"SendMessage", `{'QueueUrl':'f.fifo','MessageBody':'x','MessageGroupId':'g'}`, 400, coral, "InvalidParameterValueException", "InvalidParameterValue", "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"},
		{"SendMessage", `{'QueueUrl':'f.fifo','MessageBody':'x','MessageGroupId':'g','DelaySeconds':2}`, 400, coral, "InvalidParameterValueException", "InvalidParameterValue", "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type."},
		{"SendMessageBatch", `{'QueueUrl':'f.fifo','Entries':[{'Id':'a','MessageBody':'x'}]}`, 400, coral, "InvalidParameterValueException", "InvalidParameterValue", "The request must contain the parameter MessageGroupId."},
		{"SendMessageBatch", `{'QueueUrl':'std','Entries':[]}`, 400, "", "EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest", "There should be at least one SendMessageBatchRequestEntry in the request."},
		{"SendMessageBatch", `{'QueueUrl':'std','Entries':[{'Id':'a','MessageBody':'x'},{'Id':'a','MessageBody':'x'}]}`, 400, "", "BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "Id a repeated."},
		{"SendMessageBatch", `{'QueueUrl':'std','Entries':[{'Id':'a b','MessageBody':'x'}]}`, 400, "", "InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."},
		{"DeleteMessageBatch", `{'QueueUrl':'std','Entries':[` + strings.Repeat(`{'Id':'a','ReceiptHandle':'x'},`, 10) + `{'Id':'a','ReceiptHandle':'x'}]}`, 400, "", "TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent 11."},
		{"ReceiveMessage", `{'QueueUrl':'std','MaxNumberOfMessages':11}`, 400, coral, "InvalidParameterValueException", "InvalidParameterValue", "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."},
		{"ReceiveMessage", `{'QueueUrl':'std','WaitTimeSeconds':21}`, 400, coral, "InvalidParameterValueException", "InvalidParameterValue", "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."},
		{"DeleteMessage", `{'QueueUrl':'std','ReceiptHandle':'garbage'}`, 404, "", "ReceiptHandleIsInvalid", "", `The input receipt handle "garbage" is not a valid receipt handle.`},
		{"DeleteMessage", `{'QueueUrl':'none','ReceiptHandle':'garbage'}`, 400, "", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."},
		{"DeleteMessage", `{'QueueUrl':'std'}`, 400, coral, "MissingRequiredParameterException", "MissingParameter", "The request must contain the parameter ReceiptHandle."},
		{"AddPermission", `{'QueueUrl':'none','Label':'l','AWSAccountIds':['1'],'Actions':['*']}`, 400, "", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."},
		{"AddPermission", `{'QueueUrl':'std','AWSAccountIds':['111111111111'],'Actions':['*']}`, 400, coral, "MissingRequiredParameterException", "MissingParameter", "The request must contain the parameter Label."},
		{"AddPermission", `{'QueueUrl':'std','Label':'l','AWSAccountIds':['1'],'Actions':['*']}`, 400, coral, "InvalidParameterValueException", "InvalidParameterValue", "Value [1] for parameter PrincipalId is invalid. Reason: Unable to verify."},
		{"AddPermission", `{'QueueUrl':'std','Label':'l','AWSAccountIds':['111111111111'],'Actions':['a','b','c','d','e','f','g','h']}`, 403, "", "OverLimit", "", "8 Actions were found, maximum allowed is 7."},
		{"RemovePermission", `{'QueueUrl':'std','Label':'l'}`, 400, coral, "InvalidParameterValueException", "InvalidParameterValue", "Value l for parameter Label is invalid. Reason: can't find label."},
		{"TagQueue", `{'QueueUrl':'std','Tags':{'aws:x':'y'}}`, 400, coral, "InvalidParameterValueException", "InvalidParameterValue", `Tag keys cannot start with the reserved prefix "aws:".`},
		{"PurgeQueue", `{'QueueUrl':'purged'}`, 403, "", "PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress", "Only one PurgeQueue operation on purged is allowed every 60 seconds."},
	}
	each(t, func(c *client) {
		c.do("CreateQueue", `{'QueueName':'std','Attributes':{'MaximumMessageSize':'1024'}}`)
		c.do("CreateQueue", `{'QueueName':'f.fifo','Attributes':{'FifoQueue':'true'}}`)
		c.do("CreateQueue", `{'QueueName':'purged'}`)
		c.do("PurgeQueue", `{'QueueUrl':'purged'}`)
		for _, tt := range tests {
			_, got := c.try(tt.operation, tt.body)
			if got == nil {
				c.Errorf("%s %s passed", tt.operation, tt.body)
				continue
			}
			want := &wire.Error{Status: tt.status, Namespace: tt.namespace, Code: tt.code, QueryCode: tt.query, Message: tt.message}
			have := &wire.Error{Status: got.Status, Namespace: got.Namespace, Code: got.Code, QueryCode: got.QueryCode, Message: got.Message}
			if d := cmp.Diff(want, have); d != "" {
				c.Errorf("%s %s: %s", tt.operation, tt.body, d)
			}
		}
	})
}

func TestPolicyDeniesEvenTheOwner(t *testing.T) {
	each(t, func(c *client) {
		policy := `{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":{\"AWS\":\"arn:aws:iam::123456789012:user/alice\"},\"Action\":\"SQS:SendMessage\",\"Resource\":\"*\"},` +
			`{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"events.amazonaws.com\"},\"Action\":\"SQS:SendMessage\",\"Resource\":\"*\"}]}`
		c.do("CreateQueue", `{'QueueName':'orders','Attributes':{'Policy':'`+policy+`'}}`)
		for _, body := range []string{`'MessageBody':'x'`, `'Entries':[{'Id':'a','MessageBody':'x'}]`} {
			operation := "SendMessage"
			if strings.Contains(body, "Entries") {
				operation = "SendMessageBatch"
			}
			_, err := c.try(operation, `{'QueueUrl':'orders',`+body+`}`)
			if err == nil || err.Status != 403 || err.Code != "AccessDeniedException" || !strings.HasPrefix(err.Message, "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: sqs:sendmessage on resource: arn:aws:sqs:us-east-1:123456789012:orders") {
				c.Errorf("%s: %v", operation, err)
			}
		}
		c.receive("orders") // another action
		c.Caller.Principal.ARN = "arn:aws:iam::123456789012:user/bob"
		c.do("SendMessage", `{'QueueUrl':'orders','MessageBody':'x'}`)
	})
}

func TestAttributeNamesOfAReceiveChoose(t *testing.T) {
	each(t, func(c *client) {
		c.do("CreateQueue", `{'QueueName':'orders','Attributes':{'VisibilityTimeout':'0'}}`)
		c.do("SendMessage", `{'QueueUrl':'orders','MessageBody':'x','MessageAttributes':{'color':{'DataType':'String','StringValue':'r'},'size':{'DataType':'Number','StringValue':'1'}}}`)
		for _, tt := range []struct{ names, want string }{
			{`[]`, ""}, {`['color']`, "color"}, {`['col.*']`, "color"}, {`['All']`, "color size"}, {`['.*']`, "color size"}, {`['other','a b']`, ""},
		} {
			out := c.do("ReceiveMessage", `{'QueueUrl':'orders','AttributeNames':['SenderId'],'MessageAttributeNames':`+tt.names+`}`)
			m := as[[]any](out["Messages"])[0].(map[string]any)
			var got []string
			for _, n := range []string{"color", "size"} {
				if _, ok := as[map[string]any](m["MessageAttributes"])[n]; ok {
					got = append(got, n)
				}
			}
			if strings.Join(got, " ") != tt.want || (m["MD5OfMessageAttributes"] != nil) != (tt.want != "") {
				c.Errorf("%s gives %v, MD5 %v", tt.names, got, m["MD5OfMessageAttributes"])
			}
			if d := cmp.Diff(map[string]any{"SenderId": "AIDAALICE"}, m["Attributes"]); d != "" {
				c.Error(d)
			}
		}
	})
}

func TestQueryProtocolIsUnderstood(t *testing.T) {
	each(t, func(c *client) {
		form := url.Values{"Action": {"CreateQueue"}, "QueueName": {"orders.fifo"}, "Attribute.1.Name": {"FifoQueue"}, "Attribute.1.Value": {"true"}}
		if _, err := c.Send("CreateQueue", &wire.Request{Protocol: wire.AWSQuery, Form: form}); err != nil {
			c.Fatal(err)
		}
		form = url.Values{
			"QueueUrl": {"https://sqs.us-east-1.amazonaws.com/123456789012/orders.fifo"}, "SendMessageBatchRequestEntry.1.Id": {"a"}, "SendMessageBatchRequestEntry.1.MessageBody": {"x"},
			"SendMessageBatchRequestEntry.1.MessageGroupId": {"g"}, "SendMessageBatchRequestEntry.1.MessageDeduplicationId": {"d"},
		}
		out, err := c.Send("SendMessageBatch", &wire.Request{Protocol: wire.AWSQuery, Form: form})
		if err != nil {
			c.Fatal(err)
		}
		sent := as[[]any](out["Successful"])[0].(map[string]any)
		list := c.receive("orders.fifo")
		got := as[map[string]any](list[0]["Attributes"])
		if got["SequenceNumber"] != sent["SequenceNumber"] || got["MessageGroupId"] != "g" || got["MessageDeduplicationId"] != "d" {
			c.Errorf("%v", got)
		}
	})
}

func TestPolicyKnowsTheCallersAddress(t *testing.T) {
	each(t, func(c *client) {
		policy := `{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"sqs:SendMessage\",\"Resource\":\"*\",\"Condition\":{\"NotIpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}}}`
		c.do("CreateQueue", `{'QueueName':'orders','Attributes':{'Policy':'`+policy+`'}}`)
		for ip, denied := range map[string]bool{"10.1.2.3": false, "192.0.2.1": true} {
			c.Caller.SourceIP = ip
			if _, err := c.try("SendMessage", `{'QueueUrl':'orders','MessageBody':'x'}`); (err != nil) != denied {
				c.Errorf("%s: %v", ip, err)
			}
		}
	})
}

func TestTraceHeaderThatIsNoneIsLeftOut(t *testing.T) {
	each(t, func(c *client) {
		c.do("CreateQueue", `{'QueueName':'orders'}`)
		c.Caller.Header.Set("X-Amzn-Trace-Id", "Root=\xff")
		c.do("SendMessage", `{'QueueUrl':'orders','MessageBody':'x'}`)
		list := c.receive("orders")
		if len(list) != 1 || as[map[string]any](list[0]["Attributes"])["AWSTraceHeader"] != nil {
			c.Errorf("%v", list)
		}
		_, err := c.try("SendMessage", `{'QueueUrl':'orders','MessageBody':'x','MessageSystemAttributes':{'AWSTraceHeader':{'DataType':'String','StringValue':'a\u0000'}}}`)
		if err == nil || err.Code != "InvalidParameterValueException" {
			c.Errorf("err = %v", err)
		}
	})
}
