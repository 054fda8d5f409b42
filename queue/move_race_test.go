package queue_test

import (
	"sync"
	"testing"
	"time"

	"github.com/casestream/casestream/queue"
)

// TestTaskAndReceiversNeverShareAMessage has two nodes take the steps of a task while receivers empty the same
// dead-letter queue: what a receiver deleted is not moved as well, what was moved is not received there, nothing
// is lost, and the task's count says how many went.
func TestTaskAndReceiversNeverShareAMessage(t *testing.T) {
	for _, suffix := range []string{"", ".fifo"} {
		t.Run("queues"+suffix, func(t *testing.T) {
			each(t, func(f *fixture) {
				_, dead := f.pipe("a"+suffix, "dead"+suffix)
				other := f.create("other" + suffix)
				const n = 400
				for i := range n {
					m := &queue.Message{Body: itoa(i)}
					if suffix != "" {
						m.GroupID, m.DedupID = "g"+itoa(i%20), itoa(i)
					}
					f.put(dead, m)
				}
				f.move(dead, queue.MoveOptions{To: &other})
				r := &race{fixture: f, taken: map[string]int{}}
				var all sync.WaitGroup
				for range 2 {
					node := open(f.db, nil)
					all.Go(func() { r.runTask(node, dead) })
					all.Go(func() { r.empty(node, dead) })
					all.Go(func() { r.empty(node, dead) })
				}
				all.Wait()
				m, arrived := f.latest(dead), f.counts(other).Visible
				r.empty(f.queues, other)
				r.empty(f.queues, dead)
				if m.Status != queue.MoveCompleted || m.Moved != arrived {
					f.Errorf("the task says %s, %d moved; %d arrived", m.Status, m.Moved, arrived)
				}
				for i := range n {
					if c := r.taken[itoa(i)]; c != 1 {
						f.Errorf("message %d was taken %d times", i, c)
					}
				}
			})
		})
	}
}

// race is what concurrent receivers have taken.
type race struct {
	*fixture
	mu    sync.Mutex
	taken map[string]int // how often, by body
}

// runTask takes the steps of a queue's task until that has ended.
func (r *race) runTask(node *queue.Queues, dead queue.Ref) {
	for {
		if _, err := node.StepMoves(r.Context()); err != nil {
			r.Errorf("step: %v", err)
			return
		}
		list, err := node.Moves(r.Context(), dead, 1)
		if err != nil {
			r.Errorf("moves: %v", err)
			return
		}
		if list[0].Status != queue.MoveRunning {
			return
		}
	}
}

// empty receives and deletes until nothing is visible.
func (r *race) empty(node *queue.Queues, from queue.Ref) {
	hour := time.Hour
	for {
		got, err := node.Receive(r.Context(), from, queue.ReceiveOptions{Max: 3, Visibility: &hour})
		if err != nil {
			r.Errorf("receive: %v", err)
			return
		}
		if len(got) == 0 {
			return
		}
		for _, m := range got {
			out, err := node.Delete(r.Context(), from, m.Handle)
			if err != nil || out[0] != nil {
				r.Errorf("delete %s: %v %v", m.Body, err, out)
				return
			}
			r.mu.Lock()
			r.taken[m.Body]++
			r.mu.Unlock()
		}
	}
}
