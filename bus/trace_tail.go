package bus

import (
	"context"
	"slices"
	"sync"

	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/store"
)

// TailQuery says which traces to read as they come.
type TailQuery struct {
	Cursor  string           // where to go on; empty: now
	Last    int              // where Cursor is empty: begin with so many of those that are there
	Bus     string           // that the event was put on; empty: any
	Pattern *pattern.Pattern // that the event satisfies; nil: any
	Limit   int              // 0: 100
}

// Tail is what came since a cursor, in the order of positions but for those of transactions at the same time. A trace says
// what its transaction knew, and what courier has done until now.
type Tail struct {
	List   []Trace
	Cursor string // for what comes next
	More   bool   // there may be more already: ask again at once
	Missed bool   // some traces were too old before anybody asked, and are gone
}

// Tail reads the traces that were committed since a cursor: each once, and none is left out, however many transactions
// commit at the same time. A cursor that is none is a fault.Invalid.
func (b *Bus) Tail(ctx context.Context, q TailQuery) (tail Tail, err error) {
	if q.Limit <= 0 {
		q.Limit = traceLimit
	}
	var from cursor
	if q.Cursor != "" {
		if from, err = parseCursor(q.Cursor); err != nil {
			return tail, err
		}
	}
	err = b.db.Read(ctx, func(tx *store.Tx) error {
		tail = Tail{}
		horizon, err := tx.Horizon()
		if err != nil {
			return err
		}
		t, err := getTide(tx)
		if err != nil {
			return err
		}
		t.ordered = b.db.Ordered()
		c := from
		if q.Cursor == "" {
			c = cursor{done: horizon, goal: horizon, low: t.swept}
			if c.top, err = topTrace(tx, horizon); err != nil {
				return err
			}
			c.rise(t)
			tail.Cursor = c.String()
			tail.List, err = b.lastTraces(tx, &q, horizon)
			return err
		}
		if !c.giving {
			c.goal, c.giving, c.after = horizon, true, 0
		}
		tail.Missed = t.swept > max(c.top, c.after)
		c.low, c.top = max(c.low, t.swept), max(c.top, t.swept)
		if err := b.tailOn(tx, &q, &c, t, &tail); err != nil {
			return err
		}
		tail.Cursor = c.String()
		return nil
	})
	return tail, err
}

// tailOn gives the next traces of a cursor, and takes it behind them.
func (b *Bus) tailOn(tx *store.Tx, q *TailQuery, c *cursor, t tide, tail *Tail) error {
	rows, more, err := newTraces(tx, c)
	if err != nil {
		return err
	}
	wanted := TraceQuery{Bus: q.Bus, Pattern: q.Pattern}
	for i := range rows {
		if len(tail.List) == q.Limit {
			tail.More = true
			return nil
		}
		c.after, c.top = rows[i].position, max(c.top, rows[i].position)
		tr, ok, err := b.readTrace(tx, &rows[i], &wanted)
		if err != nil {
			return err
		}
		if ok {
			tail.List = append(tail.List, tr)
		}
	}
	if tail.More = more; !more {
		c.finish(t)
	}
	return nil
}

// lastTraces gives the last traces that a snapshot sees, in their order.
func (b *Bus) lastTraces(tx *store.Tx, q *TailQuery, h store.Horizon) (list []Trace, err error) {
	if q.Last <= 0 {
		return nil, nil
	}
	wanted := TraceQuery{Bus: q.Bus, Pattern: q.Pattern, Before: 1<<63 - 1, Limit: min(q.Last, traceScan)}
	rows, _, err := listTraces(tx, &wanted)
	for i := range rows {
		if err != nil || len(list) == wanted.Limit {
			break
		}
		if !h.Sees(rows[i].number) {
			continue // it comes next
		}
		t, ok, readErr := b.readTrace(tx, &rows[i], &wanted)
		if err = readErr; ok {
			list = append(list, t)
		}
	}
	slices.Reverse(list)
	return list, err
}

// tails are those who wait for traces on this node.
type tails struct {
	mu    sync.Mutex
	woken chan struct{} // closed at the next trace; nil: nobody waits
}

// TailWake gives a channel that is closed when there are new traces. Who asks for it before they read misses none
// of this node; those of others close it when this node hears of them, so that one must look from time to time, too.
func (b *Bus) TailWake() <-chan struct{} {
	t := &b.tails
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.woken == nil {
		t.woken = make(chan struct{})
	}
	return t.woken
}

// wake wakes all who wait.
func (t *tails) wake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.woken != nil {
		close(t.woken)
		t.woken = nil
	}
}
