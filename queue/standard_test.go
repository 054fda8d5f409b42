package queue_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

func TestMessagesComeBackAsTheyWereSent(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders")
		sent := f.put(q, &queue.Message{
			Body: "{\"a\": \"ü\r\n\"}", GroupID: "tenant", TraceHeader: "Root=1-2-3", SenderID: "AIDA",
			Attributes: []queue.Attribute{{Name: "a", DataType: "String", StringValue: "x"}, {Name: "b", DataType: "Binary", BinaryValue: []byte{0, 1}}},
		})
		at := f.clock.now().UTC()
		f.clock.advance(time.Second)
		got := f.receive(q)
		if len(got) != 1 {
			f.Fatalf("%d messages", len(got))
		}
		if got[0].Handle == "" || got[0].ID != sent.ID {
			f.Errorf("handle %q, id %q, want id %q", got[0].Handle, got[0].ID, sent.ID)
		}
		if !got[0].Sent.Equal(at) || !got[0].FirstReceived.Equal(at.Add(time.Second)) || got[0].Receives != 1 {
			f.Errorf("sent %v, received %v, %d times", got[0].Sent, got[0].FirstReceived, got[0].Receives)
		}
		want := []any{"{\"a\": \"ü\r\n\"}", "tenant", "Root=1-2-3", "AIDA", []queue.Attribute{{Name: "a", DataType: "String", StringValue: "x"}, {Name: "b", DataType: "Binary", BinaryValue: []byte{0, 1}}}}
		m := got[0]
		if d := cmp.Diff(want, []any{m.Body, m.GroupID, m.TraceHeader, m.SenderID, m.Attributes}); d != "" {
			f.Error(d)
		}
	})
}

func TestQueueGivesBackAfterTimeout(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders", "VisibilityTimeout", "40")
		f.send(q, "a", "b")
		first := f.expect(q, "a b")
		f.expect(q, "")
		if c := f.counts(q); c != (queue.Counts{InFlight: 2}) {
			f.Errorf("counts %+v", c)
		}
		f.remove(q, first[0])
		f.clock.advance(40 * time.Second)
		again := f.expect(q, "b")
		if again[0].Receives != 2 || !again[0].FirstReceived.Equal(first[1].FirstReceived) || again[0].Handle == first[1].Handle {
			f.Errorf("received %d times, first %v, the same handle: %v", again[0].Receives, again[0].FirstReceived, again[0].Handle == first[1].Handle)
		}
		f.remove(q, first[1]) // the old handle still does
		f.clock.advance(time.Hour)
		f.expect(q, "")
		f.remove(q, again[0]) // gone already: no error
		if n := f.rows(); n != 0 {
			f.Errorf("%d rows left", n)
		}
	})
}

func TestVisibilityChanges(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders")
		f.send(q, "a")
		a := f.expect(q, "a")[0]
		if err := f.hide(q, a, 0); err != nil {
			f.Fatal(err)
		}
		f.expect(q, "a")
		if err := f.hide(q, a, time.Hour); err != nil { // by an older handle
			f.Fatal(err)
		}
		f.clock.advance(59 * time.Minute)
		f.expect(q, "")
		f.clock.advance(time.Minute)
		b := f.expect(q, "a")[0]
		f.wantFault(f.hide(q, b, 12*time.Hour+time.Second), fault.Invalid, queue.SubjectParameter)
		f.remove(q, b)
		f.wantFault(f.hide(q, b, 0), fault.Invalid, queue.SubjectParameter)
		f.wantFault(f.hide(q, &queue.Received{Handle: "garbage"}, 0), fault.Invalid, queue.SubjectHandle)
	})
}

func TestReceiveWithoutTimeoutLeavesTheMessageVisible(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders")
		f.send(q, "a")
		none := time.Duration(0)
		for n := 1; n <= 3; n++ {
			got, err := f.queues.Receive(f.Context(), q, queue.ReceiveOptions{Max: 10, Visibility: &none})
			if err != nil || bodies(got) != "a" || got[0].Receives != n {
				f.Fatalf("receive %d: %v, %v", n, bodies(got), err)
			}
		}
	})
}

