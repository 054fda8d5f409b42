package eventbridge_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/wire"
)

const busARN = "arn:aws:events:eu-west-2:111122223333:event-bus/"

// timeless is an answer without its times, which must be there where it says so.
func timeless(t testing.TB, text string, times int) string {
	t.Helper()
	stamp := regexp.MustCompile(`,?"(CreationTime|LastModifiedTime)":[0-9.]+`)
	if n := len(stamp.FindAllString(text, -1)); n != times {
		t.Errorf("%d times in %s, want %d", n, text, times)
	}
	return stamp.ReplaceAllString(text, "")
}

// shows wants an answer with a number of times in it, compared as JSON without them.
func (f *fixture) shows(op, in string, times int, want string) {
	f.Helper()
	if diff := cmp.Diff(parse(f, want), parse(f, timeless(f, f.must(op, in), times))); diff != "" {
		f.Errorf("%s %s:\n%s", op, in, diff)
	}
}

func TestBusOperationsAnswerAsAWSDoes(t *testing.T) {
	each(t, func(f *fixture) {
		const dlq = `"DeadLetterConfig":{"Arn":"arn:aws:sqs:eu-west-2:111122223333:dlq"}`
		f.gives("CreateEventBus", `{"Name":"plain"}`, `{"EventBusArn":"`+busARN+`plain"}`)
		f.gives("CreateEventBus", `{"Name":"orders","Description":"d","KmsKeyIdentifier":"",`+dlq+`,"LogConfig":{"IncludeDetail":"FULL","Level":"INFO"},"Tags":[{"Key":"k","Value":"v"}]}`,
			`{"EventBusArn":"`+busARN+`orders","Description":"d",`+dlq+`,"LogConfig":{"IncludeDetail":"FULL","Level":"INFO"}}`)
		f.gives("ListTagsForResource", `{"ResourceARN":"`+busARN+`orders"}`, `{"Tags":[{"Key":"k","Value":"v"}]}`)
		f.shows("DescribeEventBus", `{"Name":"plain"}`, 2, `{"Name":"plain","Arn":"`+busARN+`plain"}`)
		f.shows("DescribeEventBus", `{"Name":"`+busARN+`orders"}`, 2, `{"Name":"orders","Arn":"`+busARN+`orders","Description":"d",`+dlq+`,"LogConfig":{"IncludeDetail":"FULL","Level":"INFO"}}`)
		f.shows("DescribeEventBus", `{}`, 0, `{"Name":"default","Arn":"`+busARN+`default"}`)
		f.gives("UpdateEventBus", `{"Name":"orders","Description":"e"}`, `{"Name":"orders","Arn":"`+busARN+`orders","Description":"e",`+dlq+`,"LogConfig":{"IncludeDetail":"FULL","Level":"INFO"}}`)
		f.gives("UpdateEventBus", `{"Name":"orders","Description":"","DeadLetterConfig":{},"LogConfig":{"Level":"OFF"}}`, `{"Name":"orders","Arn":"`+busARN+`orders","LogConfig":{"Level":"OFF"}}`)
		f.gives("UpdateEventBus", `{"Description":"all"}`, `{"Name":"default","Arn":"`+busARN+`default","Description":"all"}`)
		const def, orders, plain = `{"Name":"default","Arn":"` + busARN + `default","Description":"all"}`, `{"Name":"orders","Arn":"` + busARN + `orders"}`, `{"Name":"plain","Arn":"` + busARN + `plain"}`
		f.shows("ListEventBuses", `{}`, 6, `{"EventBuses":[`+def+`,`+orders+`,`+plain+`]}`)
		f.shows("ListEventBuses", `{"NamePrefix":"o"}`, 2, `{"EventBuses":[`+orders+`]}`)
		var page struct{ NextToken string }
		if err := json.Unmarshal([]byte(f.must("ListEventBuses", `{"Limit":2}`)), &page); err != nil || page.NextToken == "" {
			f.Errorf("%+v, err = %v", page, err)
		}
		f.shows("ListEventBuses", `{"Limit":2,"NextToken":"`+page.NextToken+`"}`, 2, `{"EventBuses":[`+plain+`]}`)
		for range 2 {
			f.gives("DeleteEventBus", `{"Name":"orders"}`, ``)
		}
		f.fails("DescribeEventBus", `{"Name":"orders"}`, "ResourceNotFoundException", "Event bus orders does not exist.")
	})
}

