package sqs

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/policy"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/wire"
)

// use is what a request wants to do with a queue. A batch is its single action.
type use struct {
	action string
	tags   map[string]string // that the queue would get
	untag  []string          // keys of tags that it would lose
}

// unlocking are the actions that no policy denies the account's root, as on AWS: a policy that denies
// everybody everything could not be taken away otherwise.
var unlocking = []string{"GetQueueAttributes", "GetQueueUrl", "RemovePermission", "SetQueueAttributes"}

// allow refuses what the caller may not do with a queue. Principals of the queue's own account may unless
// the queue's policy denies it; others must be allowed by it, and some actions are no policy's to allow.
func (s *Service) allow(call *wire.Call, q *queue.Queue, u use) error {
	own := call.Principal.Account == s.arns.Account
	if own && (q.Policy == nil || !q.Policy.Denies()) {
		return nil
	}
	var answer policy.Answer
	if q.Policy != nil {
		who := policy.Caller{ARN: call.Principal.ARN, Account: call.Principal.Account, UserID: call.Principal.UserID}
		answer = q.Policy.Explain(policy.Request{
			Principal: who.Principal(), Action: "sqs:" + u.action, Resource: q.ARN, Context: s.keys(call, who, q, u),
		})
	}
	action := "sqs:" + strings.ToLower(u.action)
	why := "because no resource-based policy allows the " + action + " action"
	switch {
	case answer.Decision == policy.ExplicitDeny && own && call.Principal.ARN == s.arns.MakeGlobal("iam", "root") && slices.Contains(unlocking, u.action):
		return nil
	case answer.Decision == policy.ExplicitDeny:
		why = "with an explicit deny in a resource-based policy"
	case own, answer.Decision == policy.Allowed && !queue.OwnersOnly(u.action):
		return nil
	}
	s.log.Debug("queue policy denies", slog.String("queue", q.Name), slog.String("action", action), slog.String("principal", call.Principal.ARN),
		slog.String("decision", answer.String()), slog.Int("statement", answer.Statement), slog.String("sid", answer.Sid))
	return fault.New(fault.Denied, "User: "+call.Principal.ARN+" is not authorized to perform: "+action+" on resource: "+q.ARN+" "+why)
}

// keys gives the condition keys that are known of a request.
func (s *Service) keys(call *wire.Call, who policy.Caller, q *queue.Queue, u use) map[string][]string {
	keys := who.Keys()
	policy.AddTime(keys, time.Now())
	keys["aws:SecureTransport"] = []string{strconv.FormatBool(call.Scheme == "https")}
	keys["aws:ViaAWSService"] = []string{"false"}
	keys["aws:RequestedRegion"] = []string{s.arns.Region}
	keys["aws:ResourceAccount"] = []string{s.arns.Account}
	for key, value := range map[string]string{
		"aws:SourceIp": call.SourceIP, "aws:UserAgent": call.UserAgent, "aws:Referer": call.Referer,
	} {
		if value != "" {
			keys[key] = []string{value}
		}
	}
	for key, value := range q.Tags {
		keys["aws:ResourceTag/"+key] = []string{value}
	}
	for key, value := range u.tags {
		keys["aws:RequestTag/"+key] = []string{value}
		keys["aws:TagKeys"] = append(keys["aws:TagKeys"], key)
	}
	keys["aws:TagKeys"] = append(keys["aws:TagKeys"], u.untag...)
	return keys
}

// Reader names a queue, by its URL or name, for who looks at its messages and receives none. Whom the queue's policy
// denies to receive them, it denies that, too.
func (s *Service) Reader(ctx context.Context, queueURL string) queue.Ref {
	return s.ref(ctx, queueURL, "ReceiveMessage", nil)
}
