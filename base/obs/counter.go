package obs

import "sync/atomic"

// Counter counts up, once for each combination of its labels' values.
type Counter struct{ family[Count] }

// Count is a counter for one combination of its labels' values. Whoever counts often keeps it: it costs no look-up.
type Count struct{ n atomic.Int64 }

// Add counts n more.
func (c *Count) Add(n int64) { c.n.Add(n) }

// Value gives the count.
func (c *Count) Value() int64 { return c.n.Load() }

// Counter makes a counter, or gives the one that has the name. The name is snake_case and ends in _total.
func (r *Registry) Counter(name, help string, labels ...string) *Counter {
	return register(r, name, func() *Counter {
		c := &Counter{family[Count]{name: name, help: help, labels: labels, fresh: func() *Count { return new(Count) }}}
		c.begin()
		return c
	})
}

// Of gives the counter for the labels' values, given in the order of the labels.
func (c *Counter) Of(values ...string) *Count { return c.of(values) }

// Add counts n more for the labels' values.
func (c *Counter) Add(n int64, values ...string) { c.of(values).Add(n) }

// Value gives the count for the labels' values.
func (c *Counter) Value(values ...string) int64 { return c.of(values).Value() }

// write writes the counter.
func (c *Counter) write(b *text) {
	b.head(c.name, c.help, "counter")
	c.each(func(values []string, s *Count) {
		b.series(c.name, c.labels, values)
		b.int(s.Value())
	})
}
