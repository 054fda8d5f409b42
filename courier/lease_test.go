package courier_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/courier"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

func TestAnotherNodeTakesOverWhenTheLeaseIsOver(t *testing.T) {
	bubble(t, func(b *bed) {
		b.rule("s", to("far"))
		b.publish("s", "", 10)
		began := time.Now()
		if lanes, err := b.bus.ClaimLanes(b.Context(), "killed", 15*time.Second, 10); err != nil || len(lanes) != 1 {
			b.Fatal(lanes, err)
		}
		defer b.run(courier.Config{Node: "other"})()
		b.until("all arrive", time.Minute, func() bool { return b.waiting() == 0 })
		if took := time.Since(began); took < 15*time.Second || took > 16100*time.Millisecond || b.world.twice > 0 {
			t.Errorf("they arrive after %v", took)
		}
	})
}

func TestNodeOfTheSameNameTakesOverAtOnce(t *testing.T) {
	bubble(t, func(b *bed) {
		b.rule("s", to("far"))
		b.publish("s", "", 10)
		if _, err := b.bus.ClaimLanes(b.Context(), "n", 15*time.Second, 10); err != nil {
			b.Fatal(err)
		}
		defer b.run(courier.Config{Node: "n"})()
		synctest.Wait()
		if b.waiting() != 0 {
			t.Errorf("%d wait for a lease that nobody has", b.waiting())
		}
	})
}

func TestNodeThatStopsGivesItsLanesBack(t *testing.T) {
	bubble(t, func(b *bed) {
		b.world.answer = func(ctx context.Context, t try) error {
			switch {
			case t.target == "slow" && t.n == 1:
				time.Sleep(2 * time.Second) // and takes it
			case t.target == "hangs" && t.n == 1:
				return hang(ctx)
			}
			return nil
		}
		b.rule("s", to("slow"), to("hangs"))
		stop := b.run(courier.Config{Node: "first"})
		b.publish("s", "", 5)
		synctest.Wait()
		began := time.Now()
		stop()
		if took := time.Since(began); took < 2*time.Second || took > 3100*time.Millisecond {
			t.Errorf("it stops after %v", took)
		}
		if b.waiting() != 5 || len(b.letters.list()) != 0 {
			t.Errorf("%d wait", b.waiting())
		}
		defer b.run(courier.Config{Node: "second"})()
		synctest.Wait()
		if b.waiting() != 0 || len(b.world.seen("slow")) != 5 || len(b.world.seen("hangs")) != 10 {
			t.Errorf("%d wait; %d attempts", b.waiting(), len(b.world.seen("hangs")))
		}
	})
}

func TestNodeThatCannotRenewItsLeaseStops(t *testing.T) {
	d := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		var unheard atomic.Bool
		db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{Step: func(s store.Step) error {
			if unheard.Load() && s.Kind == store.StepBegin {
				return storetest.ErrStep
			}
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		b := over(t, db, &world{})
		var cutAt atomic.Int64
		b.world.answer = func(ctx context.Context, _ try) error {
			unheard.Store(true)
			defer func() { cutAt.CompareAndSwap(0, time.Now().UnixNano()) }()
			return hang(ctx)
		}
		b.rule("s", to("far"))
		stop := b.run(courier.Config{})
		began := time.Now()
		b.publish("s", "", 1)
		time.Sleep(20 * time.Second)
		if cut := time.Unix(0, cutAt.Load()).Sub(began); cut != 14*time.Second {
			t.Errorf("the attempt ends after %v", cut)
		}
		if n := len(b.world.seen("far")); n != 1 {
			t.Errorf("%d attempts", n)
		}
		unheard.Store(false)
		stop()
	})
}

