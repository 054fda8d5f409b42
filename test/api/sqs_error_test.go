package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"
)

// sqsFault is a call of SQS that must fail, and how: in JSON, and as awsQuery. Besides what sqsRow knows, {small}
// is a queue that takes 1024 bytes, {purged} one that was purged a moment ago, {fifo} a FIFO queue, {foreign} a
// receipt handle of another queue, {gone} that of a deleted message, {late} one of {fifo}'s that is past its
// timeout, and {long} a text of 1025 bytes. The queue is {url} where the row names none.
type sqsFault struct {
	name string
	op   string
	body string
	form string

	status    int
	namespace string // of the shape; empty: SQS's own
	shape     string // as JSON has it
	code      string // as awsQuery has it; empty: the shape's name
	says      string
	query     string // what awsQuery says, where it differs
}

// coral is the namespace of the errors that SQS's model does not have.
const coral = "com.amazon.coral.service"

// refusals are what the four forms of a request may answer.
func (f sqsFault) want(w string) answer {
	code, says, namespace := f.code, f.says, f.namespace
	if code == "" {
		code = f.shape
	}
	if namespace == "" {
		namespace = "com.amazonaws.sqs"
	}
	if w == "JSON" {
		return answer{status: f.status, code: namespace + "#" + f.shape, says: says}
	}
	if f.query != "" {
		says = f.query
	}
	return answer{status: f.status, code: code, says: says}
}

// troubled is a scene with all that sqsFault speaks of.
func (s *server) troubled(t *testing.T) (queue, *strings.Replacer) {
	t.Helper()
	q, _ := s.scene(t, false)
	other := s.newQueue(t)
	small, purged := s.newQueue(t, "MaximumMessageSize", "1024"), s.newQueue(t)
	fifo := s.newQueue(t, "FifoQueue", "true")
	take := func(q queue, group *string) string {
		t.Helper()
		got(s.sqs.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: new("x"), MessageGroupId: group, MessageDeduplicationId: group}))(t)
		return *got(s.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &q.url}))(t).Messages[0].ReceiptHandle
	}
	late := take(fifo, new("g"))
	got(s.sqs.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: &fifo.url, ReceiptHandle: &late, VisibilityTimeout: 0}))(t)
	handle := take(q, nil)
	gone := take(small, nil)
	got(s.sqs.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &small.url, ReceiptHandle: &gone}))(t)
	got(s.sqs.PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: &purged.url}))(t)
	return q, strings.NewReplacer("{url}", q.url, "{name}", q.name, "{arn}", q.arn, "{new}", name("new"), "{small}", small.url, "{purged}", purged.url,
		"{purgedName}", purged.name, "{fifo}", fifo.url, "{fifoArn}", fifo.arn, "{handle}", handle, "{foreign}", take(other, nil), "{gone}", gone, "{late}", late,
		"{long}", strings.Repeat("x", 1025))
}

// legacyFault reads an error of awsQuery's JSON.
func legacyFault(t *testing.T, body string) (code, says, kind string) {
	t.Helper()
	var e struct {
		Error struct{ Code, Message, Type string }
	}
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		t.Errorf("%v: %s", err, body)
	}
	return e.Error.Code, e.Error.Message, e.Error.Type
}

