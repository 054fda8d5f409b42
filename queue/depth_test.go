package queue_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/queue"
)

func TestDepthsTellWhatQueuesHold(t *testing.T) {
	each(t, func(f *fixture) {
		plain, fifo := f.create("b"), f.create("a.fifo", "ContentBasedDeduplication", "true")
		f.create("c")
		delayed := f.create("d", "DelaySeconds", "60")
		f.send(plain, "1", "2", "3")
		f.clock.advance(10 * time.Second)
		f.send(delayed, "1")
		if _, err := f.queues.Send(f.Context(), fifo, &queue.Message{Body: "1", GroupID: "g"}); err != nil {
			f.Fatal(err)
		}
		if _, err := f.queues.Receive(f.Context(), plain, queue.ReceiveOptions{Max: 1}); err != nil {
			f.Fatal(err)
		}
		f.clock.advance(5 * time.Second)
		got, err := f.queues.Depths(f.Context())
		want := []queue.Depth{
			{Name: "a.fifo", Counts: queue.Counts{Visible: 1}, OldestAge: 5 * time.Second},
			{Name: "b", Counts: queue.Counts{Visible: 2, InFlight: 1}, OldestAge: 15 * time.Second},
			{Name: "c"},
			{Name: "d", Counts: queue.Counts{Delayed: 1}, OldestAge: 5 * time.Second},
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			f.Fatalf("%v %s", err, diff)
		}
		var text strings.Builder
		if err := f.metrics.Write(f.Context(), &text); err != nil {
			f.Fatal(err)
		}
		for _, line := range []string{`sqs_messages{queue="b",state="inflight"} 1`, `sqs_messages{queue="d",state="delayed"} 1`, `sqs_age_of_oldest_seconds{queue="b"} 15`} {
			if !strings.Contains(text.String(), "casestream_"+line+"\n") {
				f.Errorf("no %s in %s", line, text.String())
			}
		}
	})
}
