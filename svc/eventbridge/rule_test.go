package eventbridge_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

const pattern = `"EventPattern":"{\"source\":[\"s\"]}"`

func TestRuleOperationsAnswerAsAWSDoes(t *testing.T) {
	each(t, func(f *fixture) {
		const arn = "arn:aws:events:eu-west-2:111122223333:rule/"
		f.gives("PutRule", `{"Name":"b",`+pattern+`,"State":"ENABLED"}`, `{"RuleArn":"`+arn+`b"}`)
		f.gives("PutRule", `{"Name":"a",`+pattern+`,"State":"DISABLED","Description":"d","EventBusName":"arn:aws:events:eu-west-2:111122223333:event-bus/default"}`, `{"RuleArn":"`+arn+`a"}`)
		f.gives("DescribeRule", `{"Name":"a"}`, `{"Name":"a","Arn":"`+arn+`a","EventPattern":"{\"source\":[\"s\"]}","State":"DISABLED","Description":"d",
			"EventBusName":"default","CreatedBy":"111122223333"}`)
		const a = `{"Name":"a","Arn":"` + arn + `a","EventPattern":"{\"source\":[\"s\"]}","State":"DISABLED","Description":"d","EventBusName":"default"}`
		const b = `{"Name":"b","Arn":"` + arn + `b","EventPattern":"{\"source\":[\"s\"]}","State":"ENABLED","EventBusName":"default"}`
		f.gives("ListRules", `{}`, `{"Rules":[`+a+`,`+b+`]}`)
		f.gives("ListRules", `{"NamePrefix":"b"}`, `{"Rules":[`+b+`]}`)
		f.gives("ListRules", `{"NamePrefix":"c"}`, `{"Rules":[]}`)
		f.gives("ListRules", `{"Limit":1}`, `{"Rules":[`+a+`],"NextToken":"cnVsZXMfYUwWlio"}`)
		f.gives("ListRules", `{"Limit":1,"NextToken":"cnVsZXMfYUwWlio"}`, `{"Rules":[`+b+`]}`)
		f.must("EnableRule", `{"Name":"a"}`)
		f.must("DisableRule", `{"Name":"b"}`)
		if got := f.must("ListRules", `{}`); !strings.Contains(got, `"Name":"a","Arn":"`+arn+`a"`) || strings.Index(got, "ENABLED") > strings.Index(got, "DISABLED") {
			f.Errorf("states after a change: %s", got)
		}
		f.must("DeleteRule", `{"Name":"a"}`)
		f.must("DeleteRule", `{"Name":"a"}`)
		f.fails("DescribeRule", `{"Name":"a"}`, "ResourceNotFoundException", "Rule a does not exist on EventBus default.")
	})
}

func TestScheduledRulesAreShownAndFire(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var later atomic.Int64
		f := open(t, d.Open(t, store.Options{Now: func() time.Time { return time.Unix(1767323045+later.Load(), 0) }}))
		const arn = "arn:aws:events:eu-west-2:111122223333:rule/"
		f.queue("q")
		f.gives("PutRule", `{"Name":"a","ScheduleExpression":"rate(5 minutes)"}`, `{"RuleArn":"`+arn+`a"}`)
		f.must("PutRule", `{"Name":"b",`+pattern+`,"ScheduleExpression":"cron(0 0 1 1 ? 2020)","EventBusName":"default"}`)
		const a = `"Name":"a","Arn":"` + arn + `a","ScheduleExpression":"rate(5 minutes)","State":"ENABLED","EventBusName":"default"`
		const b = `"Name":"b","Arn":"` + arn + `b","EventPattern":"{\"source\":[\"s\"]}","ScheduleExpression":"cron(0 0 1 1 ? 2020)","State":"ENABLED","EventBusName":"default"`
		f.gives("DescribeRule", `{"Name":"a"}`, `{`+a+`,"CreatedBy":"111122223333"}`)
		f.gives("ListRules", `{}`, `{"Rules":[{`+a+`},{`+b+`}]}`)
		f.must("PutTargets", `{"Rule":"a","Targets":[{"Id":"t","Arn":"arn:aws:sqs:eu-west-2:111122223333:q","InputPath":"$.resources"}]}`)
		f.must("PutTargets", `{"Rule":"b","Targets":[{"Id":"t","Arn":"arn:aws:sqs:eu-west-2:111122223333:q"}]}`)
		later.Store(301)
		if _, err := f.bus.FireSchedules(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := f.receive("q"); len(got) != 1 || got[0].Body != `["`+arn+`a"]` {
			t.Errorf("%d messages", len(got))
		}
		f.put("s", "{}")
		if got := f.receive("q"); len(got) != 1 {
			t.Errorf("%d messages of a pattern beside a schedule", len(got))
		}
	})
}

