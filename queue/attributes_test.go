package queue_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/queue"
)

func TestCreateFindsAQueueThatIsAsAskedFor(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders", "VisibilityTimeout", "40")
		f.create("orders")
		f.create("orders", "VisibilityTimeout", "40", "DelaySeconds", "0")
		_, err := f.queues.Create(f.Context(), "orders", map[string]string{"VisibilityTimeout": "41"}, nil)
		f.wantFault(err, fault.Conflict, queue.SubjectQueueName)
		if err := f.queues.SetAttributes(f.Context(), q, map[string]string{"VisibilityTimeout": "41"}); err != nil {
			f.Fatal(err)
		}
		f.create("orders", "VisibilityTimeout", "41")
	})
}

func TestCreateComparesDocumentsNotTheirLayout(t *testing.T) {
	each(t, func(f *fixture) {
		text := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}}`
		f.create("orders", "Policy", text, "RedriveAllowPolicy", `{"redrivePermission":"denyAll"}`)
		f.create("orders", "Policy", strings.ReplaceAll(text, ",", " , "), "RedriveAllowPolicy", `{ "redrivePermission": "denyAll" }`)
		for name, v := range map[string]string{"Policy": strings.Replace(text, "sqs:*", "sqs:SendMessage", 1), "RedriveAllowPolicy": `{"redrivePermission":"allowAll"}`} {
			_, err := f.queues.Create(f.Context(), "orders", map[string]string{name: v}, nil)
			f.wantFault(err, fault.Conflict, queue.SubjectQueueName)
		}
		_, err := f.queues.Create(f.Context(), "orders", map[string]string{"Policy": ""}, nil)
		f.wantFault(err, fault.Conflict, queue.SubjectQueueName)
	})
}

func TestAttributesAreSetAndTakenAway(t *testing.T) {
	const dead = `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":3}`
	tests := []struct {
		name string
		set  []map[string]string
		want map[string]string // "" means absent
	}{
		{"numbers", []map[string]string{{"DelaySeconds": "5"}}, map[string]string{"DelaySeconds": "5"}},
		{"booleans in any case", []map[string]string{{"SqsManagedSseEnabled": "FALSE"}}, map[string]string{"SqsManagedSseEnabled": "false"}},
		{"an empty policy removes it", []map[string]string{{"Policy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}}`}, {"Policy": ""}}, map[string]string{"Policy": ""}},
		{"a redrive policy is put into its form", []map[string]string{{"RedrivePolicy": `{ "maxReceiveCount": "3", "deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead" }`}}, map[string]string{"RedrivePolicy": dead}},
		{"a key ends the queue's own encryption", []map[string]string{{"KmsMasterKeyId": "k"}}, map[string]string{"KmsMasterKeyId": "k", "SqsManagedSseEnabled": "false"}},
		{"without a key the queue's own encryption is as it is set", []map[string]string{{"KmsMasterKeyId": "", "SqsManagedSseEnabled": "false"}}, map[string]string{"SqsManagedSseEnabled": "false"}},
		{"and the other way round", []map[string]string{{"KmsMasterKeyId": "k"}, {"SqsManagedSseEnabled": "true"}}, map[string]string{"KmsMasterKeyId": "", "SqsManagedSseEnabled": "true"}},
	}
	each(t, func(f *fixture) {
		f.create("dead")
		for _, tt := range tests {
			q := f.create("orders")
			for _, set := range tt.set {
				if err := f.queues.SetAttributes(f.Context(), q, set); err != nil {
					f.Fatalf("%s: %v", tt.name, err)
				}
			}
			got, err := f.queues.Get(f.Context(), q)
			if err != nil {
				f.Fatal(err)
			}
			have := map[string]string{}
			for name := range tt.want {
				have[name] = got.Attributes()[name]
			}
			if d := cmp.Diff(tt.want, have); d != "" {
				f.Errorf("%s: %s", tt.name, d)
			}
			if err := f.queues.DeleteQueue(f.Context(), q); err != nil {
				f.Fatal(err)
			}
		}
	})
}

func TestRedrivePoliciesAreChecked(t *testing.T) {
	redrive := func(arn string) map[string]string {
		return map[string]string{"RedrivePolicy": `{"deadLetterTargetArn":"` + arn + `","maxReceiveCount":1}`}
	}
	const prefix = "arn:aws:sqs:us-east-1:123456789012:"
	allow := func(text string) map[string]string { return map[string]string{"RedriveAllowPolicy": text} }
	sources := func(n int) string { return `[` + strings.Repeat(`"x",`, n-1) + `"x"]` }
	const cannot = "Reason: Amazon SQS can't create the redrive allow policy"
	const noAllow = "Invalid value for the parameter RedriveAllowPolicy. " + cannot + ", as it’s in an unsupported format."
	tests := []struct {
		name string
		set  map[string]string
		text string // of the refusal; empty: it passes
	}{
		{"a queue", redrive(prefix + "dead"), ""},
		{"itself", redrive(prefix + "orders"), ""},
		{"no queue", redrive(prefix + "none"), "Reason: Dead letter target does not exist."},
		{"another account's", redrive("arn:aws:sqs:us-east-1:999999999999:dead"), "Reason: Dead-letter target owner should be same as the source."},
		{"another Region's", redrive("arn:aws:sqs:eu-west-2:123456789012:dead"), "Reason: Dead-letter target must be in same region as the source."},
		{"a topic", redrive("arn:aws:sns:us-east-1:123456789012:dead"), "Reason: Only SQS queues are valid resources for deadLetterTargetArn."},
		{"another kind", redrive(prefix + "dead.fifo"), "Reason: Dead-letter queue must be same type of queue as the source.."},
		{"one that lets nobody", redrive(prefix + "closed"), "does not allow this queue"},
		{"one that lets this queue", redrive(prefix + "open"), ""},
		{"no ARN", redrive("dead"), "Reason: Dead-letter target ARN should be fully qualified ARN."},
		{"no JSON", map[string]string{"RedrivePolicy": "x"}, "Invalid value for the parameter RedrivePolicy. Reason: Redrive policy is not a valid JSON map."},
		{"no map", map[string]string{"RedrivePolicy": "null"}, "Reason: Redrive policy is not a valid JSON map."},
		{"an empty map", map[string]string{"RedrivePolicy": "{}"}, "Value {} for parameter RedrivePolicy is invalid. Reason: Redrive policy does not contain mandatory attribute: maxReceiveCount."},
		{"no target", map[string]string{"RedrivePolicy": `{"maxReceiveCount":1}`}, "Reason: Redrive policy does not contain mandatory attribute: deadLetterTargetArn."},
		{"a target that is no text", map[string]string{"RedrivePolicy": `{"maxReceiveCount":1,"deadLetterTargetArn":1}`}, "fully qualified ARN"},
		{"more than there is", map[string]string{"RedrivePolicy": `{"maxReceiveCount":1,"deadLetterTargetArn":"` + prefix + `dead","x":1}`}, "Reason: Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount]."},
		{"too many receives", map[string]string{"RedrivePolicy": `{"deadLetterTargetArn":"` + prefix + `dead","maxReceiveCount":1001}`}, "Reason: Invalid value for maxReceiveCount: 1001, valid values are from 1 to 1000 both inclusive."},
		{"a count that is none", map[string]string{"RedrivePolicy": `{"deadLetterTargetArn":"` + prefix + `dead","maxReceiveCount":"many"}`}, "Reason: Invalid value for maxReceiveCount: many, valid"},
		{"everybody", allow(`{"redrivePermission":"allowAll"}`), ""},
		{"ten sources", allow(`{"redrivePermission":"byQueue","sourceQueueArns":` + sources(10) + `}`), ""},
		{"eleven sources", allow(`{"redrivePermission":"byQueue","sourceQueueArns":` + sources(11) + `}`), cannot + ". The maximum number of source queue ARNs you can specify is 10."},
		{"sources without need", allow(`{"redrivePermission":"allowAll","sourceQueueArns":["x"]}`), cannot + ". To specify one or more source queue ARNs, you must set redrivePermission to byQueue."},
		{"sources for nobody", allow(`{"redrivePermission":"denyAll","sourceQueueArns":["x"]}`), cannot + ". To specify one or more source queue ARNs, you must set redrivePermission to byQueue."},
		{"no sources", allow(`{"redrivePermission":"byQueue"}`), cannot + ". When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values."},
		{"no permission", allow(`{}`), noAllow},
		{"another permission", allow(`{"redrivePermission":"some"}`), noAllow},
		{"an allow policy that is no JSON", allow(`x`), noAllow},
		{"two documents", allow(`{"redrivePermission":"allowAll"}{}`), noAllow},
		{"an unknown member", allow(`{"redrivePermission":"allowAll","x":1}`), noAllow},
		{"a source that is no text", allow(`{"redrivePermission":"byQueue","sourceQueueArns":[{}]}`), noAllow},
		{"none", allow(""), ""},
	}
	each(t, func(f *fixture) {
		f.create("dead")
		f.create("dead.fifo")
		f.create("closed", "RedriveAllowPolicy", `{"redrivePermission":"denyAll"}`)
		f.create("open", "RedriveAllowPolicy", `{"redrivePermission":"byQueue","sourceQueueArns":["`+prefix+`orders"]}`)
		q := f.create("orders")
		for _, tt := range tests {
			err := f.queues.SetAttributes(f.Context(), q, tt.set)
			if tt.text == "" && err != nil {
				f.Errorf("%s: %v", tt.name, err)
			}
			if e, ok := errors.AsType[*fault.Error](err); tt.text != "" && (!ok || e.Subject != queue.SubjectParameter || !strings.Contains(e.Msg, tt.text)) {
				f.Errorf("%s: %v, want %s", tt.name, err, tt.text)
			}
		}
	})
}

func TestMessagesMustMeetTheRules(t *testing.T) {
	attribute := func(name, kind, value string) queue.Message {
		return queue.Message{Body: "x", Attributes: []queue.Attribute{{Name: name, DataType: kind, StringValue: value}}}
	}
	tests := []struct {
		name    string
		message queue.Message
		subject string // empty: it passes
	}{
		{"every character that may be", queue.Message{Body: "\t\n\r \ud7ff\ue000\ufffd\U0010ffff"}, ""},
		{"a character that may not", queue.Message{Body: "a\x00"}, queue.SubjectContents},
		{"another", queue.Message{Body: "\uffff"}, queue.SubjectContents},
		{"no UTF-8", queue.Message{Body: "\xff"}, queue.SubjectContents},
		{"a group", queue.Message{Body: "x", GroupID: "a!b~"}, ""},
		{"an attribute", attribute("a.B-c_9", "String.label", "x"), ""},
		{"a number", attribute("a", "Number", "-1.5e10"), ""},
		{"no number", attribute("a", "Number", "0x1"), queue.SubjectParameter},
		{"no kind", attribute("a", "Text", "x"), queue.SubjectParameter},
		{"AWS's own name", attribute("aWs.x", "String", "x"), queue.SubjectParameter},
		{"two points", attribute("a..b", "String", "x"), queue.SubjectParameter},
		{"an attribute's character", attribute("a", "String", "\x01"), queue.SubjectParameter},
	}
	each(t, func(f *fixture) {
		f.create("orders")
		q, err := f.queues.Get(f.Context(), queue.Ref{Name: "orders"})
		if err != nil {
			f.Fatal(err)
		}
		for _, tt := range tests {
			err := q.Check(&tt.message)
			if tt.subject == "" && err != nil {
				f.Errorf("%s: %v", tt.name, err)
			}
			if e, ok := errors.AsType[*fault.Error](err); tt.subject != "" && (!ok || e.Subject != tt.subject) {
				f.Errorf("%s: %v", tt.name, err)
			}
		}
	})
}
