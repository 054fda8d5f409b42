package queue_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// pair gives two nodes on one database, which learn of each other's changes by what they tell alone: a poll looks
// behind once an hour.
func pair(t *testing.T) (a, b *fixture) {
	t.Helper()
	server := os.Getenv(storetest.Env)
	if server == "" {
		t.Skip(storetest.Env + " names no server")
	}
	d := storetest.Postgres(t, server)
	d.DSN += "&application_name=" + t.Name()
	var nodes [2]*fixture
	for i := range nodes {
		metrics := obs.NewRegistry()
		db := d.Open(t, store.Options{Metrics: metrics})
		f := &fixture{T: t, db: db, queues: open(db, nil), metrics: metrics}
		f.queues.LookBehind(time.Hour)
		nodes[i] = f
	}
	for _, f := range nodes {
		f.until("it hears the other", func() bool { return f.queues.Hears() && f.shows("\ncasestream_store_nodes 2\n") })
	}
	return nodes[0], nodes[1]
}

// shows says whether the metrics have a text.
func (f *fixture) shows(text string) bool {
	f.Helper()
	var b strings.Builder
	if err := f.metrics.Write(f.Context(), &b); err != nil {
		f.Fatal(err)
	}
	return strings.Contains(b.String(), text)
}

// until waits for a condition.
func (f *fixture) until(what string, is func() bool) {
	f.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			f.Fatalf("not: %s", what)
		}
	}
}

func TestPollIsWokenByWhatAnotherNodeDoes(t *testing.T) {
	a, b := pair(t)
	second := time.Second
	for name, test := range map[string]func(q queue.Ref){
		"send": func(q queue.Ref) {
			out := b.poll(t.Context(), q, 10)
			a.send(q, "m")
			b.await(out, "m")
		},
		"send with a delay": func(q queue.Ref) {
			out := b.poll(t.Context(), q, 10)
			a.put(q, &queue.Message{Body: "m", Delay: &second})
			b.await(out, "m")
		},
		"visibility": func(q queue.Ref) {
			a.send(q, "m")
			held := a.expect(q, "m")
			out := b.poll(t.Context(), q, 10)
			if err := a.hide(q, held[0], 0); err != nil {
				t.Fatal(err)
			}
			b.await(out, "m")
		},
		"a message that comes back": func(q queue.Ref) {
			a.send(q, "m")
			held := a.expect(q, "m")
			out := b.poll(t.Context(), q, 10)
			if err := a.hide(q, held[0], 2*time.Second); err != nil {
				t.Fatal(err)
			}
			b.await(out, "m")
		},
	} {
		t.Run(name, func(t *testing.T) {
			test(a.create("q-" + strings.ReplaceAll(name, " ", "-")))
		})
	}
}

func TestPollLearnsWhenAMessageComesBackThatAnotherNodeHandedOut(t *testing.T) {
	a, b := pair(t)
	q := a.create("orders", "VisibilityTimeout", "3")
	out := b.poll(t.Context(), q, 10)
	busy, stop := context.WithCancel(t.Context())
	first := a.poll(busy, q, 10) // one waits there, so that this node is not told of the message
	a.send(q, "m")
	select {
	case got := <-first:
		a.await(channel(got), "m")
		b.await(out, "m") // three seconds later
	case got := <-out: // it looked first
		b.await(channel(got), "m")
		a.await(first, "m")
	case <-time.After(10 * time.Second):
		t.Error("nobody gets it")
	}
	stop()
}

// channel gives what a poll ended with, as if it were to end.
func channel(got found) <-chan found {
	c := make(chan found, 1)
	c <- got
	return c
}

func TestPollIsWokenWhenAnotherNodeFreesAGroup(t *testing.T) {
	a, b := pair(t)
	q := a.create("orders.fifo")
	a.order(q, "a:1")
	held := a.expect(q, "1")
	a.order(q, "a:2")
	out := b.poll(t.Context(), q, 10)
	a.remove(q, held...)
	b.await(out, "2")
}

