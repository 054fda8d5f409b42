package queue

import (
	"cmp"
	"math"
	"slices"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// walk is one step's way through the queue that messages leave.
type walk struct {
	s       *Queues
	tx      *store.Tx
	m       *Move
	q       *Queue
	known   map[string]*Queue // by ARN
	out     []outgoing
	bytes   int
	expired int
}

// full says whether the step has moved enough.
func (w *walk) full() bool { return len(w.out) >= w.m.room() || w.bytes >= moveBytes }

// nextStandard takes the next messages of a standard queue, in the order in which they became visible. It
// says whether there are no more.
func (w *walk) nextStandard() (done bool, err error) {
	list, err := nextSlots(w.tx, w.q.bin, w.m, moveStep)
	if err != nil {
		return false, err
	}
	gone, seen, err := w.take(list, func(r *Received) { w.m.afterAt, w.m.afterSeq = r.visible, r.seq })
	if err != nil {
		return false, err
	}
	slices.Sort(gone)
	_, err = deleteSlots(w.tx, w.q.bin, gone)
	return seen == len(list) && seen < moveStep, err
}

// nextFIFO takes the next messages of a FIFO queue, group by group. It says whether there are no more. Of a
// group it takes what is visible, unless the group's first message is not: its order must stay.
func (w *walk) nextFIFO() (done bool, err error) {
	if err := w.holdTargets(); err != nil {
		return false, err
	}
	for looked := 0; looked < moveStep; {
		group, found, err := nextGroup(w.tx, w.q.bin, w.m)
		if err != nil || !found {
			return !found, err
		}
		if w.full() {
			break
		}
		after := int64(0)
		if group == w.m.afterGroup {
			after = w.m.afterSeq
		}
		list, err := visibleInGroup(w.tx, w.q.bin, group, after, w.m.lastSeq, moveStep)
		if err != nil {
			return false, err
		}
		gone, seen, err := w.take(list, func(r *Received) { w.m.afterGroup, w.m.afterSeq = group, r.seq })
		if err != nil {
			return false, err
		}
		if len(gone) > 0 {
			if err := deleteFromGroup(w.tx, w.q.bin, group, gone); err != nil {
				return false, err
			}
			if err := refreshGroup(w.tx, w.q.bin, group); err != nil {
				return false, err
			}
		}
		if seen == len(list) && seen < moveStep {
			w.m.afterGroup, w.m.afterSeq = group, math.MaxInt64
		}
		looked += seen + 1
	}
	return false, nil
}

// take reads messages and sorts out which of them go, until the step is full. It gives the numbers of those
// that leave the queue and how many it has seen; reached is told of each of these.
func (w *walk) take(list []*Received, reached func(*Received)) (gone []int64, seen int, err error) {
	oldest := w.tx.Now().Add(-w.q.Retention)
	for chunk := range slices.Chunk(list, moveChunk) {
		if w.full() {
			break
		}
		if err := loadMessages(w.tx, slices.Clone(chunk)); err != nil { // it sorts what it is given
			return nil, 0, err
		}
		for _, r := range chunk {
			if w.full() {
				break
			}
			seen++
			reached(r)
			if !r.Sent.After(oldest) {
				w.expired++
				gone = append(gone, r.seq)
				continue
			}
			to, reason, err := w.destination(r)
			if err != nil {
				return nil, 0, err
			}
			if to == nil {
				w.m.Reason = reason
			} else {
				m := &Message{
					Body: r.Body, Attributes: r.Attributes, GroupID: r.GroupID, DedupID: r.DedupID,
					TraceHeader: r.TraceHeader, SenderID: r.SenderID, moved: true,
				}
				w.bytes += m.Size()
				w.out = append(w.out, outgoing{to, m})
				gone = append(gone, r.seq)
			}
		}
	}
	return gone, seen, nil
}

// destination gives the queue that a message goes to; nil where there is none, so that it stays, and why.
func (w *walk) destination(r *Received) (to *Queue, reason string, err error) {
	name := cmp.Or(w.m.DestinationARN, r.Source)
	if name == "" {
		return nil, reasonNoSource, nil
	}
	to, err = w.queue(name)
	if fault.KindOf(err) == fault.NotFound || err == nil && (to.FIFO != w.q.FIFO || to.ID == w.q.ID) {
		return nil, reasonNoQueue, nil
	}
	return to, "", err
}

// holdTargets holds the groups that the next messages go to, before any that they leave. What makes dead letters of
// messages takes the two in that order too, and so neither waits for the other.
func (w *walk) holdTargets() error {
	list, err := nextPlaces(w.tx, w.q.bin, w.m, w.m.room())
	if err != nil {
		return err
	}
	type group struct {
		bin int64
		id  string
	}
	var groups []group
	for _, r := range list {
		to, _, err := w.destination(r)
		if err != nil {
			return err
		}
		if to != nil {
			groups = append(groups, group{to.bin, r.GroupID})
		}
	}
	slices.SortFunc(groups, func(a, b group) int { return cmp.Or(cmp.Compare(a.bin, b.bin), cmp.Compare(a.id, b.id)) })
	for _, g := range slices.Compact(groups) {
		if _, err := holdGroup(w.tx, g.bin, g.id); err != nil {
			return err
		}
	}
	return nil
}

// queue gives the queue of an ARN, which the step looks up once.
func (w *walk) queue(queueARN string) (*Queue, error) {
	if q := w.known[queueARN]; q != nil {
		return q, nil
	}
	q, err := w.s.ByARN(w.tx, queueARN)
	if err != nil {
		return nil, err
	}
	w.known[queueARN] = q
	return q, nil
}
