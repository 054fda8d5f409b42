package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
)

// sqsCoral is the namespace of the errors that SQS's model does not have.
const sqsCoral = "com.amazon.coral.service#"

func TestUnknownOperationsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		const code = "UnknownOperationException"
		s.rawRefuse(t, []rawRow{
			{"cases path", inCases("POST", "/nothing", "{}"), 404, code, "", ""},
			{"cases method", inCases("PATCH", "/domains", "{}"), 404, code, "", ""},
			{"events", inEvents("Explode", "{}"), 400, code, "", ""},
			{"another service's target", request{service: "events", target: "AmazonSQS.ListQueues", body: "{}"}, 400, code, "", ""},
			{"sqs", inSQS("Explode", "{}"), 400, sqsCoral + code, "InvalidAction;Sender", ""},
			{"sqs query", request{service: "sqs", form: true, body: "Action=Explode&Version=2012-11-05"}, 400, "InvalidAction", "", "The action Explode is not valid for this endpoint."},
			{"sts", inSTS("Action=Explode&Version=2011-06-15"), 400, "InvalidAction", "", ""},
		})
		if a := s.do(t, request{service: "dynamodb", target: "DynamoDB_20120810.ListTables", body: "{}"}); a.status != 400 || !strings.Contains(a.says, "cases") {
			t.Errorf("a service that is not served: got %d %s", a.status, a.body)
		}
	})
}

func TestMalformedBodiesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		const code, query = "SerializationException", "MalformedInput;Sender"
		var rows []rawRow
		for what, body := range map[string]string{
			"truncated": `{"name":"x"`, "an array": `[]`, "a string": `"x"`, "rubbish after it": `{"name":"x"}}`, "a number for a string": `{"name":5,"QueueName":5,"Name":5}`,
			"an object for a string": `{"name":{},"QueueName":{},"Name":{}}`, "bad UTF-8": "{\"name\":\"\xff\",\"QueueName\":\"\xff\",\"Name\":\"\xff\"}",
			"too deep": strings.Repeat(`{"a":`, 20000) + "1" + strings.Repeat("}", 20000),
		} {
			rows = append(rows,
				rawRow{"cases: " + what, inCases("POST", "/domains", body), 400, code, "", ""},
				rawRow{"events: " + what, inEvents("DescribeRule", body), 400, code, "", ""},
				rawRow{"sqs: " + what, inSQS("CreateQueue", body), 400, sqsCoral + code, query, ""})
		}
		rows = append(rows,
			rawRow{"cases: a string for a number", inCases("POST", "/domains-list?maxResults=ten", ""), 400, code, "", ""},
			rawRow{"cases: a string for a boolean", inCases("PUT", "/domains/"+nowhere+"/case-event-configuration", `{"eventBridge":{"enabled":"yes"}}`), 400, code, "", ""},
			rawRow{"cases: an object for a list", inCases("POST", "/domains/"+nowhere+"/fields-batch", `{"fields":{}}`), 400, code, "", ""},
			rawRow{"events: a string for a number", inEvents("ListRules", `{"Limit":"10"}`), 400, code, "", ""},
			rawRow{"events: a fraction for an integer", inEvents("ListRules", `{"Limit":1.5}`), 400, code, "", ""},
			rawRow{"sqs: a list for a map", inSQS("CreateQueue", `{"QueueName":"q","Attributes":[]}`), 400, sqsCoral + code, query, ""})
		s.rawRefuse(t, rows)
	})
}

func TestMissingMembersAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t)
		const invalid = "ValidationException"
		missing := func(member string) string {
			return "at '" + member + "' failed to satisfy constraint: Member must not be null"
		}
		s.rawRefuse(t, []rawRow{
			{"cases", inCases("POST", "/domains", `{}`), 400, invalid, "", "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null"},
			{"cases without a body", inCases("POST", "/domains", ``), 400, invalid, "", missing("name")},
			{"cases with a null", inCases("POST", "/domains", `{"name":null}`), 400, invalid, "", missing("name")},
			{"cases two members", inCases("POST", "/domains/"+nowhere+"/fields", `{}`), 400, invalid, "", "2 validation errors detected: "},
			{"cases deep", inCases("POST", "/domains/"+nowhere+"/cases", `{"templateId":"t","fields":[{"value":{"stringValue":"x"}}]}`), 400, invalid, "", missing("fields.1.member.id")},
			{"cases empty union", inCases("POST", "/domains/"+nowhere+"/cases", `{"templateId":"t","fields":[{"id":"title","value":{}}]}`), 400, invalid, "", ""},
			{"cases full union", inCases("POST", "/domains/"+nowhere+"/cases", `{"templateId":"t","fields":[{"id":"title","value":{"stringValue":"x","doubleValue":1}}]}`), 400, invalid, "", ""},
			{"events", inEvents("PutRule", `{}`), 400, invalid, "", missing("name")},
			{"events deep", inEvents("PutTargets", `{"Rule":"r","Targets":[{"Id":"1"}]}`), 400, invalid, "", missing("targets.1.member.arn")},
			{"connect", request{service: "connect", method: "PUT", path: "/instance", body: `{}`}, 400, "InvalidRequestException", "", ""},
			{"profiles", request{service: "profile", method: "POST", path: "/domains/x", body: `{}`}, 400, "BadRequestException", "", ""},
			{"sqs new queue's name", inSQS("CreateQueue", `{}`), 400, sqsCoral + "InvalidParameterValueException", "InvalidParameterValue;Sender", ""},
			{"sqs send", inSQS("SendMessage", `{"QueueUrl":"`+q.url+`"}`), 400, sqsCoral + "MissingRequiredParameterException", "MissingParameter;Sender", "The request must contain the parameter MessageBody."},
			{"sqs handle", inSQS("DeleteMessage", `{"QueueUrl":"`+q.url+`"}`), 400, sqsCoral + "MissingRequiredParameterException", "MissingParameter;Sender", "The request must contain the parameter ReceiptHandle."},
			{"sqs visibility", inSQS("ChangeMessageVisibility", `{"QueueUrl":"`+q.url+`","ReceiptHandle":"x"}`), 400, sqsCoral + "MissingRequiredParameterException", "MissingParameter;Sender", "The request must contain the parameter VisibilityTimeout."},
			{"sqs queue URL", inSQS("SendMessage", `{"MessageBody":"x"}`), 400, "com.amazonaws.sqs#QueueDoesNotExist", noQueue + ";Sender", "The specified queue does not exist."},
			{"sqs queue name", inSQS("GetQueueUrl", `{}`), 400, sqsCoral + "InvalidParameterValueException", "InvalidParameterValue;Sender", ""},
		})
	})
}

func TestUnknownMembersAreIgnored(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for what, r := range map[string]request{
			"cases": inCases("POST", "/domains-list", `{"colour":"red"}`), "events": inEvents("ListRules", `{"Colour":{"a":[1]}}`), "sqs": inSQS("ListQueues", `{"Colour":null}`),
		} {
			if a := s.do(t, r); a.status != 200 {
				t.Errorf("%s: got %d %s", what, a.status, a.body)
			}
		}
	})
}

func TestOversizeBodiesAreRefusedUnread(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		huge := strings.Repeat("x", 9<<20)
		for what, r := range map[string]request{
			"cases": inCases("POST", "/domains", `{"name":"`+huge+`"}`), "events": inEvents("PutRule", `{"Name":"`+huge+`"}`),
			"sqs": inSQS("SendMessage", `{"MessageBody":"`+huge+`"}`), "sts": inSTS("Action=GetCallerIdentity&x=" + huge),
		} {
			r.header = map[string]string{"Expect": "100-continue"}
			if a := s.do(t, r); a.status != http.StatusRequestEntityTooLarge || !strings.HasSuffix(a.code, "RequestEntityTooLarge") || a.says == "" {
				t.Errorf("%s: got %d %s", what, a.status, a.body)
			}
		}
	})
}

