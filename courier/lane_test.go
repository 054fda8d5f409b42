package courier_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/courier"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/target"
)

// hang takes until it is cut off.
func hang(ctx context.Context) error {
	<-ctx.Done()
	return &target.Failure{Code: bus.Timeout, Message: "no answer"}
}

func TestTargetThatHangsHoldsUpNoOther(t *testing.T) {
	bubble(t, func(b *bed) {
		b.world.answer = func(ctx context.Context, t try) error {
			if t.target == "hangs" {
				return hang(ctx)
			}
			return nil
		}
		b.rule("s", to("hangs"), to("well"))
		defer b.run(courier.Config{})()
		for range 300 {
			began := time.Now()
			n := len(b.world.seen("well"))
			b.publish("s", "", 1)
			synctest.Wait()
			tries := b.world.seen("well")
			if len(tries) != n+1 || tries[n].at.Sub(began) > 0 {
				t.Fatalf("%d of %d events came at once", len(tries), n+1)
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
}

func TestTargetThatIsDownIsAskedByOneEventAtATime(t *testing.T) {
	bubble(t, func(b *bed) {
		var up atomic.Bool
		b.world.answer = func(ctx context.Context, _ try) error {
			if up.Load() {
				return nil
			}
			time.Sleep(time.Second)
			return down
		}
		b.rule("s", to("far"))
		b.publish("s", "", 1000)
		defer b.run(courier.Config{})()
		began := time.Now()
		time.Sleep(10 * time.Minute)
		tries := b.world.seen("far")
		probe := slices.IndexFunc(tries, func(t try) bool { return t.at.Sub(began) >= 2*time.Second })
		// 32 began together, and as many as took the place of those whose failures did not open the breaker yet.
		if probe < 32 || probe > 32+19 || len(b.letters.list()) != 0 {
			t.Fatalf("%d attempts before the breaker is open, %d dead letters", probe, len(b.letters.list()))
		}
		want := time.Second
		for i := probe + 1; i < len(tries); i++ {
			want = min(2*want, 30*time.Second)
			if gap := tries[i].at.Sub(tries[i-1].at); gap != want+time.Second {
				t.Errorf("probe %d came after %v, want %v", i-probe+1, gap, want+time.Second)
			}
		}
		if len(tries)-probe < 20 {
			t.Errorf("%d probes in ten minutes", len(tries)-probe)
		}
		b.reads("casestream_courier_lanes 1")
		b.reads("casestream_courier_open_breakers 1")
		up.Store(true)
		b.until("all arrive", 17*time.Minute, func() bool { return b.waiting() == 0 })
		time.Sleep(10 * time.Second) // a reading of the metrics may serve for a while
		b.reads("casestream_courier_open_breakers 0")
		b.reads("casestream_courier_attempts_in_flight 0")
		if late := len(ids(b.world.seen("far"))); late != 1000 {
			t.Errorf("%d events came", late)
		}
		// All but the ones that were tried before, which have their time to wait, came with the probe that found it up.
		soon := 0
		for _, t := range b.world.seen("far")[len(tries):] {
			if t.at.Sub(began) < 11*time.Minute {
				soon++
			}
		}
		if soon < 1000-len(tries) {
			t.Errorf("%d events came at once when it was up", soon)
		}
	})
}

func TestWhatExpiresWhileATargetIsDownIsDeadLettered(t *testing.T) {
	bubble(t, func(b *bed) {
		b.world.answer = failing(down)
		far := to("far")
		far.Retry = &bus.Retry{AgeSeconds: new(int32(60))}
		b.rule("s", far)
		defer b.run(courier.Config{})()
		b.publish("s", "", 500)
		b.until("all are dead-lettered", 75*time.Second, func() bool { return b.waiting() == 0 })
		codes := map[string]int{}
		for _, l := range b.letters.list() {
			if l.Attributes["EXHAUSTED_RETRY_CONDITION"] != bus.MaximumEventAgeInSeconds {
				t.Errorf("%v", l.Attributes)
			}
			codes[l.Attributes["ERROR_CODE"]]++
		}
		tried := len(ids(b.world.seen("far")))
		if len(b.letters.list()) != 500 || codes["CONNECTION_FAILURE"] != tried || codes["UNKNOWN"] != 500-tried || tried > 100 {
			t.Errorf("%d letters of %d that were tried: %v", len(b.letters.list()), tried, codes)
		}
	})
}

func TestEventsThatATargetRefusesKeepNobodyFromIt(t *testing.T) {
	bubble(t, func(b *bed) {
		b.world.answer = func(_ context.Context, t try) error {
			if t.key == `"bad"` {
				return &target.Failure{Code: bus.SDKClientError, Message: "bad request", Status: 400, Final: true}
			}
			return nil
		}
		bad := to("far")
		bad.Input = new(`"bad"`)
		b.rule("bad", bad)
		b.rule("good", to("far"))
		defer b.run(courier.Config{})()
		b.publish("bad", "", 200)
		b.publish("good", "", 10)
		synctest.Wait()
		if b.waiting() != 0 || len(b.letters.list()) != 200 || len(b.world.seen("far")) != 210 {
			t.Errorf("%d wait, %d dead letters, %d attempts", b.waiting(), len(b.letters.list()), len(b.world.seen("far")))
		}
	})
}

// caseTarget is a target whose events show their case.
func caseTarget(name string) bus.Target {
	t := to(name)
	t.InputPath = new("$.detail.case.caseId")
	return t
}

func TestEventsOfACaseAreFirstTriedInTheirOrder(t *testing.T) {
	bubble(t, func(b *bed) {
		var flying [20]atomic.Int32 // first attempts of each case
		b.world.answer = func(_ context.Context, t try) error {
			var number int
			fmt.Sscanf(t.key, `"c%d"`, &number)
			if t.n == 1 && flying[number].Add(1) > 1 {
				b.Errorf("two first attempts of %s at once", t.key)
			}
			time.Sleep(time.Duration(1+len(t.id)%7) * 10 * time.Millisecond)
			if t.n == 1 {
				flying[number].Add(-1)
			}
			if rand.IntN(3) == 0 {
				return down
			}
			return nil
		}
		b.rule("s", caseTarget("far"))
		defer b.run(courier.Config{})()
		want := map[string][]string{}
		for i := range 400 {
			key := fmt.Sprintf("c%d", rand.IntN(20))
			want[`"`+key+`"`] = append(want[`"`+key+`"`], b.publish("s", key, 1)...)
			if i%50 == 0 {
				time.Sleep(time.Duration(i) * time.Millisecond)
			}
		}
		b.until("all arrive", time.Hour, func() bool { return b.waiting() == 0 })
		got := map[string][]string{}
		for _, t := range b.world.seen("far") {
			if t.n == 1 {
				got[t.key] = append(got[t.key], t.id)
			}
		}
		for key := range want {
			if !slices.Equal(got[key], want[key]) {
				t.Errorf("%s: %d events, not in their order", key, len(got[key]))
			}
		}
		if b.world.twice > 0 {
			t.Errorf("%d attempts of one event at once", b.world.twice)
		}
	})
}

func TestBusyCaseLeavesRoomForOthers(t *testing.T) {
	bubble(t, func(b *bed) {
		b.world.answer = func(_ context.Context, t try) error {
			time.Sleep(time.Second)
			return nil
		}
		b.rule("s", caseTarget("far"))
		busy := b.publish("s", "busy", 200)
		small := b.publish("s", "small", 3)
		began := time.Now()
		defer b.run(courier.Config{})()
		b.until("all arrive", time.Hour, func() bool { return b.waiting() == 0 })
		var got []string
		for _, t := range b.world.seen("far") {
			if t.key == `"small"` {
				small = slices.DeleteFunc(small, func(id string) bool { return id == t.id })
				if late := t.at.Sub(began); late > 10*time.Second {
					b.Errorf("an event of another case waited %v", late)
				}
				continue
			}
			got = append(got, t.id)
		}
		if !slices.Equal(got, busy) || len(small) > 0 {
			t.Errorf("%d of the case in their order: %v; %d others did not come", len(got), slices.Equal(got, busy), len(small))
		}
		if took := time.Since(began); took > 210*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestBacklogOfOneCaseCostsAsMuchAsItIsLong(t *testing.T) {
	reads := func(n int) (reads int) {
		d := storetest.SQLite(t)
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{Step: func(s store.Step) error {
				if strings.HasPrefix(s.Query, "SELECT position, lane") {
					mu.Lock()
					defer mu.Unlock()
					reads++
				}
				return nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			b := over(t, db, &world{answer: func(context.Context, try) error { return nil }})
			b.rule("s", caseTarget("far"))
			want := b.publish("s", "busy", n)
			stop := b.run(courier.Config{})
			b.until("all arrive", time.Hour, func() bool { return b.waiting() == 0 })
			stop()
			var got []string
			for _, t := range b.world.seen("far") {
				got = append(got, t.id)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d of %d in their order", len(got), n)
			}
		})
		return reads
	}
	if few, many := reads(250), reads(1000); many > 5*few {
		t.Errorf("%d reads for 250 deliveries, %d for 1000", few, many)
	}
}

func TestFailingEventHoldsItsGroupAndNoOther(t *testing.T) {
	bubble(t, func(b *bed) {
		b.world.answer = func(_ context.Context, t try) error {
			time.Sleep(10 * time.Millisecond)
			if t.key == `"a"` && t.n < 4 || t.key == `"c"` && t.n == 1 {
				return down
			}
			return nil
		}
		far := caseTarget("far.fifo")
		far.MessageGroupID = "$.detail.case.caseId"
		b.rule("s", far)
		defer b.run(courier.Config{})()
		want := map[string][]string{}
		began := time.Now()
		for range 12 {
			for _, key := range []string{"a", "b", "c"} {
				want[`"`+key+`"`] = append(want[`"`+key+`"`], b.publish("s", key, 1)...)
			}
		}
		b.until("all arrive", time.Hour, func() bool { return b.waiting() == 0 })
		got := map[string][]string{}
		for _, t := range b.world.seen("far.fifo") {
			got[t.key] = append(got[t.key], t.id)
			if late := t.at.Sub(began); t.key == `"b"` && late > 200*time.Millisecond {
				b.Errorf("a group in which nothing fails waited %v", late)
			}
		}
		for key, tries := range map[string]int{`"a"`: 4, `"b"`: 1, `"c"`: 2} {
			var order []string
			for _, id := range want[key] {
				for range tries {
					order = append(order, id)
				}
			}
			if !slices.Equal(got[key], order) {
				t.Errorf("%s: %d attempts, not one event after the other", key, len(got[key]))
			}
		}
	})
}

func TestNewEventsAndRetriesTakeTurns(t *testing.T) {
	bubble(t, func(b *bed) {
		var up atomic.Bool
		b.world.answer = func(_ context.Context, t try) error {
			time.Sleep(100 * time.Millisecond)
			if up.Load() || t.n > 1 {
				return nil
			}
			return &target.Failure{Code: bus.Throttling, Message: "slow down", Status: 500, RetryAfter: 10 * time.Minute}
		}
		b.rule("s", to("far"))
		b.publish("s", "", 19) // one more would open the breaker
		stop := b.run(courier.Config{})
		defer stop()
		synctest.Wait()
		time.Sleep(time.Second)
		up.Store(true)
		b.publish("s", "", 1)
		time.Sleep(time.Second)
		time.Sleep(10*time.Minute - 3*time.Second)
		b.publish("s", "", 5000) // half a minute's work
		began := time.Now()
		b.until("all arrive", time.Hour, func() bool { return b.waiting() == 0 })
		last := 0
		for i, t := range b.world.seen("far") {
			if t.n == 2 {
				last = i
				if late := t.at.Sub(began); late > 5*time.Second {
					b.Errorf("a retry waited %v", late)
				}
			}
		}
		if n := len(b.world.seen("far")); n != 5039 || last < 20 {
			t.Errorf("%d attempts", n)
		}
	})
}

func TestTargetThatTakesOneEventASecondUsesUpNoAttempts(t *testing.T) {
	bubble(t, func(b *bed) {
		turns := rate.NewLimiter(1, 1)
		b.world.answer = func(ctx context.Context, _ try) error {
			if err := turns.Wait(ctx); err != nil {
				return &target.Failure{Code: bus.Throttling, Message: err.Error()}
			}
			time.Sleep(5 * time.Second)
			return nil
		}
		b.rule("s", to("far"))
		defer b.run(courier.Config{})()
		b.publish("s", "", 200)
		b.until("all arrive", 210*time.Second, func() bool { return b.waiting() == 0 })
		if n := len(b.world.seen("far")); n != 200 {
			t.Errorf("%d attempts", n)
		}
	})
}

func TestOutcomeIsStoredWhenTheStoreTakesItAgain(t *testing.T) {
	d := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		var full atomic.Bool
		db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{Step: func(s store.Step) error {
			if full.Load() && s.Kind == store.StepCommit {
				return storetest.ErrStep
			}
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		b := over(t, db, &world{})
		b.world.answer = func(_ context.Context, t try) error {
			full.Store(true)
			return nil
		}
		b.rule("s", to("far"))
		stop := b.run(courier.Config{})
		b.publish("s", "", 1)
		time.Sleep(5 * time.Second)
		full.Store(false)
		time.Sleep(2 * time.Second)
		stop()
		if n := len(b.world.seen("far")); n != 1 || b.waiting() != 0 {
			t.Errorf("%d attempts, %d wait", n, b.waiting())
		}
	})
}
