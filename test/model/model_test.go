// Package model holds the server against a model of what it should do: random calls, good and bad, are carried
// out by the server and by a model that is simple enough to be right, and every answer, every read after a write
// and every event must be the same; also while the server is killed again and again, in the middle of calls. With
// two servers, on SQLite and on PostgreSQL, each call goes to both, and they must agree down to the words of their
// errors.
//
//	model_test.go      the tests · run_test.go carrying calls out and comparing · shrink_test.go the shortest way to a failure
//	server_test.go     a server, its queue · names_test.go its ids and times in the model's words
//	call_test.go       calls as data · operations_test.go all operations of the API
//	world_test.go      the model: domain_test.go field_test.go template_test.go case_rule_test.go case_test.go item_test.go search_test.go
//	gen_test.go        making up calls: gen_config_test.go gen_case_test.go
//
// The model knows nothing of how the server works. Times and ids are symbols in it: «t7» is the instant of call
// 7, «case7» the case that it made.
package model

import (
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/casestream/casestream/store/storetest"
)

var (
	seed   = flag.Uint64("seed", 0, "seed of the calls; 0: by the clock")
	calls  = flag.Int("ops", 0, "how many calls; 0: a few hundred, or until -for is over")
	binary = flag.String("binary", "", "a built server; empty: build it")
	span   = flag.Duration("for", 0, "how long to make up calls")
	kills  = flag.Int("kill-every", 60, "how many calls lie between two kills, on average; 0: no kills")
)

func TestServerDoesWhatTheModelSays(t *testing.T) {
	built := *binary
	if built == "" {
		built = build(t)
	}
	servers := []*server{process(t, "sqlite", built, t.TempDir(), "")}
	if pg := os.Getenv(storetest.Env); pg != "" {
		servers = append(servers, process(t, "postgres", built, t.TempDir(), storetest.Postgres(t, pg).DSN))
	}
	n := *seed
	if n == 0 {
		n = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d", n)
	for _, s := range servers {
		if err := s.start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.kill)
	}
	r, err := newRun(t.Context(), servers...)
	if err != nil {
		t.Fatal(err)
	}
	if *kills > 0 {
		r.kills = rand.New(rand.NewPCG(n, 2))
	}
	g := newGen(n, r.w)
	began := time.Now()
	for err == nil && (*calls > 0 && len(r.done) < *calls || *calls == 0 && time.Since(began) < max(*span, 2*time.Second)) {
		err = r.step(t.Context(), g.next(), r.kills != nil && len(r.done) > 30 && r.kills.IntN(*kills) == 0)
	}
	if err == nil {
		err = r.finish(t.Context())
	}
	if errors.Is(err, errSameNumber) {
		t.Skip(err)
	}
	t.Logf("%d calls in %v, %d kills, %d of them before the answer", len(r.done), time.Since(began).Round(time.Millisecond), r.killed, r.open)
	for _, k := range sorted(r.count) {
		t.Logf("%6d %s", r.count[k], k)
	}
	if err != nil {
		t.Errorf("seed %d, call %d: %v", n, len(r.done), err)
		for _, c := range r.done[max(0, len(r.done)-5):] {
			t.Log(show(c))
		}
	}
}
