package api_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"
)

// The codes of refusals that have to do with permissions.
const (
	denied    = "AccessDenied"
	overLimit = "OverLimit"
)

// permit calls AddPermission for another account.
func (s *server) permit(t *testing.T, q queue, label string, actions ...string) error {
	t.Helper()
	return only(s.sqs.AddPermission(t.Context(), &sqs.AddPermissionInput{QueueUrl: &q.url, Label: &label, AWSAccountIds: []string{"999999999999"}, Actions: actions}))
}

// revoke calls RemovePermission.
func (s *server) revoke(t *testing.T, q queue, label string) error {
	t.Helper()
	return only(s.sqs.RemovePermission(t.Context(), &sqs.RemovePermissionInput{QueueUrl: &q.url, Label: &label}))
}

func TestPermissionsAreAddedAndRemoved(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t)
		if err := s.permit(t, q, "theirs", "ReceiveMessage", "DeleteMessage"); err != nil {
			t.Fatal(err)
		}
		want := `{"Version":"2008-10-17","Id":"` + q.arn + `/SQSDefaultPolicy","Statement":[{"Sid":"theirs","Effect":"Allow",` +
			`"Principal":{"AWS":"arn:aws:iam::999999999999:root"},"Action":["SQS:ReceiveMessage","SQS:DeleteMessage"],"Resource":"` + q.arn + `"}]}`
		if diff := cmp.Diff(want, s.attributes(t, q)["Policy"]); diff != "" {
			t.Error(diff)
		}
		if err := s.revoke(t, q, "theirs"); err != nil {
			t.Fatal(err)
		}
		if p, ok := s.attributes(t, q)["Policy"]; ok {
			t.Errorf("a policy without statements is still there: %q", p)
		}

		// The statement of the documented set-up has an id, too.
		open := s.openQueue(t)
		if err := s.permit(t, open, "more", "*"); err != nil {
			t.Fatal(err)
		}
		if err := s.revoke(t, open, "case-event-subscription"); err != nil {
			t.Fatal(err)
		}
		if p := s.attributes(t, open)["Policy"]; strings.Contains(p, "events.amazonaws.com") || !strings.Contains(p, `"Sid":"more"`) {
			t.Errorf("got %s", p)
		}
	})
}

func TestPermissionsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q, none := t.Context(), s.newQueue(t), queue{url: "http://" + s.addr + "/" + account + "/" + name("none")}
		if err := s.permit(t, q, "there", "SendMessage"); err != nil {
			t.Fatal(err)
		}
		add := func(label string, accounts, actions []string) error {
			return only(s.sqs.AddPermission(ctx, &sqs.AddPermissionInput{QueueUrl: &q.url, Label: &label, AWSAccountIds: accounts, Actions: actions}))
		}
		rows := []refusal{
			{"add: no queue", s.permit(t, none, "l", "SendMessage"), noQueue, 400, "The specified queue does not exist."},
			{"remove: no queue", s.revoke(t, none, "l"), noQueue, 400, "The specified queue does not exist."},
			{"add: label there", s.permit(t, q, "there", "SendMessage"), badParameter, 400, "Value there for parameter Label is invalid. Reason: Already exists."},
			{"add: bad label", s.permit(t, q, "a b", "SendMessage"), badParameter, 400, "Value a b for parameter Label is invalid."},
			{"add: no label", s.permit(t, q, "", "SendMessage"), noParameter, 400, "The request must contain the parameter Label."},
			{"add: no actions", add("l", []string{"999999999999"}, []string{}), noParameter, 400, "The request must contain the parameter Actions."},
			{"add: no accounts", add("l", []string{}, []string{"*"}), badParameter, 400, "Value [] for parameter PrincipalId is invalid. Reason: Unable to verify."},
			{"add: bad account", add("l", []string{"12"}, []string{"*"}), badParameter, 400, "Value [12] for parameter PrincipalId is invalid. Reason: Unable to verify."},
			{"add: owner's action", s.permit(t, q, "l", "CreateQueue"), badParameter, 400, "Value SQS:CreateQueue for parameter ActionName is invalid. Reason: Only the queue owner is allowed to invoke this action."},
			{"add: unknown action", s.permit(t, q, "l", "Fly"), badParameter, 400, "Value SQS:Fly for parameter ActionName is invalid."},
			{"add: eight actions", s.permit(t, q, "l", strings.Split("a b c d e f g h", " ")...), overLimit, 403, "8 Actions were found, maximum allowed is 7."},
			{"remove: no such label", s.revoke(t, q, "none"), badParameter, 400, "Value none for parameter Label is invalid. Reason: can't find label."},
			{"remove: no label", s.revoke(t, q, ""), noParameter, 400, "The request must contain the parameter Label."},
		}
		refuse(t, rows)
		if as[*types.OverLimit](rows[10].err) == nil || as[*types.QueueDoesNotExist](rows[0].err) == nil {
			t.Errorf("got %T and %T", rows[10].err, rows[0].err)
		}
	})
}

