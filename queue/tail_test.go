package queue_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// tail asks once and gives the bodies, with the cursor to go on.
func (f *fixture) tail(in queue.Ref, query queue.TailQuery) (string, string) {
	f.Helper()
	out := f.tailOf(f.queues, in, query)
	return said(out), out.Cursor
}

// tailOf asks some queues.
func (f *fixture) tailOf(queues *queue.Queues, in queue.Ref, query queue.TailQuery) queue.Tail {
	f.Helper()
	if query.Limit == 0 {
		query.Limit = 100
	}
	out, err := queues.Tail(f.Context(), in, query)
	if err != nil {
		f.Fatalf("tail: %v", err)
	}
	return out
}

// said gives the bodies of a tail.
func said(t queue.Tail) string {
	var out []string
	for _, m := range t.List {
		out = append(out, m.Body)
	}
	return strings.Join(out, " ")
}

// tells compares.
func (f *fixture) tells(what, got, want string) {
	f.Helper()
	if got != want {
		f.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestTailGivesEachArrivalOnceAndConsumesNothing(t *testing.T) {
	each(t, func(f *fixture) {
		q, other := f.create("q"), f.create("other")
		f.send(q, "before")
		got, start := f.tail(q, queue.TailQuery{})
		f.tells("from now on", got, "")
		f.send(q, "1", "2")
		f.send(other, "elsewhere")
		f.send(q, "3")
		before := f.dump()
		got, end := f.tail(q, queue.TailQuery{Cursor: start})
		f.tells("all that came", got, "1 2 3")
		got, next := f.tail(q, queue.TailQuery{Cursor: start, Limit: 2})
		f.tells("the first two", got, "1 2")
		got, _ = f.tail(q, queue.TailQuery{Cursor: next})
		f.tells("the rest", got, "3")
		got, _ = f.tail(q, queue.TailQuery{Cursor: end})
		f.tells("nothing new", got, "")
		got, _ = f.tail(q, queue.TailQuery{Cursor: start, Contains: "2"})
		f.tells("those that contain 2", got, "2")
		if len(before) == 0 || strings.Join(before, "\n") != strings.Join(f.dump(), "\n") {
			f.Errorf("a tail changes rows")
		}
		list := f.expect(q, "before 1 2 3")
		f.remove(q, list...)
		got, _ = f.tail(q, queue.TailQuery{Cursor: start})
		f.tells("what was deleted meanwhile", got, "1 2 3")
	})
}

func TestTailShowsDeadLettersAndNoDuplicates(t *testing.T) {
	each(t, func(f *fixture) {
		for _, suffix := range []string{"", ".fifo"} {
			dead := f.create("dead" + suffix)
			q := f.create("q"+suffix, "RedrivePolicy", `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead`+suffix+`","maxReceiveCount":1}`)
			_, arrivals := f.tail(q, queue.TailQuery{})
			_, letters := f.tail(dead, queue.TailQuery{})
			m := &queue.Message{Body: "bad"}
			if suffix != "" {
				m.GroupID, m.DedupID = "g", "1"
				f.put(q, m)
			}
			f.put(q, m)
			f.expect(q, "bad")
			f.clock.advance(50 * time.Second)
			got, _ := f.tail(dead, queue.TailQuery{Cursor: letters})
			f.tells("no dead letter yet", got, "")
			f.expect(q, "")
			got, _ = f.tail(q, queue.TailQuery{Cursor: arrivals})
			f.tells("what arrived", got, "bad")
			out := f.tailOf(f.queues, dead, queue.TailQuery{Cursor: letters})
			f.tells("the dead letter", said(out), "bad")
			if len(out.List) == 1 && (out.List[0].Source != "arn:aws:sqs:us-east-1:123456789012:q"+suffix || out.List[0].Receives != 1) {
				f.Errorf("%+v", out.List[0].Received)
			}
		}
	})
}

func TestTailWakesForWhatItWants(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("q")
		_, cursor := f.tail(q, queue.TailQuery{})
		answer := make(chan queue.Tail, 1)
		go func() {
			out, err := f.queues.Tail(f.Context(), q, queue.TailQuery{Cursor: cursor, Contains: "yes", Limit: 10, Wait: time.Minute})
			if err != nil {
				f.Errorf("%v", err)
			}
			answer <- out
		}()
		f.send(q, "no", "yes")
		f.tells("what came", said(<-answer), "yes")
	})
}

func TestTailSaysWhatItHasMissed(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("q")
		_, cursor := f.tail(q, queue.TailQuery{})
		msgs := make([]*queue.Message, 2100)
		for i := range msgs {
			msgs[i] = &queue.Message{Body: itoa(i)}
		}
		if _, err := f.queues.Send(f.Context(), q, msgs...); err != nil {
			f.Fatal(err)
		}
		out := f.tailOf(f.queues, q, queue.TailQuery{Cursor: cursor, Limit: 1})
		if !out.Missed || said(out) != "100" {
			f.Errorf("missed %v, begins with %s", out.Missed, said(out))
		}
		f.clock.advance(2 * time.Minute)
		f.send(q, "nobody asked")
		for _, cursor := range []string{out.Cursor, "nonsense"} {
			got := f.tailOf(f.queues, q, queue.TailQuery{Cursor: cursor})
			if !got.Missed || len(got.List) > 0 {
				f.Errorf("%s: %+v", cursor, got)
			}
		}
	})
}

