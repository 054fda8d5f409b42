package loggroup

import (
	"context"
	"log/slog"
	"time"

	"github.com/casestream/casestream/store"
)

// How the sweep goes about: in steps small enough that nobody waits long for one.
const (
	sweepEvery = time.Minute
	sweepStep  = 500
	// goneKeep is how long deleted groups and streams are remembered at least, for events that were on their way when
	// they went.
	goneKeep = 10 * time.Minute
)

// RunSweep removes what goes by itself, until ctx ends: events past the retention of their group, and those of deleted
// groups and streams. Any number of nodes may run it.
func (g *Groups) RunSweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := g.Sweep(ctx); err != nil && ctx.Err() == nil {
			g.cfg.Log.Error("log group sweep", slog.Any("err", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Sweep does once what RunSweep does from time to time.
func (g *Groups) Sweep(ctx context.Context) error {
	var retaining []*Group
	var gone []grave
	var forgotten int64
	err := g.db.Read(ctx, func(tx *store.Tx) (err error) {
		forgotten = tx.Now().Add(-goneKeep).UnixMicro()
		if retaining, err = listRetaining(tx); err != nil {
			return err
		}
		gone, err = listGone(tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, group := range retaining {
		err := g.steps(ctx, func(tx *store.Tx) ([]int64, error) { return listExpired(tx, group, sweepStep) }, nil)
		if err != nil {
			return err
		}
	}
	for _, grave := range gone {
		var last func(*store.Tx) error
		if grave.at < forgotten {
			last = func(tx *store.Tx) error { return deleteGone(tx, grave) }
		}
		if err := g.steps(ctx, func(tx *store.Tx) ([]int64, error) { return listBuried(tx, grave, sweepStep) }, last); err != nil {
			return err
		}
	}
	return nil
}

// steps removes the events that due finds, a step at a time. A transaction that only reads looks first, so that most
// sweeps write nothing. last, where not nil, comes with a step that finds no more of them.
func (g *Groups) steps(ctx context.Context, due func(*store.Tx) ([]int64, error), last func(*store.Tx) error) error {
	more := false
	err := g.db.Read(ctx, func(tx *store.Tx) error {
		list, err := due(tx)
		more = len(list) > 0 || last != nil
		return err
	})
	for more && err == nil {
		if err = ctx.Err(); err != nil {
			return err
		}
		err = g.db.Write(ctx, func(tx *store.Tx) error {
			list, err := due(tx)
			if err != nil {
				return err
			}
			if more = len(list) == sweepStep; len(list) == 0 {
				if last != nil {
					return last(tx)
				}
				return nil
			}
			more = more || last != nil
			tx.AfterCommit(func() { g.count.removed.Add(int64(len(list))) })
			return eventDeletion.Exec(tx, list)
		})
	}
	return err
}
