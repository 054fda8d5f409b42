package courier_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/casestream/casestream/courier"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// behind runs a test on a virtual clock that was set back: the store's clock, which never goes back, is ahead of it.
func behind(t *testing.T, by time.Duration, test func(b *bed)) {
	d := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		ahead := true
		now := func() time.Time {
			if ahead {
				return time.Now().Add(by).Round(0)
			}
			return time.Now()
		}
		db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		db.Now()
		ahead = false
		test(over(t, db, &world{}))
	})
}

func TestClockThatWasSetBackBurnsNoRetries(t *testing.T) {
	behind(t, time.Hour, func(b *bed) {
		var first string
		b.world.answer = func(_ context.Context, t try) error {
			if t.n%2 == 0 && t.id != first { // so that the breaker stays closed
				return nil
			}
			return down
		}
		b.rule("s", to("a"))
		stop := b.run(courier.Config{Jitter: func(most time.Duration) time.Duration { return most }})
		defer stop()
		first = b.publish("s", "", 1)[0]
		for range 35 { // the first one is tried after 1, 2, 4, 8 and 16 seconds, whatever others are tried meanwhile
			time.Sleep(time.Second)
			b.publish("s", "", 1)
		}
		n := 0
		for _, t := range b.world.seen("a") {
			if t.id == first {
				n++
			}
		}
		if n < 5 || n > 6 { // the store's clock is an eighth slower
			t.Errorf("%d attempts in 35 s", n)
		}
	})
}
