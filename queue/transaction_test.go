package queue_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

func TestSendingIsPartOfTheCallersTransaction(t *testing.T) {
	live(t, func(f *fixture) {
		q := f.create("orders")
		out := f.poll(f.Context(), q, 10)
		no := errors.New("no")
		send := func(body string, end error) error {
			return f.db.Write(f.Context(), func(tx *store.Tx) error {
				to, err := f.queues.ByName(tx, "orders")
				if err != nil {
					return err
				}
				m := &queue.Message{Body: body}
				if err := to.Check(m); err != nil {
					return err
				}
				return errors.Join(f.queues.SendManyTx(tx, queue.Load{To: to, Messages: []*queue.Message{m}}), end)
			})
		}
		if err := send("lost", no); !errors.Is(err, no) {
			f.Errorf("err = %v", err)
		}
		f.wantFault(send("", nil), fault.Invalid, queue.SubjectMissing)
		if err := send("kept", nil); err != nil {
			f.Fatal(err)
		}
		f.await(out, "kept")
		f.expect(q, "")
	})
}

// TestEveryStepOfAMoveMayFail receives a message that is due for the dead-letter queue while each step
// fails in turn: it is in one of the two queues, once.
func TestEveryStepOfAMoveMayFail(t *testing.T) {
	for _, suffix := range []string{"", ".fifo"} {
		t.Run("orders"+suffix, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, d storetest.Database) {
				f := &fixture{T: t}
				source, dead := queue.Ref{Name: "orders" + suffix}, queue.Ref{Name: "dead" + suffix}
				storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
					if f.queues == nil {
						f.db, f.queues = db, open(db, nil)
						f.create(dead.Name, "VisibilityTimeout", "0")
						f.create(source.Name, "VisibilityTimeout", "0", "RedrivePolicy",
							`{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:`+dead.Name+`","maxReceiveCount":1}`)
					}
					m := &queue.Message{Body: "x"}
					if suffix != "" {
						m.GroupID, m.DedupID = "g", id.New()
					}
					f.put(source, m)
					f.expect(source, "x")
					arm()
					if _, err := f.queues.Receive(t.Context(), source, queue.ReceiveOptions{}); err != nil && !errors.Is(err, storetest.ErrStep) {
						t.Fatal(err)
					}
				}, func(t *testing.T, _ *store.DB, failed store.Step) {
					f.expect(source, "") // moves it now, where it was not moved before
					c := f.counts(dead)
					if d := cmp.Diff(queue.Counts{Visible: 1}, c); d != "" {
						t.Errorf("%v failed: %s", failed, d)
					}
					if c := f.counts(source); c != (queue.Counts{}) {
						t.Errorf("%v failed, and the source has %+v", failed, c)
					}
					// A queue of no visibility timeout gives a FIFO queue's handle no time to be used.
					hour := time.Hour
					got, err := f.queues.Receive(t.Context(), dead, queue.ReceiveOptions{Visibility: &hour})
					if err != nil || bodies(got) != "x" {
						t.Fatal(bodies(got), err)
					}
					f.remove(dead, got...)
				})
			})
		})
	}
}

func TestNamesMayStayTakenForAWhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := newClock()
		db := d.Open(t, store.Options{Now: c.now})
		f := &fixture{T: t, clock: c, db: db, queues: queue.New(db, queue.Config{ARNs: arn.NewMaker("123456789012", "us-east-1"), RecreateAfter: time.Minute})}
		q := f.create("orders")
		if err := f.queues.DeleteQueue(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		f.sweep()
		_, err := f.queues.Create(t.Context(), "orders", nil, nil)
		f.wantFault(err, fault.Conflict, queue.SubjectDeleted)
		c.advance(time.Minute)
		f.create("orders")
	})
}

func TestRunEndsWithItsContextAndLongPollsWithIt(t *testing.T) {
	live(t, func(f *fixture) {
		out := f.poll(f.Context(), f.create("orders"), 1)
		ctx, cancel := context.WithCancel(f.Context())
		done := make(chan error)
		go func() { done <- f.queues.Run(ctx) }()
		cancel()
		select {
		case err := <-done:
			if err != nil {
				f.Error(err)
			}
		case <-time.After(10 * time.Second):
			f.Error("Run goes on")
		}
		f.await(out, "")
	})
}

// TestPollSeesWhatAnotherNodeSends has two nodes on one database, where the database can have them, of which neither hears
// the other: a poll looks behind.
func TestPollSeesWhatAnotherNodeSends(t *testing.T) {
	live(t, func(f *fixture) {
		if f.db.Engine() == "sqlite" {
			f.Skip("one process holds the file")
		}
		q := f.create("orders")
		f.queues.LookBehind(100 * time.Millisecond)
		other := &fixture{T: f.T, db: f.db, queues: open(f.db, nil)}
		out := f.poll(f.Context(), q, 10)
		other.send(q, "a")
		f.await(out, "a")
		// A change of the queue on one node is seen by the other at once.
		if err := other.queues.SetAttributes(f.Context(), q, map[string]string{"DelaySeconds": "900"}); err != nil {
			f.Fatal(err)
		}
		f.send(q, "delayed")
		f.expect(q, "")
	})
}

// TestOppositeOrdersDoNotDeadlock has two nodes change and delete the same messages, each in an order of its own.
func TestOppositeOrdersDoNotDeadlock(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var begun atomic.Int64
		db := d.Open(t, store.Options{Step: func(s store.Step) error {
			if s.Kind == store.StepBegin {
				begun.Add(1)
			}
			return nil
		}})
		f := &fixture{T: t, db: db, queues: open(db, nil)}
		q, other := f.create("orders"), open(db, nil)
		for i := range 10 {
			f.send(q, itoa(i))
		}
		up := make([]queue.Visibility, 10)
		for i, m := range f.receive(q) {
			up[i] = queue.Visibility{Handle: m.Handle, Timeout: time.Minute}
		}
		down := slices.Clone(up)
		slices.Reverse(down)
		const rounds = 50
		begun.Store(0)
		var work sync.WaitGroup
		for node, list := range map[*queue.Queues][]queue.Visibility{f.queues: up, other: down} {
			work.Go(func() {
				for range rounds {
					if _, err := node.ChangeVisibility(t.Context(), q, list...); err != nil {
						t.Error(err)
					}
				}
			})
		}
		work.Wait()
		if n := begun.Load(); n > 2*rounds {
			t.Errorf("%d transactions for %d calls: some lost against each other", n, 2*rounds)
		}
	})
}

func TestNodesThatCreateOneQueueAtOnceBothHaveIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		nodes := []*queue.Queues{open(db, nil), open(db, nil)}
		for round := range 10 {
			ids := make([]int64, 8)
			var work sync.WaitGroup
			for i := range ids {
				work.Go(func() {
					q, err := nodes[i%2].Create(t.Context(), "q"+itoa(round), map[string]string{"DelaySeconds": "1"}, nil)
					if err != nil {
						t.Error(err)
						return
					}
					ids[i] = q.ID
				})
			}
			work.Wait()
			if slices.Min(ids) != slices.Max(ids) {
				t.Errorf("the queue has the ids %v", ids)
			}
		}
	})
}