func TestBadRulesAreRefused(t *testing.T) {
	each(t, func(f *fixture) {
		const validation, missing = "ValidationException", "ResourceNotFoundException"
		f.fails("PutRule", `{"Name":"r"}`, validation, "Parameter(s) EventPattern or ScheduleExpression must be specified.")
		f.fails("PutRule", `{"Name":"r","ScheduleExpression":""}`, validation, "Parameter(s) EventPattern or ScheduleExpression must be specified.")
		for _, expression := range []string{"rate(1 minutes)", "cron(0 1 * * * *)", "cron(71 8 1 * ? *)", "at(2026-01-01T00:00:00)"} {
			f.fails("PutRule", `{"Name":"r","ScheduleExpression":"`+expression+`"}`, validation, "Parameter ScheduleExpression is not valid.")
			f.fails("PutRule", `{"Name":"r",`+pattern+`,"ScheduleExpression":"`+expression+`"}`, validation, "Parameter ScheduleExpression is not valid.")
		}
		f.fails("PutRule", `{"Name":"r","ScheduleExpression":"rate(1 minute)","EventPattern":"[]"}`, "InvalidEventPatternException",
			"Event pattern is not valid. Reason: Filter is not an object\n at [Source: (String)\"[]\"; line: 1, column: 2]")
		f.fails("PutRule", `{"Name":"r","ScheduleExpression":"rate(1 minute)","EventBusName":"x"}`, validation, "ScheduleExpression is supported only on the default event bus.")
		f.fails("PutRule", `{"Name":"r","EventPattern":"{\"source\":\"s\"}"}`, "InvalidEventPatternException",
			"Event pattern is not valid. Reason: \"source\" must be an object or an array\n at [Source: (String)\"{\"source\":\"s\"}\"; line: 1, column: 12]")
		f.fails("PutRule", `{"Name":"r",`+pattern+`,"EventBusName":"x"}`, missing, "Event bus x does not exist.")
		f.fails("ListRules", `{"EventBusName":"arn:aws:events:us-east-1:111122223333:event-bus/x"}`, missing, "Event bus arn:aws:events:us-east-1:111122223333:event-bus/x does not exist.")
		f.fails("ListRules", `{"NextToken":"!"}`, validation, "Parameter NextToken is not valid.")
		f.fails("ListRules", `{"NextToken":"nonsense"}`, validation, "Parameter NextToken is not valid.")
		f.fails("EnableRule", `{"Name":"r"}`, missing, "Rule r does not exist on EventBus default.")
		f.fails("PutRule", `{"Name":"a b",`+pattern+`}`, validation,
			`1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+`)
		f.rule("r", "s", "q", "")
		f.fails("DeleteRule", `{"Name":"r"}`, validation, "Rule can't be deleted since it has targets.")
	})
}

func TestTargetOperationsAnswerAsAWSDoes(t *testing.T) {
	each(t, func(f *fixture) {
		const sqs = "arn:aws:sqs:eu-west-2:111122223333:"
		f.must("PutRule", `{"Name":"r",`+pattern+`}`)
		const done = `{"FailedEntryCount":0,"FailedEntries":[]}`
		const a = `{"Id":"a","Arn":"` + sqs + `q.fifo","SqsParameters":{"MessageGroupId":"g"},"Input":"{}","RoleArn":"arn:aws:iam::1:role/x",
			"DeadLetterConfig":{"Arn":"` + sqs + `dlq"},"RetryPolicy":{"MaximumRetryAttempts":0}}`
		const b = `{"Id":"b","Arn":"` + sqs + `q","InputPath":"$.detail"}`
		const c = `{"Id":"c","Arn":"` + sqs + `c","InputTransformer":{"InputPathsMap":{"id":"$.detail.id"},"InputTemplate":"{\"id\": <id>}"}}`
		const d = `{"Id":"d","Arn":"` + sqs + `d","InputTransformer":{"InputTemplate":"\"<aws.events.rule-name>\""}}`
		f.gives("PutTargets", `{"Rule":"r","Targets":[`+b+`,`+a+`,`+d+`,`+c+`]}`, done)
		f.gives("ListTargetsByRule", `{"Rule":"r"}`, `{"Targets":[`+a+`,`+b+`,`+c+`,`+d+`]}`)
		f.gives("RemoveTargets", `{"Rule":"r","Ids":["c","d"]}`, done)
		f.gives("ListTargetsByRule", `{"Rule":"r","Limit":1}`, `{"Targets":[`+a+`],"NextToken":"dGFyZ2V0cx9hLdaeHQ"}`)
		f.gives("ListRuleNamesByTarget", `{"TargetArn":"`+sqs+`q"}`, `{"RuleNames":["r"]}`)
		f.gives("ListRuleNamesByTarget", `{"TargetArn":"`+sqs+`none"}`, `{"RuleNames":[]}`)
		f.gives("PutTargets", `{"Rule":"r","Targets":[{"Id":"b","Arn":"`+sqs+`q2"}]}`, done)
		f.gives("RemoveTargets", `{"Rule":"r","Ids":["a","never-was"]}`, done)
		f.gives("ListTargetsByRule", `{"Rule":"r"}`, `{"Targets":[{"Id":"b","Arn":"`+sqs+`q2"}]}`)
	})
}

