package queue_test

import (
	"testing"
	"time"

	"github.com/casestream/casestream/queue"
)

func TestMessageThatComesLateWithAnEarlierTimeIsReceived(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders")
		f.expect(q, "") // where the claims of this queue begin is known from now on
		f.clock.advance(-10 * time.Second)
		f.send(q, "late") // as by a node whose clock is slow, or whose commit took long
		f.clock.advance(10*time.Second + 100*time.Millisecond)
		f.expect(q, "late")
	})
}

func TestLateMessageIsReceivedAmongOthers(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders")
		f.send(q, "first")
		f.expect(q, "first")
		f.clock.advance(-10 * time.Second)
		f.send(q, "late")
		f.clock.advance(10*time.Second + 500*time.Millisecond)
		f.send(q, "second")
		if got := bodies(f.receive(q)); got != "late second" {
			t.Errorf("received %q, want %q", got, "late second")
		}
	})
}

func TestMessagesOfOneQueueDoNotHideThoseOfAnother(t *testing.T) {
	each(t, func(f *fixture) {
		one, other := f.create("one"), f.create("other")
		f.send(other, "old")
		f.clock.advance(time.Minute)
		f.send(one, "new")
		f.expect(one, "new")
		f.expect(other, "old")
		f.clock.advance(30 * time.Second) // both are visible again
		f.expect(one, "new")
		f.expect(other, "old")
	})
}

func TestLateMessageOfAGroupIsReceivedAmongOthers(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders")
		f.put(q, &queue.Message{Body: "first", GroupID: "g"})
		f.expect(q, "first")
		f.clock.advance(-10 * time.Second)
		f.put(q, &queue.Message{Body: "late", GroupID: "g"})
		f.clock.advance(10*time.Second + 500*time.Millisecond)
		f.put(q, &queue.Message{Body: "second", GroupID: "h"})
		if got := bodies(f.receive(q)); got != "late second" {
			t.Errorf("received %q, want %q", got, "late second")
		}
	})
}
