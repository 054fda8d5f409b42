package queue_test

import (
	"context"
	"errors"
	"fmt"
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

// drain empties a queue.
func (f *fixture) drain(q queue.Ref) {
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

func TestTaskKeepsItsRate(t *testing.T) {
	each(t, func(f *fixture) {
		a, dead := f.pipe("a", "dead")
		f.bury(a, "1", "2", "3", "4")
		one, start := 1, f.clock.now()
		f.move(dead, queue.MoveOptions{Rate: &one})
		for moved := int64(1); moved <= 4; moved++ {
			for f.latest(dead).Moved < moved {
				f.clock.advance(min(max(f.step(), 0), 100*time.Millisecond))
			}
			took := f.clock.now().Sub(start)
			if least := time.Duration(moved-1) * time.Second; took < least || took > least+500*time.Millisecond {
				f.Errorf("%d messages after %v", moved, took)
			}
		}
		f.wantMove(dead, "COMPLETED 4/4")
	})
}

func TestStepThatComesLateIsHardlyMadeUpFor(t *testing.T) {
	each(t, func(f *fixture) {
		a, dead := f.pipe("a", "dead")
		for i := range 100 {
			f.send(a, itoa(i))
		}
		for range 30 {
			f.receive(a)
		}
		fast := 100
		f.move(dead, queue.MoveOptions{Rate: &fast})
		f.step()
		f.wantMove(dead, "RUNNING 10/100")
		if wait := f.step(); wait < 90*time.Millisecond || wait > 100*time.Millisecond {
			f.Errorf("next after %v", wait)
		}
		f.clock.advance(time.Minute)
		f.step()
		f.wantMove(dead, "RUNNING 20/100")
		if wait := f.step(); wait < 80*time.Millisecond {
			f.Errorf("next after %v", wait)
		}
		f.wantMove(dead, "RUNNING 20/100")
	})
}

func TestTaskLeavesWhatCameAfterItStarted(t *testing.T) {
	for _, suffix := range []string{"", ".fifo"} {
		t.Run("queues"+suffix, func(t *testing.T) {
			each(t, func(f *fixture) {
				a, dead := f.pipe("a"+suffix, "dead"+suffix)
				f.bury(a, "g:1", "h:2")
				one := 1
				f.move(dead, queue.MoveOptions{Rate: &one})
				f.step()
				for range 3 { // its receiver has not learned anything
					f.receive(a)
				}
				if c := f.counts(dead); c != (queue.Counts{Visible: 2}) {
					f.Fatalf("%+v", c)
				}
				f.finish(dead)
				f.wantMove(dead, "COMPLETED 2/2")
				if c := f.counts(dead); c != (queue.Counts{Visible: 1}) {
					f.Errorf("%+v", c)
				}
			})
		})
	}
}

func TestTaskTakesWhatBecomesVisibleBeforeItEnds(t *testing.T) {
	each(t, func(f *fixture) {
		a, dead := f.pipe("a", "dead")
		f.bury(a, "1", "2", "3")
		for _, m := range f.receive(dead) {
			d := time.Hour
			if m.Body == "1" {
				d = 500 * time.Millisecond
			}
			if err := f.hide(dead, m, d); err != nil {
				f.Fatal(err)
			}
		}
		f.bury(a, "4", "5")
		one := 1
		f.move(dead, queue.MoveOptions{Rate: &one})
		f.finish(dead)
		f.wantMove(dead, "COMPLETED 3/2")
		if got := bodies(f.receive(a)); got != "4 1 5" && got != "4 5 1" {
			f.Errorf("moved %q", got)
		}
		if c := f.counts(dead); c != (queue.Counts{InFlight: 2}) {
			f.Errorf("left: %+v", c)
		}
	})
}

func TestTaskLeavesAGroupThatIsBeingReceived(t *testing.T) {
	each(t, func(f *fixture) {
		a, dead := f.pipe("a.fifo", "dead.fifo")
		f.bury(a, "g:1", "g:2", "h:3")
		if got, err := f.queues.Receive(f.Context(), dead, queue.ReceiveOptions{}); err != nil || bodies(got) != "1" {
			f.Fatal(bodies(got), err)
		}
		f.move(dead, queue.MoveOptions{})
		f.finish(dead)
		f.expect(a, "3")
		f.clock.advance(time.Minute)
		f.expect(dead, "1 2")
	})
}

func TestTaskDropsWhatIsPastItsRetention(t *testing.T) {
	each(t, func(f *fixture) {
		a, dead := f.pipe("a", "dead")
		f.bury(a, "old")
		f.clock.advance(96*time.Hour - time.Minute)
		for _, m := range f.receive(dead) {
			if err := f.hide(dead, m, 2*time.Minute); err != nil {
				f.Fatal(err)
			}
		}
		f.clock.advance(2 * time.Minute)
		f.bury(a, "new")
		f.move(dead, queue.MoveOptions{})
		f.finish(dead)
		f.expect(a, "new")
		if c := f.counts(dead); c != (queue.Counts{}) {
			f.Errorf("left: %+v", c)
		}
		if n := f.metrics.Counter("casestream_queue_messages_expired_total", "").Value(); n != 1 {
			f.Errorf("%d expired", n)
		}
	})
}

func TestTaskIsCancelled(t *testing.T) {
	each(t, func(f *fixture) {
		a, dead := f.pipe("a", "dead")
		f.bury(a, "1", "2", "3")
		one := 1
		m := f.move(dead, queue.MoveOptions{Rate: &one})
		f.step()
		moved, err := f.queues.CancelMove(f.Context(), dead, m.ID)
		if err != nil || moved != 1 {
			f.Fatal(moved, err)
		}
		f.wantMove(dead, "CANCELLING 1/3")
		_, err = f.queues.StartMove(f.Context(), dead, queue.MoveOptions{})
		f.wantFault(err, fault.Invalid, queue.SubjectParameter)
		f.step() // at once, whatever its pace
		f.wantMove(dead, "CANCELLED 1/3")
		f.clock.advance(time.Minute)
		if wait := f.step(); wait >= 0 && f.db.Engine() == "sqlite" {
			f.Errorf("looks again after %v", wait)
		}
		f.expect(a, "1")
		if c := f.counts(dead); c != (queue.Counts{Visible: 2}) {
			f.Errorf("left: %+v", c)
		}
		for _, id := range []string{m.ID, id.New()} {
			_, err = f.queues.CancelMove(f.Context(), dead, id)
			f.wantFault(err, fault.NotFound, queue.SubjectMove)
		}
	})
}

func TestLatestTasksAreRemembered(t *testing.T) {
	each(t, func(f *fixture) {
		_, dead := f.pipe("a", "dead")
		var ids []string
		for range queue.MaxMoves + 3 {
			ids = append(ids, f.move(dead, queue.MoveOptions{}).ID)
			f.finish(dead)
			f.clock.advance(time.Second)
		}
		all := func() (got []string) {
			list, err := f.queues.Moves(f.Context(), dead, 100)
			if err != nil {
				f.Fatal(err)
			}
			for _, m := range list {
				got = append(got, m.ID)
			}
			return got
		}
		want := ids[3:]
		slices.Reverse(want)
		if d := cmp.Diff(want, all()); d != "" {
			f.Error(d)
		}
		f.clock.advance(14*24*time.Hour - 5*time.Second)
		f.sweep()
		if d := cmp.Diff(want[:4], all()); d != "" {
			f.Error(d)
		}
		if err := f.queues.DeleteQueue(f.Context(), dead); err != nil {
			f.Fatal(err)
		}
		f.create("dead")
		if got := all(); len(got) != 0 {
			f.Errorf("another queue of the name has the tasks %v", got)
		}
	})
}

func TestPollIsWokenByAMove(t *testing.T) {
	live(t, func(f *fixture) {
		a, dead := f.pipe("a", "dead")
		f.bury(a, "x")
		out := f.poll(f.Context(), a, 1)
		f.move(dead, queue.MoveOptions{})
		f.step()
		f.await(out, "x")
	})
}

// TestRunTakesTheStepsOfTasks has a task begun while Run waits, and another one that an earlier process left.
func TestRunTakesTheStepsOfTasks(t *testing.T) {
	live(t, func(f *fixture) {
		a, dead := f.pipe("a", "dead")
		f.bury(a, "left", "by", "another")
		f.move(dead, queue.MoveOptions{})
		next := open(f.db, nil)
		done := make(chan error, 1)
		ctx, stop := context.WithCancel(f.Context())
		f.queues = next
		f.expect(a, "")
		out := f.poll(f.Context(), a, 10)
		go func() { done <- next.Run(ctx) }()
		f.await(out, "left by another")
		b, buried := f.pipe("b", "buried")
		f.bury(b, "begun")
		out = f.poll(f.Context(), b, 10)
		f.move(buried, queue.MoveOptions{})
		f.await(out, "begun")
		stop()
		if err := <-done; err != nil {
			f.Error(err)
		}
	})
}

// TestNodesShareATask has steps taken by two nodes in turn, with what one of them has begun.
func TestNodesShareATask(t *testing.T) {
	each(t, func(f *fixture) {
		a, dead := f.pipe("a", "dead")
		f.bury(a, "1", "2", "3", "4")
		one := 1
		f.move(dead, queue.MoveOptions{Rate: &one})
		nodes := []*queue.Queues{f.queues, open(f.db, nil)}
		for i := 0; f.latest(dead).Status == queue.MoveRunning; i++ {
			f.queues = nodes[i%2]
			f.clock.advance(max(f.step(), 0))
		}
		f.wantMove(dead, "COMPLETED 4/4")
		f.expect(a, "1 2 3 4")
	})
}

// TestEveryStepOfAMoveTaskMayFail makes each step fail of starting a task, of moving and of cancelling: each message is
// in one of the two queues, once, and the counter says how many are in the other.
func TestEveryStepOfAMoveTaskMayFail(t *testing.T) {
	for _, suffix := range []string{"", ".fifo"} {
		t.Run("queues"+suffix, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, d storetest.Database) {
				clock := newClock()
				d.Now = clock.now
				f := &fixture{T: t, clock: clock}
				var source, dead queue.Ref
				var before time.Time
				storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
					f.T = t
					if f.queues == nil {
						f.db, f.queues = db, open(db, nil)
						source, dead = f.pipe("a"+suffix, "dead"+suffix)
					}
					f.bury(source, "g:"+id.New(), "g:"+id.New(), "h:"+id.New())
					before = clock.now()
					clock.advance(time.Second)
					arm()
					rate := 10 // one a step
					m, err := f.queues.StartMove(t.Context(), dead, queue.MoveOptions{Rate: &rate})
					for range 2 {
						if err == nil {
							_, err = f.queues.StepMoves(t.Context())
						}
						clock.advance(time.Second)
					}
					if err == nil {
						_, err = f.queues.CancelMove(t.Context(), dead, m.ID)
					}
					if err == nil {
						_, err = f.queues.StepMoves(t.Context())
					}
					if err != nil && !errors.Is(err, storetest.ErrStep) {
						t.Fatal(err)
					}
				}, func(t *testing.T, _ *store.DB, failed store.Step) {
					f.T = t
					f.queues = open(f.db, nil) // as after a restart
					moved := int64(0)
					list, err := f.queues.Moves(t.Context(), dead, 1)
					if err != nil {
						t.Fatal(err)
					}
					if len(list) > 0 && list[0].Started.After(before) {
						f.finish(dead)
						moved = f.latest(dead).Moved
					}
					in, out := f.counts(source), f.counts(dead)
					if in.Visible+out.Visible != 3 || in.Visible != moved {
						t.Errorf("%v failed: %+v are moved, %+v not, and the task says %d", failed, in, out, moved)
					}
					for _, q := range []queue.Ref{source, dead} {
						f.drain(q)
					}
				})
			})
		})
	}
}
