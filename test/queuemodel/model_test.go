// Package queuemodel does random things to queues with several clients at once, kills the server in the middle of them,
// and holds the history of all that was asked and answered against the rules of SQS. On SQLite, and on PostgreSQL where
// there is one.
//
//	model_test.go     the test · server_test.go a server that is killed
//	client_test.go    what a client does · drain_test.go taking everything out in the end
//	history_test.go   what was asked and answered · standard_test.go fifo_test.go hidden_test.go dead_test.go
//	                  the rules
//	check_test.go     histories that break a rule, each of which must be seen
//
// A call takes effect at some moment between being sent and being answered; one that nobody heard the answer of may have
// taken effect, or not. Only what cannot be true whatever those moments were is a complaint.
package queuemodel

import (
	"flag"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/casestream/casestream/store/storetest"
)

// How long a run is, and how rough.
var (
	seed   = flag.Uint64("seed", 0, "seed of the calls; 0: by the clock")
	span   = flag.Duration("for", 2*time.Second, "how long calls are made on each store")
	kills  = flag.Duration("kill-every", 500*time.Millisecond, "time between two kills, on average; 0: no kills")
	binary = flag.String("binary", "", "a built server; empty: build it")
)

// clients is how many there are at once.
const clients = 8

func TestQueuesKeepTheirRules(t *testing.T) {
	n := *seed
	if n == 0 {
		n = uint64(time.Now().UnixNano())
	}
	path := *binary
	if path == "" {
		path = build(t)
	}
	stores := map[string]string{"sqlite": ""}
	if pg := os.Getenv(storetest.Env); pg != "" {
		stores["postgres"] = storetest.Postgres(t, pg).DSN
	}
	for name, dsn := range stores {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, path, dsn)
			if err := s.start(); err != nil {
				t.Fatal(err)
			}
			defer s.kill()
			h := newHistory()
			if err := s.setUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			killed := live(t, s, h, n)
			if err := drain(t.Context(), s, h); err != nil {
				t.Error("the queues do not get empty: ", err)
			}
			t.Logf("seed %d: %d kills, %s", n, killed, h.count())
			for i, wrong := range h.check() {
				if i < 20 {
					t.Error(wrong)
				}
			}
			if t.Failed() {
				t.Logf("seed %d; the whole history lies in %s", n, h.keep(t))
			}
		})
	}
}

// live lets the clients do what they like, and kills the server meanwhile.
func live(t *testing.T, s *server, h *history, n uint64) (killed int) {
	t.Helper()
	over := make(chan struct{})
	var group sync.WaitGroup
	for i := range clients {
		c := &clientOf{s: s, h: h, n: i, random: rand.New(rand.NewPCG(n, uint64(i))), over: over}
		group.Go(func() { c.run(t.Context()) })
	}
	random := rand.New(rand.NewPCG(n, clients))
	end := time.After(*span)
	for {
		var next <-chan time.Time // never, without kills
		if *kills > 0 {
			next = time.After(*kills/2 + time.Duration(random.Int64N(int64(*kills))))
		}
		select {
		case <-end:
			close(over)
			group.Wait()
			return killed
		case <-next:
			killed++
			s.kill() // with calls under way
			s.down.Lock()
			err := s.start()
			s.down.Unlock()
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}
