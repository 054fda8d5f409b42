package bus_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// tail reads what came since a cursor, page by page until there is nothing more.
func (f outsider) tail(q bus.TailQuery) (ids []string, cursor string) {
	f.Helper()
	for {
		page, err := f.bus.Tail(f.Context(), q)
		if err != nil {
			f.Fatal(err)
		}
		for _, t := range page.List {
			ids = append(ids, t.EventID)
		}
		q.Cursor = page.Cursor
		if !page.More {
			return ids, page.Cursor
		}
	}
}

func TestTailBeginsNowOrWithTheLastEvents(t *testing.T) {
	eachTraced(t, func(f outsider) {
		say := func(ids ...string) {
			for _, id := range ids {
				f.publish(bus.Event{ID: id, Source: "s", DetailType: "t"})
			}
		}
		say("a", "b", "c")
		none, now := f.tail(bus.TailQuery{})
		last, behind := f.tail(bus.TailQuery{Last: 2})
		if len(none) != 0 || fmt.Sprint(last) != "[b c]" {
			f.Errorf("%v %v", none, last)
		}
		if got, _ := f.tail(bus.TailQuery{Cursor: now}); len(got) != 0 {
			f.Errorf("%v came when nothing did", got)
		}
		wake := f.bus.TailWake()
		say("d", "e")
		select {
		case <-wake:
		default:
			f.Error("nobody was woken")
		}
		for _, c := range []string{now, behind} {
			got, next := f.tail(bus.TailQuery{Cursor: c, Limit: 1})
			if fmt.Sprint(got) != "[d e]" {
				f.Errorf("%v", got)
			}
			if got, _ := f.tail(bus.TailQuery{Cursor: next}); len(got) != 0 {
				f.Errorf("%v came again", got)
			}
		}
		if got, _ := f.tail(bus.TailQuery{Cursor: now, Bus: "other"}); len(got) != 0 {
			f.Errorf("%v came to another bus", got)
		}
		for _, c := range []string{"x", "1,2,3/1:1:/x", "1,2/1:1:/1:1:", "1,2,y/1:1:/1:1:"} {
			_, err := f.bus.Tail(f.Context(), bus.TailQuery{Cursor: c})
			refused(f.T, err, fault.Invalid, "cursor")
		}
	})
}

// A transaction may draw its position first and commit last.
func TestTailWaitsForTransactionsThatCommitOutOfOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		if d.Engine.Name() == "sqlite" {
			t.Skip("its transactions come one after another")
		}
		c := &clock{at: noon}
		f := overTraced(t, d.Open(t, store.Options{Now: c.now}), c, bus.TraceConfig{Keep: time.Hour})
		_, cursor := f.tail(bus.TailQuery{})
		drawn, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
		go func() {
			done <- f.db.Write(t.Context(), func(tx *store.Tx) error {
				err := f.bus.Publish(tx, bus.Default, &bus.Event{ID: "slow", Source: "s", DetailType: "t"})
				close(drawn)
				<-release
				return err
			})
		}()
		<-drawn
		f.publish(bus.Event{ID: "quick", Source: "s", DetailType: "t"})
		var all []string
		read := func() {
			if err := f.bus.SweepTraces(t.Context()); err != nil {
				t.Fatal(err)
			}
			var ids []string
			ids, cursor = f.tail(bus.TailQuery{Cursor: cursor})
			all = append(all, ids...)
		}
		read()
		read()
		f.publish(bus.Event{ID: "third", Source: "s", DetailType: "t"})
		read()
		close(release)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		read()
		read()
		if got := fmt.Sprint(all); got != "[quick third slow]" {
			t.Error(got)
		}
	})
}

func TestTailUnderConcurrentPublishersMissesAndRepeatsNothing(t *testing.T) {
	eachTraced(t, func(f outsider) {
		const publishers, each = 8, 60
		_, cursor := f.tail(bus.TailQuery{})
		var group sync.WaitGroup
		for p := range publishers {
			group.Go(func() {
				for i := range each {
					list := []bus.Outgoing{{Bus: bus.Default, Event: &bus.Event{ID: fmt.Sprintf("%d-%d", p, i), Source: "s", DetailType: "t"}}}
					if i%3 == 0 { // a transaction of its own, beside those that share one
						if err := f.db.Write(f.Context(), func(tx *store.Tx) error { _, err := f.bus.PublishMany(tx, list); return err }); err != nil {
							f.Error(err)
						}
						continue
					}
					if _, err := f.bus.PublishAll(f.Context(), list); err != nil {
						f.Error(err)
					}
				}
			})
		}
		over := make(chan struct{})
		go func() { group.Wait(); close(over) }()
		seen := map[string]int{}
		for last := false; !last; {
			wake := f.bus.TailWake()
			select {
			case <-over:
				last = true
			default:
			}
			if err := f.bus.SweepTraces(f.Context()); err != nil { // it moves what tails need not look at
				f.Fatal(err)
			}
			var ids []string
			ids, cursor = f.tail(bus.TailQuery{Cursor: cursor, Limit: 7})
			for _, id := range ids {
				seen[id]++
			}
			if !last {
				select {
				case <-wake:
				case <-over:
				}
			}
		}
		for id, n := range seen {
			if n != 1 {
				f.Errorf("%s came %d times", id, n)
			}
		}
		if len(seen) != publishers*each {
			f.Errorf("%d of %d came", len(seen), publishers*each)
		}
	})
}

func TestTailGoesOnAfterARestart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := &clock{at: noon}
		var cursor string
		for n := range 3 {
			db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{Now: c.now})
			if err != nil {
				t.Fatal(err)
			}
			f := overTraced(t, db, c, bus.TraceConfig{Keep: time.Hour})
			var got []string
			got, cursor = f.tail(bus.TailQuery{Cursor: cursor})
			if want := []string{"[]", "[e0]", "[e1]"}[n]; fmt.Sprint(got) != want {
				t.Errorf("%v, want %s", got, want)
			}
			f.publish(bus.Event{ID: fmt.Sprint("e", n), Source: "s", DetailType: "t"})
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestTailTellsThatItCameTooLate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := &clock{at: noon}
		f := overTraced(t, d.Open(t, store.Options{Now: c.now}), c, bus.TraceConfig{Keep: time.Hour, Events: 2})
		_, cursor := f.tail(bus.TailQuery{})
		for i := range 5 {
			f.publish(bus.Event{ID: fmt.Sprint("e", i), Source: "s", DetailType: "t"})
		}
		if err := f.bus.SweepTraces(t.Context()); err != nil {
			t.Fatal(err)
		}
		page, err := f.bus.Tail(t.Context(), bus.TailQuery{Cursor: cursor})
		if err != nil || !page.Missed || len(page.List) != 2 {
			t.Fatalf("%+v, err = %v", page, err)
		}
		if page, err = f.bus.Tail(t.Context(), bus.TailQuery{Cursor: page.Cursor}); err != nil || page.Missed || len(page.List) != 0 {
			t.Errorf("%+v, err = %v", page, err)
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add("1,2,-1/1:1:/1:5:2,3")
	f.Add("0,0,0//")
	f.Fuzz(func(t *testing.T, text string) {
		if out, ok := bus.Cursor(text); ok {
			if again, ok := bus.Cursor(out); !ok || again != out {
				t.Errorf("%q became %q, and that %q", text, out, again)
			}
		}
	})
}