func TestBadBusesAreRefused(t *testing.T) {
	each(t, func(f *fixture) {
		const validation, missing = "ValidationException", "ResourceNotFoundException"
		f.must("CreateEventBus", `{"Name":"a"}`)
		f.fails("CreateEventBus", `{"Name":"a"}`, "ResourceAlreadyExistsException", "Event bus a already exists.")
		f.fails("CreateEventBus", `{"Name":"default"}`, "ResourceAlreadyExistsException", "Event bus default already exists.")
		f.fails("CreateEventBus", `{"Name":"a/b"}`, validation, "Event bus name must not contain '/'.")
		f.fails("CreateEventBus", `{"Name":"aws.partner/x/y","EventSourceName":"aws.partner/x/y"}`, missing, "Event source aws.partner/x/y does not exist.")
		f.fails("CreateEventBus", `{"Name":"b","KmsKeyIdentifier":"alias/k"}`, validation, "KmsKeyIdentifier is not supported by this version of Casestream.")
		f.fails("UpdateEventBus", `{"Name":"a","KmsKeyIdentifier":"alias/k"}`, validation, "KmsKeyIdentifier is not supported by this version of Casestream.")
		f.fails("CreateEventBus", `{"Name":"b","LogConfig":{"Level":"LOUD"}}`, validation,
			"1 validation error detected: Value 'LOUD' at 'logConfig.level' failed to satisfy constraint: Member must satisfy enum value set: [OFF, ERROR, INFO, TRACE]")
		f.fails("UpdateEventBus", `{"Name":"b"}`, missing, "Event bus b does not exist.")
		f.fails("DeleteEventBus", `{"Name":"default"}`, validation, "Cannot delete event bus default.")
		f.fails("DeleteEventBus", `{"Name":"a:b"}`, validation,
			`1 validation error detected: Value 'a:b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [/\.\-_A-Za-z0-9]+`)
		f.must("PutRule", `{"Name":"r","EventBusName":"a",`+pattern+`}`)
		f.fails("DeleteEventBus", `{"Name":"a"}`, validation, "EventBus can't be deleted since it has rules.")
	})
}

func TestRulesLiveOnTheirBus(t *testing.T) {
	each(t, func(f *fixture) {
		f.queue("q")
		f.must("CreateEventBus", `{"Name":"orders"}`)
		const ruleARN = "arn:aws:events:eu-west-2:111122223333:rule/orders/r"
		f.gives("PutRule", `{"Name":"r","EventBusName":"`+busARN+`orders",`+pattern+`,"Tags":[{"Key":"k","Value":"v"}]}`, `{"RuleArn":"`+ruleARN+`"}`)
		f.gives("DescribeRule", `{"Name":"r","EventBusName":"orders"}`,
			`{"Name":"r","Arn":"`+ruleARN+`","EventPattern":"{\"source\":[\"s\"]}","State":"ENABLED","EventBusName":"orders","CreatedBy":"111122223333"}`)
		f.fails("DescribeRule", `{"Name":"r"}`, "ResourceNotFoundException", "Rule r does not exist on EventBus default.")
		f.gives("ListRules", `{}`, `{"Rules":[]}`)
		f.gives("ListTagsForResource", `{"ResourceARN":"`+ruleARN+`"}`, `{"Tags":[{"Key":"k","Value":"v"}]}`)
		f.fails("PutRule", `{"Name":"t","EventBusName":"orders","ScheduleExpression":"rate(1 minute)"}`, "ValidationException", "ScheduleExpression is supported only on the default event bus.")
		const q = `arn:aws:sqs:eu-west-2:111122223333:q`
		f.must("PutTargets", `{"Rule":"r","EventBusName":"orders","Targets":[{"Id":"1","Arn":"`+q+`"},{"Id":"2","Arn":"`+q+`","Input":"1"}]}`)
		f.must("PutRule", `{"Name":"s","EventBusName":"orders",`+pattern+`}`)
		f.must("PutTargets", `{"Rule":"s","EventBusName":"orders","Targets":[{"Id":"1","Arn":"`+q+`","Input":"2"}]}`)
		var names struct {
			RuleNames []string
			NextToken string
		}
		if err := json.Unmarshal([]byte(f.must("ListRuleNamesByTarget", `{"TargetArn":"`+q+`","EventBusName":"orders","Limit":1}`)), &names); err != nil || len(names.RuleNames) != 1 || names.NextToken == "" {
			f.Errorf("%+v, err = %v", names, err)
		}
		f.gives("ListRuleNamesByTarget", `{"TargetArn":"`+q+`","EventBusName":"orders","Limit":1,"NextToken":"`+names.NextToken+`"}`, `{"RuleNames":["s"]}`)
		f.gives("ListRuleNamesByTarget", `{"TargetArn":"`+q+`"}`, `{"RuleNames":[]}`)
		f.must("PutEvents", `{"Entries":[{"Source":"s","DetailType":"t","Detail":"{}"},{"Source":"s","DetailType":"t","Detail":"{}","EventBusName":"orders"}]}`)
		if got := f.receive("q"); len(got) != 3 || !strings.Contains(got[0].Body, `"source":"s"`) || got[1].Body != "1" || got[2].Body != "2" {
			f.Errorf("%d messages: %+v", len(got), got)
		}
	})
}

