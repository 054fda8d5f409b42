package bus

import (
	"time"

	"github.com/casestream/casestream/store"
)

// news is what the nodes of one database tell each other, so that nobody waits there for the next poll.
type news struct {
	lanes   *store.Topic // something to carry, by the numbers of lanes
	replays *store.Topic // a replay began, or is to end
	traces  *store.Topic // what became of events
}

// How often nodes tell each other of the same. Who tails reads anew each time.
const (
	laneGap   = 10 * time.Millisecond
	replayGap = 100 * time.Millisecond
	traceGap  = 50 * time.Millisecond
)

// newsOne is the key of topics that have but one.
const newsOne = 0

// listen begins to tell and to hear.
func (b *Bus) listen() {
	b.news.lanes = store.NewTopic(b.db, "lane", laneGap, func(lanes []int64) {
		set := make(map[int64]struct{}, len(lanes))
		for _, l := range lanes {
			set[l] = struct{}{}
		}
		b.outbox.wake(set) // with none where it is not known which: the poll finds them
	})
	b.news.replays = store.NewTopic(b.db, "replay", replayGap, func([]int64) { b.rouse() })
	b.news.traces = store.NewTopic(b.db, "trace", traceGap, func([]int64) { b.tails.wake() })
}

// wakeLanes says that lanes have something new, here and to the other nodes: one of them may hold them.
func (b *Bus) wakeLanes(lanes map[int64]struct{}) {
	b.outbox.wake(lanes)
	for l := range lanes {
		b.news.lanes.Notify(l)
	}
}

// wakeTails wakes all who wait for traces, on every node.
func (b *Bus) wakeTails() {
	b.tails.wake()
	b.news.traces.Notify(newsOne)
}

// wake tells RunReplays, on every node, that there is something to do.
func (b *Bus) wake() {
	b.rouse()
	b.news.replays.Notify(newsOne)
}

// rouse tells this node's.
func (b *Bus) rouse() {
	select {
	case b.woken <- struct{}{}:
	default: // it has been told already
	}
}
