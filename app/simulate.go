package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/casestream/casestream/client"
	"github.com/casestream/casestream/client/simulate"
)

// simulateCmd is `casestream simulate`.
type simulateCmd struct {
	Remote      remote        `embed:""`
	DomainID    string        `help:"The Cases domain to live in. Default: one named 'simulation', made with everything around it when it is not there. Fields and templates are added to it by name."`
	Seed        uint64        `default:"1" help:"The same seed gives the same cases and the same requests."`
	Cases       int           `default:"1000" help:"How many cases to make; 0 for no end."`
	Customers   int           `default:"200" help:"How many customer profiles there are."`
	Connections int           `default:"8" help:"Connections to work over; each has cases of its own."`
	Rate        float64       `default:"0" help:"Changes a second, all connections together; 0 for as fast as it goes."`
	Duration    time.Duration `default:"0s" help:"When to stop; 0s when all cases have come to rest."`
}

// Help is what --help adds.
func (*simulateCmd) Help() string {
	return `Makes cases out of a seed, through the public API, and lets them live: they are commented on, linked with contacts, files and each other, given
SLAs, assigned, changed, closed, reopened and, seldom, deleted. Every kind of field, value and related item occurs. A second run with the same seed makes
further cases with the same contents.`
}

// Run simulates until it is done or told to stop.
func (c *simulateCmd) Run(ctx context.Context, s streams) error {
	if c.Cases < 0 || c.Customers < 1 || !(c.Rate >= 0) || c.Duration < 0 { // also a rate that is no number
		return errors.New("--cases, --rate and --duration: want 0 or more; --customers: at least 1")
	}
	to, err := c.Remote.client(c.Connections)
	if err != nil {
		return err
	}
	sim := simulate.New(simulate.Config{
		Client: to, DomainID: c.DomainID, Seed: c.Seed, Cases: c.Cases, Customers: c.Customers, Connections: c.Connections, Rate: c.Rate, Duration: c.Duration,
	})
	if err := sim.Setup(ctx); err != nil {
		return fmt.Errorf("set-up: %w", err)
	}
	fmt.Fprintf(s.err, "The domain %s is set up.\n", sim.World.DomainID)
	t := tally{of: make(map[string]*counted), began: time.Now()}
	t.progress = newProgress(s.err, "changes", 0, 0)
	err = sim.Run(ctx, t.take)
	t.progress.end()
	t.report(s.out)
	return err
}

// tally counts what a simulation does.
type tally struct {
	mu       sync.Mutex
	of       map[string]*counted
	began    time.Time
	progress *progress
}

// counted is how often an operation was called, and how long its calls took together and at most.
type counted struct {
	calls        int
	total, worst time.Duration
}

// take counts a change; the first one that fails ends the simulation, but for a case that somebody else has
// deleted meanwhile.
func (t *tally) take(c simulate.Change) error {
	if c.Err != nil && client.Code(c.Err) != "ResourceNotFoundException" {
		return c.Err
	}
	t.mu.Lock()
	n := t.of[c.Operation]
	if n == nil {
		n = &counted{}
		t.of[c.Operation] = n
	}
	n.calls++
	n.total += c.Took
	n.worst = max(n.worst, c.Took)
	t.mu.Unlock()
	t.progress.add(1)
	return nil
}

// report prints the numbers.
func (t *tally) report(out io.Writer) {
	all, took := 0, time.Since(t.began)
	for _, name := range slices.Sorted(maps.Keys(t.of)) {
		n := t.of[name]
		all += n.calls
		fmt.Fprintf(out, "%-20s %9d, mean %s, longest %s\n", name, n.calls, ms(n.total/time.Duration(n.calls)), ms(n.worst))
	}
	fmt.Fprintf(out, "%d changes in %s, %.0f a second\n", all, took.Round(time.Millisecond), float64(all)/took.Seconds())
}
