// Package awsapi_test holds the generated packages and wire to AWS's protocols, byte for byte.
package awsapi_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/awsapi/connect"
	"github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/awsapi/customerprofiles"
	"github.com/casestream/casestream/awsapi/eventbridge"
	"github.com/casestream/casestream/awsapi/sqs"
	"github.com/casestream/casestream/awsapi/sts"
	"github.com/casestream/casestream/wire"
)

// request builds what the gateway hands on.
func request(t *testing.T, svc *wire.Service, p wire.Protocol, op, method, target, body string) *wire.Request {
	t.Helper()
	r := &wire.Request{HTTP: httptest.NewRequest(method, target, nil), Service: svc, Protocol: p, Body: []byte(body)}
	if p == wire.RestJSON1 {
		_, r.Op, r.Labels = wire.NewRouter(svc).Match(method, r.HTTP.URL.EscapedPath())
	} else {
		for i := range svc.Operations {
			if svc.Operations[i].Name == op {
				r.Op = &svc.Operations[i]
			}
		}
	}
	if r.Op == nil || r.Op.Name != op || r.Op.Call == nil {
		t.Fatalf("%s %s does not lead to %s", method, target, op)
	}
	return r
}

// answer runs a request and gives status, the headers that matter and the body as sent.
func answer(t *testing.T, r *wire.Request) string {
	t.Helper()
	w := httptest.NewRecorder()
	w.Header().Set("X-Amzn-Requestid", "req-1")
	out, err := r.Op.Call(context.Background(), r)
	if err == nil {
		wire.WriteOutput(w, r, out)
	} else {
		api, ok := errors.AsType[wire.APIError](err)
		if !ok {
			t.Fatalf("%v is no wire.APIError", err)
		}
		wire.WriteError(w, r.Protocol, r.Service, "req-1", api)
	}
	var b strings.Builder
	for _, h := range []string{"Content-Type", "X-Amzn-Errortype", "X-Amzn-Query-Error", "Retry-After"} {
		if v := w.Header().Get(h); v != "" {
			b.WriteString(h + ": " + v + "\n")
		}
	}
	return w.Result().Status + "\n" + b.String() + "\n" + w.Body.String()
}

