package queue

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/casestream/casestream/store"
)

// maxVisibility bounds how long a message can be hidden.
const maxVisibility = 12 * time.Hour

// deleteCall is one Delete in a batch.
type deleteCall struct {
	from    Ref
	handles []string
}

// Visibility asks to hide a message for a time from now on; 0 shows it at once.
type Visibility struct {
	Handle  string
	Timeout time.Duration
}

// changeCall is one ChangeVisibility in a batch.
type changeCall struct {
	in   Ref
	list []Visibility
}

// Delete removes received messages by their receipt handles. Each handle has an answer of its own, nil
// where the message is gone now, be it that it was before.
func (s *Queues) Delete(ctx context.Context, from Ref, handles ...string) ([]error, error) {
	return s.deletes.Do(ctx, deleteCall{from, handles})
}

// ChangeVisibility hides received messages for other times than they are. Each has an answer of its own.
func (s *Queues) ChangeVisibility(ctx context.Context, in Ref, list ...Visibility) ([]error, error) {
	return s.changes.Do(ctx, changeCall{in, list})
}

// delivery is a handle that is to be settled, and where its answer goes.
type delivery struct {
	q      *Queue
	handle handle
	text   string
	hide   time.Duration // changes only
	group  string        // FIFO queues only
	answer *error
}

// deleteBatch removes the messages of concurrent Deletes.
func (s *Queues) deleteBatch(tx *store.Tx, calls []*store.BatchCall[deleteCall, []error]) error {
	known := resolver{s: s, tx: tx}
	standard := make(map[*Queue][]int64, 1)
	var fifo []*delivery
	for _, c := range calls {
		c.Out = make([]error, len(c.In.handles))
		q, err := known.resolve(c.In.from)
		if err != nil {
			c.Err = err
			continue
		}
		for i, text := range c.In.handles {
			h, err := parseHandle(text, q.ID)
			switch {
			case err != nil:
				c.Out[i] = err
			case q.FIFO:
				fifo = append(fifo, &delivery{q: q, handle: h, text: text, answer: &c.Out[i]})
			default:
				standard[q] = append(standard[q], h.seq)
			}
		}
	}
	for _, q := range slices.SortedFunc(maps.Keys(standard), func(a, b *Queue) int { return cmp.Compare(a.bin, b.bin) }) {
		seqs := standard[q]
		slices.Sort(seqs)
		n, err := deleteSlots(tx, q.bin, slices.Compact(seqs))
		if err != nil {
			return err
		}
		tx.AfterCommit(func() {
			s.count.deleted.Add(int64(n))
			s.landed(q, n)
		})
	}
	return s.deleteFIFO(tx, fifo)
}

// handleExpired says that a FIFO queue's receipt handle is no longer in force.
func handleExpired(text string) error {
	return parameterValue(text, "ReceiptHandle", "The receipt handle has expired.")
}

// changeBatch changes the visibility of the messages of concurrent calls.
func (s *Queues) changeBatch(tx *store.Tx, calls []*store.BatchCall[changeCall, []error]) error {
	known := resolver{s: s, tx: tx}
	var standard, fifo []*delivery
	for _, c := range calls {
		c.Out = make([]error, len(c.In.list))
		q, err := known.resolve(c.In.in)
		if err != nil {
			c.Err = err
			continue
		}
		for i, v := range c.In.list {
			d := &delivery{q: q, text: v.Handle, hide: v.Timeout, answer: &c.Out[i]}
			if d.handle, c.Out[i] = parseHandle(v.Handle, q.ID); c.Out[i] != nil {
				continue
			}
			if c.Out[i] = checkTimeout(v.Timeout, tx.Now().Sub(time.UnixMicro(d.handle.received))); c.Out[i] != nil {
				continue
			}
			if q.FIFO {
				fifo = append(fifo, d)
			} else {
				standard = append(standard, d)
			}
		}
	}
	// As in deleteBatch, everybody takes messages in the same order.
	slices.SortStableFunc(standard, func(a, b *delivery) int {
		return cmp.Or(cmp.Compare(a.q.bin, b.q.bin), cmp.Compare(a.handle.seq, b.handle.seq))
	})
	for _, d := range standard {
		if err := s.changeStandard(tx, d); err != nil {
			return err
		}
	}
	return s.changeFIFO(tx, fifo)
}

// checkTimeout checks the time for which a message is to be hidden, which was received a while ago: both
// together have a limit. What is less than a second of the while does not count.
func checkTimeout(timeout, since time.Duration) error {
	if timeout >= 0 && timeout <= maxVisibility && max(since, 0).Truncate(time.Second)+timeout <= maxVisibility {
		return nil
	}
	return parameterValue(strconv.Itoa(int(timeout/time.Second)), attrVisibilityTimeout,
		"Total VisibilityTimeout for the message is beyond the limit [43200 seconds]")
}

// changeStandard changes the visibility of one message of a standard queue.
func (s *Queues) changeStandard(tx *store.Tx, d *delivery) error {
	at := tx.Now().Add(d.hide).UnixMicro()
	there, err := updateVisible(tx, d.q.bin, d.handle.seq, at)
	if err == nil {
		s.changed(tx, d, at, there)
	}
	return err
}

// changed answers a change of visibility, and wakes whom it concerns.
func (s *Queues) changed(tx *store.Tx, d *delivery, at int64, there bool) {
	if !there {
		*d.answer = parameterValue(d.text, "ReceiptHandle", "Message does not exist or is not available for visibility timeout change.")
		return
	}
	tx.AfterCommit(func() {
		if d.hide == 0 {
			s.lobby.wake(d.q.ID, 1)
		} else {
			s.lobby.wakeAt(d.q.ID, at)
		}
	})
}
