// Package courier carries pending deliveries to targets outside our store, again and again, until they have
// arrived or their retry policy gives them up.
//
// It decides when an event is tried, how often and by whom. It does not decide what an attempt is (target and the
// kinds below it do), nor what becomes of a delivery (the bus strikes it off, puts it off or dead-letters it).
// docs/adr/0009-courier.md tells why the lane is what nodes lease.
//
//	courier.go Courier: which lanes this node carries
//	lane.go    the life of one lane
//	hand.go    what a lane has in hand: what it reads, and in which order it tries that
//	attempt.go one attempt and what it leads to
//	backoff.go when to try again
//	breaker.go a target that does not answer is asked by one event at a time
//	news.go    what the log hears of attempts · metrics.go what is under way
package courier

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/target"
)

// How nodes share lanes.
const (
	lease      = 15 * time.Second // how long a lane is kept from other nodes
	leaseAgain = 5 * time.Second  // how often that is renewed
	leaseSpare = time.Second      // how long before its end a lane stops by itself, for clocks differ
	pollEvery  = time.Second      // the longest wait for what other nodes publish, and for what is due again
	claimLimit = 100              // lanes that are claimed in one transaction
)

// Config is what a Courier needs from outside. Log, Metrics and Jitter may be nil.
type Config struct {
	Bus     *bus.Bus
	Remotes []target.Remote // the first that takes a target's ARN is it
	// Node names this process among those that share the store. Where only one process can have the store open, it
	// is always the same, so that what a killed process held is its successor's at once.
	Node    string
	Log     *slog.Logger
	Metrics *obs.Registry
	// Jitter gives a duration in (0, most]; nil: any, at random.
	Jitter func(most time.Duration) time.Duration
}

// Courier carries the lanes that its node holds.
type Courier struct {
	cfg   Config
	ended chan *lane

	mu    sync.Mutex
	lanes map[int64]*lane
	// open are the breakers of lanes that were given back while they were open.
	open map[int64]breaker
}

// New makes a courier, which does nothing until Run.
func New(cfg Config) *Courier {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Jitter == nil {
		cfg.Jitter = jitter
	}
	c := &Courier{cfg: cfg, ended: make(chan *lane), lanes: make(map[int64]*lane), open: make(map[int64]breaker)}
	if cfg.Metrics != nil {
		c.register(cfg.Metrics)
	}
	return c
}

// now is the store's clock: it says what is due and what has expired, and does not go back where the machine's does.
// Leases end by the machine's monotonic clock.
func (c *Courier) now() time.Time { return c.cfg.Bus.Now() }

// Run carries deliveries until ctx ends. Attempts that are under way then have a moment to end; what is not
// settled by then stays pending, and the lanes are given back for others to go on.
func (c *Courier) Run(ctx context.Context) {
	c.release(ctx, nil) // what an earlier process of this name held
	var running sync.WaitGroup
	running.Go(func() { c.renew(ctx) })
	c.look(ctx, &running)
	running.Wait()
	c.release(context.WithoutCancel(ctx), nil)
}

// look finds lanes with work until ctx ends.
func (c *Courier) look(ctx context.Context, running *sync.WaitGroup) {
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	elsewhere := make(map[int64]bool) // lanes that were looked for since the last poll, in vain if they are not here
	for look := true; ctx.Err() == nil; {
		if look {
			c.claim(ctx, running)
		}
		look = false
		select {
		case <-ctx.Done():
		case <-c.cfg.Bus.Woken():
			for _, number := range c.cfg.Bus.Waiting() {
				if !c.wake(number) && !elsewhere[number] {
					elsewhere[number], look = true, true
				}
			}
		case <-poll.C:
			clear(elsewhere)
			for _, l := range c.held() {
				l.wake()
			}
			look = true
		case l := <-c.ended:
			c.giveBack(ctx, l)
			look = true // something may have come since it looked
		}
	}
}

// claim takes the lanes that are free and have work.
func (c *Courier) claim(ctx context.Context, running *sync.WaitGroup) {
	for {
		began := time.Now()
		claimed, err := c.cfg.Bus.ClaimLanes(ctx, c.cfg.Node, lease, claimLimit)
		if err != nil && ctx.Err() == nil {
			c.cfg.Log.Error("lanes not claimed", slog.Any("err", err))
		}
		for _, l := range claimed {
			c.start(ctx, running, l, began)
		}
		if err != nil || len(claimed) < claimLimit {
			return
		}
	}
}

// start carries a lane that was claimed at some time.
func (c *Courier) start(ctx context.Context, running *sync.WaitGroup, claimed bus.Lane, began time.Time) {
	l := c.newLane(ctx, claimed, began)
	c.mu.Lock()
	before := c.lanes[l.Number]
	c.lanes[l.Number] = l
	l.breaker = c.open[l.Number]
	l.broken.Store(l.breaker.open)
	delete(c.open, l.Number)
	c.mu.Unlock()
	running.Go(func() {
		if before != nil { // its lease ran out, and it is at its end
			<-before.over
		}
		l.run(ctx)
		close(l.over)
		select {
		case c.ended <- l:
		case <-ctx.Done():
		}
	})
}

// giveBack releases a lane that has ended.
func (c *Courier) giveBack(ctx context.Context, l *lane) {
	c.mu.Lock()
	last := c.lanes[l.Number] == l
	if last {
		delete(c.lanes, l.Number)
		if l.breaker.open {
			c.open[l.Number] = l.breaker
		}
	}
	c.mu.Unlock()
	if last {
		c.release(ctx, []int64{l.Number})
	}
}

// release gives lanes back; nil: all. Where that fails, their leases run out.
func (c *Courier) release(ctx context.Context, lanes []int64) {
	if err := c.cfg.Bus.ReleaseLanes(ctx, c.cfg.Node, lanes); err != nil && ctx.Err() == nil {
		c.cfg.Log.Error("lanes not released", slog.Any("err", err))
	}
}

// wake tells a lane that there is something new; no, when it is not here.
func (c *Courier) wake(number int64) bool {
	c.mu.Lock()
	l := c.lanes[number]
	c.mu.Unlock()
	if l != nil {
		l.wake()
	}
	return l != nil
}

// held lists the lanes that are here.
func (c *Courier) held() []*lane {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Values(c.lanes))
}

// renew renews the leases until ctx ends. It waits for nothing that claims or carries.
func (c *Courier) renew(ctx context.Context) {
	tick := time.NewTicker(leaseAgain)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		lanes := c.held()
		if len(lanes) == 0 {
			continue
		}
		numbers := make([]int64, len(lanes))
		for i, l := range lanes {
			numbers[i] = l.Number
		}
		began := time.Now()
		held, err := c.cfg.Bus.HoldLanes(ctx, c.cfg.Node, lease, numbers)
		if err != nil {
			if ctx.Err() == nil {
				c.cfg.Log.Error("leases not renewed", slog.Any("err", err))
			}
			continue // they hold a while yet
		}
		for _, l := range lanes {
			if slices.Contains(held, l.Number) {
				l.renewed(began)
			} else {
				l.cut(errLease)
			}
		}
	}
}
