package queue_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/queue"
)

func TestDelayedHeadBlocksItsGroup(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders.fifo", "DelaySeconds", "100")
		f.order(q, "a:1")
		f.clock.advance(50 * time.Second)
		f.order(q, "a:2")
		f.clock.advance(time.Second)
		f.order(q, "b:3")
		f.clock.advance(49 * time.Second)
		f.remove(q, f.expect(q, "1")...)
		f.expect(q, "")
		f.clock.advance(51 * time.Second)
		f.expect(q, "2 3")
	})
}

func TestScopeOfDuplicatesIsFixedAtCreation(t *testing.T) {
	for _, c := range []struct{ created, changed, want string }{
		{"queue", "messageGroup", "a"},
		{"messageGroup", "queue", "a b"},
	} {
		t.Run("from "+c.created, func(t *testing.T) {
			each(t, func(f *fixture) {
				q := f.create("orders.fifo", "DeduplicationScope", c.created)
				if err := f.queues.SetAttributes(f.Context(), q, map[string]string{"DeduplicationScope": c.changed}); err != nil {
					f.Fatal(err)
				}
				for _, g := range []string{"a", "b"} {
					f.put(q, &queue.Message{Body: g, GroupID: g, DedupID: "same"})
				}
				f.expect(q, c.want)
			})
		})
	}
}

func TestHandlesOfOneCallAreSettledEachForItself(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders.fifo")
		f.order(q, "a:1", "a:2", "b:3", "c:4")
		old := f.expect(q, "1 2 3 4")
		f.clock.advance(30 * time.Second)
		got := f.expect(q, "1 2 3 4")
		answers, err := f.queues.Delete(f.Context(), q, got[3].Handle, old[2].Handle, got[0].Handle, "none", got[3].Handle)
		if err != nil {
			f.Fatal(err)
		}
		var kinds []bool
		for _, a := range answers {
			kinds = append(kinds, a == nil)
		}
		if d := cmp.Diff([]bool{true, false, true, false, true}, kinds); d != "" {
			f.Errorf("what was deleted: %s", d)
		}
		f.wantFault(answers[1], fault.Invalid, queue.SubjectParameter)
		f.wantFault(answers[3], fault.Invalid, queue.SubjectHandle)
		answers, err = f.queues.ChangeVisibility(f.Context(), q, queue.Visibility{Handle: got[1].Handle}, queue.Visibility{Handle: got[2].Handle, Timeout: time.Minute},
			queue.Visibility{Handle: got[3].Handle}, queue.Visibility{Handle: old[1].Handle})
		if err != nil || answers[0] != nil || answers[1] != nil {
			f.Fatal(answers, err)
		}
		f.wantFault(answers[2], fault.Invalid, queue.SubjectParameter)
		f.wantFault(answers[3], fault.Invalid, queue.SubjectParameter)
		f.expect(q, "2")
		f.clock.advance(30 * time.Second)
		f.expect(q, "2") // not 3
		if n := f.rows(); n != 6 {
			f.Errorf("%d rows, want two messages, their places and their groups", n)
		}
	})
}

// TestReceiversAtOnceKeepTheOrderOfGroups has receivers come together, so that they are served together: whatever
// one holds of a group, no other is given what is behind it.
func TestReceiversAtOnceKeepTheOrderOfGroups(t *testing.T) {
	const groups, depth = 12, 10
	each(t, func(f *fixture) {
		q := f.create("orders.fifo")
		var list []*queue.Message
		for i := range groups * depth {
			list = append(list, &queue.Message{Body: itoa(i / groups), GroupID: itoa(i % groups), DedupID: itoa(i)})
		}
		if _, err := f.queues.Send(f.Context(), q, list...); err != nil {
			f.Fatal(err)
		}
		var mu sync.Mutex
		next, left := map[string]int{}, len(list)
		more := func() bool {
			mu.Lock()
			defer mu.Unlock()
			return left > 0
		}
		work := func(limit int) error {
			for more() {
				got, err := f.queues.Receive(f.Context(), q, queue.ReceiveOptions{Max: limit})
				if err != nil {
					return err
				}
				mu.Lock()
				for _, m := range got {
					if n, _ := strconv.Atoi(m.Body); n != next[m.GroupID] {
						f.Errorf("group %s gave %s, want %d", m.GroupID, m.Body, next[m.GroupID])
					}
					next[m.GroupID]++
				}
				mu.Unlock()
				for _, m := range got {
					if out, err := f.queues.Delete(f.Context(), q, m.Handle); err != nil || out[0] != nil {
						f.Errorf("delete: %v %v", out, err)
					}
				}
				mu.Lock()
				left -= len(got)
				mu.Unlock()
			}
			return nil
		}
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				if err := work(1 + i%4); err != nil {
					f.Error(err)
				}
			})
		}
		wg.Wait()
		if n := f.rows(); n != 0 {
			f.Errorf("%d rows left", n)
		}
	})
}
