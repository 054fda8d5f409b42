package queue_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// try receives up to ten messages by an attempt.
func (f *fixture) try(from queue.Ref, attempt, want string) []*queue.Received {
	f.Helper()
	got, err := f.queues.Receive(f.Context(), from, queue.ReceiveOptions{Max: 10, Attempt: attempt})
	if err != nil || bodies(got) != want {
		f.Fatalf("attempt %s received %q, %v, want %q", attempt, bodies(got), err, want)
	}
	return got
}

// handles lists the receipt handles of messages.
func handles(list []*queue.Received) []string {
	var out []string
	for _, m := range list {
		out = append(out, m.Handle)
	}
	return out
}

func TestAttemptThatIsTriedAgainIsGivenTheSame(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders.fifo")
		f.try(q, "one", "")
		f.order(q, "a:1", "b:2", "a:3")
		first := f.try(q, "one", "1 3 2")
		f.order(q, "c:4")
		f.clock.advance(20 * time.Second)
		again := f.try(q, "one", "1 3 2")
		if d := cmp.Diff(handles(first), handles(again)); d != "" {
			t := again[0]
			f.Errorf("the handles differ: %s %+v", d, t)
		}
		if again[0].Receives != 1 || !again[0].FirstReceived.Equal(first[0].FirstReceived) || again[0].Sequence != first[0].Sequence {
			f.Errorf("%+v, first %+v", again[0], first[0])
		}
		f.clock.advance(20 * time.Second) // beyond the first timeout, within the second
		other := f.try(q, "two", "4")
		f.remove(q, slices.Concat(first, other)...)
		if n := f.rows(); n != 0 {
			f.Errorf("%d rows left", n)
		}
	})
}

func TestAttemptIsANewOneOnceItsMessagesChanged(t *testing.T) {
	minute := time.Minute
	for _, c := range []struct {
		name   string
		change func(f *fixture, q queue.Ref, got []*queue.Received)
		want   string
	}{
		{"deleted", func(f *fixture, q queue.Ref, got []*queue.Received) { f.remove(q, got[0]) }, "3"},
		{"hidden for another time", func(f *fixture, q queue.Ref, got []*queue.Received) {
			if err := f.hide(q, got[0], 2*minute); err != nil {
				f.Fatal(err)
			}
		}, "3"},
		{"shown", func(f *fixture, q queue.Ref, got []*queue.Received) {
			f.clock.advance(time.Second)
			if err := f.hide(q, got[0], 0); err != nil {
				f.Fatal(err)
			}
		}, "3 1"},
		{"back by itself", func(f *fixture, _ queue.Ref, _ []*queue.Received) { f.clock.advance(30 * time.Second) }, "3 1 2"},
		{"received again", func(f *fixture, q queue.Ref, _ []*queue.Received) {
			f.clock.advance(30 * time.Second)
			f.expect(q, "3 1 2")
		}, ""},
		{"purged", func(f *fixture, q queue.Ref, _ []*queue.Received) {
			if err := f.queues.Purge(f.Context(), q); err != nil {
				f.Fatal(err)
			}
		}, ""},
		{"more than five minutes ago", func(f *fixture, q queue.Ref, got []*queue.Received) {
			for range 4 {
				f.clock.advance(minute)
				f.try(q, "one", bodies(got))
			}
			f.clock.advance(minute)
		}, "3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(f *fixture) {
				q := f.create("orders.fifo")
				if strings.HasPrefix(c.name, "more") {
					q = f.create("slow.fifo", "VisibilityTimeout", "1000")
				}
				f.order(q, "a:1", "a:2")
				got := f.try(q, "one", "1 2")
				f.order(q, "b:3")
				c.change(f, q, got)
				f.try(q, "one", c.want)
			})
		})
	}
}

func TestAttemptsAreForgotten(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders.fifo")
		f.order(q, "a:1")
		f.try(q, "one", "1")
		f.try(q, "two", "")
		count := func() (n int) {
			err := f.db.Read(f.Context(), func(tx *store.Tx) error {
				_, err := tx.Get(`SELECT COUNT(*) FROM queue_attempt`, nil, &n)
				return err
			})
			if err != nil {
				f.Fatal(err)
			}
			return n
		}
		f.clock.advance(5*time.Minute - time.Second)
		f.sweep()
		if n := count(); n != 1 {
			f.Errorf("%d attempts are remembered, want that which was given something", n)
		}
		f.clock.advance(time.Second)
		f.sweep()
		if n := count(); n != 0 {
			f.Errorf("%d attempts are remembered after five minutes", n)
		}
	})
}

func TestAttemptsAreChecked(t *testing.T) {
	for _, c := range []struct {
		name, id string
		fifo, ok bool
	}{
		{"letters and punctuation", "aZ9!~/", true, true},
		{"128 characters", strings.Repeat("x", 128), true, true},
		{"129 characters", strings.Repeat("x", 129), true, false},
		{"none", "", true, false},
		{"a space", "a b", true, false},
		{"beyond ASCII", "é", true, false},
		{"on a standard queue", "a", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := (&queue.Queue{FIFO: c.fifo}).CheckAttempt(c.id); (err == nil) != c.ok || err != nil && fault.KindOf(err) != fault.Invalid {
				t.Errorf("err = %v", err)
			}
		})
	}
}

// TestEveryStepOfAnAttemptMayFail tries a receive again after each step of it failed in turn: it is given the
// message, once in all.
func TestEveryStepOfAnAttemptMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		f := &fixture{T: t}
		q := queue.Ref{Name: "orders.fifo"}
		attempt := ""
		receive := func() ([]*queue.Received, error) {
			return f.queues.Receive(t.Context(), q, queue.ReceiveOptions{Max: 10, Attempt: attempt})
		}
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			if f.queues == nil {
				f.db, f.queues = db, open(db, nil)
				f.create(q.Name)
			}
			attempt = id.New()
			f.put(q, &queue.Message{Body: "x", GroupID: "g", DedupID: id.New()})
			arm()
			if _, err := receive(); err != nil && !errors.Is(err, storetest.ErrStep) {
				t.Fatal(err)
			}
		}, func(t *testing.T, _ *store.DB, failed store.Step) {
			got, err := receive()
			if err != nil || bodies(got) != "x" || got[0].Receives != 1 {
				t.Fatalf("%v failed: %q, %v", failed, bodies(got), err)
			}
			f.remove(q, got...)
			if n := f.rows(); n != 0 {
				t.Errorf("%v failed: %d rows left", failed, n)
			}
		})
	})
}