func TestTailEndsWithTheServer(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("q")
		_, cursor := f.tail(q, queue.TailQuery{})
		ctx, stop := context.WithCancel(f.Context())
		stop()
		if err := f.queues.Run(ctx); err != nil {
			f.Fatal(err)
		}
		got, _ := f.tail(q, queue.TailQuery{Cursor: cursor, Wait: time.Hour})
		f.tells("at the end", got, "")
	})
}

func TestTailSeesWhatOtherNodesSend(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		if db.Ordered() {
			t.Skip("one process at a time")
		}
		f := &fixture{T: t, clock: newClock(), db: db, queues: open(db, obs.NewRegistry())}
		other := open(db, obs.NewRegistry())
		for _, q := range []queue.Ref{f.create("q"), f.create("q.fifo", "ContentBasedDeduplication", "true")} {
			start := f.tailOf(other, q, queue.TailQuery{})
			cursor := start.Cursor
			var got []string
			for range 3 { // each look goes over what the one before has seen
				for _, queues := range []*queue.Queues{f.queues, other} {
					out, err := queues.Send(f.Context(), q, &queue.Message{Body: itoa(len(got)), GroupID: "g"})
					if err != nil || out[0].Err != nil {
						t.Fatal(err, out)
					}
					want := itoa(len(got))
					tail := f.tailOf(other, q, queue.TailQuery{Cursor: cursor, Wait: 20 * time.Second})
					if said(tail) != want || tail.Missed {
						t.Errorf("%s: %q, want %q", q.Name, said(tail), want)
					}
					got, cursor = append(got, said(tail)), tail.Cursor
				}
			}
		}
	})
}

func TestDeadLetterIsTailedOnceThoughTheStoreIsReadToo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		f := &fixture{T: t, clock: newClock(), db: d.Open(t, store.Options{})}
		f.queues = open(f.db, obs.NewRegistry())
		for _, suffix := range []string{"", ".fifo"} {
			dead := f.create("dead" + suffix)
			q := f.create("q"+suffix, "VisibilityTimeout", "0", "RedrivePolicy", `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead`+suffix+`","maxReceiveCount":1}`)
			cursor := f.tailOf(f.queues, dead, queue.TailQuery{}).Cursor
			m := &queue.Message{Body: "bad"}
			if suffix != "" {
				m.GroupID, m.DedupID = "g", "1"
			}
			f.put(q, m)
			f.expect(q, "bad")
			f.expect(q, "")
			out := f.tailOf(f.queues, dead, queue.TailQuery{Cursor: cursor})
			f.tells("the dead letter", said(out), "bad")
			if suffix != "" {
				if there := f.peek(dead, queue.PeekQuery{Limit: 1}).List[0]; out.List[0].Sequence != there.Sequence || !out.List[0].Sent.Equal(there.Sent) {
					t.Errorf("%+v, in the queue %+v", out.List[0].Received, there.Received)
				}
			}
			out = f.tailOf(f.queues, dead, queue.TailQuery{Cursor: out.Cursor, Wait: 2500 * time.Millisecond})
			f.tells("what comes after it", said(out), "")
		}
	})
}

func TestAThousandIdleTailsReadNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var steps atomic.Int64
		db, err := store.Open(t.Context(), storetest.SQLite(t).Engine, t.TempDir()+"/casestream.db", store.Options{
			Step: func(store.Step) error { steps.Add(1); return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		f := &fixture{T: t, clock: newClock(), db: db, queues: open(db, obs.NewRegistry())}
		q := f.create("q")
		_, cursor := f.tail(q, queue.TailQuery{})
		var tails sync.WaitGroup
		for range 1000 {
			tails.Go(func() {
				if out := f.tailOf(f.queues, q, queue.TailQuery{Cursor: cursor, Wait: 20 * time.Second}); len(out.List) > 0 || out.Missed {
					t.Errorf("%+v", out)
				}
			})
		}
		time.Sleep(10 * time.Second) // virtual: all have looked and wait
		before := steps.Load()
		if before == 0 {
			t.Fatal("nothing was read at all: the count is wrong")
		}
		time.Sleep(9 * time.Second)
		if after := steps.Load(); after != before {
			t.Errorf("they took %d steps while nothing came", after-before)
		}
		tails.Wait()
	})
}

func TestAttributesCountAgainstWhatIsKeptAndGiven(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("q")
		_, cursor := f.tail(q, queue.TailQuery{})
		large := strings.Repeat("a", 1<<20-100)
		for range 20 {
			f.put(q, &queue.Message{Body: "m", Attributes: []queue.Attribute{{Name: "n", DataType: "String", StringValue: large}}})
		}
		if out := f.tailOf(f.queues, q, queue.TailQuery{Cursor: cursor}); len(out.List) > 17 || !out.Missed {
			f.Errorf("tailed %d MiB, missed some: %v", len(out.List), out.Missed)
		}
		if page := f.peek(q, queue.PeekQuery{Limit: 10}); len(page.List) != 10 {
			f.Errorf("peeked at %d of 10", len(page.List))
		}
		for range 20 {
			f.put(q, &queue.Message{Body: "m", Attributes: []queue.Attribute{{Name: "n", DataType: "String", StringValue: large}}})
		}
		if page := f.peek(q, queue.PeekQuery{Limit: 100}); len(page.List) >= 40 || !page.More {
			f.Errorf("peeked at %d MiB, more: %v", len(page.List), page.More)
		}
	})
}
