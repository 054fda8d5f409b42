package queue_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casestream/casestream/queue"
)

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

func TestTaskPassesOverWhatHasToStay(t *testing.T) {
	for _, suffix := range []string{"", ".fifo"} {
		t.Run("queues"+suffix, func(t *testing.T) {
			each(t, func(f *fixture) {
				a, dead := f.pipe("a"+suffix, "dead"+suffix)
				var direct []*queue.Message
				for i := range 250 {
					m := &queue.Message{Body: itoa(i)}
					if suffix != "" {
						m.GroupID, m.DedupID = "g"+itoa(i%120), itoa(i)
					}
					direct = append(direct, m)
				}
				if _, err := f.queues.Send(f.Context(), dead, direct...); err != nil {
					f.Fatal(err)
				}
				f.bury(a, "g1:x", "g7:y", "z:z")
				f.move(dead, queue.MoveOptions{})
				for steps := 0; f.latest(dead).Status == queue.MoveRunning; steps++ {
					if steps == 10 {
						f.Fatalf("no end in sight: %+v", f.latest(dead))
					}
					f.step()
				}
				f.wantMove(dead, "FAILED 3/253 CouldNotDetermineMessageSource")
				if c := f.counts(a); c != (queue.Counts{Visible: 3}) {
					f.Errorf("arrived: %+v", c)
				}
			})
		})
	}
}

func TestStepIsShortWhereMessagesAreLong(t *testing.T) {
	each(t, func(f *fixture) {
		dead := f.create("dead")
		a, _ := f.pipe("a", "dead")
		for range 20 {
			f.send(dead, strings.Repeat("x", 300<<10))
		}
		f.move(dead, queue.MoveOptions{To: &a})
		f.step()
		f.wantMove(dead, "RUNNING 4/20")
		f.finish(dead)
		f.wantMove(dead, "COMPLETED 20/20")
	})
}

func TestDeadLettersGoOnFromQueueToQueueAndBack(t *testing.T) {
	each(t, func(f *fixture) {
		last := f.create("c")
		b := f.create("b", "VisibilityTimeout", "0", "RedrivePolicy", `{"deadLetterTargetArn":"`+accountARNs+`c","maxReceiveCount":3}`)
		a, _ := f.pipe("a", "b")
		f.bury(a, "x")
		if got := f.expect(b, "x")[0]; got.Receives != 2 || got.Source != accountARNs+"a" {
			f.Errorf("%+v", got)
		}
		f.expect(b, "x") // the third time: the count goes on from queue to queue
		f.expect(b, "")
		hour := time.Hour
		if _, err := f.queues.Receive(f.Context(), b, queue.ReceiveOptions{Visibility: &hour}); err != nil {
			f.Fatal(err)
		}
		f.move(last, queue.MoveOptions{})
		f.finish(last)
		f.wantMove(last, "COMPLETED 1/1")
		if got := f.expect(b, "x")[0]; got.Receives != 1 || got.Source != "" {
			f.Errorf("%+v", got)
		}
	})
}
