package app

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// restEvery is how often it is looked whether the server rests, and restWorth the memory that is worth a collection.
const (
	restEvery = 2 * time.Second
	restWorth = 16 << 20
)

// giveBack gives memory back to the system that a burst of requests has left, as soon as there was no collection for a
// while. The runtime keeps as much as the next burst may need, for good: ten thousand receivers that come at once and then
// wait would hold half as much again as they need.
func giveBack(ctx context.Context) {
	tick := time.NewTicker(restEvery)
	defer tick.Stop()
	now := []metrics.Sample{
		{Name: "/gc/cycles/total:gc-cycles"},
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/gc/heap/live:bytes"},
	}
	var cycles uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		metrics.Read(now)
		last := cycles
		cycles = now[0].Value.Uint64()
		// What nobody uses, and what has come since the last collection.
		unused := int64(now[1].Value.Uint64()) + int64(now[2].Value.Uint64()) - int64(now[3].Value.Uint64())
		if cycles == last && unused > restWorth {
			debug.FreeOSMemory()
		}
	}
}
