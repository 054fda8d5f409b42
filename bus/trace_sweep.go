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
	for {
		due, err := b.tracesDue(ctx)
		if err != nil || !due {
			return err
		}
		more := false
		err = b.db.Write(ctx, func(tx *store.Tx) (err error) {
			more, err = b.sweepTraces(tx)
			return err
		})
		if err != nil || !more {
			return err
		}
	}
}

// tracesDue says whether there is anything to sweep, so that nothing is written while there is not.
func (b *Bus) tracesDue(ctx context.Context) (due bool, err error) {
	err = b.db.Read(ctx, func(tx *store.Tx) error {
		from, err := sweptTo(tx)
		if err != nil {
			return err
		}
		to, _, err := b.sweepTo(tx, from, 1)
		if err != nil {
			return err
		}
		late, err := lateAttempts(tx, from)
		due = to > from || late
		return err
	})
	return due, err
}

// sweepTo tells how far a step from a position goes.
func (b *Bus) sweepTo(tx *store.Tx, from int64, limit int) (to int64, full bool, err error) {
	until := int64(0)
	if b.cfg.Trace.Events > 0 {
		last, err := lastTrace(tx)
		if err != nil {
			return from, false, err
		}
		until = last - int64(b.cfg.Trace.Events) // positions have gaps, so that there are no more than that
	}
	return oldTraces(tx, from, until, tx.Now().Add(-b.cfg.Trace.Keep).UnixMicro(), limit)
}

// sweepTraces takes one step. It says whether there may be more to do.
//
// A row that commits behind swept_to, having drawn its position long ago, would stay for ever: it goes with the next
// one that is swept, because none is kept at or below that position.
func (b *Bus) sweepTraces(tx *store.Tx) (more bool, err error) {
	from, ok, err := lockTraceSweep(tx)
	if !ok || err != nil {
		return false, err // another node is at it
	}
	to, more, err := b.sweepTo(tx, from, traceSweepStep)
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
