package bus_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
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
			if got, want := read.count("SELECT changes, version FROM bus", "JOIN bus_rule r ON r.bus = b.name", "JOIN bus_change c"), []int{1, full, changes}; !slices.Equal(got, want) {
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
