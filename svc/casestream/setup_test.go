package casestream_test

import (
	"testing"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/casestream"
	"github.com/casestream/casestream/svc/sqs"
	target "github.com/casestream/casestream/target/queue"
	"github.com/casestream/casestream/wire"
	"github.com/casestream/casestream/wire/wiretest"
)

// object is a JSON object.
type object = wiretest.Object

// node is the service with a bus and queues, as one server has them.
type node struct {
	wiretest.Door
	db      *store.DB
	bus     *bus.Bus
	queues  *queue.Queues
	service *casestream.Service
}

// open wires the rooms as the server does.
func open(t testing.TB, db *store.DB, keep time.Duration) *node {
	arns := arn.NewMaker("111122223333", "eu-west-2")
	queues := queue.New(db, queue.Config{ARNs: arns})
	b := bus.New(db, bus.Config{
		ARNs: arns, Locals: map[string]bus.Local{"sqs": target.New(queues, arns)}, Trace: bus.TraceConfig{Keep: keep},
		Outside: func(a arn.ARN) bool { return a.Service == "lambda" },
	})
	s := casestream.New(casestream.Config{
		Bus: b, Kept: keep > 0, Queues: queues, Reader: sqs.New(sqs.Config{Queues: queues, ARNs: arns}).Reader, ARNs: arns, Alone: db.Ordered(),
	})
	caller := &wire.Call{Principal: wire.Principal{Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/u"}}
	return &node{Door: wiretest.Door{TB: t, Service: s.Describe(), Caller: caller}, db: db, bus: b, queues: queues, service: s}
}

// each runs a test once an engine.
func each(t *testing.T, test func(n *node)) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) { test(open(t, d.Open(t, store.Options{}), time.Hour)) })
}

// rule makes a rule with a queue as its target, which is there or not.
func (n *node) rule(name, pattern, queueName string) {
	n.Helper()
	n.ruleFor(name, pattern, "arn:aws:sqs:eu-west-2:111122223333:"+queueName)
}

// ruleFor makes a rule with a target.
func (n *node) ruleFor(name, pattern, targetARN string) {
	n.Helper()
	n.write(func(tx *store.Tx) error {
		if err := n.bus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: name, Pattern: pattern}); err != nil {
			return err
		}
		return n.bus.PutTargets(tx, bus.Default, name, []bus.Target{{ID: "t", ARN: targetARN}})
	})
}

// queue makes a queue that lets EventBridge send.
func (n *node) queue(name string) {
	n.Helper()
	policy := `{"Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"SQS:SendMessage","Resource":"*"}]}`
	if _, err := n.queues.Create(n.Context(), name, map[string]string{"Policy": policy}, nil); err != nil {
		n.Fatal(err)
	}
}

// put publishes an event of a source and gives its id.
func (n *node) put(busName, source, detail string) string {
	n.Helper()
	var id string
	n.write(func(tx *store.Tx) error {
		ev := &bus.Event{Source: source, DetailType: "order", Detail: []byte(detail)}
		err := n.bus.Publish(tx, busName, ev)
		id = ev.ID
		return err
	})
	return id
}

// write runs a transaction that must succeed.
func (n *node) write(do func(tx *store.Tx) error) {
	n.Helper()
	if err := n.db.Write(n.Context(), do); err != nil {
		n.Fatal(err)
	}
}

// do calls an operation that must succeed.
func (n *node) do(op string, in object) object {
	n.Helper()
	return n.Do(wiretest.Request{Op: op, Body: in})
}

// events gives the events of an answer.
func events(out object) []object {
	list, _ := out["Events"].([]any)
	all := make([]object, len(list))
	for i := range list {
		all[i], _ = list[i].(object)
	}
	return all
}

// ids gives the ids of an answer's events.
func ids(out object) []string {
	var all []string
	for _, e := range events(out) {
		id, _ := e["EventId"].(string)
		all = append(all, id)
	}
	return all
}