// same compares two texts.
func same(t *testing.T, want, got string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// cases answers a few operations of Connect Cases from its fields.
type cases struct {
	connectcases.Unimplemented
	in  any
	out *connectcases.GetDomainOutput
	err error
}

func (c *cases) CreateCase(_ context.Context, in *connectcases.CreateCaseInput) (*connectcases.CreateCaseOutput, error) {
	c.in = in
	return &connectcases.CreateCaseOutput{CaseId: "c1", CaseArn: "arn:c1"}, c.err
}

func (c *cases) GetDomain(context.Context, *connectcases.GetDomainInput) (*connectcases.GetDomainOutput, error) {
	return c.out, c.err
}

func (c *cases) ListTemplates(_ context.Context, in *connectcases.ListTemplatesInput) (*connectcases.ListTemplatesOutput, error) {
	c.in = in
	return &connectcases.ListTemplatesOutput{}, nil
}

func (c *cases) UntagResource(_ context.Context, in *connectcases.UntagResourceInput) (*connectcases.UntagResourceOutput, error) {
	c.in = in
	return &connectcases.UntagResourceOutput{}, nil
}

func TestRestJSONReadsUnionsAndLabels(t *testing.T) {
	room := &cases{}
	svc := connectcases.Describe(room)
	got := answer(t, request(t, svc, wire.RestJSON1, "CreateCase", "POST", "/domains/d%2F1/cases",
		`{"templateId":"t1","unknown":{"x":[1]},"fields":[{"id":"a","value":{"stringValue":"<é>"}},{"id":"b","value":{"doubleValue":5}},
		{"id":"c","value":{"emptyValue":{}}}],"performedBy":{"userArn":"arn:u"},"clientToken":"tok","tags":null}`))
	same(t, "200 OK\nContent-Type: application/json\n\n"+`{"caseId":"c1","caseArn":"arn:c1"}`, got)
	want := &connectcases.CreateCaseInput{
		DomainId: "d/1", TemplateId: "t1", ClientToken: wire.Ptr("tok"),
		Fields: []connectcases.FieldValue{
			{Id: "a", Value: connectcases.FieldValueUnion{StringValue: wire.Ptr("<é>")}},
			{Id: "b", Value: connectcases.FieldValueUnion{DoubleValue: wire.Ptr(5.0)}},
			{Id: "c", Value: connectcases.FieldValueUnion{EmptyValue: &connectcases.EmptyFieldValue{}}},
		},
		PerformedBy: &connectcases.UserUnion{UserArn: wire.Ptr("arn:u")},
	}
	if diff := cmp.Diff(want, room.in); diff != "" {
		t.Error(diff)
	}
}

func TestIdempotencyTokensAreFilledIn(t *testing.T) {
	room := &cases{}
	svc := connectcases.Describe(room)
	seen := map[string]bool{}
	for range 2 {
		answer(t, request(t, svc, wire.RestJSON1, "CreateCase", "POST", "/domains/d/cases", `{"templateId":"t","fields":[]}`))
		in, ok := room.in.(*connectcases.CreateCaseInput)
		if !ok || in.ClientToken == nil || len(*in.ClientToken) != 36 {
			t.Fatalf("got %+v", room.in)
		}
		seen[*in.ClientToken] = true
	}
	if len(seen) != 2 {
		t.Error("two requests got one token")
	}
}

func TestRestJSONReadsTheQueryString(t *testing.T) {
	room := &cases{}
	svc := connectcases.Describe(room)
	answer(t, request(t, svc, wire.RestJSON1, "ListTemplates", "POST", "/domains/d/templates-list?status=Active&status=Inactive&maxResults=5&nextToken=a%2Bb", ""))
	want := any(&connectcases.ListTemplatesInput{
		DomainId: "d", MaxResults: wire.Ptr(int32(5)), NextToken: wire.Ptr("a+b"), Status: []string{"Active", "Inactive"},
	})
	if diff := cmp.Diff(want, room.in); diff != "" {
		t.Error(diff)
	}
	got := answer(t, request(t, svc, wire.RestJSON1, "ListTemplates", "POST", "/domains/d/templates-list?maxResults=five", ""))
	same(t, "400 Bad Request\nContent-Type: application/json\nX-Amzn-Errortype: SerializationException\n\n"+
		`{"message":"\"five\" can not be converted to Integer"}`, got)
	got = answer(t, request(t, svc, wire.RestJSON1, "UntagResource", "DELETE", "/tags/arn%3Aaws%3Acases%3Aus-east-1%3A1%3Adomain%2Fd?tagKeys=a", ""))
	same(t, "200 OK\nContent-Type: application/json\n\n{}", got)
	arn := any(&connectcases.UntagResourceInput{Arn: "arn:aws:cases:us-east-1:1:domain/d", TagKeys: []string{"a"}})
	if diff := cmp.Diff(arn, room.in); diff != "" {
		t.Error(diff)
	}
}

func TestCasesWritesISOTimesAndSparseTags(t *testing.T) {
	room := &cases{out: &connectcases.GetDomainOutput{
		DomainId: "d", DomainArn: "arn:d", Name: "n", DomainStatus: connectcases.DomainStatusActive,
		CreatedTime: time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.UTC), Tags: map[string]*string{"a": nil, "b": wire.Ptr("x")},
	}}
	svc := connectcases.Describe(room)
	got := answer(t, request(t, svc, wire.RestJSON1, "GetDomain", "POST", "/domains/d", ""))
	same(t, "200 OK\nContent-Type: application/json\n\n"+
		`{"domainId":"d","domainArn":"arn:d","name":"n","createdTime":"2026-01-02T03:04:05.678Z","domainStatus":"Active","tags":{"a":null,"b":"x"}}`, got)
}

