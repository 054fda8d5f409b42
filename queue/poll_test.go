package queue_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// live runs a test on the real clock, with long polls of both kinds.
func live(t *testing.T, test func(f *fixture)) {
	t.Helper()
	for _, rung := range []bool{false, true} {
		storetest.Each(t, func(t *testing.T, d storetest.Database) {
			db := d.Open(t, store.Options{})
			test(&fixture{T: t, db: db, queues: open(db, nil), rung: rung})
		})
	}
}

// waitFor receives, as who waits with a goroutine or as who is rung.
func (f *fixture) waitFor(ctx context.Context, from queue.Ref, opts queue.ReceiveOptions) ([]*queue.Received, error) {
	if !f.rung {
		return f.queues.Receive(ctx, from, opts)
	}
	list, p, err := f.queues.ReceiveOrPoll(ctx, from, opts)
	if p == nil {
		return list, err
	}
	defer p.Leave()
	rings := make(chan struct{}, 1)
	p.OnWake(func() {
		select {
		case rings <- struct{}{}:
		default:
		}
	})
	for {
		select {
		case <-rings:
		case <-time.After(time.Until(p.Deadline())):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if list, over, err := p.Messages(ctx); over || err != nil {
			return list, err
		}
	}
}

// found is what a long poll ended with.
type found struct {
	list []*queue.Received
	err  error
}

// poll starts a long poll of 20 s and waits until it waits.
func (f *fixture) poll(ctx context.Context, from queue.Ref, limit int) <-chan found {
	f.Helper()
	before := f.queues.Waiting(from.Name)
	out := make(chan found, 1)
	wait := 20 * time.Second
	go func() {
		list, err := f.waitFor(ctx, from, queue.ReceiveOptions{Max: limit, Wait: &wait})
		out <- found{list, err}
	}()
	for f.queues.Waiting(from.Name) == before {
		time.Sleep(time.Millisecond)
	}
	return out
}

// await demands that a long poll ends soon with some bodies.
func (f *fixture) await(out <-chan found, want string) []*queue.Received {
	f.Helper()
	select {
	case got := <-out:
		if got.err != nil || bodies(got.list) != want {
			f.Fatalf("polled %q, %v; want %q", bodies(got.list), got.err, want)
		}
		return got.list
	case <-time.After(10 * time.Second):
		f.Fatalf("the poll still waits for %q", want)
		return nil
	}
}

func TestPollIsWokenByASend(t *testing.T) {
	live(t, func(f *fixture) {
		q := f.create("orders")
		out := f.poll(f.Context(), q, 10)
		f.send(q, "a")
		f.await(out, "a")
	})
}

func TestPollIsWokenWhenAMessageBecomesVisible(t *testing.T) {
	live(t, func(f *fixture) {
		q := f.create("orders", "VisibilityTimeout", "1")
		f.send(q, "timeout")
		held := f.expect(q, "timeout")
		out := f.poll(f.Context(), q, 10)
		f.await(out, "timeout")
		f.remove(q, held...)

		second := time.Second
		out = f.poll(f.Context(), q, 10)
		f.put(q, &queue.Message{Body: "delayed", Delay: &second})
		got := f.await(out, "delayed")
		out = f.poll(f.Context(), q, 10)
		if err := f.hide(q, got[0], 0); err != nil {
			f.Fatal(err)
		}
		f.await(out, "delayed")
	})
}

func TestPollIsWokenWhenAGroupIsFree(t *testing.T) {
	live(t, func(f *fixture) {
		q := f.create("orders.fifo")
		f.order(q, "a:1")
		held := f.expect(q, "1")
		f.order(q, "a:2")
		out := f.poll(f.Context(), q, 10)
		f.remove(q, held...)
		f.await(out, "2")
	})
}

func TestPollEndsWithItsQueue(t *testing.T) {
	live(t, func(f *fixture) {
		q := f.create("orders")
		outs := []<-chan found{f.poll(f.Context(), q, 1), f.poll(f.Context(), q, 1)}
		if err := f.queues.DeleteQueue(f.Context(), q); err != nil {
			f.Fatal(err)
		}
		for _, out := range outs {
			select {
			case got := <-out:
				f.wantFault(got.err, fault.NotFound, queue.SubjectQueue)
			case <-time.After(10 * time.Second):
				f.Fatal("a poll of a deleted queue still waits")
			}
		}
	})
}

func TestPollEndsEmptyHanded(t *testing.T) {
	live(t, func(f *fixture) {
		q := f.create("orders", "ReceiveMessageWaitTimeSeconds", "1")
		start := time.Now()
		f.expect(q, "")
		if d := time.Since(start); d < time.Second || d > 5*time.Second {
			f.Errorf("waited %v", d)
		}
	})
}

func TestWhoCameFirstIsServedFirst(t *testing.T) {
	live(t, func(f *fixture) {
		q := f.create("orders")
		var outs []<-chan found
		for range 5 {
			outs = append(outs, f.poll(f.Context(), q, 1))
		}
		if f.db.Engine() != "sqlite" {
			// With several writers two receivers may look at once, and either may win: each is served.
			for range outs {
				f.send(q, "x")
			}
			for _, out := range outs {
				f.await(out, "x")
			}
			return
		}
		for i, out := range outs {
			f.send(q, fmt.Sprint(i))
			f.await(out, fmt.Sprint(i))
		}
	})
}

func TestOneSendOfManyServesManyPolls(t *testing.T) {
	live(t, func(f *fixture) {
		q := f.create("orders")
		var outs []<-chan found
		for range 8 {
			outs = append(outs, f.poll(f.Context(), q, 1))
		}
		var list []*queue.Message
		for range 8 {
			list = append(list, &queue.Message{Body: "x"})
		}
		if _, err := f.queues.Send(f.Context(), q, list...); err != nil {
			f.Fatal(err)
		}
		for _, out := range outs {
			f.await(out, "x")
		}
	})
}

func TestAReceiverThatHasGoneConsumesNothing(t *testing.T) {
	live(t, func(f *fixture) {
		q := f.create("orders")
		ctx, cancel := context.WithCancel(f.Context())
		out := f.poll(ctx, q, 10)
		cancel()
		if got := <-out; !errors.Is(got.err, context.Canceled) {
			f.Errorf("err = %v", got.err)
		}
		f.send(q, "a")
		if got := f.expect(q, "a"); got[0].Receives != 1 {
			f.Errorf("received %d times", got[0].Receives)
		}
	})
}

// TestAReceiverThatGoesDuringTheClaimGivesBack cancels while the claim commits, which no outside signal
// can hit: the step hook does.
func TestAReceiverThatGoesDuringTheClaimGivesBack(t *testing.T) {
	for _, name := range []string{"orders", "orders.fifo"} {
		storetest.Each(t, func(t *testing.T, d storetest.Database) {
			var mu sync.Mutex
			var atCommit func()
			db := d.Open(t, store.Options{Step: func(s store.Step) error {
				mu.Lock()
				defer mu.Unlock()
				if s.Kind == store.StepCommit && atCommit != nil {
					atCommit()
				}
				return nil
			}})
			f := &fixture{T: t, db: db, queues: open(db, nil)}
			q := f.create(name)
			m := &queue.Message{Body: "a"}
			if name == "orders.fifo" {
				m.GroupID, m.DedupID = "g", "d"
			}
			f.put(q, m)
			ctx, cancel := context.WithCancel(t.Context())
			mu.Lock()
			atCommit = cancel
			mu.Unlock()
			if got, err := f.queues.Receive(ctx, q, queue.ReceiveOptions{}); !errors.Is(err, context.Canceled) {
				t.Fatalf("received %q, %v", bodies(got), err)
			}
			if got := f.expect(q, "a"); got[0].Receives != 1 {
				t.Errorf("received %d times", got[0].Receives)
			}
		})
	}
}

// TestAReceiverThatGoesWhenItIsWokenWakesTheNext cancels between the wake-up and the claim. Which of the two
// a receiver sees first is open, so that it is tried several times.
func TestAReceiverThatGoesWhenItIsWokenWakesTheNext(t *testing.T) {
	live(t, func(f *fixture) {
		q := f.create("orders")
		for range 10 {
			ctx, cancel := context.WithCancel(f.Context())
			first, second := f.poll(ctx, q, 1), f.poll(f.Context(), q, 1)
			err := f.db.Write(f.Context(), func(tx *store.Tx) error {
				to, err := f.queues.ByName(tx, q.Name)
				if err != nil {
					return err
				}
				if err := f.queues.SendManyTx(tx, queue.Load{To: to, Messages: []*queue.Message{{Body: "a"}}}); err != nil {
					return err
				}
				tx.AfterCommit(cancel) // behind the wake-up
				return nil
			})
			if err != nil {
				f.Fatal(err)
			}
			if got := <-first; got.err == nil { // it was there to the end
				f.remove(q, got.list...)
				f.send(q, "a")
			}
			f.remove(q, f.await(second, "a")...)
		}
	})
}

func TestManyAtOnceLoseAndRepeatNothing(t *testing.T) {
	for _, name := range []string{"orders", "orders.fifo"} {
		t.Run(name, func(t *testing.T) {
			live(t, func(f *fixture) {
				q := f.create(name)
				const senders, each = 8, 50
				var wg sync.WaitGroup
				for s := range senders {
					wg.Go(func() {
						for i := range each {
							m := &queue.Message{Body: fmt.Sprintf("%d:%03d", s, i)}
							if name == "orders.fifo" {
								m.GroupID, m.DedupID = fmt.Sprint(s), m.Body
							}
							if out, err := f.queues.Send(f.Context(), q, m); err != nil || out[0].Err != nil {
								f.Error(err, out)
							}
						}
					})
				}
				var mu sync.Mutex
				seen := make(map[string]bool)
				last := make(map[string]string)
				ctx, cancel := context.WithTimeout(f.Context(), 30*time.Second)
				defer cancel()
				for range 8 {
					wg.Go(func() {
						wait := 20 * time.Second
						for ctx.Err() == nil {
							got, err := f.queues.Receive(ctx, q, queue.ReceiveOptions{Max: 3, Wait: &wait})
							if err != nil {
								if ctx.Err() == nil {
									f.Error(err)
								}
								return
							}
							mu.Lock()
							for _, m := range got {
								if seen[m.Body] {
									f.Errorf("%s came twice", m.Body)
								}
								if name == "orders.fifo" && m.Body < last[m.GroupID] {
									f.Errorf("%s came after %s", m.Body, last[m.GroupID])
								}
								seen[m.Body], last[m.GroupID] = true, m.Body
							}
							done := len(seen) == senders*each
							mu.Unlock()
							for _, m := range got {
								if out, err := f.queues.Delete(f.Context(), q, m.Handle); err != nil || out[0] != nil {
									f.Error(err, out)
								}
							}
							if done {
								cancel()
							}
						}
					})
				}
				wg.Wait()
				if len(seen) != senders*each {
					f.Errorf("%d messages came, want %d", len(seen), senders*each)
				}
			})
		})
	}
}
