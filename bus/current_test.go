package bus_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// statements counts the statements of a store that hold a text.
type statements struct {
	mu   sync.Mutex
	list []string
}

// step is the hook of store.Options.
func (s *statements) step(step store.Step) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if step.Kind == store.StepStatement {
		s.list = append(s.list, step.Query)
	}
	return nil
}

// count tells how many of the statements since the last time hold each of the texts.
func (s *statements) count(texts ...string) []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := make([]int, len(texts))
	for _, q := range s.list {
		for i, text := range texts {
			if strings.Contains(q, text) {
				n[i]++
			}
		}
	}
	s.list = nil
	return n
}

// What a publish reads: nothing but the version where no rule has changed, and else what has.
func TestPublishReadsWhatHasChanged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var read statements
		f, other := nodes(t, d, store.Options{Step: read.step})
		ev := bus.Event{Source: "s", DetailType: "t"}
		wants := func(what string, f *fixture, full, changes int) {
			t.Helper()
			read.count()
			f.publish(ev)
			if got, want := read.count("SELECT changes, version, policy FROM bus", "JOIN bus_rule r ON r.bus = b.name", "JOIN bus_change c"), []int{1, full, changes}; !slices.Equal(got, want) {
				t.Errorf("%s: %v statements for the version, all rules, and changes, want %v", what, got, want)
			}
		}
		first(f)
		wants("at first", f, 1, 0)
		wants("at first elsewhere", other, 1, 0)
		wants("without a change", f, 0, 0)
		f.rule("more", `{"source":["s"]}`, target("q"))
		wants("after changes", f, 0, 1)
		wants("after changes elsewhere", other, 0, 1)
		err := f.try(func(tx *store.Tx) error {
			return errors.Join(generation(0).follow(f, tx), f.bus.Publish(tx, bus.Default, &ev), errStore)
		})
		if !errors.Is(err, errStore) {
			t.Error(err)
		}
		wants("after a change that rolled back", f, 0, 0)
		f.write(func(tx *store.Tx) error { return generation(0).follow(f, tx) })
		f.write(func(tx *store.Tx) error { return f.bus.DeleteRule(tx, bus.Default, "never was") })
		wants("after the same change", f, 0, 2) // the first on top of what rolled back
		wants("after the same change elsewhere", other, 0, 1)
		want := append(generation(1).where(), "more/q")
		slices.Sort(want)
		f.shelf.take()
		f.publish(ev)
		if diff := cmp.Diff(want, where(f.shelf.take())); diff != "" {
			t.Error(diff)
		}
	})
}

// A change that is under way keeps nobody from publishing, and those who see it and those who do not see it yet
// take turns without loading all rules each time.
func TestPublishersDoNotWaitForAChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		if d.Engine.Name() == "sqlite" {
			t.Skip("it writes one transaction at a time, whatever is in them")
		}
		var read statements
		f, other := nodes(t, d, store.Options{Step: read.step})
		first(f)
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		f.shelf.take()
		read.count()
		err := f.db.Write(t.Context(), func(tx *store.Tx) error {
			for range 3 {
				if err := f.bus.SetRuleState(tx, bus.Default, "odd", bus.Enabled); err != nil {
					return err
				}
				// It meets no rule, so that it holds no row of a target that others wait for.
				if err := f.bus.Publish(tx, bus.Default, &bus.Event{Source: "nobody asks", DetailType: "t"}); err != nil {
					return err
				}
				outside := bus.Event{Source: "s", DetailType: "t"}
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				_, err := f.bus.PublishAll(ctx, []bus.Outgoing{{Bus: bus.Default, Event: &outside}})
				cancel()
				if err != nil {
					return err
				}
				if diff := cmp.Diff(generation(0).where(), where(f.shelf.take())); diff != "" {
					t.Error(diff)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := read.count("JOIN bus_rule r ON r.bus = b.name"); n[0] != 0 {
			t.Errorf("%d times all rules", n[0])
		}
		other.publish(bus.Event{Source: "s", DetailType: "t"})
		if got := where(other.shelf.take()); len(got) != 4 {
			t.Errorf("after the change: %v", got)
		}
	})
}

func TestNodeFarBehindLoadsAllRules(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var read statements
		one, two := nodes(t, d, store.Options{Step: read.step})
		first(one)
		ev := bus.Event{Source: "s", DetailType: "t"}
		two.publish(ev)
		for _, changes := range []int{990, 5000} {
			for done := 0; done < changes; done += 10 {
				one.write(func(tx *store.Tx) error {
					for i := range 10 {
						state := [...]string{bus.Disabled, bus.Enabled}[i%2]
						if err := one.bus.SetRuleState(tx, bus.Default, "odd", state); err != nil {
							return err
						}
					}
					return nil
				})
			}
			read.count()
			two.shelf.take()
			two.publish(ev)
			full := 0
			if changes > 1100 {
				full = 1
			}
			if got := read.count("JOIN bus_rule r ON r.bus = b.name"); got[0] != full {
				t.Errorf("%d changes behind: %d times all rules, want %d", changes, got[0], full)
			}
			want := append(generation(0).where(), "odd/odd")
			slices.Sort(want)
			if diff := cmp.Diff(want, where(two.shelf.take())); diff != "" {
				t.Errorf("%d changes behind:\n%s", changes, diff)
			}
		}
		one.write(func(tx *store.Tx) error {
			var logged int
			_, err := tx.Get(`SELECT COUNT(*) FROM bus_change`, nil, &logged)
			if logged < 1000 || logged > 1051 {
				t.Errorf("%d changes are logged", logged)
			}
			return err
		})
	})
}

