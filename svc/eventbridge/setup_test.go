package eventbridge_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/eventbridge"
	target "github.com/casestream/casestream/target/queue"
	"github.com/casestream/casestream/wire"
	"github.com/casestream/casestream/wire/wiretest"
)

// fixture is the service with a bus and queues over a fresh store.
type fixture struct {
	wiretest.Door
	db      *store.DB
	bus     *bus.Bus
	queues  *queue.Queues
	metrics *obs.Registry
}

// open wires the rooms as the server does.
func open(t testing.TB, db *store.DB) *fixture {
	arns := arn.NewMaker("111122223333", "eu-west-2")
	metrics := obs.NewRegistry()
	key, err := destination.NewKey(make([]byte, destination.KeyLength))
	if err != nil {
		t.Fatal(err)
	}
	destinations := destination.New(db, destination.Config{ARNs: arns, Key: key})
	queues := queue.New(db, queue.Config{ARNs: arns})
	b := bus.New(db, bus.Config{
		ARNs: arns, Metrics: metrics, Locals: map[string]bus.Local{"sqs": target.New(queues, arns)},
		Outside: func(a arn.ARN) bool { return destinations.TakesARN(a.String()) },
	})
	s := eventbridge.New(eventbridge.Config{DB: db, Bus: b, ARNs: arns, Destinations: destinations})
	return &fixture{Door: wiretest.Door{TB: t, Service: s.Describe(), Beyond: []string{"ValidationException"}}, db: db, bus: b, queues: queues, metrics: metrics}
}

// each runs a test once an engine.
func each(t *testing.T, test func(f *fixture)) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) { test(open(t, d.Open(t, store.Options{}))) })
}

// call runs an operation on a request's JSON and gives the answer's JSON, "" where it has none.
func (f *fixture) call(op, in string) (string, error) {
	f.Helper()
	out, err := f.Run(op, &wire.Request{Body: []byte(in)})
	if err != nil {
		return "", err
	}
	if out == nil {
		return "", nil
	}
	return string(wire.Marshal(out)), nil
}

// must is call where it has to succeed.
func (f *fixture) must(op, in string) string {
	f.Helper()
	out, err := f.call(op, in)
	if err != nil {
		f.Fatalf("%s %s: %v", op, in, err)
	}
	return out
}

// gives wants an answer, compared as JSON.
func (f *fixture) gives(op, in, want string) {
	f.Helper()
	if diff := cmp.Diff(parse(f, want), parse(f, f.must(op, in))); diff != "" {
		f.Errorf("%s %s:\n%s", op, in, diff)
	}
}

// fails wants an error of a code and a message.
func (f *fixture) fails(op, in, code, message string) {
	f.Helper()
	out, err := f.call(op, in)
	if err == nil {
		f.Errorf("%s %s gave %s, want %s", op, in, out, code)
		return
	}
	if got := f.Shown(op, err); got == nil || got.Code != code || got.Message != message || got.Status != 400 {
		f.Errorf("%s %s:\ngot  %+v of %v\nwant 400 %s %q", op, in, got, err, code, message)
	}
}

// parse reads JSON for a comparison.
func parse(t testing.TB, text string) any {
	t.Helper()
	if text == "" {
		return nil
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// quote writes a JSON string.
func quote(s string) string { b, _ := json.Marshal(s); return string(b) }

// policy is what a queue's policy says in the set-up of a case event stream.
const policy = `{ "Version": "2012-10-17", "Statement": [{ "Sid": "case-event-subscription", "Effect": "Allow", ` +
	`"Principal": { "Service": "events.amazonaws.com"}, "Action": "SQS:SendMessage", "Resource": "*"}]}`

// queue makes a queue that lets EventBridge send; more attributes come in pairs.
func (f *fixture) queue(name string, attributes ...string) {
	f.Helper()
	set := map[string]string{"Policy": policy}
	if strings.HasSuffix(name, ".fifo") {
		set["FifoQueue"] = "true"
	}
	for i := 0; i < len(attributes); i += 2 {
		set[attributes[i]] = attributes[i+1]
		if attributes[i+1] == "" {
			delete(set, attributes[i])
		}
	}
	if _, err := f.queues.Create(f.Context(), name, set, nil); err != nil {
		f.Fatal(err)
	}
}

// rule makes a rule that matches a source, with one target; settings are further members of the target.
func (f *fixture) rule(name, source, queueName, settings string) {
	f.Helper()
	f.must("PutRule", `{"Name":"`+name+`","EventPattern":`+quote(`{"source":["`+source+`"]}`)+`}`)
	f.must("PutTargets", `{"Rule":"`+name+`","Targets":[{"Id":"t","Arn":"arn:aws:sqs:eu-west-2:111122223333:`+queueName+`"`+settings+`}]}`)
}

// entry is one entry of PutEvents.
func entry(source, detail string) string {
	return `{"Source":"` + source + `","DetailType":"t","Detail":` + quote(detail) + `}`
}

// put puts one event on the default bus and gives its id.
func (f *fixture) put(source, detail string) string {
	f.Helper()
	var out struct{ Entries []struct{ EventId string } }
	if err := json.Unmarshal([]byte(f.must("PutEvents", `{"Entries":[`+entry(source, detail)+`]}`)), &out); err != nil {
		f.Fatal(err)
	}
	return out.Entries[0].EventId
}

// receive takes all messages out of a queue.
func (f *fixture) receive(name string) []*queue.Received {
	f.Helper()
	var all []*queue.Received
	for {
		got, err := f.queues.Receive(f.Context(), queue.Ref{Name: name}, queue.ReceiveOptions{Max: 10, Wait: new(time.Duration(0))})
		if err != nil {
			f.Fatal(err)
		}
		if len(got) == 0 {
			return all
		}
		handles := make([]string, len(got))
		for i, m := range got {
			handles[i] = m.Handle
		}
		if _, err := f.queues.Delete(f.Context(), queue.Ref{Name: name}, handles...); err != nil {
			f.Fatal(err)
		}
		all = append(all, got...)
	}
}

// dropped compares how many events were dropped for a reason.
func (f *fixture) dropped(reason string, want int64) {
	f.Helper()
	if got := f.metrics.Counter("casestream_events_dropped_total", "", "reason").Value(reason); got != want {
		f.Errorf("%d events dropped with %s, want %d", got, reason, want)
	}
}
