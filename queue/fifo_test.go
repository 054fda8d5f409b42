package queue_test

import (
	"testing"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/queue"
)

func TestGroupsKeepTheirOrder(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders.fifo")
		f.order(q, "a:1", "a:2", "b:3", "a:4")
		got := f.expect(q, "1 2 4 3")
		if got[0].Sequence >= got[1].Sequence || len(got[0].Sequence) != 20 || got[0].GroupID != "a" || got[0].DedupID != "a:1" {
			f.Errorf("%+v", got[0])
		}
		f.order(q, "a:5", "c:6")
		f.expect(q, "6") // a is blocked
		f.remove(q, got[0], got[1])
		f.expect(q, "")
		f.remove(q, got[2])
		f.expect(q, "5")
		if n := f.counts(q); n != (queue.Counts{InFlight: 3}) {
			f.Errorf("counts %+v", n)
		}
	})
}

func TestAMiddleMessageBlocksWhatIsBehindIt(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders.fifo")
		f.order(q, "a:1", "a:2", "a:3")
		got := f.expect(q, "1 2 3")
		if err := f.hide(q, got[1], time.Hour); err != nil {
			f.Fatal(err)
		}
		f.clock.advance(30 * time.Second)
		again := f.expect(q, "1")
		f.wantFault(f.removeHandle(q, got[0].Handle), fault.Invalid, queue.SubjectParameter) // received anew since
		f.remove(q, again[0], got[1])
		f.expect(q, "3")
	})
}

func TestExpiredHandleOfAFIFOQueueFails(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders.fifo")
		f.order(q, "a:1")
		got := f.expect(q, "1")
		f.clock.advance(30 * time.Second)
		f.wantFault(f.removeHandle(q, got[0].Handle), fault.Invalid, queue.SubjectParameter)
		if err := f.hide(q, got[0], time.Minute); err != nil { // newest handle: hides it again
			f.Fatal(err)
		}
		f.expect(q, "")
		f.remove(q, got[0])
		f.remove(q, got[0]) // gone: no error
		if n := f.rows(); n != 0 {
			f.Errorf("%d rows left", n)
		}
	})
}

func TestDuplicatesAreSentOnce(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders.fifo", "ContentBasedDeduplication", "true")
		first := f.put(q, &queue.Message{Body: "x", GroupID: "a"})
		f.remove(q, f.receive(q)...)
		f.clock.advance(4 * time.Minute)
		second := f.put(q, &queue.Message{Body: "x", GroupID: "b"})
		if second != first {
			f.Errorf("the duplicate has %+v, the first %+v", second, first)
		}
		f.expect(q, "")
		if n := f.rows(); n != 0 {
			f.Errorf("%d rows left by a duplicate", n)
		}
		f.clock.advance(time.Minute) // the window counts from the first
		if third := f.put(q, &queue.Message{Body: "x", GroupID: "b"}); third.ID == first.ID {
			f.Error("still a duplicate after five minutes")
		}
		f.put(q, &queue.Message{Body: "x", GroupID: "b", DedupID: "other"})
		if got := f.expect(q, "x x"); got[0].DedupID != "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" {
			f.Errorf("content's id is %s", got[0].DedupID)
		}
		f.clock.advance(6 * time.Minute)
		f.sweep()
		if _, err := f.queues.Send(f.Context(), q, &queue.Message{Body: "y", GroupID: "a"}, &queue.Message{Body: "y", GroupID: "a"}); err != nil {
			f.Fatal(err)
		}
		if n := f.counts(q).Visible; n != 3 {
			f.Errorf("%d visible, want the two that came back and one of the twins", n)
		}
	})
}

func TestGroupScopeDeduplicatesWithinGroups(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders.fifo", "DeduplicationScope", "messageGroup", "FifoThroughputLimit", "perMessageGroupId")
		for _, g := range []string{"a", "b", "a"} {
			f.put(q, &queue.Message{Body: g, GroupID: g, DedupID: "same"})
		}
		f.expect(q, "a b")
	})
}

func TestQueueDelayOfAFIFOQueueHoldsForWaitingMessages(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders.fifo", "DelaySeconds", "100")
		f.order(q, "a:1")
		f.clock.advance(10 * time.Second)
		f.expect(q, "")
		if err := f.queues.SetAttributes(f.Context(), q, map[string]string{"DelaySeconds": "10"}); err != nil {
			f.Fatal(err)
		}
		f.expect(q, "1")
	})
}

func TestDeadLettersOfAFIFOQueueFreeTheirGroup(t *testing.T) {
	each(t, func(f *fixture) {
		dlq := f.create("dead.fifo")
		q := f.create("orders.fifo", "VisibilityTimeout", "1", "RedrivePolicy", `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead.fifo","maxReceiveCount":1}`)
		f.order(q, "a:1")
		first := f.expect(q, "1")[0]
		f.order(q, "a:2")
		f.clock.advance(time.Second)
		f.expect(q, "2")
		got := f.expect(dlq, "1")[0]
		if got.ID != first.ID || got.Receives != 2 || got.GroupID != "a" || got.Source == "" || got.Sequence <= first.Sequence || !got.Sent.After(first.Sent) {
			f.Errorf("%+v", got)
		}
	})
}

func TestRetentionOfAFIFOQueueFreesTheGroup(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders.fifo", "MessageRetentionPeriod", "60")
		f.order(q, "a:1", "a:2", "b:3")
		f.clock.advance(50 * time.Second)
		f.order(q, "a:4")
		f.clock.advance(10 * time.Second)
		f.expect(q, "4")
		f.clock.advance(time.Minute)
		f.sweep()
		f.clock.advance(time.Minute)
		f.sweep()
		if n := f.rows(); n != 0 {
			f.Errorf("%d rows left", n)
		}
	})
}

func TestPurgeOfAFIFOQueueForgetsDuplicates(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders.fifo")
		f.order(q, "a:1", "b:2")
		if err := f.queues.Purge(f.Context(), q); err != nil {
			f.Fatal(err)
		}
		f.order(q, "a:1")
		f.expect(q, "1")
		f.sweep()
		if n := f.rows(); n != 3 {
			f.Errorf("%d rows, want a message, its place and its group", n)
		}
	})
}

func TestReceiverPassesGroupsWhoseHeadIsDeadOrExpired(t *testing.T) {
	each(t, func(f *fixture) {
		f.create("dead.fifo")
		q := f.create("orders.fifo", "VisibilityTimeout", "0", "RedrivePolicy", `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead.fifo","maxReceiveCount":1}`)
		f.order(q, "a:1", "b:2", "c:3", "c:4")
		f.expect(q, "1 2 3 4") // and all are visible again
		f.order(q, "d:5")
		got, err := f.queues.Receive(f.Context(), q, queue.ReceiveOptions{Max: 1})
		if err != nil || bodies(got) != "5" {
			f.Errorf("received %q, %v, want the one message that is no dead letter", bodies(got), err)
		}

		old := f.create("old.fifo", "MessageRetentionPeriod", "60", "VisibilityTimeout", "59")
		f.order(old, "a:1", "b:2")
		f.expect(old, "1 2")
		f.clock.advance(59 * time.Second)
		f.order(old, "c:3")
		f.clock.advance(time.Second)
		got, err = f.queues.Receive(f.Context(), old, queue.ReceiveOptions{Max: 1})
		if err != nil || bodies(got) != "3" {
			f.Errorf("received %q, %v, want the one message that is not expired", bodies(got), err)
		}
	})
}
