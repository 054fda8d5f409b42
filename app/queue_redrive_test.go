package app_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// mover is an SQS elsewhere that moves messages as the test tells it to.
type mover struct {
	*testing.T
	url string

	mu      sync.Mutex
	tasks   []object // the last first
	started []object // the requests
	lists   int
	onList  func(m *mover) // called before each list but the first
}

// newMover starts one.
func newMover(t *testing.T) *mover {
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	m := &mover{T: t}
	s := httptest.NewServer(m)
	t.Cleanup(s.Close)
	m.url = s.URL
	return m
}

// ServeHTTP answers a call.
func (m *mover) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var in object
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		m.Errorf("%v", err)
	}
	out := object{}
	switch op := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS."); op {
	case "GetQueueUrl":
		name, _ := in["QueueName"].(string)
		out["QueueUrl"] = m.url + "/111122223333/" + name
	case "GetQueueAttributes":
		url, _ := in["QueueUrl"].(string)
		out["Attributes"] = object{"QueueArn": "arn:aws:sqs:us-east-1:111122223333:" + url[strings.LastIndex(url, "/")+1:]}
	case "ListMessageMoveTasks":
		if m.lists++; m.lists > 1 && m.onList != nil {
			m.onList(m)
		}
		out["Results"] = m.tasks
	case "StartMessageMoveTask":
		m.started = append(m.started, in)
		m.tasks = append([]object{{"TaskHandle": "h", "Status": "RUNNING", "ApproximateNumberOfMessagesMoved": 0, "ApproximateNumberOfMessagesToMove": 3}}, m.tasks...)
		out["TaskHandle"] = "h"
	case "CancelMessageMoveTask":
		if in["TaskHandle"] != "h" {
			m.Errorf("cancels %v", in)
		}
		m.tasks[0]["Status"] = "CANCELLED"
		out["ApproximateNumberOfMessagesMoved"] = 2
	default:
		m.Errorf("it is asked for %s", op)
	}
	_ = json.NewEncoder(w).Encode(out)
}

// ends makes a task end in a state the second time that somebody asks how far it is.
func ends(status string) func(m *mover) {
	return func(m *mover) {
		if m.lists > 2 {
			m.tasks[0]["Status"], m.tasks[0]["ApproximateNumberOfMessagesMoved"] = status, 3
			m.tasks[0]["FailureReason"] = "NoReason"
		}
	}
}

func TestDeadLettersAreMovedBack(t *testing.T) {
	for _, c := range []struct {
		args, out, errs string
		ends            string
		code            int
	}{
		{"", "Messages of dead are being moved to the queues that they come from.\n", "--follow shows how far that is, --cancel stops it.\n", "", 0},
		{"--to arn:aws:sqs:us-east-1:111122223333:q --rate 7", "Messages of dead are being moved to q.\n", "--cancel", "", 0},
		{"--follow --to q", "Messages of dead are being moved to q.\nAll is moved: 3 messages.\n", "3 of 3 messages", "COMPLETED", 0},
		{"--follow", "Messages of dead are being moved to the queues that they come from.\n", "casestream: ended after 3 messages as FAILED: NoReason\n", "FAILED", 1},
		{"--follow", "Messages of dead are being moved to the queues that they come from.\n", "casestream: cancelled after 3 messages\n", "CANCELLED", 1},
	} {
		m := newMover(t)
		m.onList = ends(c.ends)
		code, out, errs := run(t, append([]string{"queue", "redrive", "dead", "--endpoint", m.url}, strings.Fields(c.args)...)...)
		if code != c.code || out != c.out || !strings.Contains(errs, c.errs) {
			t.Errorf("%s: %d %q %q", c.args, code, out, errs)
		}
		in := m.started[0]
		if in["SourceArn"] != "arn:aws:sqs:us-east-1:111122223333:dead" || strings.Contains(c.args, "--to") != (in["DestinationArn"] == "arn:aws:sqs:us-east-1:111122223333:q") ||
			strings.Contains(c.args, "--rate") != (in["MaxNumberOfMessagesPerSecond"] == 7.0) {
			t.Errorf("%s: it asks for %v", c.args, in)
		}
	}
}

func TestOneTaskMovesAQueuesMessages(t *testing.T) {
	m := newMover(t)
	command := func(args ...string) (int, string, string) {
		return run(t, append([]string{"queue", "redrive", "dead", "--endpoint", m.url}, args...)...)
	}
	if code, _, errs := command("--cancel"); code != 1 || errs != "casestream: no messages of dead are being moved\n" {
		t.Errorf("nothing to cancel: %d %q", code, errs)
	}
	if code, _, errs := command(); code != 0 {
		t.Fatalf("%d %q", code, errs)
	}
	if code, _, errs := command(); code != 1 || !strings.Contains(errs, "are being moved already") {
		t.Errorf("another one: %d %q", code, errs)
	}
	s, end := start(t, strings.NewReader(""), "queue", "redrive", "dead", "--follow", "--endpoint", m.url)
	s.until(t, "Messages of dead are being moved already.\n")
	if code := end(); code != 0 || !strings.Contains(s.String(), "Messages go on being moved. To stop that: casestream queue redrive dead --cancel\n") {
		t.Errorf("interrupted: %d\n%s", code, s)
	}
	if code, out, errs := command("--cancel"); code != 0 || out != "No more messages are moved; 2 were.\n" {
		t.Errorf("cancel: %d %q %q", code, out, errs)
	}
	if len(m.started) != 1 {
		t.Errorf("started %v", m.started)
	}
}

func TestServerMovesDeadLettersBack(t *testing.T) {
	l := newLedger(t)
	dead := l.queue("dead", nil)
	url := l.queue("q", object{"RedrivePolicy": `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:` + account(dead) + `:dead","maxReceiveCount":1}`})
	l.send(url, "1", "2", "3")
	for range 2 { // the second receive finds that the first was enough
		l.sqs("ReceiveMessage", object{"QueueUrl": url, "VisibilityTimeout": 0, "MaxNumberOfMessages": 10}, nil)
	}
	_, out, _ := l.run("queue", "peek", "dead")
	if strings.Count(out, "(dead letter of q)\n") != 3 {
		t.Fatalf("dead letters:\n%s", out)
	}
	code, out, errs := l.run("queue", "redrive", "dead", "--follow")
	if code != 0 || out != "Messages of dead are being moved to the queues that they come from.\nAll is moved: 3 messages.\n" {
		t.Errorf("%d %q %q", code, out, errs)
	}
	if _, out, _ := l.run("queue", "peek", "q", "--json"); strings.Count(out, "\n") != 3 {
		t.Errorf("back in the queue:\n%s", out)
	}
	if code, _, errs := l.run("queue", "redrive", "q"); code != 1 || !strings.Contains(errs, "must be configured as a Dead Letter Queue") {
		t.Errorf("no dead-letter queue: %d %q", code, errs)
	}
}
