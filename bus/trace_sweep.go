package bus

import (
	"context"
	"log/slog"
	"time"

	"github.com/casestream/casestream/store"
)

// How the sweep of traces goes about. A step is one transaction: others wait for it.
const (
	traceSweepEvery = time.Second
	traceSweepStep  = 500
)

// RunTraceSweep removes the traces that are too old or too many until ctx ends. Any number of nodes may run it.
func (b *Bus) RunTraceSweep(ctx context.Context) {
	tick := time.NewTicker(traceSweepEvery)
	defer tick.Stop()
	for {
		if err := b.SweepTraces(ctx); err != nil && ctx.Err() == nil {
			b.cfg.Log.Error("trace sweep", slog.Any("err", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// SweepTraces does once what RunTraceSweep does from time to time.
func (b *Bus) SweepTraces(ctx context.Context) error {
	if err := b.moveEdge(ctx); err != nil {
		return err
	}
	until, due, err := b.tracesDue(ctx)
	for due && err == nil {
		if err = ctx.Err(); err != nil {
			break
		}
		err = b.db.Write(ctx, func(tx *store.Tx) (err error) {
			due, err = b.sweepTraces(tx, until)
			return err
		})
	}
	return err
}

// moveEdge stores the last position as an edge, where tails need one.
func (b *Bus) moveEdge(ctx context.Context) error {
	if b.db.Ordered() {
		return nil
	}
	last, edge := int64(0), int64(0)
	err := b.db.Read(ctx, func(tx *store.Tx) error {
		t, err := getTide(tx)
		if err != nil {
			return err
		}
		edge = t.edge
		last, err = lastTrace(tx)
		return err
	})
	if err != nil || last <= edge {
		return err
	}
	return b.db.Write(ctx, func(tx *store.Tx) error { return setEdge(tx, last) })
}

// tracesDue says whether there is anything to sweep, so that nothing is written while there is not, and the position up to
// which traces are too many.
func (b *Bus) tracesDue(ctx context.Context) (until int64, due bool, err error) {
	err = b.db.Read(ctx, func(tx *store.Tx) error {
		from, err := sweptTo(tx)
		if err != nil {
			return err
		}
		if until, err = b.tooMany(tx, from); err != nil {
			return err
		}
		to, _, err := oldTraces(tx, from, until, b.oldest(tx), 1)
		if err != nil {
			return err
		}
		late, err := lateAttempts(tx, from)
		due = to > from || late
		return err
	})
	return until, due, err
}

// oldest is the instant before which a trace came that is too old.
func (b *Bus) oldest(tx *store.Tx) int64 { return tx.Now().Add(-b.cfg.Trace.Keep).UnixMicro() }

// tooMany gives the position up to which the traces behind another one are too many, or too large.
func (b *Bus) tooMany(tx *store.Tx, from int64) (until int64, err error) {
	keep := b.cfg.Trace
	if keep.Events <= 0 && keep.Bytes <= 0 {
		return 0, nil
	}
	last, err := lastTrace(tx)
	if err != nil {
		return 0, err
	}
	if keep.Events > 0 {
		until = last - int64(keep.Events) // positions have gaps, so that there are no more than that
	}
	if keep.Bytes > 0 {
		first := max(from, until)
		size, err := sampleTraces(tx, first, last)
		if err != nil {
			return 0, err
		}
		until = max(until, last-keep.Bytes/max(size, 1))
	}
	return until, nil
}

// sweepTraces takes one step. It says whether there may be more to do.
//
// A row that commits behind swept_to, having drawn its position long ago, goes with the next one that is swept.
func (b *Bus) sweepTraces(tx *store.Tx, until int64) (more bool, err error) {
	from, ok, err := lockTraceSweep(tx)
	if !ok || err != nil {
		return false, err // another node is at it
	}
	to, more, err := oldTraces(tx, from, until, b.oldest(tx), traceSweepStep)
	if err != nil {
		return false, err
	}
	if to > from {
		if err := deleteTraces(tx, to); err != nil {
			return false, err
		}
	}
	// Attempts of an event that outlives its trace go with the next step.
	n, err := deleteAttempts(tx, to, traceSweepStep)
	return more || n >= traceSweepStep, err
}

// recordAttempts stores what the traces of deliveries to targets outside our store have to tell of them.
func (b *Bus) recordAttempts(tx *store.Tx, list []*Outcome) error {
	if !b.tracesKept() {
		return nil
	}
	for _, o := range list {
		if o.trace == 0 {
			continue
		}
		row := o.attempt(tx.Micros())
		if err := insertAttempt(tx, o.trace, &row); err != nil {
			return err
		}
	}
	return nil
}