func TestRestJSONWritesExceptions(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{
			&connectcases.ResourceNotFoundException{Message: "no", ResourceId: "d", ResourceType: "Domain"},
			"404 Not Found\nContent-Type: application/json\nX-Amzn-Errortype: ResourceNotFoundException\n\n" +
				`{"message":"no","resourceId":"d","resourceType":"Domain"}`,
		},
		{
			&connectcases.InternalServerException{Message: "oh", RetryAfterSeconds: wire.Ptr(int32(7))},
			"500 Internal Server Error\nContent-Type: application/json\nX-Amzn-Errortype: InternalServerException\nRetry-After: 7\n\n" +
				`{"message":"oh"}`,
		},
		{
			&connectcases.ServiceQuotaExceededException{Message: "full"},
			"402 Payment Required\nContent-Type: application/json\nX-Amzn-Errortype: ServiceQuotaExceededException\n\n" + `{"message":"full"}`,
		},
	} {
		svc := connectcases.Describe(&cases{err: c.err})
		same(t, c.want, answer(t, request(t, svc, wire.RestJSON1, "GetDomain", "POST", "/domains/d", "{ }")))
	}
	svc := connectcases.Describe(&cases{})
	got := answer(t, request(t, svc, wire.RestJSON1, "DeleteDomain", "DELETE", "/domains/d", ""))
	if !strings.HasPrefix(got, "501 Not Implemented\nContent-Type: application/json\nX-Amzn-Errortype: NotImplemented\n") {
		t.Error(got)
	}
}

// broken is one request that is answered before it reaches a room, and the message of the answer.
type broken struct {
	svc                            *wire.Service
	op, method, target, body, want string
}