func TestDelayHidesWhatNobodyHasReceived(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders", "DelaySeconds", "5")
		none, long := time.Duration(0), 10*time.Second
		f.put(q, &queue.Message{Body: "queue's"})
		f.put(q, &queue.Message{Body: "now", Delay: &none})
		f.put(q, &queue.Message{Body: "long", Delay: &long})
		f.expect(q, "now")
		if c := f.counts(q); c != (queue.Counts{InFlight: 1, Delayed: 2}) {
			f.Errorf("counts %+v", c)
		}
		f.clock.advance(5 * time.Second)
		f.expect(q, "queue's")
		f.clock.advance(5 * time.Second)
		f.expect(q, "long")
	})
}

func TestRetentionEndsMessages(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders", "MessageRetentionPeriod", "60", "VisibilityTimeout", "30")
		f.send(q, "a", "b")
		if got := f.receive(q); bodies(got) != "a b" {
			f.Fatal(bodies(got))
		}
		f.clock.advance(29 * time.Second)
		f.send(q, "c")
		f.clock.advance(31 * time.Second)
		// a and b came back after 30 s and are 60 s old: they are dropped on sight, c takes their place.
		f.expect(q, "c")
		f.send(q, "d")
		f.clock.advance(time.Minute)
		f.expect(q, "")
		if c := f.counts(q); c.Visible != 0 { // d is there, and not counted
			f.Errorf("counts %+v", c)
		}
		f.clock.advance(time.Minute)
		f.sweep()
		if n := f.rows(); n != 0 {
			f.Errorf("%d rows left", n)
		}
	})
}

func TestPurgeTakesAllAndHandlesStayHarmless(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders")
		f.send(q, "a", "b")
		held := f.receive(q)[:1]
		if err := f.queues.Purge(f.Context(), q); err != nil {
			f.Fatal(err)
		}
		f.wantFault(f.queues.Purge(f.Context(), q), fault.Limit, queue.SubjectPurge)
		f.send(q, "c")
		f.remove(q, held[0])
		f.clock.advance(time.Minute)
		f.expect(q, "c")
		f.sweep()
		if n := f.rows(); n != 2 {
			f.Errorf("%d rows, want one message with its slot", n)
		}
		if err := f.queues.Purge(f.Context(), q); err != nil {
			f.Errorf("a minute later: %v", err)
		}
	})
}

func TestDeletedQueueIsGoneAndItsNameFree(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders")
		f.send(q, "a", "b")
		held := f.receive(q)
		if err := f.queues.DeleteQueue(f.Context(), q); err != nil {
			f.Fatal(err)
		}
		_, err := f.queues.Send(f.Context(), q, &queue.Message{Body: "x"})
		f.wantFault(err, fault.NotFound, queue.SubjectQueue)
		f.create("orders")
		f.expect(q, "")
		f.wantFault(f.removeHandle(q, held[0].Handle), fault.Invalid, queue.SubjectHandle)
		f.sweep()
		if n := f.rows(); n != 0 {
			f.Errorf("%d rows left", n)
		}
	})
}

func TestDeadLettersMove(t *testing.T) {
	each(t, func(f *fixture) {
		dlq := f.create("dead")
		q := f.create("orders", "VisibilityTimeout", "1", "RedrivePolicy", `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":"2"}`)
		f.send(q, "bad")
		first := f.expect(q, "bad")[0]
		f.clock.advance(time.Second)
		f.expect(q, "bad")
		f.clock.advance(time.Second)
		f.send(q, "good")
		f.expect(q, "good") // found behind the dead letter
		got := f.expect(dlq, "bad")[0]
		if got.ID != first.ID || !got.Sent.Equal(first.Sent) || got.Receives != 3 || got.Source != "arn:aws:sqs:us-east-1:123456789012:orders" {
			f.Errorf("%+v", got)
		}
		if n := f.metrics.Counter("casestream_queue_messages_dead_lettered_total", "").Value(); n != 1 {
			f.Errorf("%d counted", n)
		}
	})
}

func TestDeadLetterStaysWhenItsQueueIsGone(t *testing.T) {
	each(t, func(f *fixture) {
		dlq := f.create("dead")
		q := f.create("orders", "VisibilityTimeout", "0", "RedrivePolicy", `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":1}`)
		f.send(q, "bad")
		f.expect(q, "bad")
		if err := f.queues.DeleteQueue(f.Context(), dlq); err != nil {
			f.Fatal(err)
		}
		if got := f.expect(q, "bad")[0]; got.Receives != 2 {
			f.Errorf("received %d times", got.Receives)
		}
	})
}

