package app_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/client"
)

// ledger is a server whose events a test looks at through the command line.
type ledger struct {
	*testing.T
	client *client.Client
	url    string
}

// newLedger starts a server with a rule that takes events of the shop whose number is 1, for a queue that is not there.
func newLedger(t *testing.T, args ...string) *ledger {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	s := serve(t, append([]string{"--ephemeral", "--dev", "--log-level", "error"}, args...)...)
	l := &ledger{T: t, url: s.url, client: &client.Client{Base: s.url, Region: "us-east-1"}}
	l.call("PutRule", object{"Name": "one", "EventPattern": `{"source":["shop"],"detail":{"n":[1]}}`}, nil)
	l.call("PutTargets", object{"Rule": "one", "Targets": []object{{"Id": "t", "Arn": "arn:aws:sqs:us-east-1:111122223333:nowhere"}}}, nil)
	return l
}

// call calls an operation of EventBridge.
func (l *ledger) call(op string, in object, out any) {
	l.Helper()
	if err := l.client.JSON(l.Context(), "events", "1.1", "AWSEvents."+op, in, out); err != nil {
		l.Fatal(err)
	}
}

// put puts an event on the default bus and gives its id.
func (l *ledger) put(source, detailType, detail string) string {
	l.Helper()
	var out struct{ Entries []struct{ EventId string } }
	l.call("PutEvents", object{"Entries": []object{{"Source": source, "DetailType": detailType, "Detail": detail}}}, &out)
	return out.Entries[0].EventId
}

// run runs a command of the server to its end.
func (l *ledger) run(args ...string) (code int, stdout, stderr string) {
	l.Helper()
	return run(l.T, append(args, "--endpoint", l.url)...)
}

// column gives the ids in a list of events, in its order.
func column(out string) []string { return eventID.FindAllString(out, -1) }

// eventID finds ids of events.
var eventID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

func TestEventsAreListed(t *testing.T) {
	l := newLedger(t)
	one, two := l.put("shop", "order", `{"n":1}`), l.put("shop", "order", `{"n":2}`)
	for _, c := range []struct {
		args string
		want []string
	}{
		{"", []string{two, one}},
		{"-n 1", []string{two}},
		{"-n 0", []string{two, one}},
		{"--state unmatched", []string{two}},
		{"--state dead-lettered", nil},
		{`--pattern {"detail":{"n":[1]}}`, []string{one}},
		{"--bus default --since 1h", []string{two, one}},
		{"--bus other", nil},
		{"--until 2020-01-01T00:00:00Z", nil},
	} {
		code, out, errs := l.run(append([]string{"events", "list"}, strings.Fields(c.args)...)...)
		if code != 0 {
			t.Errorf("list %s: exit code %d, %s", c.args, code, errs)
		}
		if diff := cmp.Diff(c.want, column(out)); diff != "" {
			t.Errorf("list %s: -want +got\n%s", c.args, diff)
		}
		if none := strings.Contains(errs, "No such events"); none != (c.want == nil) {
			t.Errorf("list %s says %q", c.args, errs)
		}
	}
	_, out, _ := l.run("events", "list", "--json", "-n", "1", "--state", "dropped")
	var e struct{ EventId, State string }
	if err := json.Unmarshal([]byte(out), &e); err != nil || e.EventId != one || e.State != "DROPPED" {
		t.Errorf("%v: %+v of %s", err, e, out)
	}
}

func TestEventIsShownWithEachAttempt(t *testing.T) {
	l := newLedger(t)
	id := l.put("shop", "order\x1b[2J", `{"n":1,"x":"\u001b[2J"}`)
	code, out, errs := l.run("events", "show", id)
	if code != 0 {
		t.Fatalf("exit code %d, %s", code, errs)
	}
	for _, want := range []string{
		"Event        " + id, "State        DROPPED", "Bus          default", "Detail-type  order\uFFFD[2J", ":rule/one\n",
		"one/t → arn:aws:sqs:us-east-1:111122223333:nowhere", "NO_RESOURCE: The specified queue does not exist.", "  =   DROPPED", `    "n": 1`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Errorf("an event commands the terminal: %q", out)
	}
	if _, out, _ := l.run("events", "show", id, "--json"); !json.Valid([]byte(out)) || !strings.Contains(out, `"Attempts":[{`) {
		t.Errorf("as JSON: %s", out)
	}
}

func TestRuleExplainsItsVerdict(t *testing.T) {
	l := newLedger(t)
	one, two := l.put("shop", "order", `{"n":1}`), l.put("shop", "order", `{"n":2}`)
	for _, c := range []struct {
		id, rule  string
		code      int
		out, errs string
	}{
		{one, "one", 0, "match\n", ""},
		{two, "one", 1, "no match\n  detail.n: it has 2; wanted: 1\n", ""},
		{two, "other", 2, "", "casestream: Rule other does not exist on EventBus default.\n"},
		{"gone", "one", 2, "", "casestream: Event gone does not exist, or came too long ago.\n"},
	} {
		code, out, errs := l.run("events", "show", c.id, "--why", c.rule)
		if code != c.code || out != c.out || errs != c.errs {
			t.Errorf("%s: %d %q %q, want %d %q %q", c.rule, code, out, errs, c.code, c.out, c.errs)
		}
	}
}

func TestEventIsSentAgain(t *testing.T) {
	l := newLedger(t)
	id := l.put("shop", "order", `{"n":1}`)
	if code, out, errs := l.run("events", "resend", id, "--rule", "one"); code != 0 || !strings.Contains(out, id) {
		t.Errorf("%d %s %s", code, out, errs)
	}
	if _, out, _ := l.run("events", "list"); len(column(out)) != 2 {
		t.Errorf("after it:\n%s", out)
	}
	if code, _, errs := l.run("events", "resend", "gone"); code != 1 || errs != "casestream: Event gone does not exist, or came too long ago.\n" {
		t.Errorf("%d %q", code, errs)
	}
}

func TestEventCommandsRefuseWhatTheyCannotDo(t *testing.T) {
	l := newLedger(t, "--trace-for", "0s")
	for _, c := range []struct {
		args, says string
		code       int
	}{
		{"events list", "--trace-for 0s", 1},
		{"events tail", "--trace-for 0s", 1},
		{"listen", "--trace-for 0s", 1},
		{"events list --since yesterday", "neither a duration", 1},
		{"events list --number=-1", "want 0 or more", 1},
		{"events list --state gone", "--state", 2},
		{"events list --pattern no-such-file", "no-such-file", 1},
		{"events tail -n 101", "want 0 to 100", 1},
		{"events show x --bus other", "--bus goes with --why", 1},
		{"listen --forward-to nonsense", "want an http or https URL", 1},
		{"listen --pattern -", "standard input is for commands", 1},
	} {
		code, _, errs := l.run(strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%s: %d %q, want %d %q", c.args, code, errs, c.code, c.says)
		}
	}
	if code, _, errs := run(t, "events", "list", "--endpoint", "aws"); code != 1 || !strings.Contains(errs, "want a Casestream server") {
		t.Errorf("aws: %d %q", code, errs)
	}
}