func TestConstraintsAreReportedInAWSWords(t *testing.T) {
	cc, eb := connectcases.Describe(&cases{}), eventbridge.Describe(eventbridge.Unimplemented{})
	cn, cp := connect.Describe(connect.Unimplemented{}), customerprofiles.Describe(customerprofiles.Unimplemented{})
	const one, two = "1 validation error detected: ", "2 validation errors detected: "
	const at = "' failed to satisfy constraint: "
	for _, c := range []broken{
		{cc, "CreateCase", "POST", "/domains/d/cases", `{"fields":[]}`, one + "Value null at 'templateId" + at + "Member must not be null"},
		{cc, "CreateDomain", "POST", "/domains", `{"name":""}`, two + "Value '' at 'name" + at + "Member must have length greater than or equal to 1; " +
			"Value '' at 'name" + at + `Member must satisfy regular expression pattern: .*[\S]`},
		{
			cc, "CreateField", "POST", "/domains/d/fields", `{"type":"Nope","name":"` + strings.Repeat("é", 101) + `"}`,
			two + "Value '" + strings.Repeat("é", 101) + "' at 'name" + at + "Member must have length less than or equal to 100; " +
				"Value 'Nope' at 'type" + at + "Member must satisfy enum value set: [Text, Number, Boolean, DateTime, SingleSelect, Url, User]",
		},
		{
			cc, "CreateCase", "POST", "/domains/d/cases", `{"fields":[{"id":"a","value":{}},null,{"value":{"stringValue":"x","doubleValue":1}}],"templateId":"t"}`,
			"4 validation errors detected: " +
				"Value with 0 members at 'fields.1.member.value" + at + "Member must have exactly one of [stringValue, doubleValue, booleanValue, emptyValue, userArnValue] set; " +
				"Value null at 'fields.2.member" + at + "Member must not be null; " +
				"Value null at 'fields.3.member.id" + at + "Member must not be null; " +
				"Value with 2 members at 'fields.3.member.value" + at + "Member must have exactly one of [stringValue, doubleValue, booleanValue, emptyValue, userArnValue] set",
		},
		{cc, "CreateCase", "POST", "/domains/d/cases", `{"templateId":"t","fields":[{}],"fields":[]}`, ""},
		{
			cc, "CreateCase", "POST", "/domains/d/cases", `{"templateId":"t","fields":[],"tags":{"aws:x":"y"}}`,
			one + "Value 'aws:x' at 'tags" + at + `Map keys must satisfy constraint: [Member must satisfy regular expression pattern: (?![aA][wW][sS]:)[a-zA-Z0-9 _.:/=+\-@]+]`,
		},
		{
			cc, "ListTemplates", "POST", "/domains/d/templates-list?maxResults=0&status=Bad", "",
			two + "Value '0' at 'maxResults" + at + "Member must have value greater than or equal to 1; " +
				"Value 'Bad' at 'status.1.member" + at + "Member must satisfy enum value set: [Active, Inactive]",
		},
		{
			eb, "CreateConnection", "POST", "/", `{"Name":"` + strings.Repeat("x y", 22) + `","AuthorizationType":"NONE","AuthParameters":{}}`,
			"3 validation errors detected: Value '" + strings.Repeat("x y", 22) + "' at 'name" + at + `Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+; ` +
				"Value '" + strings.Repeat("x y", 22) + "' at 'name" + at + "Member must have length less than or equal to 64; " +
				"Value 'NONE' at 'authorizationType" + at + "Member must satisfy enum value set: [BASIC, OAUTH_CLIENT_CREDENTIALS, API_KEY]",
		},
		{
			eb, "CreateConnection", "POST", "/", `{"Name":"c","AuthorizationType":"NONE","AuthParameters":{"OAuthParameters":{` +
				`"ClientParameters":{"ClientID":"i","ClientSecret":"s"},"AuthorizationEndpoint":"https://a.example","HttpMethod":"put"}}}`, // which is taken
			one + "Value 'NONE' at 'authorizationType" + at + "Member must satisfy enum value set: [BASIC, OAUTH_CLIENT_CREDENTIALS, API_KEY]",
		},
		{
			eb, "CreateApiDestination", "POST", "/", `{"Name":"n","ConnectionArn":"arn:aws:events:eu-west-2:111122223333:connection/c/1","InvocationEndpoint":"https://a.example","HttpMethod":"LIST"}`,
			one + "Value 'LIST' at 'httpMethod" + at + "Member must satisfy enum value set: [HEAD, POST, PATCH, DELETE, PUT, GET, OPTIONS]",
		},
		{eb, "PutEvents", "POST", "/", `{"Entries":[]}`, one + "Value '[]' at 'entries" + at + "Member must have length greater than or equal to 1"},
		{
			eb, "PutTargets", "POST", "/", `{"Rule":"r","Targets":[{"Id":"a b","Arn":"arn:x"}]}`,
			one + "Value 'a b' at 'targets.1.member.id" + at + `Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+`,
		},
		{
			eb, "PutTargets", "POST", "/", `{"Rule":"r","Targets":[{"Id":"a","Arn":"arn:x","InputTransformer":{"InputPathsMap":{"a b":"$"},"InputTemplate":"t"}}]}`,
			one + "Value 'a b' at 'targets.1.member.inputTransformer.inputPathsMap" + at + `Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [A-Za-z0-9\_\-]+]`,
		},
		{
			cn, "CreateInstance", "PUT", "/instance", `{"IdentityManagementType":"SAML","InboundCallsEnabled":true,"InstanceAlias":"d-1"}`,
			two + "Value '***' at 'instanceAlias" + at + `Member must satisfy regular expression pattern: ^(?!d-)([\da-zA-Z]+)([-]*[\da-zA-Z])*$; ` +
				"Value null at 'outboundCallsEnabled" + at + "Member must not be null",
		},
		{
			cp, "CreateDomain", "POST", "/domains/d", `{"DefaultExpirationDays":0}`,
			one + "Value '0' at 'defaultExpirationDays" + at + "Member must have value greater than or equal to 1",
		},
	} {
		r := request(t, c.svc, c.svc.Protocol, c.op, c.method, c.target, c.body)
		_, err := r.Op.Call(context.Background(), r)
		var e *wire.Error
		if c.want == "" {
			if err != nil {
				t.Errorf("%s %s: %v", c.op, c.body, err)
			}
			continue
		}
		if !errors.As(err, &e) {
			t.Errorf("%s %s: %v", c.op, c.body, err)
			continue
		}
		same(t, c.want, e.Message)
		if e.Code != c.svc.Invalid.Code || e.Status != 400 || e.MessageKey != c.svc.Invalid.MessageKey {
			t.Errorf("%s: %+v", c.op, e)
		}
	}
}

func TestSensitiveMembersAreHiddenInLists(t *testing.T) {
	svc := eventbridge.Describe(eventbridge.Unimplemented{})
	header := `{"Key":"k","Value":"secret"}`
	r := request(t, svc, wire.AWSJSON11, "CreateConnection", "POST", "/", `{"Name":"c","AuthorizationType":"BASIC","AuthParameters":{"InvocationHttpParameters":
		{"HeaderParameters":[`+strings.Repeat(header+",", 200)+header+`]}}}`)
	_, err := r.Op.Call(context.Background(), r)
	var e *wire.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	const begin = "1 validation error detected: Value '[ConnectionHeaderParameter(key=k, value=***, isValueSecret=null), "
	const end = "…' at 'authParameters.invocationHttpParameters.headerParameters' failed to satisfy constraint: Member must have length less than or equal to 100"
	if !strings.HasPrefix(e.Message, begin) || !strings.HasSuffix(e.Message, end) || len(e.Message) > 9000 {
		t.Error(e.Message)
	}
}

