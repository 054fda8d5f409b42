package store_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// member is a node with one topic.
type member struct {
	*testing.T
	db      *store.DB
	close   func()
	topic   *store.Topic
	metrics *obs.Registry
	log     *strings.Builder

	mu  sync.Mutex
	got []string
}

// gap is that of the members' topic.
const gap = 10 * time.Millisecond

// join makes a node on a file of its own.
func (x *exchange) join(t *testing.T, d storetest.Database) *member {
	t.Helper()
	m := &member{T: t, metrics: obs.NewRegistry(), log: &strings.Builder{}}
	db, err := store.Open(t.Context(), shared{x: x}, d.DSN, store.Options{Metrics: m.metrics, Log: slog.New(slog.NewTextHandler(m.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	m.db = db
	m.close = sync.OnceFunc(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	m.topic = store.NewTopic(db, "queue", gap, func(keys []int64) {
		m.mu.Lock()
		defer m.mu.Unlock()
		text := "*"
		if keys != nil {
			text = fmt.Sprint(keys)
		}
		m.got = append(m.got, text)
	})
	return m
}

// heard demands that the node has heard just this since the last call.
func (m *member) heard(want ...string) {
	m.Helper()
	synctest.Wait()
	if got := m.take(); !slices.Equal(got, want) {
		m.Errorf("heard %q, want %q", got, want)
	}
}

// take gives what the node has heard since the last call.
func (m *member) take() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	got := m.got
	m.got = nil
	return got
}

// nodes demands that the node knows of so many.
func (m *member) nodes(want int) {
	m.Helper()
	var text strings.Builder
	if err := m.metrics.Write(m.Context(), &text); err != nil {
		m.Fatal(err)
	}
	if line := fmt.Sprintf("\ncasestream_store_nodes %d\n", want); !strings.Contains(text.String(), line) {
		m.Errorf("not %s in %s", line, text.String())
	}
}

// together runs a test with two nodes that know of each other, on a virtual clock.
func together(t *testing.T, test func(x *exchange, a, b *member)) {
	t.Helper()
	d, e := storetest.SQLite(t), storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		x := &exchange{}
		a, b := x.join(t, d), x.join(t, e)
		defer a.close()
		defer b.close()
		time.Sleep(time.Second)
		a.take()
		b.take()
		x.said()
		test(x, a, b)
	})
}

func TestChangesAreToldAtOnceAndThenTogether(t *testing.T) {
	together(t, func(x *exchange, a, b *member) {
		for n := range int64(100) { // one a millisecond
			a.topic.Notify(n / 2)
			synctest.Wait()
			if n == 0 {
				b.heard("[0]")
			}
			time.Sleep(gap / 10)
		}
		time.Sleep(gap)
		got := b.take()
		all := strings.Join(got, " ")
		for n := range 50 {
			if !strings.Contains(strings.NewReplacer("[", " ", "]", " ").Replace(all), fmt.Sprintf(" %d ", n)) {
				t.Errorf("%d is not in %s", n, all)
			}
		}
		if n := len(got); n < 9 || n > 10 {
			t.Errorf("%d notes in 100 ms: %s", n, all)
		}
		a.heard()
		a.topic.Notify(0)
		b.heard("[0]")
		for n := range int64(300) {
			a.topic.Notify(n)
		}
		b.topic.Notify(-5)
		time.Sleep(gap)
		b.heard("*")
		a.heard("[-5]")
	})
}

func TestNodeThatIsAloneTellsNothing(t *testing.T) {
	d, e := storetest.SQLite(t), storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		x := &exchange{}
		a := x.join(t, d)
		defer a.close()
		for n := range int64(100) {
			a.topic.Notify(n)
			time.Sleep(time.Minute)
		}
		if said := x.said(); said != "hello" {
			t.Errorf("told %q", said)
		}
		a.nodes(1)
		if !a.topic.Live() {
			t.Error("it does not hear")
		}
		a.heard("*")

		// Another one comes: it is told to look, for what happened before it was known of.
		b := x.join(t, e)
		time.Sleep(time.Second)
		a.nodes(2)
		b.nodes(2)
		a.heard("*")
		b.heard("*", "*")
		b.close()
		synctest.Wait()
		a.nodes(1)
		x.said()
		a.topic.Notify(1)
		time.Sleep(time.Hour)
		if said := x.said(); said != "" {
			t.Errorf("told %q", said)
		}
	})
}

