package queue_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/queue"
)

// accountARNs is how the ARNs of the tests' queues begin.
const accountARNs = "arn:aws:sqs:us-east-1:123456789012:"

// pipe makes a queue whose messages are dead letters after one receive of no length. Its dead-letter queue
// may be there already.
func (f *fixture) pipe(source, dead string) (from, to queue.Ref) {
	f.Helper()
	to = f.create(dead)
	return f.create(source, "VisibilityTimeout", "0", "RedrivePolicy", `{"deadLetterTargetArn":"`+accountARNs+dead+`","maxReceiveCount":1}`), to
}

// bury sends bodies to a queue and receives until all of them are dead letters. To a FIFO queue they go as
// fixture.order has it.
func (f *fixture) bury(source queue.Ref, list ...string) {
	f.Helper()
	if strings.HasSuffix(source.Name, ".fifo") {
		f.order(source, list...)
	} else {
		f.send(source, list...)
	}
	for range 2*len(list) + 2 {
		f.receive(source)
	}
	if c := f.counts(source); c != (queue.Counts{}) {
		f.Fatalf("%s still has %+v", source.Name, c)
	}
}

// move starts a task.
func (f *fixture) move(from queue.Ref, opts queue.MoveOptions) *queue.Move {
	f.Helper()
	m, err := f.queues.StartMove(f.Context(), from, opts)
	if err != nil {
		f.Fatalf("start: %v", err)
	}
	return m
}

// step takes one step of the tasks that are due, and gives the wait for the next.
func (f *fixture) step() time.Duration {
	f.Helper()
	wait, err := f.queues.StepMoves(f.Context())
	if err != nil {
		f.Fatalf("step: %v", err)
	}
	return wait
}

// finish takes steps until no task is active, at the pace that tasks ask for.
func (f *fixture) finish(from queue.Ref) {
	f.Helper()
	active := func() bool {
		status := f.latest(from).Status
		return status == queue.MoveRunning || status == queue.MoveCancelling
	}
	for active() {
		if wait := f.step(); active() {
			f.clock.advance(wait)
		}
	}
}

// empty removes all that a queue has.
func (f *fixture) empty(q queue.Ref) {
	f.Helper()
	hour := time.Hour
	for {
		got, err := f.queues.Receive(f.Context(), q, queue.ReceiveOptions{Max: 10, Visibility: &hour})
		if err != nil {
			f.Fatal(err)
		}
		if len(got) == 0 {
			return
		}
		f.remove(q, got...)
	}
}

// latest gives the newest task of a queue.
func (f *fixture) latest(from queue.Ref) *queue.Move {
	f.Helper()
	list, err := f.queues.Moves(f.Context(), from, 1)
	if err != nil || len(list) != 1 {
		f.Fatalf("moves: %v %v", list, err)
	}
	return list[0]
}

// wantMove compares a queue's newest task with "STATUS moved/toMove reason".
func (f *fixture) wantMove(from queue.Ref, want string) {
	f.Helper()
	m := f.latest(from)
	if got := strings.TrimSpace(fmt.Sprintf("%s %d/%d %s", m.Status, m.Moved, m.ToMove, m.Reason)); got != want {
		f.Fatalf("the task is %q, want %q", got, want)
	}
}

func TestDeadLettersReturnToWhereTheyCameFrom(t *testing.T) {
	for _, suffix := range []string{"", ".fifo"} {
		t.Run("queues"+suffix, func(t *testing.T) {
			each(t, func(f *fixture) {
				a, dead := f.pipe("a"+suffix, "dead"+suffix)
				b, _ := f.pipe("b"+suffix, "dead"+suffix)
				f.bury(a, "g:1", "g:2", "h:3")
				f.bury(b, "g:4")
				f.move(dead, queue.MoveOptions{})
				f.finish(dead)
				f.wantMove(dead, "COMPLETED 4/4")
				strip := strings.NewReplacer("g:", "", "h:", "").Replace
				if got := strip(bodies(f.receive(a))); got != "1 2 3" {
					f.Errorf("a has %q", got)
				}
				if got := strip(bodies(f.receive(b))); got != "4" {
					f.Errorf("b has %q", got)
				}
				f.expect(dead, "")
			})
		})
	}
}

