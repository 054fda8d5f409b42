package obs

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Gauge is what somebody reads when the metrics are asked for: how much there is of something now.
type Gauge struct {
	name, help string
	labels     []string
}

// Sample is what was read for one combination of a gauge's labels' values.
type Sample struct {
	Of     *Gauge
	Value  float64
	Values []string // of the labels, in their order
}

// Gauge makes a gauge, or gives the one that has the name. A function given to Read gives its values.
func (r *Registry) Gauge(name, help string, labels ...string) *Gauge {
	return register(r, name, func() *Gauge { return &Gauge{name: name, help: help, labels: labels} })
}

// Read has gauges read by a function when the metrics are asked for. It runs once at a time, and within the time that
// a scrape has: it should heed its context. What it gave serves again for restFactor times as long as it took: however
// often somebody asks, and whatever a reading costs, little of the time is spent on it.
func (r *Registry) Read(read func(ctx context.Context) ([]Sample, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sources = append(r.sources, &source{read: read})
}

// restFactor is how many times longer a source rests than a reading took.
const restFactor = 20

// source is where values of gauges come from.
type source struct {
	read func(ctx context.Context) ([]Sample, error)

	mu   sync.Mutex
	last *reading // the one under way, or the last one
}

// reading is one call of a source's function.
type reading struct {
	done    chan struct{} // closed at its end; what follows is to be read behind that
	samples []Sample
	err     error
	until   time.Time // it serves so long
}

// samples gives what the source has now, or had a moment ago.
func (s *source) samples(ctx context.Context) ([]Sample, error) {
	s.mu.Lock()
	r := s.last
	if r == nil || r.over() {
		r = &reading{done: make(chan struct{})}
		s.last = r
		// Who asked may go away while others wait for the same reading.
		go r.run(context.WithoutCancel(ctx), s.read)
	}
	s.mu.Unlock()
	select {
	case <-r.done:
		return r.samples, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// over says whether a reading has ended and serves no longer.
func (r *reading) over() bool {
	select {
	case <-r.done:
		return !time.Now().Before(r.until)
	default:
		return false
	}
}

// run reads. A panic of the function is a failure of the reading, not the server's end.
func (r *reading) run(ctx context.Context, read func(ctx context.Context) ([]Sample, error)) {
	ctx, cancel := context.WithTimeout(ctx, scrapeTime)
	defer cancel()
	began := time.Now()
	defer func() {
		if p := recover(); p != nil {
			r.err = fmt.Errorf("panic in a reading of gauges: %v", p)
		}
		end := time.Now()
		r.until = end.Add(restFactor * end.Sub(began))
		close(r.done)
	}()
	r.samples, r.err = read(ctx)
}

// write writes the gauge's head alone: its values come from a source.
func (g *Gauge) write(b *text) { b.head(g.name, g.help, "gauge") }

// writeSamples writes the gauge with what was read, in the order of the labels' values.
func (g *Gauge) writeSamples(b *text, list []Sample) {
	g.write(b)
	slices.SortFunc(list, func(s, t Sample) int { return slices.Compare(s.Values, t.Values) })
	for _, s := range list {
		b.series(g.name, g.labels, s.Values)
		b.float(s.Value)
	}
}
