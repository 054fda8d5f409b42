package bus_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// generation is a set of rules of which every event of the source s must meet exactly one: it goes to three
// targets whose ids tell the generation's number, or whether that is even.
type generation int

// follow brings the rules from one generation to the next, with every kind of change.
func (g generation) follow(f *fixture, tx *store.Tx) error {
	const pattern = `{"source":["s"]}`
	old, next := strconv.Itoa(int(g)), strconv.Itoa(int(g+1))
	state := func(rule string, even int) error {
		if int(g+1)%2 == even {
			return f.bus.SetRuleState(tx, bus.Default, rule, bus.Enabled)
		}
		return f.bus.SetRuleState(tx, bus.Default, rule, bus.Disabled)
	}
	for _, step := range []func() error{
		func() error { return f.bus.PutTargets(tx, bus.Default, "left", []bus.Target{target(next)}) },
		func() error { return f.bus.RemoveTargets(tx, bus.Default, "right-"+old, []string{old}) },
		func() error { return state("even", 0) },
		func() error { return f.bus.DeleteRule(tx, bus.Default, "right-"+old) },
		func() error { return f.bus.RemoveTargets(tx, bus.Default, "left", []string{old}) },
		func() error {
			return f.bus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: "right-" + next, Pattern: pattern})
		},
		func() error { return state("odd", 1) },
		func() error { return f.bus.PutTargets(tx, bus.Default, "right-"+next, []bus.Target{target(next)}) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// where lists where an event goes that meets the generation: "rule/target" in order.
func (g generation) where() []string {
	list := []string{fmt.Sprintf("left/%d", g), fmt.Sprintf("right-%d/%d", g, g), [...]string{"even/even", "odd/odd"}[g%2]}
	slices.Sort(list)
	return list
}

// met tells which generation an event met, from its deliveries; no for none, or for parts of several.
func met(list []bus.Delivery) (g generation, ok bool) {
	for _, d := range list {
		if d.RuleName == "left" {
			n, _ := strconv.Atoi(d.TargetID)
			g = generation(n)
		}
	}
	return g, slices.Equal(where(list), g.where())
}

// where lists where deliveries went: "rule/target" in order.
func where(list []bus.Delivery) []string {
	got := make([]string, len(list))
	for i, d := range list {
		got[i] = d.RuleName + "/" + d.TargetID
	}
	slices.Sort(got)
	return got
}

// nodes makes two buses over one database, as two servers on it have them.
func nodes(t *testing.T, d storetest.Database, opts store.Options) (one, two *fixture) {
	db := d.Open(t, opts)
	return over(t, db, bus.Config{}), over(t, db, bus.Config{})
}

// first makes the rules of generation 0.
func first(f *fixture) {
	f.Helper()
	for _, name := range []string{"left", "right-0", "even", "odd"} {
		id := "0"
		if name == "even" || name == "odd" {
			id = name
		}
		f.rule(name, `{"source":["s"]}`, target(id))
	}
	f.write(func(tx *store.Tx) error { return f.bus.SetRuleState(tx, bus.Default, "odd", bus.Disabled) })
}

// changer brings the rules from generation to generation while others publish.
type changer struct {
	f     *fixture
	known atomic.Int64 // the last generation whose change was acknowledged
}

// run makes n changes. Some roll back, with what they have published; others publish and commit.
func (c *changer) run(n int) {
	c.f.Helper()
	for g := generation(0); g < generation(n); g++ {
		ev := bus.Event{ID: fmt.Sprintf("by the change to %d", g+1), Source: "s", DetailType: "t"}
		if g%3 == 0 {
			err := c.f.try(func(tx *store.Tx) error {
				lost := ev
				lost.ID = "lost"
				return errors.Join(g.follow(c.f, tx), c.f.bus.Publish(tx, bus.Default, &lost), errStore)
			})
			if !errors.Is(err, errStore) {
				c.f.Error(err)
			}
		}
		err := c.f.try(func(tx *store.Tx) error {
			if err := g.follow(c.f, tx); err != nil || g%2 == 0 {
				return err
			}
			return c.f.bus.Publish(tx, bus.Default, &ev)
		})
		if err != nil {
			c.f.Error(err)
			return
		}
		c.known.Store(int64(g + 1))
	}
}

// While rules change and events flow, on two servers, each event meets one state of the rules, whole, and none
// that was over when its publisher began.
func TestEventMeetsOneStateOfTheRules(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		one, two := nodes(t, d, store.Options{})
		first(one)
		const changes = 40
		c := changer{f: one}
		var publishers, change sync.WaitGroup
		var after sync.Map // the least generation that an event may meet, by its id
		var ended atomic.Bool
		for i := range 6 {
			f := []*fixture{one, two}[i%2]
			publishers.Go(func() {
				for n := 0; !ended.Load(); n++ {
					ev := &bus.Event{ID: fmt.Sprintf("%d-%d", i, n), Source: "s", DetailType: "t"}
					after.Store(ev.ID, generation(c.known.Load()))
					var err error
					if n%2 == 0 {
						_, err = f.bus.PublishAll(t.Context(), []bus.Outgoing{{Bus: bus.Default, Event: ev}})
					} else {
						err = f.try(func(tx *store.Tx) error { return f.bus.Publish(tx, bus.Default, ev) })
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		change.Go(func() { c.run(changes) })
		change.Wait()
		ended.Store(true)
		publishers.Wait()
		byEvent := map[string][]bus.Delivery{}
		for _, d := range append(one.shelf.take(), two.shelf.take()...) {
			byEvent[d.Event.ID] = append(byEvent[d.Event.ID], d)
		}
		published := changes / 2
		after.Range(func(any, any) bool { published++; return true })
		if len(byEvent) != published {
			t.Errorf("%d events were delivered, want %d", len(byEvent), published)
		}
		seen := map[generation]bool{}
		for id, list := range byEvent {
			g, ok := met(list)
			least, _ := after.Load(id)
			if by, found := strings.CutPrefix(id, "by the change to "); found {
				n, _ := strconv.Atoi(by)
				least = generation(n)
				ok = ok && g == least
			}
			if !ok || g < least.(generation) {
				t.Errorf("event %s went to %v, and the state when it came was %v", id, where(list), least)
			}
			seen[g] = true
		}
		t.Logf("%d events met %d states of %d", len(byEvent), len(seen), changes+1)
	})
}

// Each change, and a publish with it, is there whole or not at all, in the store, its log and the compiled sets.
func TestEveryStepOfAChangeMayFail(t *testing.T) {
	put := func(f *fixture, tx *store.Tx, name, pattern string) error {
		return f.bus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: name, Pattern: pattern})
	}
	for name, step := range map[string]func(f *fixture, tx *store.Tx) error{
		"make a rule": func(f *fixture, tx *store.Tx) error {
			return errors.Join(put(f, tx, "new", `{"source":["s"]}`), f.bus.PutTargets(tx, bus.Default, "new", []bus.Target{target("q")}))
		},
		"change a rule":  func(f *fixture, tx *store.Tx) error { return put(f, tx, "r", `{"source":[{"wildcard":"*x"}]}`) },
		"disable a rule": func(f *fixture, tx *store.Tx) error { return f.bus.SetRuleState(tx, bus.Default, "r", bus.Disabled) },
		"add a target": func(f *fixture, tx *store.Tx) error {
			return f.bus.PutTargets(tx, bus.Default, "r", []bus.Target{target("more")})
		},
		"remove a target": func(f *fixture, tx *store.Tx) error {
			return f.bus.RemoveTargets(tx, bus.Default, "r", []string{"q"})
		},
		"delete a rule": func(f *fixture, tx *store.Tx) error {
			return errors.Join(f.bus.RemoveTargets(tx, bus.Default, "r", []string{"q"}), f.bus.DeleteRule(tx, bus.Default, "r"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, d storetest.Database) {
				var f *fixture
				var before, during, after []string
				var err error
				reset := func() {
					f.write(func(tx *store.Tx) error {
						for _, name := range []string{"r", "new"} {
							if err := f.bus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: name, Pattern: `{"source":["s"]}`}); err != nil {
								return err
							}
							if err := f.bus.RemoveTargets(tx, bus.Default, name, []string{"q", "more"}); err != nil {
								return err
							}
						}
						return errors.Join(f.bus.PutTargets(tx, bus.Default, "r", []bus.Target{target("q")}), f.bus.DeleteRule(tx, bus.Default, "new"))
					})
					before = f.reached()
				}
				storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
					if f == nil {
						f = over(t, db, bus.Config{Quotas: bus.Quotas{RulesPerBus: 2, WildcardRulesPerBus: 1}})
						reset()
						f.write(func(tx *store.Tx) error { return step(f, tx) })
						after = f.reached()
					}
					reset()
					arm()
					err = db.Write(t.Context(), func(tx *store.Tx) error {
						if err := step(f, tx); err != nil {
							return err
						}
						return f.bus.Publish(tx, bus.Default, &bus.Event{Source: "s", DetailType: "t"})
					})
					during = where(f.shelf.take())
				}, func(t *testing.T, db *store.DB, failed store.Step) {
					want := before
					if failed.Kind == store.StepCommitted {
						want = after
					} else if len(during) > 0 {
						t.Errorf("%s failed and %v were delivered", failed, during)
					}
					if !errors.Is(err, storetest.ErrStep) {
						t.Errorf("%s failed and the caller heard %v", failed, err)
					}
					for who, got := range map[string][]string{"this node": f.reached(), "a fresh node": over(t, db, bus.Config{}).reached()} {
						if diff := cmp.Diff(want, got); diff != "" {
							t.Errorf("%s failed; %s:\n%s", failed, who, diff)
						}
					}
				})
				if err != nil || cmp.Equal(before, after) {
					t.Errorf("the run that nothing disturbed: %v, from %v to %v", err, before, after)
				}
			})
		})
	}
}
