package bus_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// TestLaneIsReadPastWhatWaitsForOthers asks the databases how they read a lane: not by way of the other lanes, where a
// million deliveries may wait for a target that is down. PostgreSQL is asked for the plan that it makes without knowing
// which lane is meant, as it does for a statement that it is given again and again.
func TestLaneIsReadPastWhatWaitsForOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var queries []string
		c := &clock{at: noon}
		f := overFar(t, d.Open(t, store.Options{Now: c.now, Step: func(s store.Step) error {
			if strings.HasPrefix(s.Query, "SELECT position, lane") {
				queries = append(queries, s.Query)
			}
			return nil
		}}), c)
		f.rule("many", `{"source":["many"]}`, remote("down"))
		f.rule("few", `{"source":["few"]}`, remote("up"))
		detail := []byte(`{"x":"` + strings.Repeat("x", 900) + `"}`)
		var list []bus.Outgoing
		for range 3000 {
			list = append(list, bus.Outgoing{Bus: bus.Default, Event: &bus.Event{Source: "many", DetailType: "t", Detail: detail}})
		}
		list = append(list, bus.Outgoing{Bus: bus.Default, Event: &bus.Event{Source: "few", DetailType: "t"}})
		f.write(func(tx *store.Tx) error { _, err := f.bus.PublishMany(tx, list); return err })
		lane := f.claims("n")[1].Number
		f.fresh(lane)
		f.due(lane)
		if _, err := f.bus.Expired(t.Context(), lane, 10); err != nil {
			t.Fatal(err)
		}
		if len(queries) != 3 {
			t.Fatalf("%d reads of the lane: %q", len(queries), queries)
		}
		for i, q := range queries {
			if plan := f.plan(fmt.Sprint("read", i), q); !strings.Contains(plan, "bus_delivery_due") && !strings.Contains(plan, "bus_delivery_expires") || strings.Contains(plan, "Sort") || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("%s\n%s", q, plan)
			}
		}
	})
}

// plan gives a database's plan for a query whose arguments it does not know. No other query has the name.
func (f *fixture) plan(name, query string) string {
	f.Helper()
	var lines []string
	read := func(tx *store.Tx, explain string, args ...any) error {
		return tx.Each(explain, args, func(scan store.Scan) error {
			var line string
			var unused int
			dest := []any{&line}
			if f.db.Engine() == "sqlite" {
				dest = []any{&unused, &unused, &unused, &line}
			}
			err := scan(dest...)
			lines = append(lines, line)
			return err
		})
	}
	n := strings.Count(query, "?")
	if f.db.Engine() == "sqlite" {
		if err := f.db.Read(f.Context(), func(tx *store.Tx) error { return read(tx, "EXPLAIN QUERY PLAN "+query, make([]any, n)...) }); err != nil {
			f.Fatal(err)
		}
		return strings.Join(lines, "\n")
	}
	f.write(func(tx *store.Tx) error {
		for _, s := range []string{"ANALYZE bus_delivery", "SET LOCAL plan_cache_mode = force_generic_plan", "PREPARE " + name + " AS " + query} {
			if _, err := tx.Exec(s); err != nil {
				return err
			}
		}
		return read(tx, "EXPLAIN EXECUTE "+name+"("+strings.Repeat("1,", n-1)+"1)")
	})
	return strings.Join(lines, "\n")
}