func TestMovedMessageIsNew(t *testing.T) {
	each(t, func(f *fixture) {
		a, dead := f.pipe("a", "dead")
		f.put(a, &queue.Message{Body: "x", SenderID: "me", TraceHeader: "Root=1", Attributes: []queue.Attribute{{Name: "n", DataType: "String", StringValue: "v"}}})
		old := f.expect(a, "x")[0]
		f.receive(a)
		f.clock.advance(time.Hour)
		f.move(dead, queue.MoveOptions{})
		f.wantMove(dead, "RUNNING 0/1")
		f.step()
		f.wantMove(dead, "COMPLETED 1/1")
		got := f.expect(a, "x")[0]
		if got.ID == old.ID || got.Receives != 1 || got.Source != "" || got.Sent.Sub(old.Sent) < time.Hour || got.FirstReceived.Before(got.Sent) {
			f.Errorf("was %+v, is %+v", old, got)
		}
		if got.SenderID != "me" || got.TraceHeader != "Root=1" || cmp.Diff(old.Attributes, got.Attributes) != "" {
			f.Errorf("was %+v, is %+v", old, got)
		}
		f.expect(dead, "")
		if n := f.metrics.Counter("casestream_queue_messages_moved_total", "").Value(); n != 1 {
			f.Errorf("%d counted", n)
		}
	})
}

func TestMovesGoToTheDestinationThatIsAskedFor(t *testing.T) {
	each(t, func(f *fixture) {
		a, dead := f.pipe("a", "dead")
		other := f.create("other", "DelaySeconds", "5")
		f.bury(a, "1", "2")
		f.send(dead, "sent here")
		f.move(dead, queue.MoveOptions{To: &other})
		f.finish(dead)
		f.wantMove(dead, "COMPLETED 3/3")
		f.expect(other, "") // as new messages they have the delay of their queue
		f.clock.advance(5 * time.Second)
		f.expect(other, "1 2 sent here")
		f.expect(dead, "")
	})
}

func TestMovedMessagesOfAFIFOQueueAreNoDuplicates(t *testing.T) {
	each(t, func(f *fixture) {
		a, dead := f.pipe("a.fifo", "dead.fifo")
		f.order(a, "g:1")
		first := f.expect(a, "1")[0]
		f.receive(a)
		f.order(a, "g:2")
		f.move(dead, queue.MoveOptions{})
		f.finish(dead)
		f.wantMove(dead, "COMPLETED 1/1")
		hour := time.Hour
		got, err := f.queues.Receive(f.Context(), a, queue.ReceiveOptions{Max: 10, Visibility: &hour})
		if err != nil || bodies(got) != "2 1" { // behind what its group has
			f.Fatal(bodies(got), err)
		}
		if got[1].Sequence <= got[0].Sequence || got[1].ID == first.ID || got[1].DedupID != first.DedupID {
			f.Errorf("%+v", got[1])
		}
		f.remove(a, got...)
		f.order(a, "g:1") // what was sent first within the window still holds the id
		f.expect(a, "")
	})
}

func TestMessagesWithoutAWayBackStayAndTheTaskFails(t *testing.T) {
	for _, suffix := range []string{"", ".fifo"} {
		t.Run("queues"+suffix, func(t *testing.T) {
			each(t, func(f *fixture) {
				a, dead := f.pipe("a"+suffix, "dead"+suffix)
				gone, _ := f.pipe("gone"+suffix, "dead"+suffix)
				f.bury(gone, "g:0")
				if suffix == "" {
					f.send(dead, "direct")
				} else {
					f.order(dead, "g:direct")
				}
				f.bury(a, "g:1", "g:2")
				f.move(dead, queue.MoveOptions{})
				f.finish(dead)
				f.wantMove(dead, "FAILED 3/4 CouldNotDetermineMessageSource")
				f.move(dead, queue.MoveOptions{})
				f.finish(dead)
				f.wantMove(dead, "FAILED 0/1 CouldNotDetermineMessageSource")
				f.bury(gone, "g:3") // and once more what has come back
				if err := f.queues.DeleteQueue(f.Context(), gone); err != nil {
					f.Fatal(err)
				}
				f.move(dead, queue.MoveOptions{})
				f.finish(dead)
				f.wantMove(dead, "FAILED 0/3 AWS.SimpleQueueService.NonExistentQueue")
				if c := f.counts(dead); c != (queue.Counts{Visible: 3}) {
					f.Errorf("left: %+v", c)
				}
				f.move(dead, queue.MoveOptions{To: &a})
				f.finish(dead)
				f.wantMove(dead, "COMPLETED 3/3")
				if c := f.counts(a); c != (queue.Counts{Visible: 5}) {
					f.Errorf("arrived: %+v", c)
				}
			})
		})
	}
}

func TestTaskFailsWhenItsDestinationIsDeleted(t *testing.T) {
	each(t, func(f *fixture) {
		a, dead := f.pipe("a", "dead")
		other := f.create("other")
		f.bury(a, "1", "2")
		one := 1
		f.move(dead, queue.MoveOptions{To: &other, Rate: &one})
		f.step()
		if err := f.queues.DeleteQueue(f.Context(), other); err != nil {
			f.Fatal(err)
		}
		f.finish(dead)
		f.wantMove(dead, "FAILED 1/2 AWS.SimpleQueueService.NonExistentQueue")
		f.expect(dead, "2")
	})
}
