package queue_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

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

// TestNothingIsLostBetweenTasksAndReceivers has receivers at both queues of a task, whose messages go round: they are
// dead letters again as soon as they are back. Two nodes take part.
func TestNothingIsLostBetweenTasksAndReceivers(t *testing.T) {
	for _, suffix := range []string{"", ".fifo"} {
		t.Run("queues"+suffix, func(t *testing.T) {
			live(t, func(f *fixture) {
				source, dead := f.pipe("a"+suffix, "dead"+suffix)
				var list []string
				for i := range 60 {
					list = append(list, "g"+itoa(i%7)+":"+itoa(i))
				}
				f.bury(source, list...)
				var work sync.WaitGroup
				var moved atomic.Bool // by some task; only the latest are remembered
				for _, node := range []*queue.Queues{f.queues, open(f.db, nil)} {
					for _, q := range []queue.Ref{source, dead} {
						work.Go(func() {
							none := time.Duration(0)
							for range 100 {
								if _, err := node.Receive(f.Context(), q, queue.ReceiveOptions{Max: 5, Visibility: &none}); err != nil {
									f.Error(err)
								}
							}
						})
					}
					work.Go(func() {
						for range 30 {
							if _, err := node.StartMove(f.Context(), dead, queue.MoveOptions{}); err != nil && fault.KindOf(err) != fault.Invalid {
								f.Error(err)
							}
							if _, err := node.StepMoves(f.Context()); err != nil {
								f.Error(err)
							}
							tasks, err := node.Moves(f.Context(), dead, queue.MaxMoves)
							if err != nil {
								f.Error(err)
							}
							if slices.ContainsFunc(tasks, func(m *queue.Move) bool { return m.Moved > 0 }) {
								moved.Store(true)
							}
						}
					})
				}
				work.Wait()
				in, out := f.counts(source), f.counts(dead)
				if in.Visible+out.Visible != 60 {
					f.Errorf("%+v and %+v", in, out)
				}
				if !moved.Load() {
					f.Error("no task has moved anything")
				}
			})
		})
	}
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
						f.empty(q)
					}
				})
			})
		})
	}
}
