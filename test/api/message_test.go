package api_test

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// digest is AWS's MD5 of message attributes.
func digest(attributes map[string]types.MessageAttributeValue) string {
	var names []string
	for n := range attributes {
		names = append(names, n)
	}
	slices.Sort(names)
	h := md5.New()
	part := func(b []byte) {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	for _, n := range names {
		v := attributes[n]
		part([]byte(n))
		part([]byte(*v.DataType))
		if strings.HasPrefix(*v.DataType, "Binary") {
			h.Write([]byte{2})
			part(v.BinaryValue)
		} else {
			h.Write([]byte{1})
			part([]byte(*v.StringValue))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// plain gives a String attribute.
func plain(v string) types.MessageAttributeValue {
	return types.MessageAttributeValue{DataType: new("String"), StringValue: &v}
}

func TestMessageArrivesWithAllItCarries(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q := t.Context(), s.newQueue(t)
		body := "ü ☎ \U0001F4E6 \"quoted\" <&>\r\n\tend"
		attributes := map[string]types.MessageAttributeValue{
			"colour": plain("red ü"), "col.our": {DataType: new("Number.int"), StringValue: new("12")}, "raw": {DataType: new("Binary"), BinaryValue: []byte{0, 1, 255}},
		}
		sent := got(s.sqs.SendMessage(ctx, &sqs.SendMessageInput{
			QueueUrl: &q.url, MessageBody: &body, MessageAttributes: attributes,
			MessageSystemAttributes: map[string]types.MessageSystemAttributeValue{"AWSTraceHeader": {DataType: new("String"), StringValue: new("Root=1-5759e988-bd862e3fe1be46a994272793")}},
		}))(t)
		sum := md5.Sum([]byte(body))
		if !uuid.MatchString(*sent.MessageId) || *sent.MD5OfMessageBody != hex.EncodeToString(sum[:]) || deref(sent.MD5OfMessageAttributes) != digest(attributes) || sent.SequenceNumber != nil {
			t.Errorf("got %+v", sent)
		}
		m := s.receive(t, q, 10)
		if len(m) != 1 {
			t.Fatalf("got %d messages", len(m))
		}
		if *m[0].Body != body || *m[0].MessageId != *sent.MessageId || *m[0].MD5OfBody != *sent.MD5OfMessageBody || deref(m[0].MD5OfMessageAttributes) != digest(attributes) || deref(m[0].ReceiptHandle) == "" {
			t.Errorf("got %+v", m[0])
		}
		if diff := cmp.Diff(attributes, m[0].MessageAttributes, cmpopts.IgnoreUnexported(types.MessageAttributeValue{})); diff != "" {
			t.Error(diff)
		}
		for _, n := range []string{"SentTimestamp", "ApproximateFirstReceiveTimestamp"} {
			ms, err := strconv.ParseInt(m[0].Attributes[n], 10, 64)
			if age := time.Since(time.UnixMilli(ms)); err != nil || age < -time.Second || age > time.Minute {
				t.Errorf("got %s %q", n, m[0].Attributes[n])
			}
		}
		if a := m[0].Attributes; a["ApproximateReceiveCount"] != "1" || a["SenderId"] == "" || a["AWSTraceHeader"] != "Root=1-5759e988-bd862e3fe1be46a994272793" {
			t.Errorf("got %v", a)
		}
	})
}

func TestReceiveGivesTheAttributesThatAreAskedFor(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q := t.Context(), s.newQueue(t)
		got(s.sqs.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: new("x"), MessageAttributes: map[string]types.MessageAttributeValue{
			"a": plain("1"), "b.one": plain("2"), "b.two": plain("3"),
		}}))(t)
		for _, row := range []struct{ ask, want []string }{
			{nil, nil}, {[]string{"a", "absent"}, []string{"a"}}, {[]string{"b.*"}, []string{"b.one", "b.two"}}, {[]string{"All"}, []string{"a", "b.one", "b.two"}}, {[]string{".*"}, []string{"a", "b.one", "b.two"}},
		} {
			m := got(s.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &q.url, MessageAttributeNames: row.ask, WaitTimeSeconds: 10}))(t).Messages
			if len(m) != 1 {
				t.Fatalf("ask %v: got %d messages", row.ask, len(m))
			}
			var names []string
			for n := range m[0].MessageAttributes {
				names = append(names, n)
			}
			slices.Sort(names)
			if diff := cmp.Diff(row.want, names); diff != "" {
				t.Errorf("ask %v: %s", row.ask, diff)
			}
			if sum := deref(m[0].MD5OfMessageAttributes); len(names) > 0 && sum != digest(m[0].MessageAttributes) || len(names) == 0 && sum != "" {
				t.Errorf("ask %v: got digest %q", row.ask, sum)
			}
			if len(m[0].Attributes) > 0 {
				t.Errorf("ask %v: got system attributes %v", row.ask, m[0].Attributes)
			}
			got(s.sqs.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: &q.url, ReceiptHandle: m[0].ReceiptHandle, VisibilityTimeout: 0}))(t)
		}
	})
}