func TestEverySQSErrorIsAWSsInEveryForm(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q, fill := s.troubled(t)
		there := coverage(t)
		for _, f := range sqsFaults() {
			r := sqsRow{op: f.op, form: f.form}
			form, body := r.encode(fill), "{"+fill.Replace(f.body)+"}"
			if !strings.Contains(f.form, "QueueUrl=") {
				form += "&QueueUrl=" + q.url
			}
			if !strings.Contains(f.body, `"QueueUrl"`) {
				body = strings.Replace(body, "{", `{"QueueUrl":"`+q.url+`",`, 1)
				body = strings.Replace(body, ",}", "}", 1)
			}
			for w, req := range map[string]request{
				"JSON":                     inSQS(f.op, body),
				"a form":                   {service: "sqs", form: true, body: form},
				"a query string":           {service: "sqs", method: http.MethodGet, path: "/?" + form},
				"a query string, for JSON": {service: "sqs", method: http.MethodGet, path: "/?" + form, header: map[string]string{"Accept": "application/json"}},
			} {
				if !there[f.op] {
					s.missing(t, req)
					continue
				}
				a, want := s.do(t, req), f.want(w)
				if req.header["Accept"] != "" {
					var kind string
					if a.code, a.says, kind = legacyFault(t, a.body); kind != "Sender" {
						t.Errorf("%s as %s: %s", f.name, w, a.body)
					}
				} else if w != "JSON" && !strings.Contains(a.body, "<Type>Sender</Type>") {
					t.Errorf("%s as %s: %s", f.name, w, a.body)
				}
				if w == "JSON" && a.header.Get("X-Amzn-Query-Error") != f.want("").code+";Sender" {
					t.Errorf("%s: %s", f.name, a.header)
				}
				want.says = fill.Replace(want.says)
				if d := cmp.Diff([]any{want.status, want.code, want.says}, []any{a.status, a.code, a.says}); d != "" {
					t.Errorf("%s as %s: %s", f.name, w, d)
				}
			}
		}
		if c := s.counts(t, q); c != "1 2 0" {
			t.Errorf("refused calls left %s", c)
		}
	})
}

func TestSignaturesAreRefusedInTheFormOfTheRequest(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t)
		own := "/" + account + "/" + q.name
		for _, row := range []struct {
			name, code string
			status     int
			edit       func(*request)
		}{
			{"unsigned", "AccessDenied", 403, func(r *request) { r.unsigned = true }},
			{"an unknown key", "InvalidClientTokenId", 403, func(r *request) { r.key.AccessKeyID, r.key.SecretAccessKey = "AKIANOBODY0000000000", "x" }},
			{"a wrong secret", "SignatureDoesNotMatch", 403, func(r *request) { r.key.AccessKeyID, r.key.SecretAccessKey = key.AccessKeyID, "x" }},
			{"half a signature", "IncompleteSignature", 400, func(r *request) {
				r.unsigned, r.spoil = true, func(h *http.Request) {
					h.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key.AccessKeyID+"/20260101/"+region+"/sqs/aws4_request")
				}
			}},
		} {
			for w, req := range map[string]request{
				"a form":                              {service: "sqs", form: true, body: "Action=ListQueues"},
				"a query string on the queue's URL":   {service: "sqs", method: http.MethodGet, path: own + "?Action=ReceiveMessage"},
				"a form to the queue's URL, for JSON": {service: "sqs", form: true, path: own, body: "Action=ReceiveMessage", header: map[string]string{"Accept": "application/json"}},
			} {
				row.edit(&req)
				a, kind := s.do(t, req), "Sender"
				if req.header["Accept"] != "" {
					a.code, a.says, kind = legacyFault(t, a.body)
				} else if !strings.Contains(a.body, "<Type>Sender</Type>") {
					kind = a.body
				}
				if a.status != row.status || a.code != row.code || a.says == "" || kind != "Sender" {
					t.Errorf("%s as %s: got %d %s", row.name, w, a.status, a.body)
				}
			}
		}
	})
}

func TestRequestsWithoutAKnownActionAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t)
		own, inJSON := "/"+account+"/"+q.name, map[string]string{"Accept": "application/json"}
		for _, r := range []request{
			{service: "sqs", method: http.MethodGet, path: own},
			{service: "sqs", method: http.MethodGet, path: own, header: inJSON},
			{service: "sqs", form: true, path: own},
			{service: "sqs", form: true, body: "Version=2012-11-05"},
		} {
			if a := s.do(t, r); a.status != 404 || !strings.Contains(a.body, "<UnknownOperationException/>") {
				t.Errorf("%s %s: got %d %s", r.method, r.path, a.status, a.body)
			}
		}
		const says = "The action FooBar is not valid for this endpoint."
		s.rawRefuse(t, []rawRow{
			{"an unknown action", query(own, "Action", "FooBar"), 400, "InvalidAction", "", says},
			{"an unknown action at the root", query("/", "Action", "FooBar"), 400, "InvalidAction", "", says},
		})
		a := s.do(t, request{service: "sqs", method: http.MethodGet, path: own + "?Action=FooBar", header: inJSON})
		if code, text, _ := legacyFault(t, a.body); a.status != 400 || code != "InvalidAction" || text != says {
			t.Errorf("got %d %s", a.status, a.body)
		}
	})
}
