package queue

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casestream/casestream/store"
)

// TailQuery says which arrivals a tail wants.
type TailQuery struct {
	Cursor   string        // where the last tail ended; empty: from now on
	GroupID  string        // those of this message group
	Contains string        // those whose body contains this text
	MaxBody  *int          // as PeekQuery has it
	Limit    int           // how many at most
	Wait     time.Duration // how long to wait for the first
}

// Tail is what arrived in a queue since a cursor.
type Tail struct {
	Queue  *Queue
	List   []Peeked // as they were when they arrived
	Cursor string
	Missed bool // some that arrived since the cursor are not known any more
}

// pickEvery is how often a node looks for what arrived by others.
const pickEvery = time.Second

// Tail gives the messages that arrived in a queue since a cursor, by a send, as dead letters or moved from there,
// and waits where there are none. It changes nothing: arrivals are kept in memory for as long as somebody asks for
// them, so that those are given, too, that a receiver has deleted meanwhile. What arrives by another node is read
// from the store, where it lies still.
func (s *Queues) Tail(ctx context.Context, in Ref, query TailQuery) (Tail, error) {
	q, err := s.Get(ctx, in)
	if err != nil {
		return Tail{}, err
	}
	top := int64(0)
	if !s.db.Ordered() {
		err = s.db.Read(ctx, func(tx *store.Tx) error {
			top, err = lastMessage(tx)
			return err
		})
		if err != nil {
			return Tail{}, err
		}
	}
	streamID, at := readCursor(query.Cursor)
	st, known := s.arrivals.follow(q.ID, streamID, top)
	if !known {
		at = st.end()
	}
	out := Tail{Queue: q, Missed: !known && query.Cursor != ""}
	timeout := time.NewTimer(query.Wait)
	defer timeout.Stop()
	var pick <-chan time.Time
	if !s.db.Ordered() {
		// Not only while waiting: where much arrives here, nobody waits.
		if err := s.pickUp(ctx, in, st); err != nil {
			return Tail{}, err
		}
		tick := time.NewTicker(pickEvery)
		defer tick.Stop()
		pick = tick.C
	}
	for {
		var woken <-chan struct{}
		var missed bool
		out.List, at, missed, woken = st.read(at, &query)
		out.Missed = out.Missed || missed
		out.Cursor = st.id + "/" + strconv.FormatInt(at, 10)
		if len(out.List) > 0 || out.Missed || query.Wait <= 0 {
			return out, nil
		}
		select {
		case <-woken:
		case <-pick:
			if err := s.pickUp(ctx, in, st); err != nil {
				return Tail{}, err
			}
		case <-timeout.C:
			return out, nil
		case <-s.lobby.closed:
			return out, nil
		case <-ctx.Done():
			return Tail{}, ctx.Err()
		}
	}
}

// readCursor reads a cursor: the stream that it is of, and the number of the next arrival. What is none is of no
// stream.
func readCursor(text string) (streamID string, at int64) {
	streamID, number, _ := strings.Cut(text, "/")
	at, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return "", 0
	}
	return streamID, at
}

// pickLimit bounds one look for what arrived by other nodes.
const pickLimit = 10_000

// pickUp adds to a stream what other nodes have sent. It does nothing where another tail of the queue has just done so.
func (s *Queues) pickUp(ctx context.Context, in Ref, st *stream) error {
	after, due := st.pick(s.db.Now())
	if !due {
		return nil
	}
	return s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := s.resolve(tx, in)
		if err != nil {
			return err
		}
		list, last, full, err := sentAfter(tx, q, after, pickLimit)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(m *Received) bool { return st.has(m.seq) })
		if err := loadMessages(tx, list); err != nil {
			return err
		}
		st.picked(arrived(q, tx.Now(), list), last, full, tx.Now())
		return nil
	})
}

// arrived gives messages as they look at their arrival.
func arrived(q *Queue, now time.Time, list []*Received) []Peeked {
	out := make([]Peeked, 0, len(list))
	for _, m := range list {
		if q.FIFO {
			m.Sequence = sequence(m.seq)
		}
		p := Peeked{Received: m, State: StateVisible, VisibleAt: time.UnixMicro(m.visible).UTC(), BodySize: len(m.Body)}
		if p.VisibleAt.After(now) {
			p.State = StateDelayed
			if m.Receives > 0 {
				p.State = StateInFlight
			}
		}
		out = append(out, p)
	}
	return out
}

// tellSent tells those who tail of messages that were sent.
func (s *Queues) tellSent(list []outgoing, now time.Time) {
	if !s.arrivals.any() {
		return
	}
	for _, o := range list {
		// One that repeats an earlier one has that one's number, and did not arrive.
		if o.q.FIFO && o.m.Sequence != sequence(o.m.seq) || !s.arrivals.wanted(o.q.ID) {
			continue
		}
		m := &Received{
			ID: o.m.ID, Body: o.m.Body, Attributes: o.m.Attributes, GroupID: o.m.GroupID, DedupID: o.m.dedup, SenderID: o.m.SenderID,
			TraceHeader: o.m.TraceHeader, Sent: now.UTC(), seq: o.m.seq, visible: o.m.visible,
		}
		s.arrivals.add(o.q.ID, arrived(o.q, now, []*Received{m}))
	}
}

// tellMoved tells those who tail of messages that were moved to a queue from another one, whose ARN is source.
func (s *Queues) tellMoved(to *Queue, now time.Time, list []*Received, source string) {
	if !s.arrivals.wanted(to.ID) {
		return
	}
	own := make([]*Received, len(list)) // the receiver that met them goes on with its copies
	for i, m := range list {
		c := *m
		c.Source, c.visible, c.Handle = source, now.UnixMicro(), ""
		c.Receives = max(c.Receives-1, 0)
		own[i] = &c
	}
	s.arrivals.add(to.ID, arrived(to, now, own))
}
