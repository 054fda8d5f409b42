package connectcases_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
)

func TestDeletedCasesAndSLAsHaveNoClocks(t *testing.T) {
	each(t, func(h *house) {
		s, id, item := slaHouse(h)
		h.must("DELETE", s.cases(id, "related-items", item), "")
		h.same("clocks", 0, h.rows("cases_sla_clock"))
		h.relate(s, id, slaItem("closed", 1))
		h.relate(s, id, slaItem("closed", 2))
		h.relate(s, id, comment("x"))
		h.same("clocks", 2, h.rows("cases_sla_clock"))
		h.must("DELETE", s.cases(id), "")
		for _, table := range []string{"cases_sla_clock", "cases_related_item", "cases_audit", "cases_case"} {
			h.same(table, 0, h.rows(table))
		}
		h.events()
		h.clock.advance(time.Hour)
		h.fire()
		h.none()
	})
}

// TestManySLAsBecomeOverdue fires more clocks than one transaction takes.
func TestManySLAsBecomeOverdue(t *testing.T) {
	each(t, func(h *house) {
		s, _, _ := slaHouse(h)
		want := []string{isOverdue}
		for range 40 {
			id := h.create(s)
			for n := range 4 {
				h.relate(s, id, slaItem("closed", n+1))
				want = append(want, isOverdue)
			}
		}
		h.events()
		h.clock.advance(10*time.Minute + time.Second)
		h.fire()
		h.same("events", want, h.told())
		h.same("clocks", 0, h.rows("cases_sla_clock"))
	})
}

// TestNodesFireAClockOnce lets services on one database fire the same clocks at once, while calls change the cases:
// each SLA becomes overdue once, and is then reached late, or is met before.
func TestNodesFireAClockOnce(t *testing.T) {
	each(t, func(h *house) {
		s, _, _ := slaHouse(h)
		h.fire()
		var ids []string
		for range 30 {
			id := h.create(s)
			ids = append(ids, id)
			h.relate(s, id, slaItem("closed", 1))
			h.relate(s, id, slaItem("closed", 2))
		}
		h.events()
		h.clock.advance(3 * time.Minute)
		nodes := []*house{h, build(h.TB, h.db, connectcases.Config{}), build(h.TB, h.db, connectcases.Config{})}
		var wg sync.WaitGroup
		for _, node := range nodes {
			wg.Go(func() {
				for range 5 {
					if _, err := node.svc.FireClocks(h.Context()); err != nil {
						h.Error(err)
					}
				}
			})
		}
		wg.Go(func() {
			for _, id := range ids {
				if a, err := h.try("PUT", s.cases(id), `{"fields":[`+str("status", "closed")+`]}`); err != nil || a.err != nil {
					h.Error(err, a.err)
				}
			}
		})
		wg.Wait()
		h.fire()
		count := map[string]int{}
		for _, text := range h.told() {
			count[text]++
		}
		want := map[string]int{
			isOverdue: 60, endsLate: 60, "CASE.UPDATED status,last_updated_datetime,last_closed_datetime,next_sla_breach_datetime": 30,
		}
		if d := cmp.Diff(want, count); d != "" {
			h.Errorf("events: %s", d)
		}
		h.same("clocks", 1, h.rows("cases_sla_clock"))
	})
}

func TestClocksSurviveARestart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		start := func(at time.Time) (*house, *store.DB) {
			db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{Now: func() time.Time { return at }})
			if err != nil {
				t.Fatal(err)
			}
			return build(t, db, connectcases.Config{}), db
		}
		h, db := start(now)
		s, id, item := slaHouse(h)
		next, err := h.svc.FireClocks(t.Context())
		if want := now.Add(10*time.Minute + time.Millisecond); err != nil || !next.Equal(want) {
			t.Errorf("the next clock is due at %v, %v, want %v", next, err, want)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		h, db = start(now.Add(24 * time.Hour))
		defer db.Close()
		h.fire()
		h.same("events", []string{isOverdue}, h.told())
		h.same("SLA", "Overdue", h.sla(s, id, item))
	})
}

// TestClocksGoOffByThemselves runs the loop in virtual time, on a database of its own: the minutes pass when
// everybody waits.
func TestClocksGoOffByThemselves(t *testing.T) {
	d := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		h := build(t, db, connectcases.Config{})
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		defer wg.Wait()
		defer stop()
		wg.Go(func() {
			if err := h.svc.RunClocks(ctx); err != nil {
				t.Error(err)
			}
		})
		s, id, item := slaHouse(h)
		time.Sleep(10*time.Minute - time.Second)
		h.same("before", "Active", h.sla(s, id, item))
		time.Sleep(1500 * time.Millisecond)
		h.same("after", "Overdue", h.sla(s, id, item))
		due, err := time.Parse(time.RFC3339, h.found(s, id, item)["content"].(map[string]any)["sla"].(map[string]any)["slaConfiguration"].(map[string]any)["targetTime"].(string))
		if err != nil {
			t.Fatal(err)
		}
		e := h.one()
		at, err := time.Parse(time.RFC3339, e.Detail.ApproximateChangeTime)
		if err != nil || at.Before(due) || at.Sub(due) > 5*time.Millisecond {
			t.Errorf("an SLA due at %v became overdue at %v, %v", due, at, err)
		}
	})
}

