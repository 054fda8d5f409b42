package obs

import (
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

// Seconds are the bounds of buckets for what takes between a millisecond and half a minute.
var Seconds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// Histogram counts durations by how long they are, once for each combination of its labels' values.
type Histogram struct {
	family[Durations]
	texts []string // the bounds as the label le has them, and +Inf
}

// Durations is a histogram for one combination of its labels' values. Whoever measures often keeps it.
type Durations struct {
	bounds []float64
	counts []atomic.Int64 // by bucket, the last one past all bounds; each duration is in one
	sum    atomic.Int64   // in nanoseconds
}

// Histogram makes a histogram with buckets up to and with each of the bounds, which ascend, or gives the one that
// has the name. The name ends in _seconds.
func (r *Registry) Histogram(name, help string, bounds []float64, labels ...string) *Histogram {
	return register(r, name, func() *Histogram {
		h := &Histogram{family: family[Durations]{name: name, help: help, labels: labels}}
		for _, b := range bounds {
			h.texts = append(h.texts, strconv.FormatFloat(b, 'g', -1, 64))
		}
		h.texts = append(h.texts, "+Inf")
		h.fresh = func() *Durations { return &Durations{bounds: bounds, counts: make([]atomic.Int64, len(bounds)+1)} }
		h.begin()
		return h
	})
}

// Of gives the histogram for the labels' values, given in the order of the labels.
func (h *Histogram) Of(values ...string) *Durations { return h.of(values) }

// Observe counts a duration, n times; a clock that was set back makes none below zero.
func (d *Durations) Observe(took time.Duration, n int64) {
	took = max(took, 0)
	i, _ := slices.BinarySearch(d.bounds, took.Seconds())
	d.counts[i].Add(n)
	d.sum.Add(n * int64(took))
}

// Count gives how many durations were counted.
func (d *Durations) Count() (n int64) {
	for i := range d.counts {
		n += d.counts[i].Load()
	}
	return n
}

// write writes the histogram. Its count is that of the last bucket, so that the two agree while others count.
func (h *Histogram) write(b *text) {
	b.head(h.name, h.help, "histogram")
	labels := append(slices.Clip(h.labels), "le")
	h.each(func(values []string, d *Durations) {
		sum, count := d.sum.Load(), int64(0)
		for i := range d.counts {
			count += d.counts[i].Load()
			b.series(h.name+"_bucket", labels, append(slices.Clip(values), h.texts[i]))
			b.int(count)
		}
		b.series(h.name+"_sum", h.labels, values)
		b.float(time.Duration(sum).Seconds())
		b.series(h.name+"_count", h.labels, values)
		b.int(count)
	})
}
