package courier_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/courier"
	"github.com/casestream/casestream/target"
)

// down is what a target answers that is down.
var down = &target.Failure{Code: bus.ConnectionFailure, Message: "connection refused"}

// failing always fails.
func failing(err error) func(context.Context, try) error {
	return func(context.Context, try) error { return err }
}

// dice is a jitter that is the same in each run.
func dice() func(time.Duration) time.Duration {
	r := rand.New(rand.NewPCG(1, 2))
	return func(most time.Duration) time.Duration { return 1 + time.Duration(r.Int64N(int64(most))) }
}

func TestDeliveryIsTriedForADayAndThenDeadLettered(t *testing.T) {
	bubble(t, func(b *bed) {
		b.world.answer = failing(down)
		made := to("far")
		made.Input = new(`"changed"`)
		b.rule("s", made)
		stop := b.run(courier.Config{Jitter: dice()})
		defer stop()
		began := time.Now()
		id := b.publish("s", "", 1)[0]
		b.until("it is dead-lettered", 25*time.Hour, func() bool {
			time.Sleep(time.Minute)
			return len(b.letters.list()) > 0
		})
		tries := b.world.seen("far")
		took := tries[len(tries)-1].at.Sub(began)
		if len(tries) != 186 || took < 18*time.Hour || took > 24*time.Hour {
			t.Errorf("%d attempts in %v", len(tries), took)
		}
		for i, r := 1, dice(); i < len(tries); i++ {
			gap := tries[i].at.Sub(tries[i-1].at)
			// What is due waits for the gap of the breaker and the look once a second, no longer.
			want := r(min(time.Second<<min(i-1, 20), 15*time.Minute))
			if gap < want || gap > want+31*time.Second || i < 20 && gap > want+time.Second {
				t.Errorf("attempt %d came after %v, want %v", i+1, gap, want)
			}
		}
		letter := b.letters.list()[0]
		want := map[string]string{
			"RULE_ARN": b.bus.RuleARN(bus.Default, "s"), "TARGET_ARN": remoteARN("far"),
			"ERROR_CODE": "CONNECTION_FAILURE", "ERROR_MESSAGE": "connection refused",
			"EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts", "RETRY_ATTEMPTS": "185",
		}
		if diff := cmp.Diff(want, letter.Attributes); diff != "" {
			t.Error(diff)
		}
		if letter.Event.ID != id || !strings.Contains(string(letter.Body), `"id":"`+id+`"`) || b.waiting() != 0 {
			t.Errorf("%s; %d wait", letter.Body, b.waiting())
		}
	})
}

func TestRetryPolicyEndsADelivery(t *testing.T) {
	final := &target.Failure{Code: bus.NoPermissions, Message: "no", Final: true, Status: 403}
	for _, row := range []struct {
		name          string
		retries, age  int32
		err           error
		least, most   int
		within, after time.Duration
		want          map[string]string
	}{
		{"no retries", 0, 86400, down, 1, 1, time.Second, 0, map[string]string{
			"ERROR_CODE": "CONNECTION_FAILURE", "ERROR_MESSAGE": "connection refused", "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts", "RETRY_ATTEMPTS": "0",
		}},
		{"three retries", 3, 86400, down, 4, 4, 20 * time.Second, 0, map[string]string{
			"ERROR_CODE": "CONNECTION_FAILURE", "ERROR_MESSAGE": "connection refused", "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts", "RETRY_ATTEMPTS": "3",
		}},
		{"an hour", 185, 3600, down, 8, 40, time.Hour + time.Second, time.Hour, map[string]string{
			"ERROR_CODE": "CONNECTION_FAILURE", "ERROR_MESSAGE": "connection refused", "EXHAUSTED_RETRY_CONDITION": "MaximumEventAgeInSeconds",
		}},
		{"final", 185, 86400, final, 1, 1, time.Second, 0, map[string]string{"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "no"}},
		{"an error of no kind", 0, 86400, errors.New("secret"), 1, 1, time.Second, 0, map[string]string{
			"ERROR_CODE": "INTERNAL_ERROR", "ERROR_MESSAGE": "The delivery failed.", "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts", "RETRY_ATTEMPTS": "0",
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			bubble(t, func(b *bed) {
				b.world.answer = failing(row.err)
				far := to("far")
				far.Retry = &bus.Retry{Attempts: &row.retries, AgeSeconds: &row.age}
				b.rule("s", far)
				defer b.run(courier.Config{Jitter: dice()})()
				began := time.Now()
				b.publish("s", "", 1)
				b.until("it is dead-lettered", row.within, func() bool { return len(b.letters.list()) > 0 })
				tries := b.world.seen("far")
				if n := len(tries); n < row.least || n > row.most || time.Since(began) < row.after || b.waiting() != 0 {
					t.Errorf("%d attempts in %v; %d wait", n, time.Since(began), b.waiting())
				}
				got := attributes(b.letters.list()[0])
				if row.after > 0 { // how many there were was drawn
					delete(got, "RETRY_ATTEMPTS")
				}
				if diff := cmp.Diff(row.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestPanicOfATargetIsAFailure(t *testing.T) {
	bubble(t, func(b *bed) {
		b.world.answer = func(_ context.Context, t try) error {
			if t.n == 1 {
				panic("at the disco")
			}
			return nil
		}
		b.rule("s", to("far"))
		defer b.run(courier.Config{})()
		b.publish("s", "", 1)
		b.until("it arrives", time.Minute, func() bool { return b.waiting() == 0 })
		if n := len(b.world.seen("far")); n != 2 || len(b.letters.list()) != 0 {
			t.Errorf("%d attempts", n)
		}
	})
}

func TestTargetThatTakesTooLongIsCutOff(t *testing.T) {
	bubble(t, func(b *bed) {
		b.world.answer = func(ctx context.Context, _ try) error { <-ctx.Done(); return ctx.Err() }
		far := to("far")
		far.Retry = &bus.Retry{Attempts: new(int32(0))}
		b.rule("s", far)
		defer b.run(courier.Config{})()
		b.publish("s", "", 1)
		b.until("it is dead-lettered", 46*time.Second, func() bool { return len(b.letters.list()) > 0 })
		if got := b.letters.list()[0].Attributes["ERROR_CODE"]; got != "TIMEOUT" {
			t.Error(got)
		}
	})
}

func TestTargetIsLeftAloneForAsLongAsItAsks(t *testing.T) {
	bubble(t, func(b *bed) {
		const asked = 40 * time.Second
		b.world.answer = func(_ context.Context, t try) error {
			if t.target == "busy" && len(b.world.seen("busy")) <= 3 {
				return &target.Failure{Code: bus.Throttling, Message: "slow down", Status: 429, RetryAfter: asked}
			}
			return nil
		}
		b.rule("s", to("busy"), to("well"))
		defer b.run(courier.Config{})()
		began := time.Now()
		b.publish("s", "c", 1)
		time.Sleep(5 * time.Second)
		b.publish("s", "c", 20)
		b.until("all arrive", 5*time.Minute, func() bool { return b.waiting() == 0 })
		tries := b.world.seen("busy")
		for i, t := range tries[1:] {
			if quiet := t.at.Sub(tries[0].at); quiet < asked {
				b.Errorf("attempt %d came after %v", i+2, quiet)
			}
		}
		for _, t := range b.world.seen("well") {
			if late := t.at.Sub(began); late > 6*time.Second {
				b.Errorf("a target that nobody asked to leave alone waited %v", late)
			}
		}
	})
}
