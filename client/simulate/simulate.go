// Package simulate makes believable case life out of a seed, through the public API: customers write, agents
// comment, assign, change, close and reopen, now and then somebody deletes. It is behind `casestream simulate`, and
// for whoever else needs many cases that look alive.
//
// The same seed gives the same requests: with as many connections, each sends the same ones in the same order,
// but for the ids that the server gives. It is not a load generator itself: it measures nothing, and what it
// sends is a mixture.
//
//	simulate.go the simulation and its workers · setup.go what there must be before the first case
//	world.go    fields, templates and people · generate.go the i-th case
//	story.go    what happens to a case · text.go sentences · words.go what they are made of
package simulate

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/casestream/casestream/client"
)

// Config is what a simulation is to do. Zeros stand for the defaults that are named.
type Config struct {
	Client      *client.Client
	DomainID    string        // empty: a domain named "simulation", which is made when it is not there
	Seed        uint64        // the same seed, the same life
	Customers   int           // 200
	Cases       int           // how many cases are made; none: there is no end to them
	Connections int           // 8; each works on cases of its own
	Rate        float64       // changes a second, all connections together; none: as fast as it goes
	Duration    time.Duration // none: until all cases are made and have come to rest
}

// Simulation is one run.
type Simulation struct {
	cfg   Config
	own   bool   // the domain is the one that Setup makes
	World *World // filled in by Setup, or by whoever needs no set-up
}

// New prepares a simulation. It sends nothing yet.
func New(c Config) *Simulation {
	c.Customers = cmp.Or(c.Customers, 200)
	c.Connections = cmp.Or(c.Connections, 8)
	return &Simulation{cfg: c}
}

// Change is what became of one request.
type Change struct {
	Worker    int
	Case      int    // the number of the case in the simulation
	CaseID    string // empty when CreateCase failed
	Operation string // "UpdateCase"
	Began     time.Time
	Took      time.Duration
	Err       error
}

// Sink is told of each change, by all workers at once. What it returns ends the simulation: a sink that gives
// nil for a change that failed lets it go on. A case that could not be made, or is not found, has no further
// life; any other failed change counts as not done.
type Sink func(Change) error

// Run does the set-up unless that is done, and lives until the cases are at rest, the time is over or ctx ends.
// Requests that are under way when the time is over are waited for.
func (s *Simulation) Run(ctx context.Context, sink Sink) error {
	if s.World == nil {
		if err := s.Setup(ctx); err != nil {
			return err
		}
	}
	work, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	g := NewGenerator(s.cfg.Seed, s.World)
	began := time.Now()
	var group sync.WaitGroup
	for k := range s.cfg.Connections {
		w := &worker{
			Simulation: s, number: k, next: k, generator: g, sink: sink, began: began,
			r: rand.New(rand.NewPCG(s.cfg.Seed, ^uint64(k))), // the cases draw from the low numbers
		}
		group.Go(func() {
			if err := w.run(work); err != nil {
				cancel(err)
			}
		})
	}
	group.Wait()
	return context.Cause(work)
}

// worker lives on one connection, with cases of its own.
type worker struct {
	*Simulation
	number    int
	next      int // the number of its next case
	generator *Generator
	sink      Sink
	r         *rand.Rand
	live      []*story
	began     time.Time
	sent      int
}

// How many cases a worker has in hand, and how often in a hundred it takes up a new one while it has fewer.
const (
	inHand  = 40
	takesUp = 25
)

// pick gives the place among the live cases of the one that something happens to next, -1 when all is over.
func (w *worker) pick() int {
	more := w.cfg.Cases == 0 || w.next < w.cfg.Cases
	if !more && len(w.live) == 0 {
		return -1
	}
	if more && (len(w.live) == 0 || len(w.live) < inHand && w.r.IntN(100) < takesUp) {
		w.live = append(w.live, w.generator.newStory(w.next))
		w.next += w.cfg.Connections
		return len(w.live) - 1
	}
	return w.r.IntN(len(w.live))
}

// run makes one change after the other.
func (w *worker) run(ctx context.Context) error {
	for {
		if err := w.pace(ctx); err != nil || w.timeOver() {
			return err
		}
		i := w.pick()
		if i < 0 {
			return nil
		}
		s := w.live[i]
		if err := w.change(ctx, s); err != nil {
			return err
		}
		if s.over {
			w.live[i] = w.live[len(w.live)-1]
			w.live = w.live[:len(w.live)-1]
		}
	}
}

// timeOver says whether the simulation has lasted long enough.
func (w *worker) timeOver() bool {
	return w.cfg.Duration > 0 && time.Since(w.began) >= w.cfg.Duration
}

// pace waits until the worker's next change is due: each has its share of the rate.
func (w *worker) pace(ctx context.Context) error {
	if w.cfg.Rate <= 0 {
		return ctx.Err()
	}
	// Shifted against each other, so that the workers do not all come at once.
	share := float64(w.sent) + float64(w.number)/float64(w.cfg.Connections)
	due := time.Duration(share * float64(w.cfg.Connections) / w.cfg.Rate * float64(time.Second))
	if w.cfg.Duration > 0 {
		due = min(due, w.cfg.Duration)
	}
	w.sent++
	return sleep(ctx, due-time.Since(w.began))
}

// sleep waits for some time.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// restAfterFailure keeps a worker whose server is gone from running through all its cases.
const restAfterFailure = 100 * time.Millisecond

// change lets the next thing happen to a case.
func (w *worker) change(ctx context.Context, s *story) error {
	a := s.next(w.others(s))
	var got answer
	began := time.Now()
	var in any
	if a.body != nil {
		in = a.body
	}
	err := w.rest(ctx, "cases", a.method, a.path, in, &got)
	switch {
	case err == nil && a.done != nil:
		a.done(got)
	case err == nil:
	case ctx.Err() != nil:
		return ctx.Err()
	case a.operation == "CreateCase" || client.Code(err) == "ResourceNotFoundException":
		s.over = true
	}
	if w.sink == nil {
		return err
	}
	told := w.sink(Change{
		Worker: w.number, Case: s.i, CaseID: s.caseID, Operation: a.operation, Began: began, Took: time.Since(began), Err: err,
	})
	if told == nil && err != nil {
		if answered, ok := errors.AsType[*client.Error](err); !ok || answered.Status >= http.StatusInternalServerError {
			return sleep(ctx, restAfterFailure)
		}
	}
	return told
}

// others gives the ids of the worker's other cases that exist.
func (w *worker) others(s *story) []string {
	var ids []string
	for _, o := range w.live {
		if o != s && o.caseID != "" {
			ids = append(ids, o.caseID)
		}
	}
	return ids
}