func TestPermissionOperationsAnswerAsAWSDoes(t *testing.T) {
	each(t, func(f *fixture) {
		const validation, missing = "ValidationException", "ResourceNotFoundException"
		f.must("CreateEventBus", `{"Name":"a"}`)
		wants := func(policy string) {
			f.Helper()
			f.shows("DescribeEventBus", `{"Name":"a"}`, 2, `{"Name":"a","Arn":"`+busARN+`a"`+policy+`}`)
		}
		f.fails("RemovePermission", `{"EventBusName":"a","StatementId":"x"}`, missing, "Statement with the provided id does not exist.")
		f.fails("RemovePermission", `{"EventBusName":"a"}`, validation, "Parameter StatementId must be specified.")
		f.gives("PutPermission", `{"EventBusName":"a","Action":"events:PutEvents","Principal":"999988887777","StatementId":"x"}`, ``)
		const on = `"Action":"events:PutEvents","Resource":"` + busARN + `a"`
		const x = `{"Sid":"x","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999988887777:root"},` + on + `}`
		wants(`,"Policy":` + quote(`{"Version":"2012-10-17","Statement":[`+x+`]}`))
		f.gives("PutPermission", `{"EventBusName":"a","Action":"events:PutEvents","Principal":"*","StatementId":"org","Condition":{"Type":"StringEquals","Key":"aws:PrincipalOrgID","Value":"o-1"}}`, ``)
		const org = `{"Sid":"org","Effect":"Allow","Principal":"*",` + on + `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}`
		wants(`,"Policy":` + quote(`{"Version":"2012-10-17","Statement":[`+x+`,`+org+`]}`))
		f.gives("RemovePermission", `{"EventBusName":"a","StatementId":"x","RemoveAllPermissions":false}`, ``)
		wants(`,"Policy":` + quote(`{"Version":"2012-10-17","Statement":[`+org+`]}`))
		f.gives("RemovePermission", `{"EventBusName":"a","RemoveAllPermissions":true}`, ``)
		wants(``)
		const document = `{"Version":"2012-10-17","Statement":[{"Sid":"s","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"events:ListRules","Resource":"*"}]}`
		f.gives("PutPermission", `{"EventBusName":"a","Policy":`+quote(document)+`}`, ``)
		wants(`,"Policy":` + quote(document))

		const put = `"EventBusName":"a","Action":"events:PutEvents","StatementId":"x"`
		for in, want := range map[string]string{
			`{` + put + `}`: "Parameter Principal must be specified.",
			`{"EventBusName":"a","Principal":"*","StatementId":"x"}`:                                                  "Parameter Action must be specified.",
			`{"EventBusName":"a","Principal":"*","Action":"events:PutEvents"}`:                                        "Parameter StatementId must be specified.",
			`{"EventBusName":"a","Principal":"*","Action":"events:PutRule","StatementId":"x"}`:                        "Provided value in parameter 'action' is not supported.",
			`{` + put + `,"Principal":"999988887777","Condition":{"Type":"","Key":"","Value":""}}`:                    "Value of the parameter 'principal' must be '*' when the parameter 'condition' is set.",
			`{` + put + `,"Principal":"*","Condition":{"Type":"StringLike","Key":"aws:PrincipalOrgID","Value":"o"}}`:  "Parameter Condition.Type is not valid. Reason: Only StringEquals is supported.",
			`{` + put + `,"Principal":"*","Condition":{"Type":"StringEquals","Key":"aws:SourceIp","Value":"o"}}`:      "Parameter Condition.Key is not valid. Reason: Only aws:PrincipalOrgID is supported.",
			`{` + put + `,"Principal":"*","Condition":{"Type":"StringEquals","Key":"aws:PrincipalOrgID","Value":""}}`: "Parameter Condition.Value must be specified.",
			`{` + put + `,"Principal":"1"}`: `1 validation error detected: Value '1' at 'principal' failed to satisfy constraint: Member must satisfy regular expression pattern: (\d{12}|\*)`,
			`{` + put + `,"Policy":"{}"}`:   "Parameter Policy cannot be specified together with Action, Principal, StatementId or Condition.",
			`{"Policy":"{"}`:                "This policy contains invalid Json",
			`{"Policy":"{}"}`:               "Parameter Policy is not valid. Reason: policy: Statement is missing.",
		} {
			f.fails("PutPermission", in, validation, want)
		}
		f.fails("PutPermission", `{"EventBusName":"b","Action":"events:PutEvents","Principal":"*","StatementId":"x"}`, missing, "Event bus b does not exist.")
		f.fails("RemovePermission", `{"EventBusName":"b","StatementId":"x"}`, missing, "Event bus b does not exist.")
		long := `{"Statement":[{"Sid":"` + strings.Repeat("x", 10_240) + `","Effect":"Allow","Principal":"*","Action":"events:PutEvents","Resource":"*"}]}`
		f.fails("PutPermission", `{"Policy":`+quote(long)+`}`, "PolicyLengthExceededException", "The policy has 10342 characters; a policy of an event bus has at most 10240.")
	})
}