func TestBadTargetsAreRefused(t *testing.T) {
	each(t, func(f *fixture) {
		f.must("PutRule", `{"Name":"r",`+pattern+`}`)
		put := func(target, code, message string) {
			f.Helper()
			f.fails("PutTargets", `{"Rule":"r","Targets":[{"Id":"ok","Arn":"arn:aws:sqs:eu-west-2:111122223333:q"},`+target+`]}`, code, message)
		}
		const sqs, validation = `"Arn":"arn:aws:sqs:eu-west-2:111122223333:q"`, "ValidationException"
		put(`{"Id":"t","Arn":"nothing"}`, validation, "Parameter nothing is not valid. Reason: Provided Arn is not in correct format.")
		put(`{"Id":"t","Arn":"arn:aws:sqs:eu-west-2:111122223333:q.fifo"}`, validation, "Parameter(s) SqsParameters must be specified for target: t.")
		put(`{"Id":"t",`+sqs+`,"Input":"{}","InputPath":"$.detail"}`, validation, "Only one of Input, InputPath, or InputTransformer must be provided for target t.")
		put(`{"Id":"t",`+sqs+`,"Input":"{}","InputTransformer":{"InputTemplate":"{}"}}`, validation, "Only one of Input, InputPath, or InputTransformer must be provided for target t.")
		put(`{"Id":"t",`+sqs+`,"InputPath":"$","InputTransformer":{"InputTemplate":"{}"}}`, validation, "Only one of Input, InputPath, or InputTransformer must be provided for target t.")
		put(`{"Id":"t",`+sqs+`,"Input":"env:dev"}`, validation, `JSON syntax error in input for target t: [Source: (String)"env:dev"; line: 1, column: 4]`)
		put(`{"Id":"t",`+sqs+`,"InputTransformer":{"InputTemplate":"\"<detail>\""}}`, validation, "InputTemplate for target t contains invalid placeholder detail.")
		put(`{"Id":"t",`+sqs+`,"InputTransformer":{"InputTemplate":"hello"}}`, validation, `Invalid InputTemplate for target t : [Source: (String)"hello"; line: 1, column: 6].`)
		put(`{"Id":"t",`+sqs+`,"InputTransformer":{"InputPathsMap":{"a":"detail"},"InputTemplate":"<a>"}}`, validation,
			"Parameter InputPathsMap is not valid for target t. Reason: a is no path. A path is $ followed by .name, .*, [index], [*] or ['name'], of at most 256 characters.")
		put(`{"Id":"t",`+sqs+`,"InputTransformer":{"InputPathsMap":{"AWS.a":"$"},"InputTemplate":"{}"}}`, validation,
			`1 validation error detected: Value 'AWS.a' at 'targets.2.member.inputTransformer.inputPathsMap' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [A-Za-z0-9\_\-]+]`)
		put(`{"Id":"t",`+sqs+`,"InputTransformer":{}}`, validation,
			`1 validation error detected: Value null at 'targets.2.member.inputTransformer.inputTemplate' failed to satisfy constraint: Member must not be null`)
		put(`{"Id":"t",`+sqs+`,"HttpParameters":{}}`, validation, "Parameter(s) HttpParameters not valid for target: t.")
		put(`{"Id":"t","Arn":"arn:aws:lambda:eu-west-2:111122223333:function:f"}`, validation, "Target t: a target of the service lambda is not supported by this version of Casestream.")
		put(`{"Id":"a b",`+sqs+`}`, validation, `1 validation error detected: Value 'a b' at 'targets.2.member.id' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+`)
		var six []string
		for _, id := range []string{"1", "2", "3", "4", "5"} {
			six = append(six, `{"Id":"`+id+`",`+sqs+`}`)
		}
		put(strings.Join(six, ","), "LimitExceededException", "The requested resource exceeds the maximum number allowed.")
		f.gives("ListTargetsByRule", `{"Rule":"r"}`, `{"Targets":[]}`)
		for op, in := range map[string]string{
			"PutTargets": `{"Rule":"x","Targets":[{"Id":"t",` + sqs + `}]}`, "ListTargetsByRule": `{"Rule":"x"}`, "RemoveTargets": `{"Rule":"x","Ids":["t"]}`,
		} {
			f.fails(op, in, "ResourceNotFoundException", "Rule x does not exist on EventBus default.")
		}
	})
}

func TestDefaultBusIsThere(t *testing.T) {
	each(t, func(f *fixture) {
		const bus = `{"Name":"default","Arn":"arn:aws:events:eu-west-2:111122223333:event-bus/default"}`
		f.gives("DescribeEventBus", `{}`, bus)
		f.gives("DescribeEventBus", `{"Name":"default"}`, bus)
		f.gives("ListEventBuses", `{}`, `{"EventBuses":[`+bus+`]}`)
		f.gives("ListEventBuses", `{"NamePrefix":"x"}`, `{"EventBuses":[]}`)
		f.fails("DescribeEventBus", `{"Name":"x"}`, "ResourceNotFoundException", "Event bus x does not exist.")
	})
}