// queues answers SQS's operations from its fields.
type queues struct {
	sqs.Unimplemented
	in       any
	err      error
	messages []sqs.Message
}

func (q *queues) SendMessage(_ context.Context, in *sqs.SendMessageInput) (*sqs.SendMessageOutput, error) {
	q.in = in
	return &sqs.SendMessageOutput{MessageId: wire.Ptr("m1"), MD5OfMessageBody: wire.Ptr("5d41")}, q.err
}

func (q *queues) SendMessageBatch(_ context.Context, in *sqs.SendMessageBatchInput) (*sqs.SendMessageBatchOutput, error) {
	q.in = in
	return &sqs.SendMessageBatchOutput{Failed: []sqs.BatchResultErrorEntry{{Id: "a", Code: "C", SenderFault: true}}}, nil
}

func (q *queues) CreateQueue(_ context.Context, in *sqs.CreateQueueInput) (*sqs.CreateQueueOutput, error) {
	q.in = in
	return &sqs.CreateQueueOutput{QueueUrl: wire.Ptr("http://h/1/q")}, nil
}

func (q *queues) GetQueueAttributes(_ context.Context, in *sqs.GetQueueAttributesInput) (*sqs.GetQueueAttributesOutput, error) {
	q.in = in
	return &sqs.GetQueueAttributesOutput{Attributes: map[string]string{"B": "2", "A": "1"}}, nil
}

func (q *queues) ReceiveMessage(context.Context, *sqs.ReceiveMessageInput) (*sqs.ReceiveMessageOutput, error) {
	return &sqs.ReceiveMessageOutput{Messages: q.messages}, nil
}

func (q *queues) DeleteMessage(context.Context, *sqs.DeleteMessageInput) (*sqs.DeleteMessageOutput, error) {
	return &sqs.DeleteMessageOutput{}, q.err
}

func TestSQSSpeaksJSON(t *testing.T) {
	room := &queues{}
	svc := sqs.Describe(room)
	send := func(op, body string) string {
		return answer(t, request(t, svc, wire.AWSJSON10, op, "POST", "/", body))
	}
	const head = "Content-Type: application/x-amz-json-1.0\n"
	same(t, "200 OK\n"+head+"\n"+`{"MD5OfMessageBody":"5d41","MessageId":"m1"}`,
		send("SendMessage", `{"QueueUrl":"u","MessageBody":"hi","MessageAttributes":{"k":{"DataType":"Binary","BinaryValue":"aGk="}}}`))
	want := any(&sqs.SendMessageInput{QueueUrl: "u", MessageBody: "hi", MessageAttributes: map[string]sqs.MessageAttributeValue{
		"k": {DataType: "Binary", BinaryValue: []byte("hi")},
	}})
	if diff := cmp.Diff(want, room.in); diff != "" {
		t.Error(diff)
	}
	same(t, "200 OK\n"+head+"\n", send("DeleteMessage", `{"QueueUrl":"u","ReceiptHandle":"h"}`))
	same(t, "200 OK\n"+head+"\n{}", send("ReceiveMessage", `{"QueueUrl":"u"}`))
	same(t, "200 OK\n"+head+"\n"+`{"Failed":[{"Id":"a","SenderFault":true,"Code":"C"}]}`, send("SendMessageBatch", `{"QueueUrl":"u"}`))
	same(t, "400 Bad Request\n"+head+"X-Amzn-Query-Error: MissingParameter;Sender\n\n"+
		`{"__type":"com.amazon.coral.service#MissingRequiredParameterException","message":"The request must contain the parameter MessageBody."}`,
		send("SendMessage", `{"QueueUrl":"u","MessageBody":null}`))
	same(t, "400 Bad Request\n"+head+"X-Amzn-Query-Error: MalformedInput;Sender\n\n"+
		`{"__type":"com.amazon.coral.service#SerializationException","message":"START_ARRAY can not be converted to structure"}`, send("SendMessage", `[]`))
	room.err = &sqs.QueueDoesNotExist{Message: "The specified queue does not exist."}
	same(t, "400 Bad Request\n"+head+"X-Amzn-Query-Error: AWS.SimpleQueueService.NonExistentQueue;Sender\n\n"+
		`{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}`, send("SendMessage", `{"MessageBody":"x"}`))
	room.err = &sqs.ReceiptHandleIsInvalid{Message: "m"}
	same(t, "404 Not Found\n"+head+"X-Amzn-Query-Error: ReceiptHandleIsInvalid;Sender\n\n"+
		`{"__type":"com.amazonaws.sqs#ReceiptHandleIsInvalid","message":"m"}`, send("DeleteMessage", `{"ReceiptHandle":"x"}`))
}

