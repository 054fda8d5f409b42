package bus_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// pair gives two nodes on one database that know of each other.
func pair(t *testing.T) (a, b outsider) {
	t.Helper()
	server := os.Getenv(storetest.Env)
	if server == "" {
		t.Skip(storetest.Env + " names no server")
	}
	d := storetest.Postgres(t, server)
	var nodes [2]outsider
	var metrics [2]*obs.Registry
	for i := range nodes {
		metrics[i] = obs.NewRegistry()
		db := d.Open(t, store.Options{Metrics: metrics[i]})
		nodes[i] = outsider{timed{over(t, db, bus.Config{Outside: far, Trace: bus.TraceConfig{Keep: time.Hour}}), nil}}
	}
	for _, m := range metrics {
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
			var text strings.Builder
			if err := m.Write(t.Context(), &text); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(text.String(), "\ncasestream_store_nodes 2\n") {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the nodes do not know of each other")
			}
		}
	}
	return nodes[0], nodes[1]
}

// woken waits for a wake-up.
func (f outsider) woken(what string, c <-chan struct{}) {
	f.Helper()
	select {
	case <-c:
	case <-time.After(20 * time.Second):
		f.Fatalf("nothing tells of %s", what)
	}
}

func TestNodesTellEachOtherWhatThereIsToCarry(t *testing.T) {
	a, b := pair(t)
	a.rule("r", all, remote("one"))
	a.publish(bus.Event{Source: "s", DetailType: "t"})
	lane := b.lane()
	for range 20 {
		b.bus.Waiting()
		a.publish(bus.Event{Source: "s", DetailType: "t"})
		for !slices.Contains(b.bus.Waiting(), lane) {
			b.woken("what is to be carried", b.bus.Woken())
		}
	}
}

func TestNodesTellEachOtherOfTraces(t *testing.T) {
	a, b := pair(t)
	for range 20 {
		c := b.bus.TailWake()
		a.publish(bus.Event{Source: "s", DetailType: "t"})
		b.woken("traces", c)
	}
}

func TestNodesTellEachOtherOfReplays(t *testing.T) {
	a, b := pair(t)
	a.archive("a", "", 0)
	for _, name := range []string{"one", "two", "three", "four", "five"} {
		a.replay(name)
		b.woken("replays", b.bus.ReplayWake())
	}
}