func TestIdleLaneIsGivenBack(t *testing.T) {
	bubble(t, func(b *bed) {
		b.rule("s", to("far"))
		defer b.run(courier.Config{Node: "first"})()
		other := over(b.T, b.db, b.world) // its events are not told of here
		for range 3 {
			b.publish("s", "", 1)
			synctest.Wait()
			if b.waiting() != 0 {
				t.Error("what this node publishes waits")
			}
			time.Sleep(5 * time.Second)
			other.publish("s", "", 1)
			time.Sleep(1100 * time.Millisecond)
			if b.waiting() != 0 {
				t.Error("what another node publishes is not seen within a second")
			}
			time.Sleep(12 * time.Second)
			b.write(func(tx *store.Tx) error {
				var node string
				if _, err := tx.Get(`SELECT node FROM bus_lane`, nil, &node); err != nil || node != "" {
					t.Errorf("%q holds the lane; err = %v", node, err)
				}
				return nil
			})
		}
	})
}

// TestNodesShareTheLanesOfOneDatabase stops and starts nodes while events come whose targets fail at random.
func TestNodesShareTheLanesOfOneDatabase(t *testing.T) {
	server := os.Getenv(storetest.Env)
	if server == "" {
		t.Skip(storetest.Env + " names no server")
	}
	d := storetest.Postgres(t, server)
	w := &world{answer: func(_ context.Context, t try) error {
		time.Sleep(time.Millisecond)
		if t.n <= 2 && rand.IntN(5) == 0 {
			return down
		}
		return nil
	}}
	open := func() (*bed, *store.DB) {
		db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return over(t, db, w), db
	}
	first, db := open()
	defer db.Close()
	targets := make([]bus.Target, 5)
	for i := range targets {
		targets[i] = caseTarget(fmt.Sprintf("far%d", i))
	}
	const fifo = "far4.fifo"
	targets[4] = caseTarget(fifo)
	targets[4].MessageGroupID = "$.detail.case.caseId"
	first.rule("s", targets...)
	quick := func(most time.Duration) time.Duration { return min(1+rand.N(most), 100*time.Millisecond) }

	var publishing, nodes sync.WaitGroup
	var mu sync.Mutex
	want := map[string][]string{}
	for n := range 3 {
		b, db := first, db
		if n > 0 {
			b, db = open()
			defer db.Close()
		}
		publishing.Go(func() { // a case's events come of one publisher, one after the other
			for i := range 150 {
				key := fmt.Sprintf("%d-%d", n, i%5)
				ids := b.publish("s", key, 1)
				mu.Lock()
				want[`"`+key+`"`] = append(want[`"`+key+`"`], ids...)
				mu.Unlock()
			}
		})
		nodes.Go(func() {
			for round := range 3 {
				stop := b.run(courier.Config{Node: fmt.Sprintf("node%d.%d", n, round), Jitter: quick})
				time.Sleep(time.Duration(300+100*n) * time.Millisecond)
				stop()
			}
		})
	}
	publishing.Wait()
	nodes.Wait()
	// One node is killed: what it holds is another one's when the lease is over. Its database is closed under it.
	killed, killedDB := open()
	killed.publish("s", "late", 20)
	stopKilled := killed.run(courier.Config{Node: "killed", Jitter: quick})
	time.Sleep(50 * time.Millisecond)
	killedDB.Close()
	stop := first.run(courier.Config{Node: "last", Jitter: quick})
	first.until("all arrive", 40*time.Second, func() bool { return first.waiting() == 0 })
	stop()
	stopKilled()

	for i := range targets {
		got := map[string][]string{}
		groups := map[string]string{}
		for _, a := range w.seen(targets[i].ID) {
			if a.n == 1 {
				got[a.key] = append(got[a.key], a.id)
			} else if i == 4 && groups[a.key] != a.id {
				t.Errorf("far4: %s is tried again when the next of its group was", a.id)
			}
			groups[a.key] = a.id
		}
		for key, ids := range want {
			if !slices.Equal(got[key], ids) {
				t.Errorf("far%d: %d of %d events of %s, not in their order", i, len(got[key]), len(ids), key)
			}
		}
		if len(got[`"late"`]) != 20 {
			t.Errorf("far%d: %d of what was there when a node was killed", i, len(got[`"late"`]))
		}
	}
	if w.twice > 0 {
		t.Errorf("%d attempts by two nodes at once", w.twice)
	}
}
