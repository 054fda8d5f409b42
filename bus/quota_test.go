package bus_test

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

const plain, star = `{"source":["s"]}`, `{"source":[{"wildcard":"s*"}]}`

// put makes or changes a rule and gives the error.
func (f *fixture) put(name, pattern, state string) error {
	f.Helper()
	return f.try(func(tx *store.Tx) error {
		return f.bus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: name, Pattern: pattern, State: state})
	})
}

func TestRulesWithWildcardsAreCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		f := over(t, d.Open(t, store.Options{}), bus.Config{Quotas: bus.Quotas{WildcardRulesPerBus: 2}})
		accepted := func(name, pattern string) {
			t.Helper()
			if err := f.put(name, pattern, bus.Enabled); err != nil {
				t.Errorf("%s %s: %v", name, pattern, err)
			}
		}
		over := func(name, pattern string) {
			t.Helper()
			refused(t, f.put(name, pattern, bus.Enabled), fault.Limit, "The requested resource exceeds the maximum number allowed.")
		}
		accepted("a", star)
		if err := f.put("b", `{"detail":{"x":[{"anything-but":{"wildcard":"*x"}},{"wildcard":"*y"}]}}`, bus.Disabled); err != nil {
			t.Error(err)
		}
		over("c", star)
		accepted("c", plain)
		over("c", star)
		accepted("a", `{"source":[{"wildcard":"*s"}]}`)
		accepted("a", plain)
		accepted("c", star)
		over("d", star)
		f.write(func(tx *store.Tx) error { return f.bus.DeleteRule(tx, bus.Default, "b") })
		f.write(func(tx *store.Tx) error { return f.bus.DeleteRule(tx, bus.Default, "b") })
		accepted("d", star)
		over("a", star)
	})
}

// A quota that is lowered refuses what is new and lets what is there be changed.
func TestLoweredQuotaTakesNothingAway(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		f := over(t, db, bus.Config{})
		for _, name := range []string{"a", "b", "c"} {
			if err := f.put(name, star, bus.Enabled); err != nil {
				t.Fatal(err)
			}
		}
		f = over(t, db, bus.Config{Quotas: bus.Quotas{RulesPerBus: 1, WildcardRulesPerBus: 1}})
		refused(t, f.put("d", plain, bus.Enabled), fault.Limit, "exceeds the maximum number allowed")
		if err := errors.Join(f.put("a", `{"source":[{"wildcard":"*x"}]}`, bus.Enabled), f.put("b", plain, bus.Enabled)); err != nil {
			t.Error(err)
		}
		refused(t, f.put("b", star, bus.Enabled), fault.Limit, "exceeds the maximum number allowed")
		f.write(func(tx *store.Tx) error { return f.bus.DeleteRule(tx, bus.Default, "a") })
		refused(t, f.put("a", plain, bus.Enabled), fault.Limit, "exceeds the maximum number allowed")
	})
}

func TestQuotasOfRulesHoldAgainstConcurrentChanges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		f := over(t, d.Open(t, store.Options{}), bus.Config{Quotas: bus.Quotas{RulesPerBus: 5, WildcardRulesPerBus: 2}})
		var wg sync.WaitGroup
		var taken [2]atomic.Int32
		for i := range 20 {
			wg.Go(func() {
				err := f.put("r"+strconv.Itoa(i), [...]string{plain, star}[i%2], bus.Enabled)
				if err == nil {
					taken[i%2].Add(1)
				} else if fault.KindOf(err) != fault.Limit {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		f.write(func(tx *store.Tx) error {
			rules, err := f.bus.Rules(tx, bus.Default, "", "", 10)
			if plain, stars := taken[0].Load(), taken[1].Load(); len(rules) != 5 || plain+stars != 5 || stars > 2 {
				t.Errorf("%d rules; accepted %d without and %d with a wildcard, want 5 with at most 2", len(rules), plain, stars)
			}
			return err
		})
	})
}
