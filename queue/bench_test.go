package queue_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// parallel calls fn b.N times from 64 goroutines.
func parallel(b *testing.B, fn func(ctx context.Context) error) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := fn(b.Context()); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// engines runs a benchmark on SQLite, and on PostgreSQL where there is one.
func engines(b *testing.B, name string, attributes map[string]string, run func(b *testing.B, q *queue.Queues)) {
	try := func(b *testing.B, d storetest.Database) {
		q := queue.New(d.Open(b, store.Options{}), queue.Config{ARNs: arn.NewMaker("123456789012", "us-east-1")})
		if _, err := q.Create(b.Context(), name, attributes, nil); err != nil {
			b.Fatal(err)
		}
		run(b, q)
	}
	b.Run("sqlite", func(b *testing.B) { try(b, storetest.SQLite(b)) })
	if server := os.Getenv(storetest.Env); server != "" {
		b.Run("postgres", func(b *testing.B) { try(b, storetest.Postgres(b, server)) })
	}
}

func BenchmarkSend(b *testing.B) {
	body := strings.Repeat("x", 1200)
	engines(b, "orders", nil, func(b *testing.B, q *queue.Queues) {
		parallel(b, func(ctx context.Context) error {
			_, err := q.Send(ctx, queue.Ref{Name: "orders"}, &queue.Message{Body: body})
			return err
		})
	})
}

func BenchmarkReceiveAndDelete(b *testing.B) {
	body := strings.Repeat("x", 1200)
	engines(b, "orders", nil, func(b *testing.B, q *queue.Queues) {
		orders := queue.Ref{Name: "orders"}
		for n := 0; n < b.N; n += 1000 {
			list := make([]*queue.Message, min(1000, b.N-n))
			for i := range list {
				list[i] = &queue.Message{Body: body}
			}
			if _, err := q.Send(b.Context(), orders, list...); err != nil {
				b.Fatal(err)
			}
		}
		parallel(b, func(ctx context.Context) error {
			for {
				got, err := q.Receive(ctx, orders, queue.ReceiveOptions{})
				if err != nil {
					return err
				}
				if len(got) > 0 {
					_, err = q.Delete(ctx, orders, got[0].Handle)
					return err
				}
			}
		})
	})
}

func BenchmarkSendFIFO(b *testing.B) {
	engines(b, "orders.fifo", map[string]string{"FifoQueue": "true"}, func(b *testing.B, q *queue.Queues) {
		var n atomic.Int64
		parallel(b, func(ctx context.Context) error {
			i := n.Add(1)
			_, err := q.Send(ctx, queue.Ref{Name: "orders.fifo"}, &queue.Message{
				Body: "x", GroupID: "g" + string(rune('a'+i%26)), DedupID: strings.Repeat("d", int(i%7)+1) + string(rune('a'+i%26)) + itoa(i),
			})
			return err
		})
	})
}

// BenchmarkReceiveAndDeleteFIFO has a backlog behind the head of each group.
func BenchmarkReceiveAndDeleteFIFO(b *testing.B) {
	engines(b, "orders.fifo", map[string]string{"FifoQueue": "true"}, func(b *testing.B, q *queue.Queues) {
		orders := queue.Ref{Name: "orders.fifo"}
		for n := 0; n < b.N+5000; n += 1000 {
			list := make([]*queue.Message, 1000)
			for i := range list {
				list[i] = &queue.Message{Body: strings.Repeat("x", 1200), GroupID: "g" + itoa(i%200), DedupID: itoa(n + i)}
			}
			if _, err := q.Send(b.Context(), orders, list...); err != nil {
				b.Fatal(err)
			}
		}
		parallel(b, func(ctx context.Context) error {
			for {
				got, err := q.Receive(ctx, orders, queue.ReceiveOptions{})
				if err != nil {
					return err
				}
				if len(got) > 0 {
					_, err = q.Delete(ctx, orders, got[0].Handle)
					return err
				}
			}
		})
	})
}

// BenchmarkReceiveFair receives ten of a quiet group's messages that wait behind those of a noisy one.
func BenchmarkReceiveFair(b *testing.B) {
	for _, behind := range []int{1_000, 50_000} {
		b.Run(itoa(behind), func(b *testing.B) {
			engines(b, "orders", map[string]string{"VisibilityTimeout": "43200"}, func(b *testing.B, q *queue.Queues) {
				orders := queue.Ref{Name: "orders"}
				send := func(group string, n int) {
					list := make([]*queue.Message, n)
					for i := range list {
						list[i] = &queue.Message{Body: group, GroupID: group}
					}
					if _, err := q.Send(b.Context(), orders, list...); err != nil {
						b.Fatal(err)
					}
				}
				for range behind / 1000 {
					send("noisy", 1000)
				}
				for range 10 {
					if _, err := q.Receive(b.Context(), orders, queue.ReceiveOptions{Max: 10}); err != nil {
						b.Fatal(err)
					}
				}
				for b.Loop() {
					b.StopTimer()
					send("quiet", 10)
					b.StartTimer()
					got, err := q.Receive(b.Context(), orders, queue.ReceiveOptions{Max: 10})
					if err != nil || len(got) != 10 || got[0].GroupID != "quiet" {
						b.Fatalf("%d messages, %v", len(got), err)
					}
					b.StopTimer()
					for _, m := range got {
						if _, err := q.Delete(b.Context(), orders, m.Handle); err != nil {
							b.Fatal(err)
						}
					}
					b.StartTimer()
				}
			})
		})
	}
}
