package queue_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// BenchmarkPublish measures one event in a transaction of its own that one rule sends to one queue, with 64
// publishers at once: what a case update pays for its event. idle further rules do not match.
func BenchmarkPublish(b *testing.B) {
	for _, idle := range []int{0, 299} {
		each(b, fmt.Sprintf("idle=%d", idle), func(b *testing.B, d storetest.Database) {
			db, eventBus := ready(b, d, idle, bus.TraceConfig{})
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					ev := event()
					if err := db.Write(b.Context(), func(tx *store.Tx) error { return eventBus.Publish(tx, bus.Default, ev) }); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkPublishAll measures the same by way of the batches that PutEvents uses, with entries events a call.
func BenchmarkPublishAll(b *testing.B) { publishAll(b, bus.TraceConfig{}) }

// BenchmarkPublishAllTraced is BenchmarkPublishAll where traces are kept and the old ones are swept meanwhile.
func BenchmarkPublishAllTraced(b *testing.B) {
	publishAll(b, bus.TraceConfig{Keep: time.Hour, Events: 20000})
}

// publishAll publishes by way of batches, with traces kept so.
func publishAll(b *testing.B, trace bus.TraceConfig) {
	for _, entries := range []int{1, 10} {
		each(b, fmt.Sprintf("entries=%d", entries), func(b *testing.B, d storetest.Database) {
			_, eventBus := ready(b, d, 0, trace)
			ctx, stop := context.WithCancel(b.Context())
			var sweep sync.WaitGroup
			sweep.Go(func() { eventBus.RunTraceSweep(ctx) })
			defer sweep.Wait()
			defer stop()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					list := make([]bus.Outgoing, entries)
					for i := range list {
						list[i] = bus.Outgoing{Bus: bus.Default, Event: event()}
					}
					if _, err := eventBus.PublishAll(b.Context(), list); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N*entries)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// each runs a benchmark once an engine.
func each(b *testing.B, name string, run func(b *testing.B, d storetest.Database)) {
	b.Run("sqlite/"+name, func(b *testing.B) { run(b, storetest.SQLite(b)) })
	if server := os.Getenv(storetest.Env); server != "" {
		b.Run("postgres/"+name, func(b *testing.B) { run(b, storetest.Postgres(b, server)) })
	}
}

// event is as large as a case event.
func event() *bus.Event {
	return &bus.Event{
		Source: "aws.cases", DetailType: "Amazon Connect Cases Change",
		Resources: []string{"arn:aws:cases:eu-west-2:111122223333:domain/d/case/c"},
		Detail:    []byte(`{"version":"0","eventType":"CASE.UPDATED","pad":"` + strings.Repeat("x", 900) + `"}`),
	}
}

// BenchmarkPublishArchived is BenchmarkPublish on a bus whose events archives keep.
func BenchmarkPublishArchived(b *testing.B) {
	for _, archives := range []int{1, 3} {
		each(b, fmt.Sprintf("archives=%d", archives), func(b *testing.B, d storetest.Database) {
			db, eventBus := ready(b, d, 0, bus.TraceConfig{})
			err := db.Write(b.Context(), func(tx *store.Tx) error {
				for i := range archives {
					if _, err := eventBus.CreateArchive(tx, bus.Archive{Name: fmt.Sprint(i), Bus: bus.Default}); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					ev := event()
					if err := db.Write(b.Context(), func(tx *store.Tx) error { return eventBus.Publish(tx, bus.Default, ev) }); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// ready makes a bus whose one matching rule has a queue.
func ready(b *testing.B, d storetest.Database, idle int, trace bus.TraceConfig) (*store.DB, *bus.Bus) {
	b.Helper()
	db := d.Open(b, store.Options{})
	_, local := open(b, db)
	eventBus := bus.New(db, bus.Config{ARNs: arns, Locals: map[string]bus.Local{"sqs": local}, Trace: trace})
	err := db.Write(b.Context(), func(tx *store.Tx) error {
		for i := range idle {
			if err := eventBus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: fmt.Sprint("idle", i), Pattern: fmt.Sprintf(`{"detail":{"templateId":["%d"]}}`, i)}); err != nil {
				return err
			}
		}
		if err := eventBus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: "r", Pattern: `{"source":["aws.cases"]}`}); err != nil {
			return err
		}
		return eventBus.PutTargets(tx, bus.Default, "r", []bus.Target{{ID: "t", ARN: arns.Make("sqs", "open")}})
	})
	if err != nil {
		b.Fatal(err)
	}
	b.SetParallelism(32) // on two processors, 64 goroutines
	b.ReportAllocs()
	b.ResetTimer()
	return db, eventBus
}
