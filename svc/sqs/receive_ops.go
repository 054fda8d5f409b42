package sqs

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	api "github.com/casestream/casestream/awsapi/sqs"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/wire"
)

// ReceiveMessage hands out messages, and waits for one where there is none and the client says so.
func (s *Service) ReceiveMessage(ctx context.Context, in *api.ReceiveMessageInput) (*api.ReceiveMessageOutput, error) {
	ref := s.ref(ctx, in.QueueUrl, "ReceiveMessage", func(q *queue.Queue) error { return checkReceive(q, in) })
	opts := queue.ReceiveOptions{Visibility: seconds(in.VisibilityTimeout), Wait: seconds(in.WaitTimeSeconds)}
	if in.ReceiveRequestAttemptId != nil {
		opts.Attempt = *in.ReceiveRequestAttemptId
	}
	if in.MaxNumberOfMessages != nil {
		opts.Max = int(*in.MaxNumberOfMessages)
	}
	system := in.MessageSystemAttributeNames
	if len(system) == 0 {
		system = in.AttributeNames
	}
	user := in.MessageAttributeNames
	list, poll, err := s.queues.ReceiveOrPoll(ctx, ref, opts)
	if poll != nil && wire.CallOf(ctx).MayPark {
		return nil, &parked{poll, system, user}
	}
	if poll != nil {
		list, err = poll.Wait(ctx)
	}
	return received(list, system, user), err
}

// parked is a receive that waits.
type parked struct {
	*queue.Poll
	system, user []string // the attributes that were asked for
}

// Error says what it is, to who calls the operation and is no door.
func (*parked) Error() string { return "no message yet" }

// Answer gives the messages once there are some, or the wait is over.
func (p *parked) Answer(ctx context.Context, last bool) (wire.Output, bool, error) {
	list, over, err := p.Messages(ctx)
	if err != nil || !over && !last {
		return nil, over, err
	}
	return received(list, p.system, p.user), true, nil
}

// received gives messages as a receiver asked to see them.
func received(list []*queue.Received, system, user []string) *api.ReceiveMessageOutput {
	out := &api.ReceiveMessageOutput{}
	for _, m := range list {
		out.Messages = append(out.Messages, shown(m, system, user))
	}
	return out
}

// checkReceive checks a receive's parameters.
func checkReceive(q *queue.Queue, in *api.ReceiveMessageInput) error {
	if n := in.MaxNumberOfMessages; n != nil && (*n < 1 || *n > 10) {
		return badValue(number(*n), "MaxNumberOfMessages", "Must be between 1 and 10, if provided.")
	}
	if n := in.WaitTimeSeconds; n != nil && (*n < 0 || *n > 20) {
		return badValue(number(*n), "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.")
	}
	if n := in.VisibilityTimeout; n != nil && (*n < 0 || *n > 43200) {
		return badValue(number(*n), "VisibilityTimeout", "Must be >= 0 and <= 43200, if provided.")
	}
	if in.ReceiveRequestAttemptId != nil {
		if err := q.CheckAttempt(*in.ReceiveRequestAttemptId); err != nil {
			return err
		}
	}
	for _, names := range [][]string{in.MessageSystemAttributeNames, in.AttributeNames} {
		for _, n := range names {
			if !slices.Contains(systemNames, n) && !queue.IsAttribute(n) {
				return &api.InvalidAttributeName{Message: "Unknown Attribute " + n + "."}
			}
		}
	}
	return nil
}

// number writes an integer.
func number(n int32) string { return strconv.Itoa(int(n)) }

// seconds gives an optional duration.
func seconds(n *int32) *time.Duration {
	if n == nil {
		return nil
	}
	d := time.Duration(*n) * time.Second
	return &d
}

// systemNames lists the system attributes that a receiver may ask for.
var systemNames = []string{
	api.MessageSystemAttributeNameAll,
	api.MessageSystemAttributeNameSenderId, api.MessageSystemAttributeNameSentTimestamp,
	api.MessageSystemAttributeNameApproximateReceiveCount, api.MessageSystemAttributeNameApproximateFirstReceiveTimestamp,
	api.MessageSystemAttributeNameSequenceNumber, api.MessageSystemAttributeNameMessageDeduplicationId,
	api.MessageSystemAttributeNameMessageGroupId, api.MessageSystemAttributeNameAWSTraceHeader,
	api.MessageSystemAttributeNameDeadLetterQueueSourceArn,
}

// shown gives a message as a receiver asked to see it.
func shown(m *queue.Received, system, user []string) api.Message {
	body := digest(m.Body)
	out := api.Message{MessageId: &m.ID, ReceiptHandle: &m.Handle, Body: &m.Body, MD5OfBody: &body}
	if len(system) > 0 {
		out.Attributes = systemOf(m, system)
	}
	var list []queue.Attribute
	for _, a := range m.Attributes {
		if wanted(a.Name, user) {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		return out
	}
	out.MD5OfMessageAttributes = digestAttributes(list)
	out.MessageAttributes = make(map[string]api.MessageAttributeValue, len(list))
	for _, a := range list {
		v := api.MessageAttributeValue{DataType: a.DataType, BinaryValue: a.BinaryValue}
		if !a.IsBinary() {
			v.StringValue = &a.StringValue
		}
		out.MessageAttributes[a.Name] = v
	}
	return out
}

// wanted says whether a receiver asked for an attribute. "foo.*" is the prefix "foo", as on AWS.
func wanted(name string, asked []string) bool {
	return slices.ContainsFunc(asked, func(a string) bool {
		if a == "All" || a == ".*" || a == "*" || a == name {
			return true
		}
		prefix, ok := strings.CutSuffix(a, ".*")
		return ok && strings.HasPrefix(name, prefix)
	})
}

// systemOf gives the system attributes that were asked for and that the message has.
func systemOf(m *queue.Received, asked []string) map[string]string {
	all := slices.Contains(asked, api.MessageSystemAttributeNameAll)
	out := make(map[string]string)
	for _, v := range []struct{ name, value string }{
		{api.MessageSystemAttributeNameSenderId, m.SenderID},
		{api.MessageSystemAttributeNameSentTimestamp, millis(m.Sent)},
		{api.MessageSystemAttributeNameApproximateReceiveCount, strconv.Itoa(m.Receives)},
		{api.MessageSystemAttributeNameApproximateFirstReceiveTimestamp, millis(m.FirstReceived)},
		{api.MessageSystemAttributeNameSequenceNumber, m.Sequence},
		{api.MessageSystemAttributeNameMessageDeduplicationId, m.DedupID},
		{api.MessageSystemAttributeNameMessageGroupId, m.GroupID},
		{api.MessageSystemAttributeNameAWSTraceHeader, m.TraceHeader},
		{api.MessageSystemAttributeNameDeadLetterQueueSourceArn, m.Source},
	} {
		if v.value != "" && (all || slices.Contains(asked, v.name)) {
			out[v.name] = v.value
		}
	}
	return out
}

// millis writes an instant as milliseconds since 1970.
func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
