package app_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/app"
)

// sqs calls an operation of SQS.
func (l *ledger) sqs(op string, in object, out any) {
	l.Helper()
	if err := l.client.JSON(l.Context(), "sqs", "1.0", "AmazonSQS."+op, in, out); err != nil {
		l.Fatal(err)
	}
}

// queue makes a queue and gives its URL.
func (l *ledger) queue(name string, attributes object) string {
	l.Helper()
	var out struct{ QueueUrl string }
	l.sqs("CreateQueue", object{"QueueName": name, "Attributes": attributes}, &out)
	return out.QueueUrl
}

// send sends bodies.
func (l *ledger) send(url string, bodies ...string) {
	l.Helper()
	for _, body := range bodies {
		l.sqs("SendMessage", object{"QueueUrl": url, "MessageBody": body}, nil)
	}
}

// receive takes one message.
func (l *ledger) receive(url string) {
	l.Helper()
	var out struct{ Messages []struct{ Body string } }
	l.sqs("ReceiveMessage", object{"QueueUrl": url, "VisibilityTimeout": 600}, &out)
	if len(out.Messages) != 1 {
		l.Fatalf("received %+v", out)
	}
}

// runWith is run for a command that reads what somebody types.
func (l *ledger) runWith(typed string, args ...string) (code int, stdout, stderr string) {
	l.Helper()
	var out, errs strings.Builder
	code = app.Main(l.Context(), append(args, "--endpoint", l.url), strings.NewReader(typed), &out, &errs)
	return code, out.String(), errs.String()
}

// squeezed leaves one space where there are several.
func squeezed(text string) string { return regexp.MustCompile(` +`).ReplaceAllString(text, " ") }

// caseEvent is a case event as a queue has it.
const caseEvent = `{"version":"0","id":"e","detail-type":"Amazon Connect Cases Change","source":"aws.cases","account":"111122223333","time":"2026-01-02T03:04:05Z",` +
	`"region":"us-east-1","resources":["arn:aws:cases:us-east-1:111122223333:domain/d","arn:aws:cases:us-east-1:111122223333:domain/d/case/c-1"],` +
	`"detail":{"eventType":"CASE.UPDATED","approximateChangeTime":"2026-01-02T03:04:05.678Z","changedFieldIds":["status","title"],` +
	`"case":{"caseId":"c-1","templateId":"t-1","createdDateTime":"2026-01-02T03:04:05.678Z","fields":[]}}}`

func TestMessagesArePeekedAt(t *testing.T) {
	l := newLedger(t)
	url := l.queue("q", nil)
	l.send(url, "one", caseEvent, `{"detail-type":"order","source":"shop","id":"e-7"}`, "with\x09tab and é and "+strings.Repeat("long ", 100))
	l.receive(url)
	for _, name := range []string{"q", url, "arn:aws:sqs:us-east-1:000000000000:q"} {
		name = strings.ReplaceAll(name, "000000000000", account(url))
		code, out, errs := l.run("queue", "peek", name)
		out = squeezed(out)
		for _, want := range []string{
			"SENT STATE RECEIVES MESSAGE ID MESSAGE\n", " in flight ", " 1 ", " one\n", "visible 0 ", "CASE.UPDATED case c-1 template t-1 changed status, title\n",
			"shop order event e-7\n", "with tab and é and long long", "…\n",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", name, want, out)
			}
		}
		if code != 0 || errs != "" || strings.Count(out, "\n") != 5 {
			t.Errorf("%s: %d %s\n%s", name, code, errs, out)
		}
	}
	for _, c := range []struct {
		args string
		want int
		says string
	}{
		{"--state visible", 3, ""},
		{"--state in-flight", 1, ""},
		{"--state in-flight --state visible", 4, ""},
		{"--state delayed", 0, "No such messages are there, of "},
		{"--body-contains one", 1, ""},
		{"--body-contains nowhere", 0, "No such messages are there, of 4 looked at.\n"},
		{"--max 2", 2, "There may be more"},
		{"--max 0", 4, ""},
		{"--group g", 0, "No such messages"},
		{"--message-id gone", 0, "No such messages"},
	} {
		code, out, errs := l.run(append([]string{"queue", "peek", "q", "--json"}, strings.Fields(c.args)...)...)
		if code != 0 || strings.Count(out, "\n") != c.want || errs != "" {
			t.Errorf("%s: %d %s\n%s", c.args, code, errs, out)
		}
		if _, _, errs = l.run(append([]string{"queue", "peek", "q"}, strings.Fields(c.args)...)...); !strings.Contains(errs, c.says) || c.says == "" && errs != "" {
			t.Errorf("%s: it says %q", c.args, errs)
		}
	}
	_, out, _ := l.run("queue", "peek", "q", "--json", "--state", "in-flight")
	var m struct{ Body, State, MessageId string }
	if err := json.Unmarshal([]byte(out), &m); err != nil || m.Body != "one" || m.State != "IN_FLIGHT" {
		t.Errorf("%v %+v", err, m)
	}
	if _, out, _ := l.run("queue", "peek", "q", "--message-id", m.MessageId, "--full"); !strings.Contains(out, "Message      "+m.MessageId+"\n") || !strings.HasSuffix(out, "\n\none\n") {
		t.Errorf("whole:\n%s", out)
	}
	if _, out, _ := l.run("queue", "peek", "q", "--body-contains", "aws.cases", "--full"); !strings.Contains(out, `    "eventType": "CASE.UPDATED"`) {
		t.Errorf("whole:\n%s", out)
	}
}

