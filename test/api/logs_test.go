package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/google/go-cmp/cmp"
)

// letEventsWrite lets EventBridge write to the log groups of events.
const letEventsWrite = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["events.amazonaws.com","delivery.logs.amazonaws.com"]},` +
	`"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/*:*"}]}`

// newLogGroup makes a log group and gives its name and ARN.
func (s *server) newLogGroup(t *testing.T, prefix string) (n, arn string) {
	t.Helper()
	n = name(prefix)
	got(s.logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &n}))(t)
	return n, "arn:aws:logs:us-east-1:111122223333:log-group:" + n
}

// logged waits for so many events of a log group and gives them.
func (s *server) logged(t *testing.T, group string, n int) []logtypes.FilteredLogEvent {
	t.Helper()
	return walk(t, 10_000, func(e logtypes.FilteredLogEvent) string { return *e.EventId }, s.filtered(&cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group, Limit: new(int32(n))}))
}

func TestRuleDeliversToALogGroup(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		letters := s.openQueue(t)
		bus, _ := s.newBus(t)
		group, arn := s.newLogGroup(t, "/aws/events/cases")
		closed, closedARN := s.newLogGroup(t, "closed")
		put := func(detail string) {
			t.Helper()
			out := got(s.events.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{to(bus, detail)}}))(t)
			if out.FailedEntryCount != 0 {
				t.Fatalf("got %+v", out.Entries)
			}
		}
		dead := &types.DeadLetterConfig{Arn: &letters.arn}
		s.ruleOn(t, bus, types.Target{Id: new("1"), Arn: &arn, DeadLetterConfig: dead}, types.Target{Id: new("2"), Arn: &closedARN, DeadLetterConfig: dead})
		s.ruleOn(t, bus, types.Target{Id: new("1"), Arn: new(arn + ":*"), InputTransformer: &types.InputTransformer{
			InputPathsMap: map[string]string{"at": "$.time", "n": "$.detail.n"}, InputTemplate: new(`{"timestamp":<at>,"message":"number <n>"}`),
		}})
		put(`{"n":0}`) // before EventBridge may write
		if l := s.logged(t, group, 10); len(l) != 0 {
			t.Errorf("got %+v without a policy", l)
		}
		got(s.logs.PutResourcePolicy(ctx, &cloudwatchlogs.PutResourcePolicyInput{PolicyName: new("events"), PolicyDocument: new(letEventsWrite)}))(t)
		put(`{"n":1}`)
		var messages []string
		for _, e := range s.logged(t, group, 1) {
			if len(*e.LogStreamName) != 36 || time.Since(time.UnixMilli(*e.Timestamp)) > time.Minute {
				t.Errorf("got %+v", e)
			}
			messages = append(messages, *e.Message)
		}
		if len(messages) != 2 || !strings.Contains(strings.Join(messages, ""), "number 1") || !strings.Contains(strings.Join(messages, ""), `"detail":{"n":1}}`) {
			t.Errorf("got %q", messages)
		}
		if l := s.logged(t, closed, 10); len(l) != 0 {
			t.Errorf("got %+v in a group that no policy is about", l)
		}
		s.ruleOn(t, bus, types.Target{Id: new("1"), Arn: new("arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/none"), DeadLetterConfig: dead})
		put(`{"n":2}`)
		codes := map[string]int{}
		for range 5 {
			for _, m := range s.receive(t, letters, 0) {
				codes[*m.MessageAttributes["ERROR_CODE"].StringValue]++
			}
		}
		if diff := cmp.Diff(map[string]int{"NO_PERMISSIONS": 4, "NO_RESOURCE": 1}, codes); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLogGroupsAreMadeDescribedChangedAndRemoved(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		n, arn := s.newLogGroup(t, "group")
		got(s.logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &n, RetentionInDays: new(int32(7))}))(t)
		got(s.logs.TagResource(ctx, &cloudwatchlogs.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{"a": "1", "b": "2"}}))(t)
		got(s.logs.UntagResource(ctx, &cloudwatchlogs.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"a"}}))(t)
		if diff := cmp.Diff(map[string]string{"b": "2"}, got(s.logs.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: &arn}))(t).Tags); diff != "" {
			t.Error(diff)
		}
		got(s.logs.PutLogGroupDeletionProtection(ctx, &cloudwatchlogs.PutLogGroupDeletionProtectionInput{LogGroupIdentifier: &arn, DeletionProtectionEnabled: new(true)}))(t)
		list := got(s.logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePattern: &n}))(t).LogGroups
		if len(list) != 1 || *list[0].LogGroupName != n || *list[0].Arn != arn+":*" || *list[0].LogGroupArn != arn || *list[0].RetentionInDays != 7 || !*list[0].DeletionProtectionEnabled || list[0].LogGroupClass != logtypes.LogGroupClassStandard {
			t.Errorf("got %+v", list)
		}
		refuse(t, []refusal{{"delete a protected one", only(s.logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &n})), "ValidationException", 400, "protected"}})
		got(s.logs.PutLogGroupDeletionProtection(ctx, &cloudwatchlogs.PutLogGroupDeletionProtectionInput{LogGroupIdentifier: &n, DeletionProtectionEnabled: new(false)}))(t)
		got(s.logs.DeleteRetentionPolicy(ctx, &cloudwatchlogs.DeleteRetentionPolicyInput{LogGroupName: &n}))(t)
		for i := range 3 {
			got(s.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: new(fmt.Sprint(n, "/", i))}))(t)
		}
		var names []string
		in := &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: new(n + "/"), Limit: new(int32(2))}
		for {
			out := got(s.logs.DescribeLogGroups(ctx, in))(t)
			for _, g := range out.LogGroups {
				if names = append(names, *g.LogGroupName); g.RetentionInDays != nil {
					t.Errorf("got %+v", g)
				}
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		if diff := cmp.Diff([]string{n + "/0", n + "/1", n + "/2"}, names); diff != "" {
			t.Error(diff)
		}
		got(s.logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &n}))(t)
	})
}

func TestLogEventsArePutReadAndFiltered(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, now := t.Context(), time.Now().UnixMilli()
		n, arn := s.newLogGroup(t, "group")
		for _, stream := range []string{"s", "t"} {
			got(s.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &n, LogStreamName: &stream}))(t)
			out := got(s.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: &n, LogStreamName: &stream, LogEvents: []logtypes.InputLogEvent{
				{Timestamp: new(now - time.Hour.Milliseconds()), Message: new("first ERROR")}, {Timestamp: &now, Message: new(`{"level":"info","n":5}`)},
			}}))(t)
			if out.RejectedLogEventsInfo != nil || out.NextSequenceToken == nil {
				t.Errorf("got %+v", out)
			}
		}
		ahead := got(s.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: &n, LogStreamName: new("s"), LogEvents: []logtypes.InputLogEvent{{Timestamp: new(now + 3*time.Hour.Milliseconds()), Message: new("x")}}}))(t)
		if ahead.RejectedLogEventsInfo == nil || *ahead.RejectedLogEventsInfo.TooNewLogEventStartIndex != 0 {
			t.Errorf("got %+v", ahead.RejectedLogEventsInfo)
		}
		for pattern, want := range map[string]int{"": 4, "ERROR": 2, "-ERROR": 2, `{ $.level = "info" && $.n >= 5 }`: 2, "nothing": 0} {
			found := walk(t, 1, func(e logtypes.FilteredLogEvent) string { return *e.EventId }, s.filtered(&cloudwatchlogs.FilterLogEventsInput{LogGroupIdentifier: &arn, FilterPattern: &pattern, Limit: new(int32(1))}))
			if len(found) != want {
				t.Errorf("%q finds %d events, want %d", pattern, len(found), want)
			}
		}
		one := &cloudwatchlogs.GetLogEventsInput{LogGroupName: &n, LogStreamName: new("s"), Limit: new(int32(1)), StartFromHead: new(true)}
		var messages []string
		for {
			out := got(s.logs.GetLogEvents(ctx, one))(t)
			for _, e := range out.Events {
				messages = append(messages, *e.Message)
			}
			if one.NextToken != nil && *out.NextForwardToken == *one.NextToken {
				break
			}
			one.NextToken = out.NextForwardToken
		}
		if diff := cmp.Diff([]string{"first ERROR", `{"level":"info","n":5}`}, messages); diff != "" {
			t.Error(diff)
		}
		if last := got(s.logs.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: &n, LogStreamName: new("s"), Limit: new(int32(1))}))(t).Events; len(last) != 1 || *last[0].Timestamp != now {
			t.Errorf("got %+v", last)
		}
		streams := got(s.logs.DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: &n, LogStreamNamePrefix: new("t")}))(t).LogStreams
		if len(streams) != 1 || *streams[0].LastEventTimestamp != now || *streams[0].Arn != arn+":log-stream:t" {
			t.Errorf("got %+v", streams)
		}
		got(s.logs.DeleteLogStream(ctx, &cloudwatchlogs.DeleteLogStreamInput{LogGroupName: &n, LogStreamName: new("t")}))(t)
		if l := s.logged(t, n, 10); len(l) != 2 {
			t.Errorf("%d events are left, want 2", len(l))
		}
	})
}

func TestResourcePoliciesArePutListedAndRemoved(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, n := t.Context(), name("policy")
		out := got(s.logs.PutResourcePolicy(ctx, &cloudwatchlogs.PutResourcePolicyInput{PolicyName: &n, PolicyDocument: new(letEventsWrite)}))(t)
		if *out.ResourcePolicy.PolicyName != n || *out.ResourcePolicy.PolicyDocument != letEventsWrite {
			t.Errorf("got %+v", out.ResourcePolicy)
		}
		found := false
		for _, p := range got(s.logs.DescribeResourcePolicies(ctx, &cloudwatchlogs.DescribeResourcePoliciesInput{}))(t).ResourcePolicies {
			found = found || *p.PolicyName == n
		}
		if !found {
			t.Errorf("%s is not listed", n)
		}
		remove := func() error {
			return only(s.logs.DeleteResourcePolicy(ctx, &cloudwatchlogs.DeleteResourcePolicyInput{PolicyName: &n}))
		}
		if err := remove(); err != nil {
			t.Error(err)
		}
		refuse(t, []refusal{{"again", remove(), "ResourceNotFoundException", 400, "Policy with name [" + n + "] does not exist."}})
	})
}

func TestBadLogRequestsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		n, arn := s.newLogGroup(t, "group")
		got(s.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &n, LogStreamName: new("s")}))(t)
		none, noARN := new("nowhere"), new("arn:aws:logs:us-east-1:111122223333:log-group:nowhere")
		many := map[string]string{}
		for i := range 50 {
			many[fmt.Sprint(i)] = "v"
		}
		got(s.logs.TagResource(ctx, &cloudwatchlogs.TagResourceInput{ResourceArn: &arn, Tags: many}))(t)
		event := []logtypes.InputLogEvent{{Timestamp: new(time.Now().UnixMilli()), Message: new("x")}}
		filter := func(in cloudwatchlogs.FilterLogEventsInput) error {
			in.LogGroupName = &n
			return only(s.logs.FilterLogEvents(ctx, &in))
		}
		const bad, missing, exists, noGroup = "InvalidParameterException", "ResourceNotFoundException", "ResourceAlreadyExistsException", "The specified log group does not exist."
		refuse(t, []refusal{
			{"group again", only(s.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &n})), exists, 400, "The specified log group already exists"},
			{"name", only(s.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: new("a b")})), bad, 400, "'logGroupName' failed to satisfy constraint"},
			{"reserved", only(s.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: new("aws/x")})), bad, 400, "reserved"},
			{"key", only(s.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: none, KmsKeyId: new("k")})), bad, 400, "not supported"},
			{"class", only(s.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: none, LogGroupClass: logtypes.LogGroupClassDelivery})), bad, 400, "not supported"},
			{"delete", only(s.logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: none})), missing, 400, noGroup},
			{"retention", only(s.logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &n, RetentionInDays: new(int32(2))})), bad, 400, "retentionInDays"},
			{"no retention", only(s.logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &n, RetentionInDays: new(int32(0))})), bad, 400, "retentionInDays"},
			{"retention of nothing", only(s.logs.DeleteRetentionPolicy(ctx, &cloudwatchlogs.DeleteRetentionPolicyInput{LogGroupName: none})), missing, 400, noGroup},
			{"protection of nothing", only(s.logs.PutLogGroupDeletionProtection(ctx, &cloudwatchlogs.PutLogGroupDeletionProtectionInput{LogGroupIdentifier: none, DeletionProtectionEnabled: new(true)})), missing, 400, noGroup},
			{"prefix and pattern", only(s.logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &n, LogGroupNamePattern: &n})), bad, 400, "mutually exclusive"},
			{"token", only(s.logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{NextToken: none})), bad, 400, "nextToken"},
			{"stream again", only(s.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &n, LogStreamName: new("s")})), exists, 400, "The specified log stream already exists"},
			{"stream of nothing", only(s.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: none, LogStreamName: new("s")})), missing, 400, noGroup},
			{"delete stream", only(s.logs.DeleteLogStream(ctx, &cloudwatchlogs.DeleteLogStreamInput{LogGroupName: &n, LogStreamName: none})), missing, 400, "The specified log stream does not exist."},
			{"streams", only(s.logs.DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: none})), missing, 400, noGroup},
			{"streams by both", only(s.logs.DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: &n, OrderBy: logtypes.OrderByLastEventTime, LogStreamNamePrefix: new("s")})), bad, 400, "Cannot order by LastEventTime"},
			{"streams of two", only(s.logs.DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: &n, LogGroupIdentifier: &n})), bad, 400, "Exactly one"},
			{"put", only(s.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: &n, LogStreamName: none, LogEvents: event})), missing, 400, "log stream"},
			{"put nothing", only(s.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: &n, LogStreamName: new("s"), LogEvents: []logtypes.InputLogEvent{}})), bad, 400, "logEvents"},
			{"get", only(s.logs.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: none, LogStreamName: new("s")})), missing, 400, noGroup},
			{"get with a token", only(s.logs.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: &n, LogStreamName: new("s"), NextToken: none})), bad, 400, "nextToken"},
			{"filter", only(s.logs.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: none})), missing, 400, noGroup},
			{"filter pattern", filter(cloudwatchlogs.FilterLogEventsInput{FilterPattern: new("[a]")}), bad, 400, "not supported"},
			{"filter streams", filter(cloudwatchlogs.FilterLogEventsInput{LogStreamNames: []string{"s"}, LogStreamNamePrefix: new("s")}), bad, 400, "logStreamNamePrefix"},
			{"filter stream", filter(cloudwatchlogs.FilterLogEventsInput{LogStreamNames: []string{"none"}}), missing, 400, "log stream"},
			{"filter token", filter(cloudwatchlogs.FilterLogEventsInput{NextToken: none}), bad, 400, "nextToken"},
			{"policy", only(s.logs.PutResourcePolicy(ctx, &cloudwatchlogs.PutResourcePolicyInput{PolicyName: none, PolicyDocument: new("{")})), bad, 400, "not valid"},
			{"policy of a group", only(s.logs.PutResourcePolicy(ctx, &cloudwatchlogs.PutResourcePolicyInput{PolicyName: none, PolicyDocument: new(letEventsWrite), ResourceArn: &arn})), bad, 400, "not supported"},
			{"policies", only(s.logs.DescribeResourcePolicies(ctx, &cloudwatchlogs.DescribeResourcePoliciesInput{NextToken: none})), bad, 400, "nextToken"},
			{"too many tags", only(s.logs.TagResource(ctx, &cloudwatchlogs.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{"more": ""}})), "TooManyTagsException", 400, "50"},
			{"tag nothing", only(s.logs.TagResource(ctx, &cloudwatchlogs.TagResourceInput{ResourceArn: noARN, Tags: many})), missing, 400, noGroup},
			{"untag nothing", only(s.logs.UntagResource(ctx, &cloudwatchlogs.UntagResourceInput{ResourceArn: noARN, TagKeys: []string{"a"}})), missing, 400, noGroup},
			{"tags of nothing", only(s.logs.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: none})), missing, 400, "nowhere"},
			{"what is not there", only(s.logs.DescribeQueries(ctx, &cloudwatchlogs.DescribeQueriesInput{})), "NotImplemented", 501, "does not implement"},
		})
	})
}

// filtered gives the pages of FilterLogEvents.
func (s *server) filtered(in *cloudwatchlogs.FilterLogEventsInput) func(context.Context, *string) ([]logtypes.FilteredLogEvent, *string, error) {
	return func(ctx context.Context, token *string) ([]logtypes.FilteredLogEvent, *string, error) {
		in.NextToken = token
		out, err := s.logs.FilterLogEvents(ctx, in)
		if err != nil {
			return nil, nil, err
		}
		return out.Events, out.NextToken, nil
	}
}

func TestLogEventsMayFillABatch(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		group, _ := s.newLogGroup(t, "batch")
		got(s.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: new("s")}))(t)
		now := time.Now().UnixMilli()
		put := func(message string) error {
			_, err := s.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{
				LogGroupName: &group, LogStreamName: new("s"), LogEvents: []logtypes.InputLogEvent{{Timestamp: &now, Message: &message}},
			})
			return err
		}
		for _, sign := range []string{"x", "\x01"} { // JSON has six bytes for the second
			if err := put(strings.Repeat(sign, 1<<20-26)); err != nil {
				t.Errorf("a batch of 1 MiB of %q: %v", sign, err)
			}
			refuse(t, []refusal{{"more", put(strings.Repeat(sign, 1<<20-25)), "InvalidParameterException", 400, "Upload too large: 1048577 bytes exceeds limit of 1048576"}})
		}
	})
}