func TestOperationsThatAreNotImplementedSaySo(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		const code, says = "NotImplemented", "does not implement"
		refuse(t, []refusal{
			{"events", only(s.events.ListEndpoints(ctx, &eventbridge.ListEndpointsInput{})), code, 501, says},
			{"connect", only(s.connect.ListUsers(ctx, &connect.ListUsersInput{InstanceId: new(nowhere)})), code, 501, says},
		})
		s.rawRefuse(t, []rawRow{
			{"sts", inSTS("Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::111122223333:role/x&RoleSessionName=session"), 501, code, "", says},
		})
	})
}

func TestPathsThatEndInASlashAreServedWithAndWithout(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		id := s.openCase(t, f)
		for _, end := range []string{"", "/"} {
			a := s.do(t, inCases("POST", "/domains/"+f.domain+"/cases/"+id+"/related-items"+end, `{"type":"Comment","content":{"comment":{"body":"x","contentType":"Text/Plain"}}}`))
			if a.status != 200 || !strings.Contains(a.body, `"relatedItemArn":"`+f.domainARN) {
				t.Errorf("related-items%s: got %d %s", end, a.status, a.body)
			}
			a = s.do(t, inCases("POST", "/domains/"+f.domain+"/rules-list"+end, ""))
			if a.status != 200 || !strings.Contains(a.body, `"caseRules":[`) {
				t.Errorf("rules-list%s: got %d %s", end, a.status, a.body)
			}
		}
	})
}

func TestARNInAPathIsOneSegment(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		for arn, row := range map[string]rawRow{
			url.PathEscape(f.domainARN):                         {status: 200},
			strings.ReplaceAll(f.domainARN, "/", "%2F"):         {status: 200},
			strings.ReplaceAll(f.domainARN, "/", "%2f"):         {status: 200},
			strings.ReplaceAll(f.domainARN, "/", "%252F"):       {status: 400, code: "ValidationException"}, // no ARN of Cases
			strings.ReplaceAll(f.domainARN, f.domain, "%C3%BC"): {status: 404, code: "UnknownOperationException"},
			url.PathEscape(f.domainARN) + "/case":               {status: 404, code: "UnknownOperationException"},
			url.PathEscape(f.domainARN + "/case/" + nowhere):    {status: 404, code: "ResourceNotFoundException"},
		} {
			if a := s.do(t, inCases("GET", "/tags/"+arn, "")); a.status != row.status || a.code != row.code {
				t.Errorf("%s: got %d %s", arn, a.status, a.body)
			}
		}
	})
}

func TestAnswersHaveTheShapeOfTheirProtocol(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, q := s.inDomain(t), s.newQueue(t)
		id := s.openCase(t, f)
		for _, row := range []struct {
			name, media, body string
			req               request
		}{
			{"cases, nothing to say", "application/json", "{}", inCases("PUT", "/domains/"+f.domain+"/cases/"+id, `{"fields":[]}`)},
			{"events, nothing to say", "application/x-amz-json-1.1", `{"Rules":[]}`, inEvents("ListRules", `{"NamePrefix":"nobody"}`)},
			{"sqs, no message", "application/x-amz-json-1.0", "{}", inSQS("ReceiveMessage", `{"QueueUrl":"`+q.url+`"}`)},
			{"sqs, no output", "application/x-amz-json-1.0", "", inSQS("SetQueueAttributes", `{"QueueUrl":"`+q.url+`","Attributes":{"DelaySeconds":"0"}}`)},
		} {
			a := s.do(t, row.req)
			if a.status != 200 || a.header.Get("Content-Type") != row.media || a.body != row.body {
				t.Errorf("%s: got %d %s %q, want %s %q", row.name, a.status, a.header.Get("Content-Type"), a.body, row.media, row.body)
			}
		}
	})
}