func TestPollsEndWithAQueueThatAnotherNodeDeletes(t *testing.T) {
	a, b := pair(t)
	q := a.create("orders")
	var outs []<-chan found
	for range 5 {
		outs = append(outs, b.poll(t.Context(), q, 1))
	}
	outs = append(outs, a.poll(t.Context(), q, 1))
	if err := a.queues.DeleteQueue(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	for _, out := range outs {
		select {
		case got := <-out:
			b.wantFault(got.err, fault.NotFound, queue.SubjectQueue)
		case <-time.After(10 * time.Second):
			t.Fatal("a poll of a deleted queue still waits")
		}
	}
}

// TestWakeUpThatNobodyUsesGoesToAnotherNode has a receiver leave whom a message woke.
func TestWakeUpThatNobodyUsesGoesToAnotherNode(t *testing.T) {
	a, b := pair(t)
	q := a.create("orders")
	for range 20 {
		ctx, leave := context.WithCancel(t.Context())
		gone := a.poll(ctx, q, 10)
		out := b.poll(t.Context(), q, 10)
		go leave()
		a.send(q, "m")
		got := <-gone
		if len(got.list) > 0 {
			b.remove(q, got.list...)
			a.send(q, "m")
		}
		b.remove(q, b.await(out, "m")...)
	}
}

func TestManyMessagesWakePollsOfAllNodes(t *testing.T) {
	a, b := pair(t)
	q := a.create("orders")
	var outs []<-chan found
	for range 10 {
		outs = append(outs, b.poll(t.Context(), q, 1), a.poll(t.Context(), q, 1))
	}
	for range 20 {
		a.send(q, "m")
	}
	for _, out := range outs {
		b.await(out, "m")
	}
}

func TestPollIsWokenAfterItsNodeWasCutOff(t *testing.T) {
	a, b := pair(t)
	q := a.create("orders")
	out := b.poll(t.Context(), q, 10)
	if err := a.db.Read(t.Context(), func(tx *store.Tx) error {
		ended, err := store.Column[bool](tx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ? AND query LIKE ?`,
			t.Name(), "SELECT pg_notify%")
		if len(ended) == 0 {
			t.Error("no connection of the nodes is there")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	a.send(q, "m") // nobody hears of it: who hears again looks
	b.await(out, "m")
}

// Who tails a queue on which much arrives by its own node never waits there.
func TestTailOfABusyQueueGivesWhatAnotherNodeSends(t *testing.T) {
	a, b := pair(t)
	q := a.create("q")
	_, cursor := a.tail(q, queue.TailQuery{})
	b.send(q, "theirs")
	a.until("it is seen", func() (seen bool) {
		a.send(q, "own")
		out := a.tailOf(a.queues, q, queue.TailQuery{Cursor: cursor, Wait: 5 * time.Second})
		cursor = out.Cursor
		return strings.Contains(said(out), "theirs")
	})
}

// Two queues have one for their dead letters, and the same groups in opposite orders: neither waits for the other.
func TestDeadLettersOfSeveralQueuesTakeGroupsInOneOrder(t *testing.T) {
	a, b := pair(t)
	a.create("dead.fifo")
	redrive := `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead.fifo","maxReceiveCount":1}`
	up := a.create("up.fifo", "RedrivePolicy", redrive, "VisibilityTimeout", "0")
	down := b.create("down.fifo", "RedrivePolicy", redrive, "VisibilityTimeout", "0")
	for i := range 30 {
		for k := range 10 {
			a.put(up, &queue.Message{Body: "m", GroupID: itoa(k), DedupID: itoa(100*i + k)})
			b.put(down, &queue.Message{Body: "m", GroupID: itoa(9 - k), DedupID: itoa(100*i + k)})
		}
		a.receive(up)
		b.receive(down)
		var work sync.WaitGroup
		work.Go(func() { a.receive(up) })
		work.Go(func() { b.receive(down) })
		work.Wait()
	}
	for _, f := range []*fixture{a, b} {
		if f.shows(`casestream_store_errors_total{class="retry"} `) && !f.shows(`casestream_store_errors_total{class="retry"} 0`) {
			t.Error("a transaction lost against another one")
		}
	}
}
