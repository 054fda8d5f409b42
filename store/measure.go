package store

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/casestream/casestream/base/obs"
)

// measures are what the store measures.
type measures struct {
	commits *obs.Durations
	longest atomic.Int64 // commit so far, in nanoseconds
	errors  *obs.Counter
	notes   *obs.Counter
}

// begin registers the measures.
func (m *measures) begin(r *obs.Registry, db *DB) {
	if r == nil {
		r = obs.NewRegistry()
	}
	m.commits = r.Histogram("casestream_commit_duration_seconds",
		"Time that commits of what was written took, with bringing it to the disk. On SQLite many transactions share one.", obs.Seconds).Of()
	m.errors = r.Counter("casestream_store_errors_total", "Errors of the database: retry (lost against another transaction), gone (connection), full (disk), broken.", "class")
	for _, c := range []Class{Retry, Gone, Full, Broken} {
		m.errors.Add(0, c.String())
	}
	longest := r.Gauge("casestream_commit_longest_seconds", "The longest commit since the server started.")
	r.Read(func(context.Context) ([]obs.Sample, error) {
		return []obs.Sample{{Of: longest, Value: time.Duration(m.longest.Load()).Seconds()}}, nil
	})
	m.notes = r.Counter("casestream_store_notes_total", "What nodes of one database tell each other, so that who waits looks: told by this node, heard from the others.", "way")
	for _, way := range []string{"told", "heard"} {
		m.notes.Add(0, way)
	}
	nodes := r.Gauge("casestream_store_nodes", "Nodes that have the database open, as far as this one knows, itself included.")
	r.Read(func(context.Context) ([]obs.Sample, error) {
		return []obs.Sample{{Of: nodes, Value: float64(db.nodes.count() + 1)}}, nil
	})
}

// commit measures a commit of what was written.
func (m *measures) commit(took time.Duration) {
	m.commits.Observe(took, 1)
	for {
		old := m.longest.Load()
		if int64(took) <= old || m.longest.CompareAndSwap(old, int64(took)) {
			return
		}
	}
}

// fail counts an error of the database; a closure's own are none.
func (m *measures) fail(c Class) {
	if c != Other && c != Unique {
		m.errors.Add(1, c.String())
	}
}

// String gives the class's name in the metrics.
func (c Class) String() string {
	switch c {
	case Unique:
		return "unique"
	case Retry:
		return "retry"
	case Gone:
		return "gone"
	case Full:
		return "full"
	case Broken:
		return "broken"
	case Other:
	}
	return "other"
}
