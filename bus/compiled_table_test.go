package bus_test

import (
	"maps"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/casestream/casestream/bus"
)

// Tables are held against maps, old ones too: a change of one must not show in another.
func TestTableHoldsWhatAMapHolds(t *testing.T) {
	type pair struct {
		table bus.Table
		names map[int64]string
	}
	r := rand.New(rand.NewPCG(1, 2))
	numbers := []int64{0, 1, 15, 16, 17, 255, 256, 4095, 4096, 70_000, 1 << 20, 1<<40 + 3, 1<<63 - 1}
	kept := []pair{{names: map[int64]string{}}}
	for i := range 3000 {
		last := kept[r.IntN(len(kept))]
		next := pair{last.table, maps.Clone(last.names)}
		n := numbers[r.IntN(len(numbers))]
		name := ""
		if delete(next.names, n); r.IntN(3) > 0 {
			name = strconv.Itoa(i)
			next.names[n] = name
		}
		next.table = next.table.With(n, name)
		if len(kept) < 20 {
			kept = append(kept, next)
		} else {
			kept[r.IntN(len(kept))] = next
		}
		for _, p := range kept {
			for _, n := range append(numbers, 2, 1<<30) {
				if got, want := p.table.Get(n), p.names[n]; got != want {
					t.Fatalf("step %d: number %d is %q, want %q", i, n, got, want)
				}
			}
			if p.table.Empty() != (len(p.names) == 0) {
				t.Fatalf("step %d: a table of %d names is empty: %v", i, len(p.names), p.table.Empty())
			}
		}
	}
}