// Nothing of what the log has is among what such a node asks for.
func TestNodeThatSawOneChangeLoadsAllRules(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		one, two := nodes(t, d, store.Options{})
		one.write(func(tx *store.Tx) error {
			return one.bus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: "r", Pattern: `{"source":["s"]}`})
		})
		ev := bus.Event{Source: "s", DetailType: "t"}
		two.publish(ev)
		two.wants()
		one.write(func(tx *store.Tx) error {
			for range 2500 {
				if err := one.bus.DeleteRule(tx, bus.Default, "none"); err != nil {
					return err
				}
			}
			return one.bus.PutTargets(tx, bus.Default, "r", []bus.Target{target("q")})
		})
		two.publish(ev)
		two.wants("r/q")
	})
}

// trial changes rules at random.
type trial struct {
	*fixture
	r *rand.Rand
}

// step makes one random change; one that is refused changes nothing.
func (c *trial) step(tx *store.Tx) error {
	patterns := []string{
		`{"source":["s"]}`, `{"detail":{"n":[1]}}`, `{"detail":{"n":[{"numeric":[">",1]}]}}`, `{"detail":{"t":[{"prefix":"a"}]}}`,
		`{"detail":{"t":[{"wildcard":"*b"}]}}`, `{"$or":[{"detail":{"n":[2]}},{"detail":{"t":[{"exists":false}]}}]}`,
	}
	rule, id := "rule-"+strconv.Itoa(c.r.IntN(8)), "t"+strconv.Itoa(c.r.IntN(3))
	var err error
	switch c.r.IntN(6) {
	case 0, 1:
		state := [...]string{bus.Enabled, bus.Enabled, bus.Disabled}[c.r.IntN(3)]
		return c.bus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: rule, Pattern: patterns[c.r.IntN(len(patterns))], State: state})
	case 2:
		err = c.bus.PutTargets(tx, bus.Default, rule, []bus.Target{target(id)})
	case 3:
		err = c.bus.RemoveTargets(tx, bus.Default, rule, []string{id})
	case 4:
		err = c.bus.SetRuleState(tx, bus.Default, rule, [...]string{bus.Enabled, bus.Disabled}[c.r.IntN(2)])
	case 5:
		if err = c.bus.RemoveTargets(tx, bus.Default, rule, []string{"t0", "t1", "t2"}); err == nil {
			err = c.bus.DeleteRule(tx, bus.Default, rule)
		}
	}
	return err
}

// reached tells where events of several kinds go.
func (f *fixture) reached() (list []string) {
	f.Helper()
	f.shelf.take()
	for _, detail := range []string{`{}`, `{"n":1}`, `{"n":2,"t":"ab"}`, `{"t":"b"}`, `{"n":[1,2],"t":["a"]}`} {
		f.publish(bus.Event{Source: "s", DetailType: "t", Detail: []byte(detail)})
		list = append(list, detail+" "+strings.Join(where(f.shelf.take()), " "))
	}
	return list
}

// Whatever has changed, and however it ended: who follows the changes and who loads all rules agree.
func TestSetsThatFollowChangesAreLikeFreshOnes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		one, two := nodes(t, d, store.Options{})
		c := trial{one, rand.New(rand.NewPCG(3, 4))}
		kinds := map[string]bool{}
		for i := range 200 {
			err := one.try(func(tx *store.Tx) error {
				for range 1 + c.r.IntN(3) {
					if err := c.step(tx); err != nil {
						return err
					}
				}
				if c.r.IntN(3) > 0 {
					return nil
				}
				err := one.bus.Publish(tx, bus.Default, &bus.Event{Source: "s", DetailType: "t"})
				if c.r.IntN(2) == 0 {
					err = errors.Join(err, errStore)
				}
				return err
			})
			if err != nil && !errors.Is(err, errStore) && fault.KindOf(err) != fault.NotFound {
				t.Fatal(err)
			}
			want := over(t, one.db, bus.Config{}).reached()
			if diff := cmp.Diff(want, one.reached()); diff != "" {
				t.Fatalf("after %d changes:\n%s", i, diff)
			}
			if c.r.IntN(8) == 0 {
				if diff := cmp.Diff(want, two.reached()); diff != "" {
					t.Fatalf("on another node, after %d changes:\n%s", i, diff)
				}
			}
			kinds[strings.Join(want, "\n")] = true
		}
		if len(kinds) < 30 {
			t.Errorf("only %d different states were compared", len(kinds))
		}
	})
}