func TestSQSSpeaksQuery(t *testing.T) {
	room := &queues{}
	svc := sqs.Describe(room)
	send := func(op, params string) string {
		r := request(t, svc, wire.AWSQuery, op, "POST", "/", "Action="+op+"&Version=2012-11-05&"+params)
		r.HTTP.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		return answer(t, r)
	}
	const head = "200 OK\nContent-Type: text/xml\n\n" + `<?xml version="1.0"?>`
	const ns, meta = ` xmlns="http://queue.amazonaws.com/doc/2012-11-05/">`, `<ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata>`
	got := send("SendMessageBatch", "QueueUrl=u&SendMessageBatchRequestEntry.2.Id=b&SendMessageBatchRequestEntry.2.MessageBody=B&SendMessageBatchRequestEntry.10.Id=c"+
		"&SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=%26+x&SendMessageBatchRequestEntry.1.DelaySeconds=5"+
		"&SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=k&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType=Binary"+
		"&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.BinaryValue=aGk%3D")
	same(t, head+`<SendMessageBatchResponse`+ns+`<SendMessageBatchResult><BatchResultErrorEntry><Id>a</Id><SenderFault>true</SenderFault><Code>C</Code></BatchResultErrorEntry>`+
		`</SendMessageBatchResult>`+meta+`</SendMessageBatchResponse>`, got)
	want := any(&sqs.SendMessageBatchInput{QueueUrl: "u", Entries: []sqs.SendMessageBatchRequestEntry{
		{Id: "a", MessageBody: "& x", DelaySeconds: wire.Ptr(int32(5)), MessageAttributes: map[string]sqs.MessageAttributeValue{"k": {DataType: "Binary", BinaryValue: []byte("hi")}}},
		{Id: "b", MessageBody: "B"},
		{Id: "c"},
	}})
	if diff := cmp.Diff(want, room.in); diff != "" {
		t.Error(diff)
	}
	send("CreateQueue", "QueueName=q&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5&Tag.1.Key=a&Tag.1.Value=b")
	want = &sqs.CreateQueueInput{QueueName: "q", Attributes: map[string]string{"DelaySeconds": "5"}, Tags: map[string]string{"a": "b"}}
	if diff := cmp.Diff(want, room.in); diff != "" {
		t.Error(diff)
	}
	same(t, head+`<GetQueueAttributesResponse`+ns+`<GetQueueAttributesResult><Attribute><Name>A</Name><Value>1</Value></Attribute>`+
		`<Attribute><Name>B</Name><Value>2</Value></Attribute></GetQueueAttributesResult>`+meta+`</GetQueueAttributesResponse>`,
		send("GetQueueAttributes", "QueueUrl=u&AttributeName.1=All"))
	same(t, head+`<ReceiveMessageResponse`+ns+`<ReceiveMessageResult/>`+meta+`</ReceiveMessageResponse>`, send("ReceiveMessage", "QueueUrl=u"))
	same(t, head+`<DeleteMessageResponse`+ns+meta+`</DeleteMessageResponse>`, send("DeleteMessage", "QueueUrl=u&ReceiptHandle=h"))
	room.messages = []sqs.Message{{Body: wire.Ptr("a\r\n\"<&>\x00"), MessageAttributes: map[string]sqs.MessageAttributeValue{"k": {DataType: "String", StringValue: wire.Ptr("v")}}}}
	same(t, head+`<ReceiveMessageResponse`+ns+"<ReceiveMessageResult><Message><Body>a&#xD;\n&quot;&lt;&amp;&gt;\uFFFD</Body><MessageAttribute><Name>k</Name>"+
		`<Value><StringValue>v</StringValue><DataType>String</DataType></Value></MessageAttribute></Message></ReceiveMessageResult>`+meta+`</ReceiveMessageResponse>`,
		send("ReceiveMessage", "QueueUrl=u"))
}