func TestNodesGreetForAsLongAsTheyAreThere(t *testing.T) {
	together(t, func(x *exchange, a, b *member) {
		for range 100 {
			time.Sleep(time.Minute)
			a.nodes(2)
			b.nodes(2)
		}
		if said := x.said(); strings.Count(said, "here") < 1000 || strings.Contains(said, "queue") {
			t.Errorf("told %.200q", said)
		}
		// One falls silent without a word.
		x.set(func() { x.lines[1].Close(); x.lines = x.lines[:1]; x.refuse = errDown })
		time.Sleep(time.Minute)
		b.nodes(1)
		if a.topic.Live() == b.topic.Live() {
			t.Error("the one that does not hear says that it does")
		}
	})
}

func TestBrokenLinesAreMadeAnewAndNothingIsMissed(t *testing.T) {
	together(t, func(x *exchange, a, b *member) {
		x.set(func() { x.down = true })
		x.cut()
		synctest.Wait()
		if a.topic.Live() || b.topic.Live() {
			t.Error("they hear")
		}
		b.heard("*") // it looks by itself from now on
		a.topic.Notify(1)
		time.Sleep(20 * time.Second)
		a.topic.Notify(2)
		b.heard()
		x.set(func() { x.down = false })
		time.Sleep(10 * time.Second)
		if !a.topic.Live() || !b.topic.Live() {
			t.Error("they do not hear")
		}
		if got := b.take(); len(got) == 0 || slices.ContainsFunc(got, func(s string) bool { return s != "*" }) {
			t.Errorf("heard %q", got)
		}
		a.topic.Notify(3)
		b.heard("[3]")
		if n := strings.Count(b.log.String(), "other nodes not heard"); n != 1 {
			t.Errorf("logged %d times: %s", n, b.log)
		}
		if !strings.Contains(b.log.String(), "other nodes heard again") {
			t.Error(b.log)
		}
	})
}

func TestDatabaseThatPassesNothingOnIsLeftAlone(t *testing.T) {
	for name, x := range map[string]*exchange{
		"no LISTEN":     {refuse: errors.Join(store.ErrNoLine, errors.New("syntax error"))},
		"nothing comes": {mute: true},
	} {
		t.Run(name, func(t *testing.T) {
			d := storetest.SQLite(t)
			synctest.Test(t, func(t *testing.T) {
				a := x.join(t, d)
				defer a.close()
				time.Sleep(time.Hour)
				a.topic.Notify(1)
				a.heard()
				if a.topic.Live() {
					t.Error("it says that it hears")
				}
				if n := strings.Count(a.log.String(), "other nodes not heard"); n != 1 {
					t.Errorf("logged %d times: %s", n, a.log)
				}
				if err := a.db.Ping(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestWhatIsLeftIsToldAtTheEnd(t *testing.T) {
	together(t, func(_ *exchange, a, b *member) {
		a.topic.Notify(1)
		b.heard("[1]")
		a.topic.Notify(2)
		a.close()
		b.heard("[2]")
		b.nodes(1)
		a.topic.Notify(3) // too late, and no harm
		b.heard()
	})
}

func TestEnginesOfOneProcessTellNobody(t *testing.T) {
	db := storetest.SQLite(t).Open(t, store.Options{})
	topic := store.NewTopic(db, "queue", gap, func([]int64) { t.Error("heard something") })
	topic.Notify(1)
	if topic.Live() {
		t.Error("it says that it hears")
	}
}
