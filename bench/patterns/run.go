package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"time"

	"github.com/casestream/casestream/pattern"
)

// bench is one run.
type bench struct {
	span                        time.Duration
	rounds                      int
	matchProfile, changeProfile string
	yard                        yardstick
}

// run measures the rows one after the other.
func (b *bench) run(ctx context.Context, selected []row) (results []result, err error) {
	if len(selected) > 1 && b.matchProfile+b.changeProfile != "" {
		return nil, errors.New("a profile is of one row: choose it with -only")
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if b.yard == nil {
		if b.yard, err = startYardstick(ctx); err != nil {
			return nil, err
		}
	}
	for i, r := range selected {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		fmt.Fprintf(os.Stderr, "%d/%d %-50s", i+1, len(selected), r)
		res, err := b.row(r)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(os.Stderr, "%12.0f/CPU-s %6.1f × the yardstick\n", res.PerSecond, res.Multiple)
		results = append(results, res)
	}
	return results, nil
}

// row measures one row: building, matching in turns with the yardstick, and changing.
func (b *bench) row(r row) (res result, err error) {
	res = result{Table: r.table, Name: r.name, Rules: r.rules}
	set, err := r.build(&res)
	if err != nil {
		return res, err
	}
	events, hits := r.sent()
	if err := r.check(set, events, hits); err != nil {
		return res, err
	}
	if err := profiled(b.matchProfile, func() error { return b.match(&res, set, events) }); err != nil || !r.grown {
		return res, err
	}
	extra, _, err := r.compiled(r.rules, r.rules+max(16, r.rules/10))
	if err != nil {
		return res, err
	}
	var with, without measured
	err = profiled(b.changeProfile, func() error {
		with, without = changing(&set, extra, b.span)
		return nil
	})
	if err != nil {
		return res, err
	}
	res.With, res.Without = with.change(), without.change()
	if err := r.check(set, events, hits); err != nil {
		return res, fmt.Errorf("after changes: %w", err)
	}
	after, err := matching(set, events, b.span)
	res.AfterChanges = after.perSecond()
	return res, err
}

// match measures a set, in turns with the yardstick.
func (b *bench) match(res *result, set *pattern.Set, events [][]byte) error {
	y, err := b.yard(b.span)
	if err != nil {
		return err
	}
	yards, total := []float64{y}, measured{}
	var speeds, multiples []float64
	for range b.rounds {
		m, err := matching(set, events, b.span)
		if err != nil {
			return err
		}
		after, err := b.yard(b.span)
		if err != nil {
			return err
		}
		total.add(m)
		speeds, multiples = append(speeds, m.perSecond()), append(multiples, m.perSecond()/((y+after)/2))
		yards, y = append(yards, after), after
	}
	res.PerSecond, res.Multiple, res.Yardstick = median(speeds), median(multiples), median(yards)
	res.Micros = 1e6 / res.PerSecond
	res.HitsPerEvent, res.AllocsPerEvent = total.each(float64(total.hits)), total.each(float64(total.mallocs))
	return nil
}

// profiled runs something with a CPU profile, if there is a file for it.
func profiled(path string, run func() error) error {
	if path == "" {
		return run()
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return errors.Join(err, f.Close())
	}
	err = run()
	pprof.StopCPUProfile()
	return errors.Join(err, f.Close())
}