func TestQueryErrorsAreXML(t *testing.T) {
	room := &queues{err: &sqs.QueueDoesNotExist{Message: "The specified queue does not exist."}}
	svc := sqs.Describe(room)
	failure := func(params, code, text string) {
		t.Helper()
		same(t, "400 Bad Request\nContent-Type: text/xml\n\n"+`<?xml version="1.0"?><ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">`+
			`<Error><Type>Sender</Type><Code>`+code+`</Code><Message>`+text+`</Message><Detail/></Error><RequestId>req-1</RequestId></ErrorResponse>`,
			answer(t, request(t, svc, wire.AWSQuery, "SendMessage", "GET", "/?"+params, "")))
	}
	failure("MessageBody=x", "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist for this wsdl version.")
	failure("QueueUrl=u", "MissingParameter", "The request must contain the parameter MessageBody.")
	failure("MessageBody=x&DelaySeconds=x", "MalformedInput", "&quot;x&quot; can not be converted to Integer")
	failure("MessageBody=x&MessageAttribute.1.Value.DataType=x", "MalformedInput", "&quot;an entry without Name&quot; can not be converted to map entry")
}

// identity answers STS.
type identity struct{ sts.Unimplemented }

func (identity) GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	return &sts.GetCallerIdentityOutput{UserId: wire.Ptr("AIDA"), Account: wire.Ptr("1"), Arn: wire.Ptr("arn:u")}, nil
}

