package bus

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/casestream/casestream/store"
)

// How the sweep of archives goes about.
const (
	sweepEvery = time.Minute
	sweepStep  = 500 // events that are looked at in one transaction
	// deletedFor is how long the events of a deleted archive stay: no transaction that still saw it is under way
	// for so long.
	deletedFor = 10 * time.Minute
	// replaysKept is how long a replay can be described after its end.
	replaysKept = 90 * 24 * time.Hour
)

// RunArchiveSweep removes archived events whose retention is over, those of deleted archives and old replays, until
// ctx ends. Any number of nodes may run it.
func (b *Bus) RunArchiveSweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := b.SweepArchives(ctx); err != nil && ctx.Err() == nil {
			b.cfg.Log.Error("archive sweep", slog.Any("err", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// SweepArchives does once what RunArchiveSweep does from time to time.
func (b *Bus) SweepArchives(ctx context.Context) error {
	var list []tallied
	err := b.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = listTallies(tx)
		return err
	})
	for _, t := range list {
		for more := true; more && err == nil; {
			if err = ctx.Err(); err == nil {
				err = b.db.Write(ctx, func(tx *store.Tx) (err error) {
					more, err = sweepOnce(tx, t.bus, t.keepers)
					return err
				})
			}
		}
	}
	if err != nil {
		return err
	}
	return b.db.Write(ctx, func(tx *store.Tx) error {
		return deleteReplays(tx, tx.Now().Add(-replaysKept).UnixMicro())
	})
}

// deadline tells which events an archive does not keep any more: those that came before. 0 is none.
type deadline struct {
	number int64
	before int64
}

// deadlines gives those of some archives of a bus, the latest first.
func deadlines(tx *store.Tx, bus string, of keepers) ([]deadline, error) {
	archives, err := listArchives(tx)
	if err != nil {
		return nil, err
	}
	var list []deadline
	for _, n := range of.numbers() {
		d := deadline{n, tx.Now().Add(-deletedFor).UnixMicro()}
		for _, a := range archives {
			if a.Bus != bus || a.number != n {
				continue
			}
			if d.before = 0; a.RetentionDays > 0 {
				d.before = tx.Now().AddDate(0, 0, -a.RetentionDays).UnixMicro()
			}
		}
		list = append(list, d)
	}
	slices.SortFunc(list, func(d, e deadline) int { return cmp.Compare(e.before, d.before) })
	return list, nil
}

// sweepOnce takes a step through the events that some archives keep together: an event that one of them does not
// keep any more is handed to the others, or removed. It says whether there may be more to do.
//
// Events were numbered about in the order in which they came, so that a step ends at the first that is not due: who
// looks at the archive every minute sees all of them in time.
func sweepOnce(tx *store.Tx, bus string, of keepers) (more bool, err error) {
	from, ok, err := lockArchiveSweep(tx, bus, of)
	if !ok || err != nil {
		return false, err // another node is at it
	}
	due, err := deadlines(tx, bus, of)
	if err != nil || len(due) == 0 || due[0].before == 0 {
		return false, err
	}
	list, err := listAged(tx, from, sweepStep)
	if err != nil {
		return false, err
	}
	to, moves := from, make(map[keepers]*move)
	more = len(list) == sweepStep
	for _, a := range list {
		if a.at >= due[0].before {
			more = false
			break
		}
		to = a.position
		if a.bus == bus && a.keepers == of {
			left := remaining(due, a.at)
			m := moves[left]
			if m == nil {
				m = &move{first: a.position, sum: tallied{bus: bus, keepers: left}}
				moves[left] = m
			}
			m.positions = append(m.positions, a.position)
			m.sum.events++
			m.sum.bytes += a.size
		}
	}
	if err := moveArchived(tx, bus, of, moves); err != nil {
		return false, err
	}
	if to != from {
		err = updateArchiveSweep(tx, bus, of, to)
	} else if !more && len(list) == 0 {
		err = forget(tx, bus, of, due)
	}
	return more, err
}

// move is what becomes of archived events: other archives keep them, or, where there are none, nobody.
type move struct {
	positions []int64
	first     int64
	sum       tallied
}

// remaining gives the archives that keep an event that came at an instant.
func remaining(due []deadline, at int64) keepers {
	var left []int64
	for _, d := range due {
		if at >= d.before {
			left = append(left, d.number)
		}
	}
	slices.Sort(left)
	return keepersOf(left)
}

// moveArchived lets other archives keep events that some kept together, or removes them.
func moveArchived(tx *store.Tx, bus string, of keepers, moves map[keepers]*move) error {
	for _, m := range moves {
		to := m.sum
		if to.keepers == "" {
			if err := archivedDeletion.Exec(tx, m.positions); err != nil {
				return err
			}
		} else {
			if err := archivedMove.Exec(tx, m.positions, string(to.keepers)); err != nil {
				return err
			}
			if err := addTally(tx, to, 0); err != nil {
				return err
			}
			if err := rewindArchiveSweep(tx, bus, to.keepers, m.first-1); err != nil {
				return err
			}
		}
		if err := addTally(tx, tallied{bus, of, -to.events, -to.bytes}, 0); err != nil {
			return err
		}
	}
	return nil
}

// forget removes the tally of archives together, of which one is deleted, once nothing is left of it.
func forget(tx *store.Tx, bus string, of keepers, due []deadline) error {
	deleted := tx.Now().Add(-deletedFor).UnixMicro()
	if !slices.ContainsFunc(due, func(d deadline) bool { return d.before == deleted }) {
		return nil
	}
	return deleteTally(tx, bus, of)
}