func TestPolicyDeniesTheCaller(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		q := s.newQueue(t, "Policy", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"`+account+`"},"Action":["sqs:SendMessage","sqs:DeleteMessage","sqs:TagQueue"],"Resource":"*"}]}`)
		says := func(action string) string {
			return " is not authorized to perform: sqs:" + action + " on resource: " + q.arn
		}
		refuse(t, []refusal{
			{"send", only(s.sqs.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: new("x")})), denied, 403, says("sendmessage")},
			{"send a batch", only(s.sqs.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.url, Entries: []types.SendMessageBatchRequestEntry{{Id: new("1"), MessageBody: new("x")}}})), denied, 403, says("sendmessage")},
			{"delete", only(s.sqs.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: new("x")})), denied, 403, says("deletemessage")},
			{"tag", only(s.sqs.TagQueue(ctx, &sqs.TagQueueInput{QueueUrl: &q.url, Tags: map[string]string{"a": "b"}})), denied, 403, says("tagqueue")},
		})
		if got := s.receive(t, q, 0); len(got) != 0 {
			t.Errorf("got %d messages", len(got))
		}
	})
}

func TestQueueSettingsAreHeldToTheirRules(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q := t.Context(), s.newQueue(t)
		set := func(n, v string) error {
			return only(s.sqs.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{QueueUrl: &q.url, Attributes: map[string]string{n: v}}))
		}
		tag := func(k, v string) error {
			return only(s.sqs.TagQueue(ctx, &sqs.TagQueueInput{QueueUrl: &q.url, Tags: map[string]string{k: v}}))
		}
		many := strings.TrimSuffix(strings.Repeat(`{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"},`, 21), ",")
		refuse(t, []refusal{
			{"policy: 21 statements", set("Policy", `{"Statement":[`+many+`]}`), badAttribute, 400, "Invalid value for the parameter Policy."},
			{"redrive: empty", set("RedrivePolicy", `{}`), badParameter, 400, "Redrive policy does not contain mandatory attribute: maxReceiveCount."},
			{"redrive: no JSON", set("RedrivePolicy", `x`), badParameter, 400, "Redrive policy is not a valid JSON map."},
			{"redrive: no target", set("RedrivePolicy", `{"maxReceiveCount":1,"deadLetterTargetArn":"`+q.arn+`-none"}`), badParameter, 400, "Dead letter target does not exist."},
			{"allow: sources missing", set("RedriveAllowPolicy", `{"redrivePermission":"byQueue"}`), badParameter, 400, "you must also specify one or more sourceQueueArns values."},
			{"allow: no permission", set("RedriveAllowPolicy", `{}`), badParameter, 400, "unsupported format."},
			{"tag: AWS's", tag("aws:a", "b"), badParameter, 400, "reserved prefix"},
			{"tag: long key", tag(strings.Repeat("k", 129), ""), badParameter, 400, "between 1 and 128 characters"},
			{"tag: long value", tag("k", strings.Repeat("v", 257)), badParameter, 400, "between 0 and 256 characters"},
			{"tag: character", tag("k!", ""), badParameter, 400, "Tag keys may only contain"},
		})
	})
}
