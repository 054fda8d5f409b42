package queue_test

import (
	"testing"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// capped runs a test with queues of which at most five messages are in flight.
func capped(t *testing.T, test func(f *fixture)) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := newClock()
		db := d.Open(t, store.Options{Now: c.now})
		test(&fixture{T: t, clock: c, db: db, queues: queue.New(db, queue.Config{ARNs: arn.NewMaker("123456789012", "us-east-1"), MaxInFlight: 5})})
	})
}

// receiveAll receives until there is nothing more or no more may be received.
func (f *fixture) receiveAll(from queue.Ref) (list []*queue.Received, err error) {
	f.Helper()
	for {
		got, err := f.queues.Receive(f.Context(), from, queue.ReceiveOptions{Max: 10})
		if len(got) == 0 || err != nil {
			return list, err
		}
		list = append(list, got...)
	}
}

func TestTooManyInFlightIsAnErrorOnAStandardQueue(t *testing.T) {
	capped(t, func(f *fixture) {
		q := f.create("orders")
		f.send(q, "1", "2", "3", "4", "5", "6", "7")
		list, err := f.receiveAll(q)
		f.wantFault(err, fault.Limit, queue.SubjectInFlight)
		if bodies(list) != "1 2 3 4 5" {
			f.Fatalf("received %q", bodies(list))
		}
		f.remove(q, list[0])
		if err := f.hide(q, list[1], 0); err != nil {
			f.Fatal(err)
		}
		list, err = f.receiveAll(q)
		f.wantFault(err, fault.Limit, queue.SubjectInFlight)
		if len(list) != 2 {
			f.Errorf("received %q in place of two", bodies(list))
		}
		f.clock.advance(30 * time.Second)
		list, _ = f.receiveAll(q)
		if len(list) != 5 {
			f.Errorf("received %q of those that came back", bodies(list))
		}
	})
}

func TestTooManyInFlightIsNothingToReceiveOnAFIFOQueue(t *testing.T) {
	capped(t, func(f *fixture) {
		q := f.create("orders.fifo")
		f.order(q, "a:1", "a:2", "a:3", "b:4", "c:5", "d:6", "d:7")
		list, err := f.receiveAll(q)
		if err != nil || bodies(list) != "1 2 3 4 5" {
			f.Fatalf("received %q, %v", bodies(list), err)
		}
		f.remove(q, list[0])
		list, err = f.receiveAll(q)
		if err != nil || bodies(list) != "6" {
			f.Fatalf("received %q, %v, want as much as was deleted", bodies(list), err)
		}
		f.clock.advance(30 * time.Second)
		list, err = f.receiveAll(q)
		if err != nil || len(list) != 5 {
			f.Fatalf("received %q, %v", bodies(list), err)
		}
	})
}

func TestVisibilityTimeoutsTogetherHaveALimit(t *testing.T) {
	for _, c := range []struct {
		name        string
		after, hide time.Duration
		ok          bool
	}{
		{"all of it at once", 0, 12 * time.Hour, true},
		{"what is left", 25 * time.Second, 12*time.Hour - 25*time.Second, true},
		{"a second more than is left", 25 * time.Second, 12*time.Hour - 24*time.Second, false},
		{"more than ever", 0, 12*time.Hour + time.Second, false},
		{"less than nothing", 0, -time.Second, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(f *fixture) {
				for _, name := range []string{"orders", "orders.fifo"} {
					q := f.create(name)
					f.put(q, queueMessage(name))
					got := f.receive(q)
					f.clock.advance(c.after)
					err := f.hide(q, got[0], c.hide)
					if (err == nil) != c.ok {
						f.Errorf("%s: err = %v", name, err)
					}
					if want := " for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"; !c.ok &&
						err.Error() != "Value "+itoa(int(c.hide/time.Second))+want {
						f.Errorf("%s: %v", name, err)
					}
				}
			})
		})
	}
}

// queueMessage makes a message that a queue of the name takes.
func queueMessage(name string) *queue.Message {
	if name == "orders" {
		return &queue.Message{Body: "x"}
	}
	return &queue.Message{Body: "x", GroupID: "g", DedupID: "d"}
}

func TestLongPollsWaitWhileTooManyAreInFlight(t *testing.T) {
	capped(t, func(f *fixture) {
		q := f.create("orders")
		f.send(q, "1", "2", "3", "4", "5", "6")
		list, err := f.receiveAll(q)
		f.wantFault(err, fault.Limit, queue.SubjectInFlight)
		out := f.poll(t.Context(), q, 10)
		f.remove(q, list[0])
		f.await(out, "6")
	})
}
