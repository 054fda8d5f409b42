package courier_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/courier"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/target"
)

const account, region = "111122223333", "eu-west-2"

// remoteARN names a target outside the store, deadARN a dead-letter queue.
func remoteARN(name string) string { return "arn:aws:far:" + region + ":" + account + ":" + name }

// deadARN is where dead letters go.
const deadARN = "arn:aws:sqs:" + region + ":" + account + ":dlq"

// letters is the Local that takes dead letters.
type letters struct {
	mu  sync.Mutex
	got []bus.Delivery
}

func (s *letters) DeliverTx(tx *store.Tx, list []*bus.Delivery) error {
	for _, d := range list {
		c := *d
		tx.AfterCommit(func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.got = append(s.got, c)
		})
	}
	return nil
}

// list gives the letters that are there.
func (s *letters) list() []bus.Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

// try is an attempt that a target has seen.
type try struct {
	at     time.Time
	target string
	id     string
	key    string
	n      int // it is the n-th of its event
}

// world is the targets outside the store: they do what a test says and remember every attempt.
type world struct {
	answer func(ctx context.Context, t try) error // nil: all is well

	mu     sync.Mutex
	tries  []try
	counts map[string]int // by target and event
	flying map[string]int // by target and event
	twice  int            // attempts of an event that overlapped
}

func (w *world) Takes(a arn.ARN) bool { return a.Service == "far" }

func (w *world) Deliver(ctx context.Context, d *bus.Delivery) error {
	name := d.TargetARN[strings.LastIndexByte(d.TargetARN, ':')+1:]
	what := name + " " + d.Event.ID
	w.mu.Lock()
	if w.counts == nil {
		w.counts, w.flying = make(map[string]int), make(map[string]int)
	}
	w.counts[what]++
	if w.flying[what]++; w.flying[what] > 1 {
		w.twice++
	}
	t := try{at: time.Now(), target: name, id: d.Event.ID, key: string(d.Body), n: w.counts[what]}
	w.tries = append(w.tries, t)
	w.mu.Unlock()
	var err error
	if w.answer != nil {
		err = w.answer(ctx, t)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.flying[what]--; w.flying[what] == 0 {
		delete(w.flying, what)
	}
	return err
}

// seen gives the attempts on a target so far.
func (w *world) seen(name string) (list []try) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.tries {
		if t.target == name {
			list = append(list, t)
		}
	}
	return list
}

// bed is a bus whose targets lie in a world.
type bed struct {
	*testing.T
	db      *store.DB
	bus     *bus.Bus
	world   *world
	letters *letters
	metrics *obs.Registry
}

// over puts a bus on a store.
func over(t *testing.T, db *store.DB, w *world) *bed {
	b := &bed{T: t, db: db, world: w, letters: &letters{}, metrics: obs.NewRegistry()}
	b.bus = bus.New(db, bus.Config{
		ARNs: arn.NewMaker(account, region), Metrics: b.metrics, Locals: map[string]bus.Local{"sqs": b.letters},
		Outside: func(a arn.ARN) bool { return a.Service == "far" },
	})
	return b
}

// bubble runs a test on a virtual clock, with a store of its own.
func bubble(t *testing.T, test func(b *bed)) {
	d := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		test(over(t, db, &world{}))
	})
}

// run runs a courier until the function that it gives is called.
func (b *bed) run(cfg courier.Config) (stop func()) {
	cfg.Bus = b.bus
	if cfg.Node == "" {
		cfg.Node = "n"
	}
	if cfg.Remotes == nil {
		cfg.Remotes = []target.Remote{b.world}
	}
	if cfg.Metrics == nil {
		cfg.Metrics = b.metrics
	}
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	wg.Go(func() { courier.New(cfg).Run(ctx) })
	return func() { cancel(); wg.Wait() }
}

// write runs fn in a transaction that must commit.
func (b *bed) write(fn func(tx *store.Tx) error) {
	b.Helper()
	if err := b.db.Write(b.Context(), fn); err != nil {
		b.Fatal(err)
	}
}

// to makes a target outside the store, with a dead-letter queue.
func to(name string) bus.Target {
	return bus.Target{ID: name, ARN: remoteARN(name), DeadLetterARN: deadARN}
}

// rule makes a rule for a source with targets.
func (b *bed) rule(source string, targets ...bus.Target) {
	b.Helper()
	b.write(func(tx *store.Tx) error {
		r := bus.Rule{Bus: bus.Default, Name: source, Pattern: `{"source":["` + source + `"]}`}
		if err := b.bus.PutRule(tx, r); err != nil {
			return err
		}
		return b.bus.PutTargets(tx, bus.Default, source, targets)
	})
}

// publish puts events of one case on the bus; no case: "".
func (b *bed) publish(source, key string, n int) (ids []string) {
	b.Helper()
	for n > 0 {
		step := min(n, 500)
		var some []string
		b.write(func(tx *store.Tx) error {
			some = some[:0]
			for range step {
				ev := bus.Event{Source: source, DetailType: "t"}
				if key != "" {
					ev.Detail = fmt.Appendf(nil, `{"case":{"caseId":"%s"}}`, key)
				}
				if err := b.bus.Publish(tx, bus.Default, &ev); err != nil {
					return err
				}
				some = append(some, ev.ID)
			}
			return nil
		})
		ids, n = append(ids, some...), n-step
	}
	return ids
}

// waiting tells how many deliveries are pending.
func (b *bed) waiting() (n int) {
	b.Helper()
	err := b.db.Read(context.WithoutCancel(b.Context()), func(tx *store.Tx) error {
		_, err := tx.Get(`SELECT count(*) FROM bus_delivery`, nil, &n)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// until waits until something is so, and fails when it takes too long: on the bubble's clock or the machine's.
func (b *bed) until(what string, within time.Duration, so func() bool) {
	b.Helper()
	for end := time.Now().Add(within); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			b.Fatalf("after %v still not: %s", within, what)
		}
	}
}

// ids lists the events of attempts, each once, in the order of their first.
func ids(tries []try) (list []string) {
	for _, t := range tries {
		if t.n == 1 {
			list = append(list, t.id)
		}
	}
	return list
}

// sorted gives a sorted copy.
func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// same says whether two lists have the same members.
func same(a, b []string) bool { return slices.Equal(sorted(a), sorted(b)) }

// attributes gives those of a dead letter without what has no fixed text.
func attributes(d bus.Delivery) map[string]string {
	a := maps.Clone(d.Attributes)
	delete(a, "RULE_ARN")
	delete(a, "TARGET_ARN")
	return a
}

// reads wants a line among the metrics.
func (b *bed) reads(line string) {
	b.Helper()
	var text strings.Builder
	if err := b.metrics.Write(b.Context(), &text); err != nil {
		b.Fatal(err)
	}
	if !strings.Contains(text.String(), "\n"+line+"\n") {
		b.Errorf("no %s in %s", line, text.String())
	}
}