func TestPolicyOfTheBusIsAskedForEachEntry(t *testing.T) {
	each(t, func(f *fixture) {
		f.queue("q")
		f.must("CreateEventBus", `{"Name":"closed"}`)
		f.rule("r", "s", "q", "")
		f.Caller = &wire.Call{Principal: wire.Principal{Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/u"}, Scheme: "http", SourceIP: "192.0.2.1"}
		f.must("PutPermission", `{"EventBusName":"closed","Policy":`+quote(`{"Statement":[{"Effect":"Deny","Principal":"*","Action":"events:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}]}`)+`}`)
		out := f.must("PutEvents", `{"Entries":[{"Source":"s","DetailType":"t","Detail":"{}","EventBusName":"closed"},`+entry("s", `{}`)+`]}`)
		const denied = `{"ErrorCode":"AccessDeniedException","ErrorMessage":"User: arn:aws:iam::111122223333:user/u is not authorized to perform: events:PutEvents on resource: ` +
			busARN + `closed with an explicit deny in a resource-based policy"}`
		if !strings.HasPrefix(out, `{"FailedEntryCount":1,"Entries":[`+denied+`,{"EventId":"`) {
			f.Error(out)
		}
		if got := f.receive("q"); len(got) != 1 {
			f.Errorf("%d messages", len(got))
		}
	})
}

func TestTagOperationsAnswerAsAWSDoes(t *testing.T) {
	each(t, func(f *fixture) {
		f.must("PutRule", `{"Name":"r",`+pattern+`}`)
		for _, arn := range []string{busARN + "default", "arn:aws:events:eu-west-2:111122223333:rule/r"} {
			f.gives("ListTagsForResource", `{"ResourceARN":"`+arn+`"}`, `{"Tags":[]}`)
			f.gives("TagResource", `{"ResourceARN":"`+arn+`","Tags":[{"Key":"b","Value":""},{"Key":"a","Value":"1"}]}`, `{}`)
			f.gives("ListTagsForResource", `{"ResourceARN":"`+arn+`"}`, `{"Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":""}]}`)
			f.gives("UntagResource", `{"ResourceARN":"`+arn+`","TagKeys":["a","c"]}`, `{}`)
			f.gives("ListTagsForResource", `{"ResourceARN":"`+arn+`"}`, `{"Tags":[{"Key":"b","Value":""}]}`)
			f.fails("TagResource", `{"ResourceARN":"`+arn+`","Tags":[{"Key":"aws:x","Value":""}]}`, "ValidationException", "The key of a tag cannot begin with aws:.")
		}
		for _, op := range []string{"TagResource", "UntagResource", "ListTagsForResource"} {
			f.fails(op, `{"Tags":[],"TagKeys":[],"ResourceARN":"arn:aws:events:eu-west-2:111122223333:rule/x"}`, "ResourceNotFoundException", "Rule x does not exist on EventBus default.")
			f.fails(op, `{"Tags":[],"TagKeys":[],"ResourceARN":"x"}`, "ValidationException", "Parameter ResourceARN is not valid. Reason: Provided Arn is not in correct format.")
		}
	})
}

func TestBusIsATargetOfAnother(t *testing.T) {
	each(t, func(f *fixture) {
		f.queue("q")
		f.must("CreateEventBus", `{"Name":"next"}`)
		f.must("PutRule", `{"Name":"on",`+pattern+`}`)
		f.gives("PutTargets", `{"Rule":"on","Targets":[{"Id":"1","Arn":"`+busARN+`next","RoleArn":"arn:aws:iam::111122223333:role/r"}]}`, `{"FailedEntryCount":0,"FailedEntries":[]}`)
		f.must("PutRule", `{"Name":"r","EventBusName":"next",`+pattern+`}`)
		f.must("PutTargets", `{"Rule":"r","EventBusName":"next","Targets":[{"Id":"1","Arn":"arn:aws:sqs:eu-west-2:111122223333:q"},{"Id":"2","Arn":"`+busARN+`default"}]}`)
		id := f.put("s", `{}`)
		if got := f.receive("q"); len(got) != 1 || !strings.Contains(got[0].Body, id) {
			f.Errorf("%d messages", len(got))
		}
		f.dropped(bus.Loop, 1)
		f.fails("PutTargets", `{"Rule":"on","Targets":[{"Id":"1","Arn":"`+busARN+`next","Input":"1"}]}`, "ValidationException",
			"Target 1: an event bus receives events as they are, without Input, InputPath and InputTransformer.")
	})
}
