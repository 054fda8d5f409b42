package store_test

import (
	"sync/atomic"
	"testing"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// BenchmarkWrite commits closures of one insert, from many goroutines at once.
func BenchmarkWrite(b *testing.B) {
	db := storetest.SQLite(b).Open(b, store.Options{})
	var n atomic.Int64
	n.Store(10)
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := int(n.Add(1))
			if err := db.Write(b.Context(), func(tx *store.Tx) error { return put(tx, id) }); err != nil {
				b.Error(err)
			}
		}
	})
}
