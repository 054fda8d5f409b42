package connectcases_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/events/eventstest"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
	target "github.com/casestream/casestream/target/queue"
	"github.com/casestream/casestream/wire"
	"github.com/casestream/casestream/wire/wiretest"
)

// The account, the people and the contact of the tests.
const (
	customer = "arn:aws:profile:us-west-2:111122223333:domains/shop/profiles/0123456789abcdef0123456789abcdef"
	agent    = "arn:aws:connect:us-west-2:111122223333:instance/i-1/agent/u-1"
	contact  = "arn:aws:connect:us-west-2:111122223333:instance/i-1/contact/c-1"
	role     = "arn:aws:iam::111122223333:role/support"
	session  = "arn:aws:sts::111122223333:assumed-role/support/someone"
)

// clock is a clock that a test moves.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time          { return time.UnixMicro(c.at.Load()) }
func (c *clock) advance(d time.Duration) { c.at.Add(d.Microseconds()) }

// house is the room with the rooms that it lives with: every event of aws.cases goes to one queue.
type house struct {
	testing.TB
	clock  *clock
	signer string
	db     *store.DB
	svc    *connectcases.Service
	router *wire.Router
	queues *queue.Queues
}

// each runs a test once an engine.
func each(t *testing.T, test func(h *house)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, d storetest.Database) { test(open(t, d)) })
}

// open opens a database with a clock that the test moves, and the house on it.
func open(t testing.TB, d storetest.Database) *house {
	c := &clock{}
	c.at.Store(time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC).UnixMicro())
	h := build(t, d.Open(t, store.Options{Now: c.now}), connectcases.Config{})
	h.clock = c
	return h
}

