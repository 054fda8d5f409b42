// Package obs counts and measures what a server does, for people who watch it: counters, histograms and gauges in
// Prometheus' text form. Logs need nothing from here: they are log/slog.
//
//	obs.go       Registry, and the series of a metric
//	counter.go   what only grows · histogram.go how long things take · gauge.go what is read when somebody looks
//	text.go      the text form
package obs

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// Registry holds the metrics of one server.
type Registry struct {
	mu      sync.Mutex
	metrics map[string]metric
	sources []*source
	failed  *Counter // readings
}

// metric is one name with its series.
type metric interface {
	write(b *text)
}

// NewRegistry makes a registry that holds no metric but its own.
func NewRegistry() *Registry {
	r := &Registry{metrics: make(map[string]metric)}
	r.failed = r.Counter("casestream_metrics_failed_readings_total", "Readings of gauges that failed or took too long; the gauges were left out.")
	return r
}

// register gives the metric of a name, which make makes unless there is one.
func register[M metric](r *Registry, name string, make func() M) M {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, ok := r.metrics[name].(M); ok {
		return old
	}
	m := make()
	r.metrics[name] = m
	return m
}

// scrapeTime is how long the text waits for gauges that have to be read.
const scrapeTime = 2 * time.Second

// Write writes every metric in Prometheus' text exposition format, version 0.0.4, in the order of their names. Gauges
// that cannot be read in time are left out, and counted.
func (r *Registry) Write(ctx context.Context, w io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, scrapeTime)
	defer cancel()
	r.mu.Lock()
	sources := slices.Clone(r.sources)
	r.mu.Unlock()
	read := make(map[*Gauge][]Sample)
	for _, s := range sources {
		samples, err := s.samples(ctx)
		if err != nil {
			r.failed.Add(1)
			continue
		}
		for _, sample := range samples {
			read[sample.Of] = append(read[sample.Of], sample)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	names := make([]string, 0, len(r.metrics))
	for name := range r.metrics {
		names = append(names, name)
	}
	slices.Sort(names)
	var b text
	for _, name := range names {
		if g, ok := r.metrics[name].(*Gauge); ok {
			g.writeSamples(&b, read[g])
		} else {
			r.metrics[name].write(&b)
		}
	}
	_, err := w.Write(b)
	return err
}

// maxSeries bounds the series of a metric: what names them comes from clients, who may make and delete things for
// ever. Past it whatever is new is counted together, under the value overflow for each label.
const maxSeries = 10_000

// overflow is the value of the labels of what came past maxSeries.
const overflow = "(other)"

// separator stands between the values of labels in a key. It is no part of any text in UTF-8.
const separator = "\xff"

// replacement stands for what is no UTF-8.
const replacement = "\uFFFD"

// family is the series of a metric, each of type S.
type family[S any] struct {
	name, help string
	labels     []string
	fresh      func() *S

	mu     sync.RWMutex
	series map[string]*S // by the values of the labels
}

// begin makes the only series of a family without labels: it is there before there is something to count, for a rate
// needs a beginning.
func (f *family[S]) begin() {
	f.series = make(map[string]*S)
	if len(f.labels) == 0 {
		f.series[""] = f.fresh()
	}
}

// of finds the series of the labels' values.
func (f *family[S]) of(values []string) *S {
	key := keyOf(values)
	f.mu.RLock()
	s := f.series[key]
	f.mu.RUnlock()
	if s != nil {
		return s
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.series) >= maxSeries && f.series[key] == nil {
		key = strings.Repeat(overflow+separator, len(f.labels)-1) + overflow
	}
	if s = f.series[key]; s == nil {
		s = f.fresh()
		f.series[key] = s
	}
	return s
}

// keyOf makes a key of labels' values.
func keyOf(values []string) string {
	if len(values) == 1 {
		return strings.ToValidUTF8(values[0], replacement)
	}
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(strings.ToValidUTF8(v, replacement))
	}
	return b.String()
}

// each gives the series in the order of their labels' values.
func (f *family[S]) each(do func(values []string, s *S)) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	keys := make([]string, 0, len(f.series))
	for k := range f.series {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		var values []string
		if len(f.labels) > 0 {
			values = strings.Split(k, separator)
		}
		do(values, f.series[k])
	}
}
