// Package model holds the server against a model of what it should do: random calls, good and bad, are carried
// out by the server and by a model that is simple enough to be right, and every answer, every read after a write
// and every event must be the same; also while the server is killed again and again, in the middle of calls. With
// two servers, on SQLite and on PostgreSQL, each call goes to both, and they must agree down to the words of their
// errors.
//
//	model_test.go      the tests · run_test.go carrying calls out · compare_test.go comparing answers and events
//	shrink_test.go     the shortest way to a failure · watch_test.go an SLA that becomes overdue · check_test.go tests of the test
//	server_test.go     a server, its queue · names_test.go its ids and times in the model's words
//	call_test.go       calls as data · operations_test.go all operations of the API
//	world_test.go      the model: domain_test.go field_test.go template_test.go case_rule_test.go case_test.go item_test.go
//	                   item_search_test.go search_test.go
//	gen_test.go        making up calls: gen_config_test.go gen_tag_test.go gen_case_test.go gen_search_test.go
//
// The model knows nothing of how the server works. Times and ids are symbols in it: «t7» is the instant of call
// 7, «case7» the case that it made.
package model

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/casestream/casestream/store/storetest"
)

// How long a run is, and how rough.
var (
	seed   = flag.Uint64("seed", 0, "seed of the calls; 0: by the clock in a run of -for or -ops, else always the same")
	calls  = flag.Int("ops", 0, "how many calls; 0: until -for is over")
	span   = flag.Duration("for", 0, "how long to make up calls; 0: a few hundred of them")
	kills  = flag.Int("kill-every", 60, "how many calls lie between two kills, on average; 0: no kills")
	binary = flag.String("binary", "", "a built server; empty: build it")
)

// fewCalls is the length of a run that nobody asked more of.
const fewCalls = 250

// house is a test with the binary of its servers: on SQLite, and on PostgreSQL where there is one.
type house struct {
	testing.TB
	binary string
}

// run gives servers that hold nothing, and what ends them.
func (h *house) run() (*run, func()) {
	h.Helper()
	servers := []*server{process(h, "sqlite", h.binary, h.TempDir(), "")}
	if pg := os.Getenv(storetest.Env); pg != "" {
		servers = append(servers, process(h, "postgres", h.binary, h.TempDir(), storetest.Postgres(h, pg).DSN))
	}
	stop := func() {
		for _, s := range servers {
			s.kill()
		}
	}
	for _, s := range servers {
		if err := s.start(); err != nil {
			stop()
			h.Fatal(err)
		}
	}
	r, err := newRun(h.Context(), servers...)
	if err != nil {
		stop()
		h.Fatal(err)
	}
	return r, stop
}

func TestServerDoesWhatTheModelSays(t *testing.T) {
	n, enough := *seed, *calls
	if n == 0 && (*span > 0 || *calls > 0) {
		n = uint64(time.Now().UnixNano())
	}
	if *span == 0 && *calls == 0 {
		enough = fewCalls
	}
	h := &house{TB: t, binary: *binary}
	if h.binary == "" {
		h.binary = build(t)
	}
	r, stop := h.run()
	if *kills > 0 {
		r.kills = rand.New(rand.NewPCG(n, 2))
	}
	err := r.live(t.Context(), newGen(n, r.w), enough, *span)
	stop()
	if errors.Is(err, errSameNumber) {
		t.Skip(err)
	}
	if r.watching != "" {
		t.Logf("an SLA was watched; it became overdue: %v", r.overdue)
	}
	t.Logf("seed %d: %d calls, %d kills, %d of them before the answer, %d of these after the commit", n, len(r.done), r.killed, r.open, r.kept)
	for _, k := range sorted(r.count) {
		t.Logf("%6d %s", r.count[k], k)
	}
	if err == nil {
		return
	}
	t.Errorf("seed %d, call %d: %v", n, len(r.done), err)
	h.tell(r.done)
}

// live makes up calls and carries them out: so many, or for so long. Then everything is read.
func (r *run) live(ctx context.Context, g *gen, enough int, span time.Duration) error {
	for began := time.Now(); len(r.done) < enough || enough == 0 && time.Since(began) < span; {
		if len(r.done) == 30 && span > 0 {
			if err := r.watch(ctx, g); err != nil {
				return err
			}
		}
		// The first calls give the others something to work on; a kill is worth more later.
		kill := r.kills != nil && len(r.done) > 30 && r.kills.IntN(*kills) == 0
		if err := r.step(ctx, g.next(), kill); err != nil {
			return err
		}
	}
	return r.finish(ctx)
}

// tell logs the shortest list of calls that fails, as far as there is time to find it.
func (h *house) tell(done []call) {
	h.Helper()
	shortest, err := shrink(done, func(list []call) error {
		r, stop := h.run()
		defer stop()
		return r.replay(h.Context(), list)
	})
	if shortest == nil {
		h.Log("without kills these calls do not fail; the last of them:")
		shortest = done[max(0, len(done)-20):]
	} else {
		h.Logf("%d of these calls fail too, without kills: %v", len(shortest), err)
	}
	for _, c := range shortest[max(0, len(shortest)-60):] {
		h.Log(show(c))
	}
}