// build puts the rooms together on an open database. The queue is made if it is not there.
func build(t testing.TB, db *store.DB, config connectcases.Config) *house {
	t.Helper()
	arns := arn.NewMaker("111122223333", "us-west-2")
	h := &house{TB: t, signer: session, db: db, queues: queue.New(db, queue.Config{ARNs: arns})}
	events := bus.New(db, bus.Config{ARNs: arns, Locals: map[string]bus.Local{"sqs": target.New(h.queues, arns)}})
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"SQS:SendMessage","Resource":"*"}]}`
	q, err := h.queues.Create(t.Context(), "events", map[string]string{"Policy": policy}, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		if err := events.PutRule(tx, bus.Rule{Bus: bus.Default, Name: "cases", Pattern: `{"source":["aws.cases"]}`}); err != nil {
			return err
		}
		return events.PutTargets(tx, bus.Default, "cases", []bus.Target{{ID: "1", ARN: q.ARN}})
	})
	if err != nil {
		t.Fatal(err)
	}
	config.DB, config.Bus, config.ARNs = db, events, arns
	h.svc = connectcases.New(config)
	h.router = wire.NewRouter(h.svc.Describe())
	return h
}

// answer is what a call came to: an output's JSON, or an error's code and status.
type answer struct {
	body   map[string]any
	code   string
	status int
	err    *wire.Error
}

// text gives a string member of the answer.
func (a answer) text(key string) string {
	s, _ := a.body[key].(string)
	return s
}

// call sends a request through the operation table, as the front door does.
func (h *house) call(method, path, body string) answer {
	h.Helper()
	a, err := h.try(method, path, body)
	if err != nil {
		h.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// try is call for those that expect an internal failure.
func (h *house) try(method, path, body string) (answer, error) {
	u, err := url.Parse("http://localhost" + path)
	if err != nil {
		return answer{}, err
	}
	svc, op, labels := h.router.Match(method, u.EscapedPath())
	if op == nil {
		return answer{}, fmt.Errorf("no operation")
	}
	d := wiretest.Door{TB: h.TB, Service: svc, Caller: &wire.Call{Principal: wire.Principal{ARN: h.signer}}}
	out, err := d.Run(op.Name, &wire.Request{HTTP: &http.Request{Method: method, URL: u}, Labels: labels, Body: []byte(body)})
	if err != nil {
		e := d.Shown(op.Name, err)
		if e == nil {
			return answer{}, err
		}
		return answer{code: e.Code, status: e.Status, err: e}, nil
	}
	a := answer{status: http.StatusOK}
	if out == nil { // an operation whose answer has no body
		return a, nil
	}
	return a, json.Unmarshal(wire.Marshal(out), &a.body)
}

// must is call for those that expect success.
func (h *house) must(method, path, body string) answer {
	h.Helper()
	a := h.call(method, path, body)
	if a.err != nil {
		h.Fatalf("%s %s %s: %v", method, path, body, a.err)
	}
	return a
}

// shop is a domain with what the tests need in it.
type shop struct{ domain, template, note, amount, gift, other string }

// shop makes a domain with a template, a custom field of some types, and events on.
func (h *house) shop() shop {
	h.Helper()
	s := shop{domain: h.must("POST", "/domains", `{"name":"shop"}`).text("domainId")}
	field := func(name, kind string) string {
		return h.must("POST", "/domains/"+s.domain+"/fields", `{"name":"`+name+`","type":"`+kind+`"}`).text("fieldId")
	}
	s.note, s.amount, s.gift = field("Note", "Text"), field("Amount", "Number"), field("Gift", "Boolean")
	h.must("PUT", "/domains/"+s.domain+"/fields/case_reason/options", `{"options":[{"name":"Lost","value":"Shipment lost","active":true},{"name":"Old","value":"old","active":false}]}`)
	s.template = h.must("POST", "/domains/"+s.domain+"/templates", `{"name":"standard"}`).text("templateId")
	h.config(s, `{"enabled":true}`)
	return s
}

// config puts an event configuration.
func (h *house) config(s shop, eventBridge string) {
	h.Helper()
	h.must("PUT", "/domains/"+s.domain+"/case-event-configuration", `{"eventBridge":`+eventBridge+`}`)
}

// cases gives the path of a domain's cases, or of one.
func (s shop) cases(id ...string) string {
	return "/domains/" + s.domain + "/cases/" + strings.Join(id, "/")
}

// str gives a string value of a field as requests have it.
func str(id, value string) string {
	v, _ := json.Marshal(value)
	return `{"id":"` + id + `","value":{"stringValue":` + string(v) + `}}`
}

// newCase gives the body of a CreateCase with a title, a customer and more fields.
func (s shop) newCase(more ...string) string {
	fields := append([]string{str("title", "Broken cup"), str("customer_id", customer)}, more...)
	return `{"templateId":"` + s.template + `","fields":[` + strings.Join(fields, ",") + `]}`
}

// create makes a case and gives its id.
func (h *house) create(s shop, more ...string) string {
	h.Helper()
	return h.must("POST", s.cases(), s.newCase(more...)).text("caseId")
}

// field reads one field of a case as JSON; empty when it has no value.
func (h *house) field(s shop, caseID, fieldID string) string {
	h.Helper()
	a := h.must("POST", s.cases(caseID), `{"fields":[{"id":"`+fieldID+`"}]}`)
	list := a.body["fields"].([]any)
	if len(list) == 0 {
		return ""
	}
	v, err := json.Marshal(list[0].(map[string]any)["value"])
	if err != nil {
		h.Fatal(err)
	}
	return string(v)
}

// event is a received event, with its text.
type event struct {
	raw       string
	ID        string
	Resources []string
	Detail    struct {
		EventType             string
		ApproximateChangeTime string
		ChangedFieldIDs       []string `json:"changedFieldIds"`
		ChangedAttributes     []string
		PerformedBy           json.RawMessage
		Case                  struct {
			CaseID string `json:"caseId"`
			Fields map[string]json.RawMessage
		}
		RelatedItem json.RawMessage
	}
}

// events takes what has come to the queue, in order, and deletes it there. Each must be as the schemas have it.
func (h *house) events() []event {
	h.Helper()
	var list []event
	now := time.Duration(0)
	for {
		got, err := h.queues.Receive(context.WithoutCancel(h.Context()), queue.Ref{Name: "events"}, queue.ReceiveOptions{Max: 10, Wait: &now})
		if err != nil {
			h.Fatal(err)
		}
		if len(got) == 0 {
			return list
		}
		handles := make([]string, len(got))
		for i, m := range got {
			handles[i] = m.Handle
			eventstest.Check(h, m.Body)
			e := event{raw: m.Body}
			if err := json.Unmarshal([]byte(m.Body), &e); err != nil {
				h.Fatalf("%v in %s", err, m.Body)
			}
			list = append(list, e)
		}
		if errs, err := h.queues.Delete(context.WithoutCancel(h.Context()), queue.Ref{Name: "events"}, handles...); err != nil || errors.Join(errs...) != nil {
			h.Fatal(err, errs)
		}
	}
}

// one takes the one event that must have come.
func (h *house) one() event {
	h.Helper()
	list := h.events()
	if len(list) != 1 {
		h.Fatalf("%d events, want 1: %+v", len(list), list)
	}
	return list[0]
}

// none demands that no event has come.
func (h *house) none() {
	h.Helper()
	if list := h.events(); len(list) != 0 {
		h.Fatalf("%d events, want none: %+v", len(list), list)
	}
}
