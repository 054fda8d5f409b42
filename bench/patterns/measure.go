package main

import (
	"runtime"
	"slices"
	"time"

	"github.com/casestream/casestream/pattern"
)

// measured is what a number of calls took.
type measured struct {
	calls   int
	hits    int
	spent   time.Duration // of the processors
	mallocs uint64        // objects allocated
	bytes   uint64        // and their size
	growth  float64       // of the heap's live part by a call, where that was looked at
}

// perSecond is the calls per CPU-second.
func (m measured) perSecond() float64 {
	return float64(m.calls) / max(m.spent, time.Microsecond).Seconds()
}

// each is a quantity per call.
func (m measured) each(quantity float64) float64 { return quantity / float64(max(1, m.calls)) }

// micros is the CPU time of a call.
func (m measured) micros() float64 { return m.each(float64(m.spent.Nanoseconds()) / 1000) }

// add adds what other calls took.
func (m *measured) add(o measured) {
	m.calls, m.hits, m.spent, m.mallocs, m.bytes = m.calls+o.calls, m.hits+o.hits, m.spent+o.spent, m.mallocs+o.mallocs, m.bytes+o.bytes
}

// metered runs a number of calls and says what they took.
func metered(run func() (calls, hits int, err error)) (m measured, err error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := cpu()
	m.calls, m.hits, err = run()
	m.spent = cpu() - start
	runtime.ReadMemStats(&after)
	m.mallocs, m.bytes = after.Mallocs-before.Mallocs, after.TotalAlloc-before.TotalAlloc
	return m, err
}

// measure calls a function with 0, 1, 2, … for a while, after a tenth of it to warm up. What was left of other
// work is collected before, so that none of its garbage is charged to these calls.
func measure(span time.Duration, call func(i int) (hits int, err error)) (measured, error) {
	runtime.GC()
	next, batch := 0, 1
	run := func(span time.Duration) func() (int, int, error) {
		return func() (calls, hits int, err error) {
			for began := time.Now(); calls == 0 || time.Since(began) < span; {
				from := time.Now()
				for range batch {
					n, err := call(next)
					if err != nil {
						return calls, hits, err
					}
					next++
					hits += n
				}
				calls += batch
				if time.Since(from) < span/100 { // so that the clock is looked at a hundred times, not more
					batch *= 2
				}
			}
			return calls, hits, nil
		}
	}
	if _, _, err := run(span / 10)(); err != nil {
		return measured{}, err
	}
	return metered(run(span))
}

// matching measures how fast a set matches events, one after the other.
func matching(set *pattern.Set, events [][]byte, span time.Duration) (measured, error) {
	ids := make([]pattern.RuleID, 0, 64)
	return measure(span, func(i int) (int, error) {
		var err error
		ids, err = set.Match(events[i%len(events)], ids[:0])
		return len(ids), err
	})
}

// changing measures the addition and the removal of rules, in laps of as many as there are in extra, or as the time
// allows. Each set takes its predecessor's place where the caller keeps it, so that none is held in memory for longer;
// the last has the rules of the first again. The heap's growth is that of the first lap.
func changing(set **pattern.Set, extra []pattern.Rule, span time.Duration) (with, without measured) {
	for began := time.Now(); with.calls == 0 || time.Since(began) < span; {
		first := with.calls == 0
		var before, full uint64
		if first {
			before = live()
		}
		m, _ := metered(func() (added, hits int, err error) {
			for from := time.Now(); added < len(extra) && (added == 0 || time.Since(from) < span/2); added++ {
				*set = (*set).With(extra[added])
			}
			return added, 0, nil
		})
		with.add(m)
		if first {
			full = live()
		}
		gone, _ := metered(func() (int, int, error) {
			for _, r := range extra[:m.calls] {
				*set = (*set).Without(r.ID)
			}
			return m.calls, 0, nil
		})
		without.add(gone)
		if first {
			with.growth, without.growth = m.each(float64(full)-float64(before)), m.each(float64(live())-float64(full))
			began = time.Now() // the collections do not count
		}
	}
	return with, without
}

// live is the size of the heap's objects that are in use.
func live() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what pools kept through the first
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// median is the middle one.
func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
