package queue_test

import (
	"cmp"
	"errors"
	"testing"
	"time"

	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// crowd sends many messages of one group.
func (f *fixture) crowd(to queue.Ref, group string, n int) {
	f.Helper()
	for ; n > 0; n -= 1000 {
		list := make([]*queue.Message, min(n, 1000))
		for i := range list {
			list[i] = &queue.Message{Body: cmp.Or(group, "alone"), GroupID: group}
		}
		if _, err := f.queues.Send(f.Context(), to, list...); err != nil {
			f.Fatal(err)
		}
	}
}

// tally counts messages by what they say.
func tally(list []*queue.Received) map[string]int {
	n := map[string]int{}
	for _, m := range list {
		n[m.Body]++
	}
	return n
}

// hold receives ten messages several times.
func (f *fixture) hold(from queue.Ref, times int) (list []*queue.Received) {
	f.Helper()
	for range times {
		list = append(list, f.receive(from)...)
	}
	return list
}

func TestNoisyGroupStandsBackForQuietOnes(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders")
		f.crowd(q, "noisy", 10_000)
		f.hold(q, 5) // slow consumers
		f.crowd(q, "quiet", 10)
		f.crowd(q, "other", 3)
		f.send(q, "alone", "alone")
		got := f.hold(q, 3)
		if n := tally(got); n["quiet"] != 10 || n["other"] != 3 || n["alone"] != 2 || n["noisy"] != 15 {
			f.Errorf("received %v", n)
		}
		if n := tally(f.hold(q, 2)); n["noisy"] != 20 {
			f.Errorf("received %v when only the noisy group was left", n)
		}
	})
}

func TestTwoNoisyGroupsStandBackTogether(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders")
		f.crowd(q, "loud", 1000)
		f.crowd(q, "noisy", 1000)
		if n := tally(f.hold(q, 10)); n["loud"] < 30 || n["noisy"] < 30 {
			f.Fatalf("received %v", n)
		}
		f.crowd(q, "quiet", 15)
		if n := tally(f.hold(q, 2)); n["quiet"] != 15 {
			f.Errorf("received %v", n)
		}
	})
}

// TestAnotherServerFindsOutThatAQueueIsFair receives by a server that has not sent what it receives.
func TestAnotherServerFindsOutThatAQueueIsFair(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders")
		f.crowd(q, "noisy", 1000)
		f.queues = open(f.db, nil)
		f.hold(q, 4)
		f.queues = open(f.db, nil)
		f.crowd(q, "quiet", 5)
		f.queues = open(f.db, nil)
		if n := tally(f.hold(q, 2)); n["quiet"] != 5 {
			f.Errorf("received %v", n)
		}
	})
}

func TestGroupIsNoisyByItsShareOfWhatIsInFlight(t *testing.T) {
	for _, c := range []struct {
		name        string
		own, alone  int
		back        time.Duration
		quietAtOnce int
	}{
		{"fewer than thirty", 20, 0, 0, 0},
		{"thirty", 30, 0, 0, 5},
		{"less than a tenth", 30, 370, 0, 0},
		{"more than a tenth", 40, 260, 0, 5},
		{"thirty that came back", 30, 0, 30 * time.Second, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(f *fixture) {
				q := f.create("orders")
				f.crowd(q, "", c.alone)
				f.hold(q, c.alone/10)
				f.crowd(q, "noisy", c.own)
				f.hold(q, c.own/10)
				f.clock.advance(c.back)
				f.crowd(q, "noisy", 50)
				f.crowd(q, "quiet", 5)
				if n := tally(f.receive(q)); n["quiet"] != c.quietAtOnce || n["quiet"]+n["noisy"] != 10 {
					f.Errorf("received %v, want %d of the quiet group", n, c.quietAtOnce)
				}
			})
		})
	}
}

func TestManyQuietGroupsAreAllServed(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders")
		f.crowd(q, "noisy", 2000)
		f.hold(q, 5)
		list := make([]*queue.Message, 300)
		for i := range list {
			list[i] = &queue.Message{Body: "quiet", GroupID: "quiet" + itoa(i)}
		}
		if _, err := f.queues.Send(f.Context(), q, list...); err != nil {
			f.Fatal(err)
		}
		quiet := 0
		for range 31 {
			quiet += tally(f.receive(q))["quiet"]
		}
		if quiet != 300 {
			f.Errorf("%d of 300 quiet groups were served while the noisy one had messages", quiet)
		}
	})
}

func TestMessagesOfAFairQueueAreLikeAnyOther(t *testing.T) {
	each(t, func(f *fixture) {
		dead := f.create("dead")
		q := f.create("orders", "RedrivePolicy", `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":2}`)
		f.crowd(q, "a", 12)
		delay := time.Minute
		f.put(q, &queue.Message{Body: "later", GroupID: "b", Delay: &delay})
		got := f.receive(q)
		if n := f.counts(q); n != (queue.Counts{Visible: 2, InFlight: 10, Delayed: 1}) {
			f.Errorf("counts %+v", n)
		}
		if got[0].GroupID != "a" || got[0].Sequence != "" {
			f.Errorf("%+v", got[0])
		}
		f.remove(q, got[1:]...)
		f.clock.advance(30 * time.Second)
		f.remove(q, f.expect(q, "a a a")[1:]...) // got[0] again, and the two
		f.remove(q, got[0])                      // by its first handle
		f.clock.advance(30 * time.Second)
		f.expect(q, "later")
		f.clock.advance(30 * time.Second)
		f.expect(q, "later")
		f.clock.advance(30 * time.Second)
		f.expect(q, "")
		last := f.expect(dead, "later")
		if last[0].GroupID != "b" || last[0].Source == "" {
			f.Errorf("%+v", last[0])
		}
		f.remove(dead, last...)
		if n := f.rows(); n != 0 {
			f.Errorf("%d rows left", n)
		}
		f.crowd(q, "a", 3)
		f.clock.advance(5 * 24 * time.Hour)
		f.expect(q, "")
		f.sweep()
		if n := f.rows(); n != 0 {
			f.Errorf("%d rows left after their retention", n)
		}
	})
}

// TestEveryStepOfAFairReceiveMayFail receives from a queue with a noisy group while each step fails in turn: each
// message is received once.
func TestEveryStepOfAFairReceiveMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		f := &fixture{T: t}
		q := queue.Ref{Name: "orders"}
		quiet := 0
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			if f.queues == nil {
				f.db, f.queues = db, open(db, nil)
				f.create(q.Name, "VisibilityTimeout", "40000")
				f.crowd(q, "noisy", 500)
				f.hold(q, 4)
			}
			f.crowd(q, "quiet", 1)
			arm()
			got, err := f.queues.Receive(t.Context(), q, queue.ReceiveOptions{Max: 2})
			if err != nil && !errors.Is(err, storetest.ErrStep) {
				t.Fatal(err)
			}
			if quiet = 0; err == nil {
				quiet = tally(got)["quiet"]
			}
		}, func(t *testing.T, _ *store.DB, failed store.Step) {
			before := f.counts(q)
			got, err := f.queues.Receive(t.Context(), q, queue.ReceiveOptions{Max: 2})
			if err != nil || len(got) != 2 {
				t.Fatalf("%v failed: received %q, %v", failed, bodies(got), err)
			}
			if n := quiet + tally(got)["quiet"]; n > 1 {
				t.Errorf("%v failed: the message was received %d times", failed, n)
			}
			after := f.counts(q)
			if after.Visible != before.Visible-2 || after.InFlight != before.InFlight+2 {
				t.Errorf("%v failed: %+v became %+v", failed, before, after)
			}
		})
	})
}