// TestEveryStepOfAClockMayFail makes each step of the firing fail in turn, and then fires again: the SLA is overdue,
// and one event tells of it.
func TestEveryStepOfAClockMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var h *house
		var s shop
		var id, item string
		now := &clock{}
		now.advance(400000 * time.Hour)
		d.Now = now.now
		run := func(t *testing.T, db *store.DB, arm func()) {
			if h == nil {
				h = build(t, db, connectcases.Config{})
				s = h.shop()
			}
			id = h.create(s)
			item = h.relate(s, id, slaItem("closed", 1))
			h.events()
			now.advance(2 * time.Minute)
			arm()
			h.svc.FireClocks(t.Context())
		}
		storetest.EveryStep(t, d, run, func(t *testing.T, _ *store.DB, failed store.Step) {
			overdue, events := h.sla(s, id, item) == "Overdue", h.told()
			if overdue != (len(events) == 1) || overdue == (h.clocksOf(item) == 1) {
				t.Errorf("after %s: overdue %t, events %q, %d clocks", failed, overdue, events, h.clocksOf(item))
			}
			h.fire()
			h.same(fmt.Sprint("SLA after ", failed, " and another try"), "Overdue", h.sla(s, id, item))
			h.same(fmt.Sprint("events after ", failed), []string{"RELATED_ITEM.UPDATED sla.slaConfiguration.status"}, append(events, h.told()...))
			h.same("clocks", 0, h.rows("cases_sla_clock"))
		})
	})
}

// TestEveryStepOfReachingAnSLAMayFail makes each step of an update fail that ends an SLA: case, SLA, clock and both
// events change together or not at all.
func TestEveryStepOfReachingAnSLAMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var h *house
		var s shop
		var id, item string
		run := func(t *testing.T, db *store.DB, arm func()) {
			if h == nil {
				h = build(t, db, connectcases.Config{})
				s = h.shop()
			}
			id = h.create(s)
			item = h.relate(s, id, slaItem("closed", 1))
			h.events()
			arm()
			h.try("PUT", s.cases(id), `{"fields":[`+str("status", "closed")+`]}`)
		}
		storetest.EveryStep(t, d, run, func(t *testing.T, _ *store.DB, failed store.Step) {
			met := strings.HasPrefix(h.sla(s, id, item), "Met")
			closed := h.field(s, id, "status") == `{"stringValue":"closed"}`
			noBreach := h.field(s, id, "next_sla_breach_datetime") == ""
			events, clocks := len(h.told()), h.clocksOf(item)
			if want := failed.Kind == store.StepCommitted; met != want || closed != want || noBreach != want || (events == 2) != want || events == 1 || (clocks == 0) != want {
				t.Errorf("after %s: met %t, closed %t, breach gone %t, %d events, %d clocks", failed, met, closed, noBreach, events, clocks)
			}
		})
	})
}

// TestOnlyMovedStatusCostsMore counts the statements of UpdateCase: SLAs cost nothing where no status moves.
func TestOnlyMovedStatusCostsMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var statements atomic.Int64
		h := build(t, d.Open(t, store.Options{Step: func(s store.Step) error {
			if s.Kind == store.StepStatement {
				statements.Add(1)
			}
			return nil
		}}), connectcases.Config{})
		s := h.shop()
		count := func(id, field, value string) int64 {
			before := statements.Load()
			h.must("PUT", s.cases(id), `{"fields":[`+str(field, value)+`]}`)
			return statements.Load() - before
		}
		plain, promised := h.create(s), h.create(s)
		h.relate(s, promised, slaItem("closed", 5))
		for _, c := range []struct {
			name, field, value string
			more               bool
		}{
			{"another field", "title", "x", false},
			{"the same status", "status", "open", false},
			{"the target", "status", "closed", true},
			{"after the end", "status", "open", false},
		} {
			want, got := count(plain, c.field, c.value), count(promised, c.field, c.value)
			if c.more && got <= want || !c.more && got != want {
				t.Errorf("%s: %d statements, and %d for a case without an SLA", c.name, got, want)
			}
		}
	})
}
