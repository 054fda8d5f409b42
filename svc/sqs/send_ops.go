package sqs

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	api "github.com/casestream/casestream/awsapi/sqs"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/wire"
)

// maxBatchBytes bounds what the messages of a batch weigh together.
const maxBatchBytes = 1 << 20

// SendMessage sends one message.
func (s *Service) SendMessage(ctx context.Context, in *api.SendMessageInput) (*api.SendMessageOutput, error) {
	m, bad := message(ctx, &api.SendMessageBatchRequestEntry{
		MessageBody: in.MessageBody, DelaySeconds: in.DelaySeconds, MessageAttributes: in.MessageAttributes,
		MessageSystemAttributes: in.MessageSystemAttributes,
		MessageDeduplicationId:  in.MessageDeduplicationId, MessageGroupId: in.MessageGroupId,
	})
	ref := s.ref(ctx, in.QueueUrl, "SendMessage", func(*queue.Queue) error { return bad })
	sent, err := s.queues.Send(ctx, ref, m)
	if err == nil {
		err = sent[0].Err
	}
	if err != nil {
		return nil, err
	}
	body := digest(m.Body)
	return &api.SendMessageOutput{
		MessageId: &sent[0].ID, SequenceNumber: orNil(sent[0].Sequence),
		MD5OfMessageBody: &body, MD5OfMessageAttributes: digestAttributes(m.Attributes),
		MD5OfMessageSystemAttributes: digestAttributes(attributes(in.MessageSystemAttributes)),
	}, nil
}

// SendMessageBatch sends up to ten messages; each has its own answer.
func (s *Service) SendMessageBatch(ctx context.Context, in *api.SendMessageBatchInput) (*api.SendMessageBatchOutput, error) {
	var msgs []*queue.Message
	var of []int // of[i] is the entry that msgs[i] comes from
	failed := make([]error, len(in.Entries))
	ids, size := make([]string, len(in.Entries)), 0
	for i := range in.Entries {
		m, bad := message(ctx, &in.Entries[i])
		ids[i], failed[i] = in.Entries[i].Id, bad
		size += m.Size()
		if bad == nil {
			msgs, of = append(msgs, m), append(of, i)
		}
	}
	ref := s.ref(ctx, in.QueueUrl, "SendMessage", func(q *queue.Queue) error {
		if err := checkEntries("SendMessageBatchRequestEntry", ids); err != nil {
			return err
		}
		if size > maxBatchBytes {
			return &api.BatchRequestTooLong{Message: "Batch requests cannot be longer than 1048576 bytes. You have sent " + strconv.Itoa(size) + " bytes."}
		}
		if q.FIFO && slices.ContainsFunc(in.Entries, func(e api.SendMessageBatchRequestEntry) bool { return e.MessageGroupId == nil }) {
			return badParameter("The request must contain the parameter MessageGroupId.")
		}
		if q.FIFO && !q.ContentDedup && slices.ContainsFunc(in.Entries, func(e api.SendMessageBatchRequestEntry) bool { return e.MessageDeduplicationId == nil }) {
			return badParameter("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly")
		}
		return nil
	})
	sent, err := s.queues.Send(ctx, ref, msgs...)
	if err != nil {
		return nil, err
	}
	out := &api.SendMessageBatchOutput{}
	for i, r := range sent {
		if failed[of[i]] = r.Err; r.Err != nil {
			continue
		}
		e := &in.Entries[of[i]]
		out.Successful = append(out.Successful, api.SendMessageBatchResultEntry{
			Id: e.Id, MessageId: r.ID, SequenceNumber: orNil(r.Sequence), MD5OfMessageBody: digest(e.MessageBody),
			MD5OfMessageAttributes:       digestAttributes(msgs[i].Attributes),
			MD5OfMessageSystemAttributes: digestAttributes(attributes(e.MessageSystemAttributes)),
		})
	}
	out.Failed, err = failures(ids, failed)
	return out, err
}

// failures lists the entries of a batch that failed.
func failures(ids []string, failed []error) (list []api.BatchResultErrorEntry, err error) {
	for i, f := range failed {
		if f == nil {
			continue
		}
		e, err := entryError(ids[i], f)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// message turns what a client sends into the engine's message. What is wrong with it is told apart: the
// queue that it goes to is looked at first.
func message(ctx context.Context, in *api.SendMessageBatchRequestEntry) (*queue.Message, error) {
	call := wire.CallOf(ctx)
	m := &queue.Message{Body: in.MessageBody, Attributes: attributes(in.MessageAttributes), SenderID: call.Principal.UserID}
	if m.SenderID == "" {
		m.SenderID = call.Principal.Account
	}
	if call.Header != nil {
		if id := call.Header.Get("X-Amzn-Trace-Id"); isASCII(id) { // any proxy on the way may have written it
			m.TraceHeader = id
		}
	}
	if in.DelaySeconds != nil {
		d := time.Duration(*in.DelaySeconds) * time.Second
		m.Delay = &d
	}
	for _, id := range []struct {
		from *string
		name string
		to   *string
	}{{in.MessageGroupId, "MessageGroupId", &m.GroupID}, {in.MessageDeduplicationId, "MessageDeduplicationId", &m.DedupID}} {
		if id.from == nil {
			continue
		}
		if *id.from == "" {
			return m, badValue("", id.name, id.name+" can only include alphanumeric and punctuation characters. 1 to 128 in length.")
		}
		*id.to = *id.from
	}
	for _, v := range in.MessageAttributes {
		if len(v.StringListValues) > 0 || len(v.BinaryListValues) > 0 {
			return m, &api.UnsupportedOperation{Message: "Message attribute list values in SendMessage operation are not supported."}
		}
	}
	return m, systemAttributes(in.MessageSystemAttributes, m)
}

// isASCII says whether a header's value has no other characters; those of control net/http has refused.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// systemAttributes takes over the one attribute that a sender may give to SQS itself.
func systemAttributes(in map[string]api.MessageSystemAttributeValue, m *queue.Message) error {
	for name, v := range in {
		if name != api.MessageSystemAttributeNameForSendsAWSTraceHeader {
			return badParameter("Message system attribute name '" + name + "' is invalid.")
		}
		if v.DataType != "String" || v.StringValue == nil || *v.StringValue == "" {
			return badParameter("Message (system) attribute '" + name + "' must contain a non-empty value of type 'String'.")
		}
		m.TraceHeader = *v.StringValue
	}
	return nil
}

// attributes turns attributes into the engine's, in the order of their names.
func attributes[V api.MessageAttributeValue | api.MessageSystemAttributeValue](in map[string]V) []queue.Attribute {
	if len(in) == 0 {
		return nil
	}
	list := make([]queue.Attribute, 0, len(in))
	for _, name := range slices.Sorted(maps.Keys(in)) {
		v := api.MessageAttributeValue(in[name])
		a := queue.Attribute{Name: name, DataType: v.DataType, BinaryValue: v.BinaryValue}
		if v.StringValue != nil {
			a.StringValue = *v.StringValue
		}
		list = append(list, a)
	}
	return list
}

// orNil gives an optional member: nil where there is nothing.
func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
