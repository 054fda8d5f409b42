// Package obs counts what a server does, for people who watch it: counters in Prometheus' text
// form. Logs need nothing from here: they are log/slog.
package obs

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Registry holds the metrics of one server.
type Registry struct {
	mu      sync.Mutex
	metrics map[string]*metric
}

// metric is one name with its series.
type metric struct {
	name, help string
	labels     []string

	mu     sync.RWMutex
	series map[string]*atomic.Int64
}

// Counter counts up, once for each combination of its labels' values.
type Counter struct{ m *metric }

// NewRegistry makes an empty registry.
func NewRegistry() *Registry { return &Registry{metrics: make(map[string]*metric)} }

// Counter makes a counter, or gives the one that has the name. The name is snake_case and ends in _total.
func (r *Registry) Counter(name, help string, labels ...string) *Counter {
	return &Counter{r.metric(&metric{name: name, help: help, labels: labels, series: make(map[string]*atomic.Int64)})}
}

// metric registers m unless its name is taken.
func (r *Registry) metric(m *metric) *metric {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, ok := r.metrics[m.name]; ok {
		return old
	}
	r.metrics[m.name] = m
	return m
}

// Add counts n more for the labels' values, given in the order of the labels.
func (c *Counter) Add(n int64, values ...string) { c.of(values).Add(n) }

// Value gives the count for the labels' values.
func (c *Counter) Value(values ...string) int64 { return c.of(values).Load() }

// of finds the series of the labels' values.
func (c *Counter) of(values []string) *atomic.Int64 {
	key := strings.Join(values, "\xff")
	c.m.mu.RLock()
	s := c.m.series[key]
	c.m.mu.RUnlock()
	if s != nil {
		return s
	}
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	if s = c.m.series[key]; s == nil {
		s = new(atomic.Int64)
		c.m.series[key] = s
	}
	return s
}

// WriteTo writes every metric in Prometheus' text exposition format, version 0.0.4.
func (r *Registry) WriteTo(w io.Writer) (int64, error) {
	r.mu.Lock()
	names := make([]string, 0, len(r.metrics))
	for name := range r.metrics {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		r.metrics[name].write(&b)
	}
	r.mu.Unlock()
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

// write writes one metric.
func (m *metric) write(b *strings.Builder) {
	fmt.Fprintf(b, "# HELP %s %s\n# TYPE %s counter\n", m.name, m.help, m.name)
	m.mu.RLock()
	defer m.mu.RUnlock()
	keys := make([]string, 0, len(m.series))
	for k := range m.series {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		b.WriteString(m.name)
		if len(m.labels) > 0 {
			b.WriteByte('{')
			for i, v := range strings.Split(k, "\xff") {
				if i > 0 {
					b.WriteByte(',')
				}
				fmt.Fprintf(b, "%s=%q", m.labels[i], v)
			}
			b.WriteByte('}')
		}
		fmt.Fprintf(b, " %d\n", m.series[k].Load())
	}
}
