package log_test

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/loggroup"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/target/log"
)

var arns = arn.NewMaker("111122223333", "eu-west-2")

// policy lets EventBridge write for every rule whose name does not begin with bad, as AWS documents it.
const policy = `{"Version":"2012-10-17","Statement":[` +
	`{"Effect":"Allow","Principal":{"Service":["events.amazonaws.com","delivery.logs.amazonaws.com"]},"Action":"logs:CreateLogStream","Resource":"arn:aws:logs:eu-west-2:111122223333:log-group:/aws/events/*:*"},` +
	`{"Effect":"Allow","Principal":{"Service":["events.amazonaws.com","delivery.logs.amazonaws.com"]},"Action":"logs:PutLogEvents","Resource":"arn:aws:logs:eu-west-2:111122223333:log-group:/aws/events/*:*:*",` +
	`"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:events:*:*:rule/good*"}}}]}`

// open makes log groups, some of which EventBridge may write to.
func open(t *testing.T, db *store.DB) (*loggroup.Groups, *log.Target) {
	t.Helper()
	groups := loggroup.New(db, loggroup.Config{ARNs: arns})
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		for _, name := range []string{"/aws/events/a", "/aws/events/b", "closed"} {
			if err := groups.Create(tx, loggroup.Group{Name: name}); err != nil {
				return err
			}
		}
		_, err := groups.PutPolicy(tx, "p", policy)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return groups, log.New(groups, arns)
}

// to makes a delivery for a log group.
func to(group, rule, body string) *bus.Delivery {
	return &bus.Delivery{
		Event: &bus.Event{Time: time.Now().Add(-time.Minute).Truncate(time.Second)}, Body: []byte(body),
		RuleARN: arns.Make("events", "rule/"+rule), TargetARN: arns.Make("logs", "log-group:"+group),
	}
}

// all gives what a log group holds.
func all(t *testing.T, db *store.DB, groups *loggroup.Groups, group string) (list []loggroup.Stored) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		g, err := groups.Group(tx, group)
		if err == nil {
			list, _, err = groups.Search(tx, g, loggroup.Search{To: math.MaxInt64})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestDeliveryIsThereWhenItsTransactionIs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		groups, local := open(t, db)
		no := errors.New("no")
		list := []*bus.Delivery{to("/aws/events/a", "good", `{"n":1}`), to("/aws/events/b:*", "good2", `{"n":2}`), to("/aws/events/a", "good", `{"n":3}`)}
		for _, end := range []error{no, nil} {
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				if err := local.DeliverTx(tx, list); err != nil {
					return err
				}
				return end
			})
			if !errors.Is(err, end) {
				t.Fatal(err)
			}
			if end != nil && len(all(t, db, groups, "/aws/events/a")) != 0 {
				t.Error("a transaction that failed left events")
			}
		}
		a, b := all(t, db, groups, "/aws/events/a"), all(t, db, groups, "/aws/events/b")
		if len(a) != 2 || a[0].Message != `{"n":1}` || a[1].Message != `{"n":3}` || a[0].Event.Time != list[0].Event.Time.UnixMilli() || a[0].Stream != a[1].Stream {
			t.Errorf("got %+v", a)
		}
		if len(b) != 1 || b[0].Message != `{"n":2}` || len(b[0].Stream) != 36 || b[0].Stream == a[0].Stream {
			t.Errorf("got %+v", b)
		}
	})
}

func TestFinalFailureWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		groups, local := open(t, db)
		abroad := to("/aws/events/a", "good", "x")
		abroad.TargetARN = strings.Replace(abroad.TargetARN, "eu-west-2", "us-east-1", 1)
		for name, c := range map[string]struct {
			d    *bus.Delivery
			want fault.Kind
		}{
			"no such group": {to("/aws/events/none", "good", "x"), fault.NotFound},
			"other Region":  {abroad, fault.NotFound},
			"other rule":    {to("/aws/events/a", "bad", "x"), fault.Denied},
			"other group":   {to("closed", "good", "x"), fault.Denied},
		} {
			good := to("/aws/events/a", "good", name)
			if err := db.Write(t.Context(), func(tx *store.Tx) error { return local.DeliverTx(tx, []*bus.Delivery{c.d, good}) }); err != nil {
				t.Fatal(err)
			}
			if c.d.Err == nil || fault.KindOf(c.d.Err) != c.want || good.Err != nil {
				t.Errorf("%s: %v and %v, want %s", name, c.d.Err, good.Err, c.want)
			}
		}
		if list := all(t, db, groups, "/aws/events/a"); len(list) != 4 {
			t.Errorf("got %+v, want those beside the failures", list)
		}
	})
}

func TestTemplateOfALogEventIsOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		groups, local := open(t, db)
		at := time.Now().Add(-time.Hour).Truncate(time.Second).UTC()
		for body, want := range map[string]loggroup.Event{
			`{"timestamp":"` + at.Format(time.RFC3339) + `","message":"text"}`: {Time: at.UnixMilli(), Message: "text"},
			`{"message":{"a":1},"timestamp":` + ms(at) + `}`:                   {Time: at.UnixMilli(), Message: `{"a":1}`},
			`{"message":"quoted number","timestamp":"` + ms(at) + `"}`:         {Time: at.UnixMilli(), Message: `quoted number`},
			`{"timestamp":"later","message":"x"}`:                              {Message: `{"timestamp":"later","message":"x"}`},
			`{"timestamp":` + ms(at) + `,"message":"x","more":1}`:              {Message: `{"timestamp":` + ms(at) + `,"message":"x","more":1}`},
			`{"timestamp":` + ms(at) + `,"message":""}`:                        {Message: `{"timestamp":` + ms(at) + `,"message":""}`},
			`"just text"`:                       {Message: `"just text"`},
			`{"timestamp":null,"message":null}`: {Message: `{"timestamp":null,"message":null}`},
			`{"timestamp":` + ms(at.AddDate(0, 0, -20)) + `,"message":"too old"}`: {Time: -1, Message: "too old"},
		} {
			one := to("/aws/events/a", "good", body)
			before := time.Now().UnixMilli()
			if err := db.Write(t.Context(), func(tx *store.Tx) error { return errors.Join(local.DeliverTx(tx, []*bus.Delivery{one}), one.Err) }); err != nil {
				t.Fatal(err)
			}
			var got loggroup.Stored
			for _, e := range all(t, db, groups, "/aws/events/a") {
				if e.Seq > got.Seq {
					got = e
				}
			}
			switch want.Time {
			case 0:
				want.Time = one.Event.Time.UnixMilli()
			case -1:
				if want.Time = got.Event.Time; want.Time < before-1000 {
					t.Errorf("%s has the time %d", body, want.Time)
				}
			}
			if got.Event != want {
				t.Errorf("%s is stored as %+v, want %+v", body, got.Event, want)
			}
		}
	})
}

// ms writes an instant in milliseconds.
func ms(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }

func TestEveryStepOfADeliveryMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		acknowledged, n := 0, 0
		var groups *loggroup.Groups
		var eventBus *bus.Bus
		var last error
		check := func(db *store.DB) {
			if got := len(all(t, db, groups, "/aws/events/a")); got != acknowledged {
				t.Errorf("%d log events of %d events that were acknowledged", got, acknowledged)
				acknowledged = got
			}
		}
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			if n++; n == 1 {
				var local *log.Target
				groups, local = open(t, db)
				eventBus = bus.New(db, bus.Config{ARNs: arns, Locals: map[string]bus.Local{"logs": local}})
				err := db.Write(t.Context(), func(tx *store.Tx) error {
					if err := eventBus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: "good", Pattern: `{"source":["s"]}`}); err != nil {
						return err
					}
					return eventBus.PutTargets(tx, bus.Default, "good", []bus.Target{{ID: "t", ARN: arns.Make("logs", "log-group:/aws/events/a")}})
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			arm()
			last = db.Write(t.Context(), func(tx *store.Tx) error {
				return eventBus.Publish(tx, bus.Default, &bus.Event{Source: "s", DetailType: "d", Detail: []byte(`{}`)})
			})
			if last == nil {
				acknowledged++
			}
		}, func(t *testing.T, db *store.DB, failed store.Step) {
			// A commit of which nobody heard has happened.
			if last != nil && failed.Kind == store.StepCommitted {
				acknowledged++
			}
			check(db)
		})
		if acknowledged == 0 {
			t.Error("no event was ever acknowledged")
		}
	})
}