func TestMessageIsInFlightUntilItIsDeletedOrItsTimeoutEnds(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q := t.Context(), s.newQueue(t, "VisibilityTimeout", "1")
		id := s.send(t, q, "x")
		first := s.receive(t, q, 10)
		if c := s.counts(t, q); len(first) != 1 || c != "0 1 0" {
			t.Fatalf("got %d messages, then the queue holds %s", len(first), c)
		}
		began := time.Now()
		second := s.receive(t, q, 10) // the poll ends when the timeout does
		if waited := time.Since(began); len(second) != 1 || waited > 5*time.Second {
			t.Fatalf("got %d messages after %v", len(second), waited)
		}
		if *second[0].MessageId != id || second[0].Attributes["ApproximateReceiveCount"] != "2" || *second[0].ReceiptHandle == *first[0].ReceiptHandle ||
			second[0].Attributes["ApproximateFirstReceiveTimestamp"] != first[0].Attributes["ApproximateFirstReceiveTimestamp"] {
			t.Errorf("got %+v", second[0])
		}
		got(s.sqs.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: first[0].ReceiptHandle}))(t) // any handle of the message deletes it
		if c := s.counts(t, q); c != "0 0 0" {
			t.Errorf("after the deletion the queue holds %s", c)
		}
		got(s.sqs.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: second[0].ReceiptHandle}))(t) // deleting again is no error
	})
}

func TestReceiveWithoutATimeoutLeavesTheMessageVisible(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t)
		s.send(t, q, "x")
		for range 2 { // the SDK does not send a zero
			if a := s.do(t, inSQS("ReceiveMessage", `{"QueueUrl":"`+q.url+`","VisibilityTimeout":0}`)); a.status != 200 || !strings.Contains(a.body, `"Body":"x"`) {
				t.Errorf("got %d %s", a.status, a.body)
			}
		}
		if m := s.receive(t, q, 0); len(m) != 1 || m[0].Attributes["ApproximateReceiveCount"] != "3" {
			t.Errorf("got %+v", m)
		}
	})
}

func TestVisibilityIsChanged(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q := t.Context(), s.newQueue(t)
		s.send(t, q, "x")
		handle := s.receive(t, q, 10)[0].ReceiptHandle
		change := func(seconds int32) error {
			return only(s.sqs.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: &q.url, ReceiptHandle: handle, VisibilityTimeout: seconds}))
		}
		if err := change(0); err != nil {
			t.Fatal(err)
		}
		if c := s.counts(t, q); c != "1 0 0" {
			t.Errorf("after 0 the queue holds %s", c)
		}
		again := s.receive(t, q, 0)
		if len(again) != 1 {
			t.Fatalf("got %d messages", len(again))
		}
		handle = again[0].ReceiptHandle
		refuse(t, []refusal{{"over 12 hours", change(43201), badParameter, 400, ""}})
		if err := change(43000); err != nil {
			t.Error(err)
		}
		got(s.sqs.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: handle}))(t)
		refuse(t, []refusal{{"deleted message", change(10), badParameter, 400, "Reason: Message does not exist or is not available for visibility timeout change."}})
	})
}

func TestDelayedMessageComesWhenItsDelayEnds(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q := t.Context(), s.newQueue(t, "DelaySeconds", "900")
		got(s.sqs.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: new("one second"), DelaySeconds: 1}))(t)
		s.send(t, q, "later")
		if c := s.counts(t, q); c != "0 0 2" {
			t.Errorf("the queue holds %s", c)
		}
		began := time.Now()
		m := s.receive(t, q, 10)
		if waited := time.Since(began); len(m) != 1 || *m[0].Body != "one second" || waited > 5*time.Second {
			t.Errorf("got %d messages after %v", len(m), waited)
		}
	})
}

func TestMessagesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q := t.Context(), s.newQueue(t, "MaximumMessageSize", "1024")
		send := func(body string, edit func(*sqs.SendMessageInput)) error {
			in := &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: &body}
			if edit != nil {
				edit(in)
			}
			return only(s.sqs.SendMessage(ctx, in))
		}
		attribute := func(n string, v types.MessageAttributeValue) error {
			return send("x", func(in *sqs.SendMessageInput) { in.MessageAttributes = map[string]types.MessageAttributeValue{n: v} })
		}
		receive := func(edit func(*sqs.ReceiveMessageInput)) error {
			in := &sqs.ReceiveMessageInput{QueueUrl: &q.url}
			edit(in)
			return only(s.sqs.ReceiveMessage(ctx, in))
		}
		rows := []refusal{
			{"empty body", send("", nil), noParameter, 400, "The request must contain the parameter MessageBody."},
			{"long body", send(strings.Repeat("x", 1025), nil), badParameter, 400, "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes."},
			{"bad character", send("a\u0001b", nil), "InvalidMessageContents", 400, ""},
			{"long delay", send("x", func(in *sqs.SendMessageInput) { in.DelaySeconds = 901 }), badParameter, 400, "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."},
			{"dedup id on a standard queue", send("x", func(in *sqs.SendMessageInput) { in.MessageDeduplicationId = new("d") }), badParameter, 400, "Value d for parameter MessageDeduplicationId is invalid."},
			{"attribute without value", attribute("a", plain("")), badParameter, 400, "Message (user) attribute 'a' must contain a non-empty value of type 'String'."},
			{"attribute of AWS", attribute("AWS.a", plain("x")), badParameter, 400, ""},
			{"attribute name with two dots", attribute("a..b", plain("x")), badParameter, 400, ""},
			{"attribute of a bad type", attribute("a", types.MessageAttributeValue{DataType: new("Colour"), StringValue: new("x")}), badParameter, 400, ""},
			{"number that is none", attribute("a", types.MessageAttributeValue{DataType: new("Number"), StringValue: new("x")}), badParameter, 400, ""},
			{"11 messages", receive(func(in *sqs.ReceiveMessageInput) { in.MaxNumberOfMessages = 11 }), badParameter, 400, "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."},
			{"long poll too long", receive(func(in *sqs.ReceiveMessageInput) { in.WaitTimeSeconds = 21 }), badParameter, 400, "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."},
			{"visibility too long", receive(func(in *sqs.ReceiveMessageInput) { in.VisibilityTimeout = 43201 }), badParameter, 400, "43201"},
			{"garbage handle", only(s.sqs.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: new("garbage")})), "ReceiptHandleIsInvalid", 404, `The input receipt handle "garbage" is not a valid receipt handle.`},
			{"garbage handle's visibility", only(s.sqs.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: &q.url, ReceiptHandle: new("garbage")})), "ReceiptHandleIsInvalid", 404, ""},
		}
		refuse(t, rows)
		if c := s.counts(t, q); c != "0 0 0" {
			t.Errorf("refused messages left %s", c)
		}
	})
}

func TestHandleOfAnotherQueueIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q, other := s.newQueue(t), s.newQueue(t)
		s.send(t, q, "x")
		m := s.receive(t, q, 10)
		refuse(t, []refusal{{"other queue", only(s.sqs.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &other.url, ReceiptHandle: m[0].ReceiptHandle})), "ReceiptHandleIsInvalid", 404, ""}})
	})
}

func TestPurgeEmptiesTheQueue(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, q := t.Context(), s.newQueue(t)
		for _, body := range []string{"in flight", "visible", "too"} {
			s.send(t, q, body)
		}
		got(s.sqs.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: new("delayed"), DelaySeconds: 600}))(t)
		got(s.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &q.url}))(t)
		if c := s.counts(t, q); c != "2 1 1" {
			t.Errorf("before the purge the queue holds %s", c)
		}
		got(s.sqs.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: &q.url}))(t)
		if c := s.counts(t, q); c != "0 0 0" {
			t.Errorf("after the purge the queue holds %s", c)
		}
		refuse(t, []refusal{{"second purge", only(s.sqs.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: &q.url})), "AWS.SimpleQueueService.PurgeQueueInProgress", 403, "Only one PurgeQueue operation on " + q.name + " is allowed every 60 seconds."}})
	})
}

func TestMessageMovesToTheDeadLetterQueue(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		dead := s.newQueue(t)
		q := s.newQueue(t, "VisibilityTimeout", "0", "RedrivePolicy", `{"deadLetterTargetArn":"`+dead.arn+`","maxReceiveCount":"1"}`)
		if p := s.attributes(t, q)["RedrivePolicy"]; p != `{"deadLetterTargetArn":"`+dead.arn+`","maxReceiveCount":1}` {
			t.Errorf("got redrive policy %s", p)
		}
		id := s.send(t, q, "poison")
		first := s.receive(t, q, 10)
		if len(first) != 1 {
			t.Fatalf("got %d messages", len(first))
		}
		if again := s.receive(t, q, 0); len(again) != 0 {
			t.Errorf("received %d messages more than maxReceiveCount allows", len(again))
		}
		m := s.receive(t, dead, 10)
		if len(m) != 1 {
			t.Fatalf("the dead-letter queue gave %d messages", len(m))
		}
		if a := m[0].Attributes; *m[0].MessageId != id || *m[0].Body != "poison" || a["DeadLetterQueueSourceArn"] != q.arn || a["ApproximateReceiveCount"] != "2" || a["SentTimestamp"] != first[0].Attributes["SentTimestamp"] {
			t.Errorf("got %+v", m[0])
		}
	})
}
