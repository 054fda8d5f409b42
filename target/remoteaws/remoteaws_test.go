package remoteaws_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/target"
	"github.com/casestream/casestream/target/remoteaws"
)

// ours is who sends.
var ours = arn.NewMaker("111122223333", "us-east-1")

// Where events are sent to.
const (
	queueARN = "arn:aws:sqs:eu-west-1:444455556666:orders"
	fifoARN  = "arn:aws:sqs:eu-west-1:444455556666:orders.fifo"
	busARN   = "arn:aws:events:eu-west-1:444455556666:event-bus/far"
)

// text is an event as the bus writes it.
const text = `{"version":"0","id":"0192f0c1-2d3e-7f40-8a1b-2c3d4e5f6071","detail-type":"Amazon Connect Cases Change",` +
	`"source":"aws.cases","account":"111122223333","time":"2026-01-02T03:04:05Z","region":"us-east-1",` +
	`"resources":["arn:aws:cases:us-east-1:111122223333:domain/d"],"detail":{"b":1.0,"a":"é"}}`

// clearEnvironment takes what a developer's shell may say about AWS from a test, and gives it a key.
func clearEnvironment(t *testing.T) {
	t.Helper()
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	t.Setenv("AWS_CONFIG_FILE", none)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAREMOTETEST000001")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "remote-test-remote-test-remote-test-remot")
}

// newTarget makes a target.
func newTarget(t *testing.T, cfg remoteaws.Config) *remoteaws.Target {
	t.Helper()
	cfg.ARNs = ours
	tg, err := remoteaws.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return tg
}

// deliveryTo makes a delivery of text.
func deliveryTo(to string) *bus.Delivery {
	return &bus.Delivery{
		Event: &bus.Event{ID: "0192f0c1-2d3e-7f40-8a1b-2c3d4e5f6071"}, Body: []byte(text),
		BusName: "default", RuleName: "r", RuleARN: ours.Make("events", "rule/r"), TargetID: "t", TargetARN: to,
	}
}

// fake is an AWS that notes what it is asked and answers what it is told.
type fake struct {
	*httptest.Server
	answer http.HandlerFunc

	mu     sync.Mutex
	asked  map[string]any
	target string
	calls  int
}

