package courier_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/courier"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/target"
)

// backlog is how many deliveries wait for a target that is down: `make backlog` has a million.
var backlog = flag.Int("backlog", 20_000, "deliveries that wait for a target that is down")

// heap tells how much memory is in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// counter is a world that remembers nothing, so that the test's own memory does not depend on the backlog.
type counter struct {
	answer func(name string) error
}

func (c *counter) Takes(a arn.ARN) bool { return a.Service == "far" }

func (c *counter) Deliver(_ context.Context, d *bus.Delivery) error {
	return c.answer(d.TargetARN[strings.LastIndexByte(d.TargetARN, ':')+1:])
}

// TestBacklogOfATargetThatIsDown measures, on the machine's clock, what a backlog does to memory and to another target,
// and how fast it drains.
func TestBacklogOfATargetThatIsDown(t *testing.T) {
	arrived := make(chan time.Time, 1)
	var up atomic.Bool
	var took atomic.Int64
	w := &counter{answer: func(name string) error {
		switch {
		case name == "well":
			arrived <- time.Now()
		case !up.Load():
			return down
		default:
			took.Add(1)
		}
		return nil
	}}
	d := storetest.SQLite(t)
	b := over(t, d.Open(t, store.Options{}), &world{})
	b.rule("dead", to("dead"))
	b.rule("well", to("well"))
	stop := b.run(courier.Config{Remotes: []target.Remote{w}, Jitter: func(most time.Duration) time.Duration { return min(1+rand.N(most), time.Second) }})
	defer stop()
	latency := func() (median, p99 time.Duration) {
		var list []time.Duration
		for range 300 {
			began := time.Now()
			b.publish("well", "", 1)
			list = append(list, (<-arrived).Sub(began))
		}
		slices.Sort(list)
		return list[len(list)/2], list[len(list)*99/100]
	}
	median, p99 := latency()
	t.Logf("nothing waits:   median %v, p99 %v", median, p99)

	began := time.Now()
	b.publish("dead", "", *backlog)
	t.Logf("%d published in %v", *backlog, time.Since(began))
	before := heap()
	medianDown, p99Down := latency()
	t.Logf("one is down:     median %v, p99 %v", medianDown, p99Down)
	if n := b.waiting(); n < *backlog {
		t.Fatalf("%d wait", n)
	}
	up.Store(true)
	began = time.Now()
	var most uint64
	medianDrain, p99Drain := time.Duration(0), time.Duration(0)
	for b.waiting() > 0 {
		if time.Since(began) > time.Minute+time.Duration(*backlog)*time.Millisecond {
			t.Fatalf("%d wait", b.waiting())
		}
		if took.Load() > 0 && medianDrain == 0 {
			began = time.Now()
			medianDrain, p99Drain = latency()
		}
		most = max(most, heap())
		time.Sleep(100 * time.Millisecond)
	}
	rate := float64(took.Load()) / time.Since(began).Seconds()
	t.Logf("it drains:       median %v, p99 %v; %.0f a second", medianDrain, p99Drain, rate)
	t.Logf("heap %d KiB before, %d KiB at most", before>>10, most>>10)
	if took.Load() != int64(*backlog) || len(b.letters.list()) > 0 {
		t.Errorf("%d came, %d dead letters", took.Load(), len(b.letters.list()))
	}
	if most > before+(16<<20) {
		t.Errorf("%d MiB more in use while it drains", (most-before)>>20)
	}
	// Machines that run tests are busy: what is far off is wrong.
	if medianDown > 3*median+20*time.Millisecond {
		t.Errorf("another target waits %v instead of %v", medianDown, median)
	}
}