// account gives the account in a queue's URL.
func account(url string) string {
	parts := strings.Split(url, "/")
	return parts[len(parts)-2]
}

func TestMessagesDoNotCommandTheTerminal(t *testing.T) {
	l := newLedger(t)
	url := l.queue("q", nil)
	l.send(url, "del \x7f csi \u009b2J")
	for _, form := range []string{"--full=false", "--full"} {
		if _, out, _ := l.run("queue", "peek", "q", form); strings.ContainsAny(out, "\x7f\u009b") || !strings.Contains(out, "del \uFFFD csi \uFFFD2J") {
			t.Errorf("%q", out)
		}
	}
}

func TestMessagesAreTailed(t *testing.T) {
	l := newLedger(t)
	url := l.queue("q", nil)
	l.send(url, "before")
	s, end := start(t, strings.NewReader(""), "queue", "tail", "q", "--endpoint", l.url)
	s.until(t, "Waiting for messages that arrive in q.\n")
	l.send(url, "one")
	s.until(t, "one\n")
	l.send(url, caseEvent)
	s.until(t, "CASE.UPDATED  case c-1")
	if code := end(); code != 0 || strings.Contains(s.String(), "before") {
		t.Errorf("%d\n%s", code, s)
	}
	code, out, _ := l.run("queue", "peek", "q", "--json", "--state", "visible")
	if code != 0 || strings.Count(out, "\n") != 3 || strings.Contains(out, `"ReceiveCount":1`) {
		t.Errorf("after it %d\n%s", code, out)
	}
}

func TestQueuesAreListedWithWhatTheyHold(t *testing.T) {
	l := newLedger(t)
	dead := l.queue("dead", nil)
	url := l.queue("q", object{"RedrivePolicy": `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:` + account(dead) + `:dead","maxReceiveCount":3}`})
	l.queue("other", object{"DelaySeconds": "100"})
	l.send(url, "1", "2", "3")
	l.send(strings.Replace(url, "/q", "/other", 1), "1")
	l.receive(url)
	code, out, errs := l.run("queue", "list")
	want := "QUEUE VISIBLE IN-FLIGHT DELAYED DEAD LETTERS\ndead 0 0 0 of q\nother 0 0 1 -\nq 2 1 0 to dead after 3 receives\n"
	if diff := cmp.Diff(want, squeezed(out)); code != 0 || diff != "" {
		t.Errorf("%d %s: -want +got\n%s", code, errs, diff)
	}
	if _, out, _ := l.run("queue", "list", "o", "--json"); !strings.HasPrefix(out, `{"QueueName":"other","QueueUrl":"http`) || strings.Count(out, "\n") != 1 || !json.Valid([]byte(out)) {
		t.Errorf("%s", out)
	}
	if _, _, errs := l.run("queue", "list", "x"); errs != "There are no such queues.\n" {
		t.Errorf("%q", errs)
	}
}

func TestQueueIsPurgedOnceItsNameIsTyped(t *testing.T) {
	l := newLedger(t)
	url := l.queue("q", nil)
	l.send(url, "1", "2")
	for _, c := range []struct {
		typed, args, out, errs string
		code                   int
	}{
		{"", "", "", "nobody answers: give --yes", 1},
		{"p\n", "", "", "that is not its name: nothing was purged", 1},
		{"q\n", "", "q is purged; it held 2 visible, 0 in flight and 0 delayed messages.\n", "q holds 2 visible, 0 in flight and 0 delayed messages. All of them will be gone for good. Type its name", 0},
		{"", "--yes", "", "q was purged less than 60 seconds ago", 1},
	} {
		code, out, errs := l.runWith(c.typed, append([]string{"queue", "purge", "q"}, strings.Fields(c.args)...)...)
		if code != c.code || out != c.out || !strings.Contains(errs, c.errs) {
			t.Errorf("%q %s: %d %q %q", c.typed, c.args, code, out, errs)
		}
	}
}

func TestQueueCommandsRefuseWhatTheyCannotDo(t *testing.T) {
	l := newLedger(t, "--trace-for", "0s")
	l.queue("q", nil)
	for _, c := range []struct {
		args, says string
		code       int
	}{
		{"queue peek gone", "The specified queue does not exist", 1},
		{"queue tail gone", "The specified queue does not exist", 1},
		{"queue purge gone", "The specified queue does not exist", 1},
		{"queue redrive gone", "The specified queue does not exist", 1},
		{"queue peek q --max=-1", "want 0 or more", 1},
		{"queue peek q --state gone", "--state", 2},
		{"queue peek", "expected", 2},
		{"queue redrive q --cancel --follow", "--cancel goes without", 1},
	} {
		code, _, errs := l.run(strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%s: %d %q, want %d %q", c.args, code, errs, c.code, c.says)
		}
	}
	if code, _, errs := run(t, "queue", "peek", "q", "--endpoint", "aws"); code != 1 || !strings.Contains(errs, "want a Casestream server") {
		t.Errorf("aws: %d %q", code, errs)
	}
}