// newFake starts one.
func newFake(t *testing.T, answer http.HandlerFunc) *fake {
	t.Helper()
	f := &fake{answer: answer}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		f.mu.Lock()
		f.asked, f.target = nil, r.Header.Get("X-Amz-Target")
		f.calls++
		if err == nil {
			err = json.Unmarshal(body, &f.asked)
		}
		f.mu.Unlock()
		if err != nil {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		f.answer(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

// request gives what was asked last, and how often anything was.
func (f *fake) request() (string, map[string]any, int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.target, f.asked, f.calls
}

// says answers with a status and a body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// taken is the answer to an event that is there.
const taken = `{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}`

func TestTargetTakesWhatTheSettingsName(t *testing.T) {
	clearEnvironment(t)
	some := newTarget(t, remoteaws.Config{Endpoints: remoteaws.Places{"444455556666": "http://a", "777788889999:eu-west-1": "http://b"}})
	all := newTarget(t, remoteaws.Config{AWS: true})
	for _, c := range []struct {
		arn       string
		some, all bool
	}{
		{queueARN, true, true},
		{fifoARN, true, true},
		{busARN, true, true},
		{"arn:aws:sqs:us-west-2:444455556666:q", true, true},
		{"arn:aws:sqs:eu-west-1:777788889999:q", true, true},
		{"arn:aws:sqs:eu-west-2:777788889999:q", false, true},
		{"arn:aws:sqs:eu-west-2:111122223333:q", false, true},
		{"arn:aws:sqs:us-east-1:111122223333:q", false, false},
		{"arn:aws-cn:sqs:us-east-1:111122223333:q", false, false},
		{"arn:aws:events:us-east-1:111122223333:event-bus/b", false, false},
		{"arn:aws:events:eu-west-1:444455556666:rule/r", false, false},
		{"arn:aws:events:eu-west-1:444455556666:api-destination/d/1", false, false},
		{"arn:aws:lambda:eu-west-1:444455556666:function:f", false, false},
		{"arn:aws:sqs:evil.example/x:444455556666:q", false, false},
		{"arn:aws:sqs:eu-west-1:evil:q", false, false},
		{"arn:aws:sqs:eu-west-1:444455556666:a/b", false, false},
	} {
		a, ok := arn.Parse(c.arn)
		if !ok {
			t.Fatal(c.arn)
		}
		if got := some.Takes(a); got != c.some {
			t.Errorf("with endpoints: Takes(%s) = %v", c.arn, got)
		}
		if got := all.Takes(a); got != c.all {
			t.Errorf("with AWS: Takes(%s) = %v", c.arn, got)
		}
	}
}

func TestPlacesAreRead(t *testing.T) {
	got, err := remoteaws.ReadPlaces([]string{"444455556666=http://a/?x=1", "444455556666:eu-west-1=http://b", "http://c/?y=2"})
	want := remoteaws.Places{"444455556666": "http://a/?x=1", "444455556666:eu-west-1": "http://b", "*": "http://c/?y=2"}
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v %v", got, err)
	}
	for _, bad := range [][]string{{"x=http://a"}, {"4444=http://a"}, {"444455556666:nowhere=http://a"}, {"*="}, {"*=a", "b"}, {""}} {
		if got, err := remoteaws.ReadPlaces(bad); err == nil {
			t.Errorf("%q gives %v", bad, got)
		}
	}
}

func TestQueueIsSentTheEventAsItIs(t *testing.T) {
	clearEnvironment(t)
	f := newFake(t, says(http.StatusOK, `{"MessageId":"1"}`))
	tg := newTarget(t, remoteaws.Config{Endpoints: remoteaws.Places{"*": f.URL + "/"}, SourcePrefix: "casestream."})
	d := deliveryTo(queueARN)
	d.Event.TraceHeader = "Root=1-5759e988-bd862e3fe1be46a994272793"
	if err := tg.Deliver(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	name, got, _ := f.request()
	want := map[string]any{
		"QueueUrl": f.URL + "/444455556666/orders", "MessageBody": text,
		"MessageSystemAttributes": map[string]any{"AWSTraceHeader": map[string]any{"DataType": "String", "StringValue": d.Event.TraceHeader}},
	}
	if diff := cmp.Diff(want, got); name != "AmazonSQS.SendMessage" || diff != "" {
		t.Errorf("%s %s", name, diff)
	}
}

func TestQueueIsNotSentATraceHeaderThatIsNone(t *testing.T) {
	clearEnvironment(t)
	f := newFake(t, says(http.StatusOK, `{"MessageId":"1"}`))
	tg := newTarget(t, remoteaws.Config{Endpoints: remoteaws.Places{"*": f.URL}})
	for header, sent := range map[string]bool{"x": false, "NoRoot=1": false, "Sampled=1;Root=1-5759e988-bd862e3fe1be46a994272793": true} {
		d := deliveryTo(queueARN)
		d.Event.TraceHeader = header
		if err := tg.Deliver(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if _, got, _ := f.request(); (got["MessageSystemAttributes"] != nil) != sent {
			t.Errorf("%s: sent %v", header, got)
		}
	}
}

func TestRepeatedDeliveryToAFIFOQueueIsADuplicateAndNothingElseIs(t *testing.T) {
	clearEnvironment(t)
	f := newFake(t, says(http.StatusOK, `{"MessageId":"1"}`))
	tg := newTarget(t, remoteaws.Config{Endpoints: remoteaws.Places{"*": f.URL}})
	idOf := func(change func(*bus.Delivery)) string {
		d := deliveryTo(fifoARN)
		d.MessageGroupID = "g"
		change(d)
		if err := tg.Deliver(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		_, got, _ := f.request()
		if got["MessageGroupId"] != "g" {
			t.Errorf("group %v", got["MessageGroupId"])
		}
		id, _ := got["MessageDeduplicationId"].(string)
		return id
	}
	first := idOf(func(*bus.Delivery) {})
	if again := idOf(func(*bus.Delivery) {}); first == "" || again != first {
		t.Errorf("%q, then %q", first, again)
	}
	for what, change := range map[string]func(*bus.Delivery){
		"event":  func(d *bus.Delivery) { d.Event.ID = "other" },
		"rule":   func(d *bus.Delivery) { d.RuleARN += "2" },
		"target": func(d *bus.Delivery) { d.TargetID += "2" },
		"body":   func(d *bus.Delivery) { d.Body = []byte("{}") },
	} {
		if id := idOf(change); id == first {
			t.Errorf("another %s is a duplicate", what)
		}
	}
}

func TestBusIsPutTheEventWithAnotherSource(t *testing.T) {
	clearEnvironment(t)
	f := newFake(t, says(http.StatusOK, taken))
	for prefix, source := range map[string]string{"casestream.": "casestream.aws.cases", "": "aws.cases"} {
		tg := newTarget(t, remoteaws.Config{Endpoints: remoteaws.Places{"*": f.URL}, SourcePrefix: prefix})
		if err := tg.Deliver(t.Context(), deliveryTo(busARN)); err != nil {
			t.Fatal(err)
		}
		name, got, _ := f.request()
		want := map[string]any{"Entries": []any{map[string]any{
			"EventBusName": busARN, "Source": source, "DetailType": "Amazon Connect Cases Change", "Time": 1767323045.0,
			"Resources": []any{"arn:aws:cases:us-east-1:111122223333:domain/d"}, "Detail": `{"b":1.0,"a":"é"}`,
			"TraceHeader": "Root=1-695735a5-2d3e7f408a1b2c3d4e5f6071;Casestream=111122223333.us-east-1",
		}}}
		if diff := cmp.Diff(want, got); name != "AWSEvents.PutEvents" || diff != "" {
			t.Errorf("%q: %s %s", prefix, name, diff)
		}
	}
	tg := newTarget(t, remoteaws.Config{Endpoints: remoteaws.Places{"*": f.URL}, SourcePrefix: "casestream."})
	d := deliveryTo(busARN)
	d.Body = []byte(strings.Replace(text, `"aws.cases"`, `"shop"`, 1))
	if err := tg.Deliver(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	_, got, _ := f.request()
	if entry := got["Entries"].([]any)[0].(map[string]any); entry["Source"] != "shop" {
		t.Errorf("source %v", entry["Source"])
	}
}

func TestBusIsPutNothingThatIsNoEvent(t *testing.T) {
	clearEnvironment(t)
	f := newFake(t, says(http.StatusOK, taken))
	tg := newTarget(t, remoteaws.Config{Endpoints: remoteaws.Places{"*": f.URL}})
	for _, body := range []string{"", "text", `{"a":1}`, `[]`, `{"source":"s","detail-type":"t"}`} {
		d := deliveryTo(busARN)
		d.Body = []byte(body)
		wantFailure(t, tg.Deliver(t.Context(), d), target.Failure{Code: bus.InvalidParameter, Final: true})
	}
	if _, _, calls := f.request(); calls != 0 {
		t.Errorf("%d calls", calls)
	}
}

// wantFailure compares a failure's code, status, what it asks for, and whether it is final.
func wantFailure(t *testing.T, err error, want target.Failure) {
	t.Helper()
	got, ok := errors.AsType[*target.Failure](err)
	if !ok {
		t.Errorf("no failure but %v; want %s", err, want.Code)
		return
	}
	if got.Code != want.Code || got.Final != want.Final || got.Status != want.Status || got.RetryAfter != want.RetryAfter || got.Message == "" {
		t.Errorf("%s final=%v status=%d after=%v %q; want %s final=%v status=%d after=%v",
			got.Code, got.Final, got.Status, got.RetryAfter, got.Message, want.Code, want.Final, want.Status, want.RetryAfter)
	}
}

func TestCredentialsAreLookedForAndNotMissedForGood(t *testing.T) {
	clearEnvironment(t)
	f := newFake(t, says(http.StatusOK, `{"MessageId":"1"}`))
	dir := t.TempDir()
	file := filepath.Join(dir, "credentials")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", file)
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1") // for other clients: not where we call
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, []byte("[far]\naws_access_key_id=AKIAFAR\naws_secret_access_key=s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := remoteaws.New(t.Context(), remoteaws.Config{ARNs: ours, Profiles: remoteaws.Places{"*": "nobody"}}); err == nil {
		t.Error("a profile that does not exist is taken")
	}
	tg := newTarget(t, remoteaws.Config{
		Endpoints: remoteaws.Places{"*": f.URL}, Profiles: remoteaws.Places{"444455556666": "far"}, Timeout: time.Second,
	})
	if err := tg.Deliver(t.Context(), deliveryTo(queueARN)); err != nil {
		t.Error(err)
	}
	wantFailure(t, tg.Deliver(t.Context(), deliveryTo("arn:aws:sqs:eu-west-1:777788889999:q")), target.Failure{Code: bus.SDKClientError})
	if _, _, calls := f.request(); calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

func TestDeliveryWithoutItsSettingsWaits(t *testing.T) {
	clearEnvironment(t)
	tg := newTarget(t, remoteaws.Config{Endpoints: remoteaws.Places{"777788889999": "http://127.0.0.1:1"}})
	wantFailure(t, tg.Deliver(t.Context(), deliveryTo(queueARN)), target.Failure{Code: bus.NoResource})
}

func TestDeliveryEndsWithItsContext(t *testing.T) {
	clearEnvironment(t)
	asked, done := make(chan struct{}), make(chan struct{})
	defer close(done)
	f := newFake(t, func(http.ResponseWriter, *http.Request) { close(asked); <-done })
	tg := newTarget(t, remoteaws.Config{Endpoints: remoteaws.Places{"*": f.URL}, Timeout: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	if err := tg.Deliver(ctx, deliveryTo(queueARN)); err == nil {
		t.Error("no error")
	}
}
