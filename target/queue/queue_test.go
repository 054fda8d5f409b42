package queue_test

import (
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	engine "github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	target "github.com/casestream/casestream/target/queue"
)

var arns = arn.NewMaker("111122223333", "eu-west-2")

// policy lets EventBridge send, as the set-up of a case event stream has it.
const policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"SQS:SendMessage","Resource":"*"}]}`

// denying lets everybody send but one rule.
const denying = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"},` +
	`{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:events:*:*:rule/bad*"}}}]}`

// others lets others than EventBridge send.
const others = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com","AWS":"111122223333"},"Action":"sqs:*","Resource":"*"}]}`

// open makes queues of several policies.
func open(t testing.TB, db *store.DB) (*engine.Queues, *target.Target) {
	t.Helper()
	queues := engine.New(db, engine.Config{ARNs: arns})
	for name, attributes := range map[string]map[string]string{
		"open": {"Policy": policy}, "denying": {"Policy": denying}, "others": {"Policy": others}, "closed": {},
		"small":  {"Policy": policy, "MaximumMessageSize": "1024"},
		"q.fifo": {"Policy": policy, "FifoQueue": "true", "ContentBasedDeduplication": "true"},
	} {
		if _, err := queues.Create(t.Context(), name, attributes, nil); err != nil {
			t.Fatal(err)
		}
	}
	return queues, target.New(queues, arns)
}

// to makes a delivery to a queue.
func to(name string) *bus.Delivery {
	return &bus.Delivery{
		Event: &bus.Event{TraceHeader: "Root=1-5759e988-bd862e3fe1be46a994272793"}, Body: []byte(`{"a":1}`), MessageGroupID: "g",
		RuleARN: "arn:aws:events:eu-west-2:111122223333:rule/r", TargetARN: arns.Make("sqs", name),
	}
}

// deliver makes one delivery and gives its error.
func deliver(tx *store.Tx, local *target.Target, d *bus.Delivery) error {
	return errors.Join(local.DeliverTx(tx, []*bus.Delivery{d}), d.Err)
}

// receive takes one message out of a queue; nil when there is none.
func receive(t *testing.T, queues *engine.Queues, name string) *engine.Received {
	t.Helper()
	got, err := queues.Receive(t.Context(), engine.Ref{Name: name}, engine.ReceiveOptions{Wait: new(time.Duration(0))})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) == 0 {
		return nil
	}
	return got[0]
}

func TestDeliveryIsThereWhenItsTransactionIs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		queues, local := open(t, db)
		no := errors.New("no")
		err := db.Write(t.Context(), func(tx *store.Tx) error { return errors.Join(deliver(tx, local, to("open")), no) })
		if !errors.Is(err, no) {
			t.Fatal(err)
		}
		if got := receive(t, queues, "open"); got != nil {
			t.Errorf("a transaction that failed left %+v", got)
		}
		for _, name := range []string{"open", "q.fifo", "denying", "small"} {
			if err := db.Write(t.Context(), func(tx *store.Tx) error { return deliver(tx, local, to(name)) }); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			got := receive(t, queues, name)
			if got == nil || got.Body != `{"a":1}` || got.GroupID != "g" || got.SenderID == "" || got.TraceHeader != "Root=1-5759e988-bd862e3fe1be46a994272793" {
				t.Errorf("%s holds %+v", name, got)
			}
		}
	})
}

func TestFinalFailureLeavesTheTransactionUsable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		queues, local := open(t, db)
		big, bad, noGroup, abroad := to("small"), to("denying"), to("q.fifo"), to("open")
		big.Body = make([]byte, 2000)
		bad.RuleARN = arns.Make("events", "rule/bad-one")
		noGroup.MessageGroupID = ""
		abroad.TargetARN = "arn:aws:sqs:us-east-1:111122223333:open"
		for name, c := range map[string]struct {
			d    *bus.Delivery
			want fault.Kind
		}{
			"too large":        {big, fault.Invalid},
			"explicit deny":    {bad, fault.Denied},
			"no policy":        {to("closed"), fault.Denied},
			"policy of others": {to("others"), fault.Denied},
			"no group":         {noGroup, fault.Invalid},
			"no such queue":    {to("nowhere"), fault.NotFound},
			"other Region":     {abroad, fault.NotFound},
		} {
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				if err := deliver(tx, local, c.d); fault.KindOf(err) != c.want {
					t.Errorf("%s: err = %v (%s), want %s", name, err, fault.KindOf(err), c.want)
				}
				return deliver(tx, local, to("open"))
			})
			if err != nil {
				t.Errorf("%s: the transaction is lost: %v", name, err)
			}
			if got := receive(t, queues, "open"); got == nil {
				t.Errorf("%s: what was delivered after it is not there", name)
			}
		}
	})
}

func TestManyDeliveriesKeepTheirOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		queues, local := open(t, db)
		var list []*bus.Delivery
		for i := range 20 {
			for _, name := range []string{"q.fifo", "closed", "open", "nowhere"} {
				d := to(name)
				d.Body = []byte(strconv.Itoa(i))
				list = append(list, d)
			}
		}
		if err := db.Write(t.Context(), func(tx *store.Tx) error { return local.DeliverTx(tx, list) }); err != nil {
			t.Fatal(err)
		}
		for i, d := range list {
			want := []fault.Kind{fault.Internal, fault.Denied, fault.Internal, fault.NotFound}[i%4]
			if (d.Err == nil) != (want == fault.Internal) || fault.KindOf(d.Err) != want {
				t.Errorf("delivery %d to %s: %v", i, d.TargetARN, d.Err)
			}
		}
		for _, name := range []string{"q.fifo", "open"} {
			got, err := queues.Receive(t.Context(), engine.Ref{Name: name}, engine.ReceiveOptions{Max: 10, Wait: new(time.Duration(0))})
			if err != nil || len(got) != 10 {
				t.Fatalf("%s gives %d messages, %v", name, len(got), err)
			}
			for i, m := range got {
				if m.Body != strconv.Itoa(i) {
					t.Errorf("message %d of %s is %s", i, name, m.Body)
				}
			}
		}
	})
}

func TestGroupsOfAllQueuesAreTakenByOneStatement(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var takes atomic.Int64
		db := d.Open(t, store.Options{Step: func(s store.Step) error {
			if strings.HasPrefix(s.Query, "INSERT INTO queue_group") {
				takes.Add(1)
			}
			return nil
		}})
		queues, local := open(t, db)
		if _, err := queues.Create(t.Context(), "p.fifo", map[string]string{"Policy": policy, "FifoQueue": "true", "ContentBasedDeduplication": "true"}, nil); err != nil {
			t.Fatal(err)
		}
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			return local.DeliverTx(tx, []*bus.Delivery{to("q.fifo"), to("open"), to("p.fifo")})
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := takes.Load(); n != 1 {
			t.Errorf("%d statements take groups: another transaction may hold what a later one waits for", n)
		}
		for _, name := range []string{"q.fifo", "p.fifo", "open"} {
			if receive(t, queues, name) == nil {
				t.Errorf("%s has received nothing", name)
			}
		}
	})
}

func TestPolicyKnowsThatEventBridgeAsks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		queues, local := open(t, db)
		for name, condition := range map[string]string{
			"secure": `{"Bool":{"aws:SecureTransport":"true"}}`, "service": `{"Bool":{"aws:PrincipalIsAWSService":"true"}}`,
			"name": `{"StringEquals":{"aws:PrincipalServiceName":"events.amazonaws.com"}}`,
			"time": `{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}`, "tag": `{"StringEquals":{"aws:ResourceTag/team":"cases"}}`,
			"owner": `{"StringEquals":{"aws:SourceAccount":"111122223333","aws:ResourceAccount":"111122223333"}}`,
		} {
			text := strings.Replace(policy, `"Resource":"*"`, `"Resource":"*","Condition":`+condition, 1)
			if _, err := queues.Create(t.Context(), name, map[string]string{"Policy": text}, map[string]string{"team": "cases"}); err != nil {
				t.Fatal(err)
			}
			if err := db.Write(t.Context(), func(tx *store.Tx) error { return deliver(tx, local, to(name)) }); err != nil {
				t.Errorf("%s: %v", condition, err)
			}
		}
	})
}