func TestForgedHandleTouchesNothingOfAnotherQueue(t *testing.T) {
	each(t, func(f *fixture) {
		a, b := f.create("a"), f.create("b")
		f.send(b, "theirs")
		theirs := f.receive(b)[0]
		f.wantFault(f.removeHandle(a, theirs.Handle), fault.Invalid, queue.SubjectHandle)
		if err := f.removeHandle(a, queue.ForgeHandle(f.T, f.queues, "a", theirs.Handle)); err != nil {
			f.Fatal(err)
		}
		f.clock.advance(time.Minute)
		f.expect(b, "theirs")
	})
}

func TestEveryStepOfASendMayFail(t *testing.T) {
	for _, name := range []string{"orders", "orders.fifo"} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, d storetest.Database) {
				ref := queue.Ref{Name: name}
				var q *queue.Queues
				var acked bool
				n := 0
				storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
					if q == nil {
						q = open(db, nil)
						attributes := map[string]string{}
						if strings.HasSuffix(name, ".fifo") {
							attributes = map[string]string{"FifoQueue": "true", "ContentBasedDeduplication": "true"}
						}
						if _, err := q.Create(t.Context(), name, attributes, nil); err != nil {
							t.Fatal(err)
						}
					}
					n++
					m := &queue.Message{Body: fmt.Sprint(n)}
					if strings.HasSuffix(name, ".fifo") {
						m.GroupID = "g"
					}
					arm()
					out, err := q.Send(t.Context(), ref, m)
					acked = err == nil && out[0].Err == nil
				}, func(t *testing.T, _ *store.DB, failed store.Step) {
					got, err := q.Receive(t.Context(), ref, queue.ReceiveOptions{Max: 10})
					if err != nil {
						t.Fatal(err)
					}
					want := ""
					if acked || failed.Kind == store.StepCommitted {
						want = fmt.Sprint(n)
					}
					if bodies(got) != want {
						t.Errorf("%v failed, acknowledged: %v; received %q, want %q", failed, acked, bodies(got), want)
					}
					for _, m := range got {
						if out, err := q.Delete(t.Context(), ref, m.Handle); err != nil || out[0] != nil {
							t.Errorf("delete: %v %v", err, out)
						}
					}
				})
			})
		})
	}
}

func TestMessagesInFlightComeBackAfterARestart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := newClock()
		start := func(run func(f *fixture)) {
			db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{Now: c.now})
			if err != nil {
				t.Fatal(err)
			}
			run(&fixture{T: t, clock: c, db: db, queues: open(db, nil)})
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
		q := queue.Ref{Name: "orders"}
		start(func(f *fixture) {
			f.create("orders")
			f.send(q, "a", "b", "c")
			f.remove(q, f.receive(q)[0])
			f.send(q, "d")
		})
		start(func(f *fixture) {
			f.expect(q, "d")
			c.advance(30 * time.Second)
			if got := f.expect(q, "b c d"); got[0].Receives != 2 {
				t.Errorf("received %d times", got[0].Receives)
			}
		})
	})
}

func TestReceiverWithoutTimeoutPassesDeadLetters(t *testing.T) {
	each(t, func(f *fixture) {
		f.create("dead")
		q := f.create("orders", "VisibilityTimeout", "0", "RedrivePolicy", `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":1}`)
		f.send(q, "1", "2")
		f.expect(q, "1 2")
		f.clock.advance(time.Second)
		f.send(q, "3")
		got, err := f.queues.Receive(f.Context(), q, queue.ReceiveOptions{Max: 1})
		if err != nil || bodies(got) != "3" {
			f.Errorf("received %q, %v, want the one message that is no dead letter", bodies(got), err)
		}
	})
}

func TestNameThatNoQueueCanHaveIsMissing(t *testing.T) {
	each(t, func(f *fixture) {
		for _, name := range []string{"a\x00b", "\xff", "ü", ""} {
			_, err := f.queues.Get(f.Context(), queue.Ref{Name: name})
			f.wantFault(err, fault.NotFound, queue.SubjectQueue)
			f.wantFault(f.queues.DeleteQueue(f.Context(), queue.Ref{Name: name}), fault.NotFound, queue.SubjectQueue)
		}
		if names, err := f.queues.List(f.Context(), "a\x00", "", 10); err != nil || len(names) != 0 {
			f.Errorf("listed %v, %v", names, err)
		}
		q := f.create("orders")
		out, err := f.queues.Send(f.Context(), q, &queue.Message{Body: "x", TraceHeader: "a\x00b"})
		if err != nil {
			f.Fatal(err)
		}
		f.wantFault(out[0].Err, fault.Invalid, queue.SubjectParameter)
	})
}