func (identity) AssumeRole(_ context.Context, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	return &sts.AssumeRoleOutput{
		SourceIdentity: wire.Ptr(*in.PolicyArns[1].Arn + in.Tags[0].Key),
		Credentials:    &sts.Credentials{AccessKeyId: "AK", Expiration: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
	}, nil
}

func TestSTSSpeaksQuery(t *testing.T) {
	svc := sts.Describe(identity{})
	const head = "200 OK\nContent-Type: text/xml\n\n" + `<?xml version="1.0"?>`
	const ns, meta = ` xmlns="https://sts.amazonaws.com/doc/2011-06-15/">`, `<ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata>`
	same(t, head+`<GetCallerIdentityResponse`+ns+`<GetCallerIdentityResult><UserId>AIDA</UserId><Account>1</Account><Arn>arn:u</Arn></GetCallerIdentityResult>`+
		meta+`</GetCallerIdentityResponse>`, answer(t, request(t, svc, wire.AWSQuery, "GetCallerIdentity", "POST", "/", "Action=GetCallerIdentity")))
	arn := strings.Repeat("x", 20)
	same(t, head+`<AssumeRoleResponse`+ns+`<AssumeRoleResult><Credentials><AccessKeyId>AK</AccessKeyId><SecretAccessKey></SecretAccessKey><SessionToken></SessionToken>`+
		`<Expiration>2026-01-02T03:04:05.000Z</Expiration></Credentials><SourceIdentity>arn:`+arn+`k</SourceIdentity></AssumeRoleResult>`+meta+`</AssumeRoleResponse>`,
		answer(t, request(t, svc, wire.AWSQuery, "AssumeRole", "POST", "/", "RoleArn="+arn+"&RoleSessionName=abc&PolicyArns.member.1.arn="+arn+
			"&PolicyArns.member.2.arn=arn:"+arn+"&Tags.member.1.Key=k&Tags.member.1.Value=v")))
	got := answer(t, request(t, svc, wire.AWSQuery, "AssumeRole", "POST", "/", "RoleArn="+arn+"&PolicyArns.member.1.arn=x&DurationSeconds=1"))
	const at = " failed to satisfy constraint: Member must "
	same(t, "400 Bad Request\nContent-Type: text/xml\n\n"+`<?xml version="1.0"?><ErrorResponse`+ns+`<Error><Type>Sender</Type><Code>ValidationError</Code><Message>`+
		`3 validation errors detected: Value null at 'roleSessionName'`+at+`not be null; Value 'x' at 'policyArns.1.member.arn'`+at+
		`have length greater than or equal to 20; Value '1' at 'durationSeconds'`+at+`have value greater than or equal to 900</Message><Detail/></Error>`+
		`<RequestId>req-1</RequestId></ErrorResponse>`, got)
}

// rules answers EventBridge.
type rules struct {
	eventbridge.Unimplemented
	in *eventbridge.PutEventsInput
}

func (r *rules) PutEvents(_ context.Context, in *eventbridge.PutEventsInput) (*eventbridge.PutEventsOutput, error) {
	r.in = in
	return &eventbridge.PutEventsOutput{FailedEntryCount: wire.Ptr(int32(0)), Entries: []eventbridge.PutEventsResultEntry{{EventId: wire.Ptr("e")}}}, nil
}

func (r *rules) EnableRule(context.Context, *eventbridge.EnableRuleInput) (*eventbridge.EnableRuleOutput, error) {
	return nil, nil
}

func (r *rules) DescribeArchive(context.Context, *eventbridge.DescribeArchiveInput) (*eventbridge.DescribeArchiveOutput, error) {
	return &eventbridge.DescribeArchiveOutput{CreationTime: wire.Ptr(time.UnixMilli(1700000000500))}, nil
}

func (r *rules) DescribeRule(context.Context, *eventbridge.DescribeRuleInput) (*eventbridge.DescribeRuleOutput, error) {
	return nil, &eventbridge.ResourceNotFoundException{Message: "Rule r does not exist on EventBus default."}
}

func TestEventBridgeSpeaksJSON11(t *testing.T) {
	room := &rules{}
	svc := eventbridge.Describe(room)
	send := func(op, body string) string {
		return answer(t, request(t, svc, wire.AWSJSON11, op, "POST", "/", body))
	}
	const head = "Content-Type: application/x-amz-json-1.1\n"
	same(t, "200 OK\n"+head+"\n"+`{"FailedEntryCount":0,"Entries":[{"EventId":"e"}]}`, send("PutEvents", `{"Entries":[{"Time":1700000000.25,"Source":"s"}]}`))
	if want := time.UnixMilli(1700000000250); room.in == nil || !room.in.Entries[0].Time.Equal(want) {
		t.Errorf("got %+v", room.in)
	}
	same(t, "200 OK\n"+head+"\n", send("EnableRule", `{"Name":"r"}`))
	same(t, "200 OK\n"+head+"\n"+`{"CreationTime":1700000000.5}`, send("DescribeArchive", `{"ArchiveName":"a"}`))
	same(t, "400 Bad Request\n"+head+"\n"+`{"__type":"ResourceNotFoundException","message":"Rule r does not exist on EventBus default."}`, send("DescribeRule", `{"Name":"r"}`))
	same(t, "400 Bad Request\n"+head+"\n"+`{"__type":"SerializationException","message":"STRING_VALUE can not be converted to Timestamp"}`,
		send("PutEvents", `{"Entries":[{"Time":"now"}]}`))
	same(t, "400 Bad Request\n"+head+"\n"+`{"__type":"ValidationException","message":"1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null"}`,
		send("DescribeRule", ""))
}

func TestEveryOperationOfTheModelHasARow(t *testing.T) {
	for svc, want := range map[*wire.Service][2]int{
		connectcases.Describe(connectcases.Unimplemented{}):         {43, 43},
		eventbridge.Describe(eventbridge.Unimplemented{}):           {57, 57},
		sqs.Describe(sqs.Unimplemented{}):                           {23, 23},
		sts.Describe(sts.Unimplemented{}):                           {11, 11},
		connect.Describe(connect.Unimplemented{}):                   {370, 7},
		customerprofiles.Describe(customerprofiles.Unimplemented{}): {106, 11},
	} {
		callable := 0
		for _, op := range svc.Operations {
			if op.Call != nil {
				callable++
			}
			if rest := svc.Protocol == wire.RestJSON1; rest != (op.Path != "" && op.Method != "") {
				t.Errorf("%s:%s has method %q and path %q", svc.ID, op.Name, op.Method, op.Path)
			}
		}
		if got := [2]int{len(svc.Operations), callable}; got != want {
			t.Errorf("%s has %v rows and callable rows, want %v", svc.ID, got, want)
		}
	}
}
