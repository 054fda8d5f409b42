package bus_test

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// try runs fn in a transaction and gives its error.
func (f *fixture) try(fn func(tx *store.Tx) error) error {
	f.Helper()
	return f.db.Write(f.Context(), fn)
}

func TestRuleIsKeptAsGiven(t *testing.T) {
	each(t, func(f *fixture) {
		const pattern = "{ \"source\" : [\"s\"] }\n"
		given := bus.Rule{
			Bus: bus.Default, Name: "r", Pattern: pattern, State: bus.Disabled, Description: "d", RoleARN: "arn:aws:iam::1:role/x",
			Tags: map[string]string{"k": "v"},
		}
		f.write(func(tx *store.Tx) error { return f.bus.PutRule(tx, given) })
		f.write(func(tx *store.Tx) error {
			got, err := f.bus.Rule(tx, bus.Default, "r")
			given.ARN, given.Created, given.Modified = "arn:aws:events:eu-west-2:111122223333:rule/r", got.Created, got.Modified
			if diff := cmp.Diff(given, got, cmpopts.IgnoreUnexported(bus.Rule{})); diff != "" || got.Created.IsZero() {
				f.Error(diff)
			}
			return err
		})
		f.write(func(tx *store.Tx) error {
			if err := f.bus.PutTargets(tx, bus.Default, "r", []bus.Target{target("q")}); err != nil {
				return err
			}
			return f.bus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: "r", Pattern: `{"x":[1]}`})
		})
		f.write(func(tx *store.Tx) error {
			got, err := f.bus.Rule(tx, bus.Default, "r")
			if err != nil {
				return err
			}
			if got.State != bus.Enabled || got.Description != "" || got.Pattern != `{"x":[1]}` || got.Tags["k"] != "v" || !got.Created.Equal(given.Created) {
				f.Errorf("changed rule %+v", got)
			}
			targets, err := f.bus.Targets(tx, bus.Default, "r")
			if len(targets) != 1 {
				f.Errorf("targets %v after a change of their rule", targets)
			}
			return err
		})
	})
}

func TestRulesAreListedInNameOrder(t *testing.T) {
	each(t, func(f *fixture) {
		for _, name := range []string{"b", "a-1", "B"} {
			f.rule(name, `{"source":["s"]}`, target("q"), target("q."+name))
		}
		f.write(func(tx *store.Tx) error {
			all, err := f.bus.Rules(tx, bus.Default, "", "", 10)
			if err != nil {
				return err
			}
			some, err := f.bus.Rules(tx, bus.Default, "a", "", 10)
			if err != nil {
				return err
			}
			names, err := f.bus.RuleNamesByTarget(tx, bus.Default, queueARN("q"), "", 10)
			if len(all) != 3 || all[0].Name != "B" || all[1].Name != "a-1" || all[2].Name != "b" || len(some) != 1 {
				f.Errorf("all %v, with prefix a %v", all, some)
			}
			if diff := cmp.Diff([]string{"B", "a-1", "b"}, names); diff != "" {
				f.Error(diff)
			}
			return err
		})
	})
}

func TestListsOfRulesGoOnBehindAName(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		f := over(t, d.Open(t, store.Options{}), bus.Config{})
		for _, name := range []string{"a", "a_1", "A", "aa", "b"} {
			f.rule(name, `{"source":["s"]}`, target("q"))
		}
		f.write(func(tx *store.Tx) error {
			for _, c := range []struct {
				prefix, after string
				limit         int
				want          []string
			}{
				{"", "", 3, []string{"A", "a", "a_1"}},
				{"", "a_1", 3, []string{"aa", "b"}},
				{"", "aX", 1, []string{"a_1"}}, // what was there at the last page may be gone
				{"a", "", 2, []string{"a", "a_1"}},
				{"a", "a_1", 9, []string{"aa"}},
				{"aa", "a", 9, []string{"aa"}},
				{"a", "b", 9, nil},
			} {
				list, err := f.bus.Rules(tx, bus.Default, c.prefix, c.after, c.limit)
				if err != nil {
					return err
				}
				var got []string
				for _, r := range list {
					got = append(got, r.Name)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					f.Errorf("%d rules %q behind %q\n%s", c.limit, c.prefix, c.after, diff)
				}
				if c.prefix != "" {
					continue
				}
				names, err := f.bus.RuleNamesByTarget(tx, bus.Default, queueARN("q"), c.after, c.limit)
				if diff := cmp.Diff(c.want, names); diff != "" || err != nil {
					f.Errorf("%d names behind %q: %v\n%s", c.limit, c.after, err, diff)
				}
			}
			return nil
		})
	})
}

func TestWhatBreaksARuleIsRefused(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("r", `{"source":["s"]}`, target("q"))
		put := func(busName, name, pattern string) error {
			return f.try(func(tx *store.Tx) error {
				return f.bus.PutRule(tx, bus.Rule{Bus: busName, Name: name, Pattern: pattern})
			})
		}
		targets := func(rule string, list ...bus.Target) error {
			return f.try(func(tx *store.Tx) error { return f.bus.PutTargets(tx, bus.Default, rule, list) })
		}
		err := put(bus.Default, "r", `{"source":"s"}`)
		if e, ok := errors.AsType[*pattern.Error](err); !ok || !strings.HasPrefix(e.Error(), "Event pattern is not valid. Reason: ") {
			f.Errorf("err = %v", err)
		}
		refused(f.T, err, fault.Invalid, "Event pattern is not valid.")
		refused(f.T, put("x", "r", `{"source":["s"]}`), fault.NotFound, "Event bus x does not exist.")
		for _, name := range []string{"r2", "r3"} {
			if err := put(bus.Default, name, `{"source":["s"]}`); err != nil {
				f.Fatal(err)
			}
		}
		refused(f.T, put(bus.Default, "r4", `{"source":["s"]}`), fault.Limit, "The requested resource exceeds the maximum number allowed.")
		if err := put(bus.Default, "r3", `{"source":["t"]}`); err != nil {
			f.Errorf("a full bus refuses a change of a rule: %v", err)
		}
		refused(f.T, f.try(func(tx *store.Tx) error { return f.bus.SetRuleState(tx, bus.Default, "no", bus.Enabled) }),
			fault.NotFound, "Rule no does not exist on EventBus default.")
		refused(f.T, f.try(func(tx *store.Tx) error { return f.bus.DeleteRule(tx, bus.Default, "r") }),
			fault.Conflict, "Rule can't be deleted since it has targets.")
		refused(f.T, targets("no", target("q")), fault.NotFound, "Rule no does not exist on EventBus default.")
		refused(f.T, targets("r", bus.Target{ID: "t", ARN: "queue"}), fault.Invalid, "Parameter queue is not valid. Reason: Provided Arn is not in correct format.")
		refused(f.T, targets("r", bus.Target{ID: "t", ARN: "arn:aws:lambda:eu-west-2:111122223333:function:f"}), fault.Invalid, "lambda is not supported by this version")
		refused(f.T, targets("r", bus.Target{ID: "t", ARN: queueARN("q"), Input: new("{")}), fault.Invalid, `JSON syntax error in input for target t: [Source: (String)"{"; line: 1, column: 2]`)
		refused(f.T, targets("r", bus.Target{ID: "t", ARN: queueARN("q"), InputPath: new("$..a")}), fault.Invalid, "InputPath is not valid for target t.")
		refused(f.T, targets("r", bus.Target{ID: "t", ARN: queueARN("q"), InputTransformer: &bus.InputTransformer{Template: "<x>"}}), fault.Invalid,
			"InputTemplate for target t contains invalid placeholder x.")
		refused(f.T, targets("r", bus.Target{ID: "t", ARN: queueARN("q"), DeadLetterARN: "arn:aws:sns:::x"}), fault.Invalid, "DeadLetterConfig.Arn")
		refused(f.T, targets("r", target("1"), target("2"), target("3"), target("4"), target("5")), fault.Limit, "exceeds the maximum number allowed")
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		f.wants("r/q")
		if err := targets("r", target("q"), target("2"), target("3"), target("4"), target("5")); err != nil {
			f.Errorf("five targets: %v", err)
		}
	})
}

func TestDeletedRuleIsGone(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("r", `{"source":["s"]}`)
		for range 2 { // the second time there is none, and that is no failure
			if err := f.try(func(tx *store.Tx) error { return f.bus.DeleteRule(tx, bus.Default, "r") }); err != nil {
				f.Error(err)
			}
		}
		refused(f.T, f.try(func(tx *store.Tx) error { _, err := f.bus.Rule(tx, bus.Default, "r"); return err }),
			fault.NotFound, "Rule r does not exist on EventBus default.")
	})
}

func TestBusIsNamedByNameOrARN(t *testing.T) {
	each(t, func(f *fixture) {
		for given, want := range map[string]string{
			"": "default", "default": "default", "mine": "mine",
			"arn:aws:events:eu-west-2:111122223333:event-bus/a/b": "a/b",
			"arn:aws:events:eu-west-2:111122223333:event-bus/":    "",
			"arn:aws:events:eu-west-2:111122223333:rule/x":        "",
			"arn:aws:events:eu-west-2:999922223333:event-bus/a":   "",
			"arn:aws:events:us-east-1:111122223333:event-bus/a":   "",
		} {
			if got, ok := f.bus.NameOf(given); got != want || ok != (want != "") {
				f.Errorf("NameOf(%q) = %q, %v", given, got, ok)
			}
		}
		f.write(func(tx *store.Tx) error {
			e, err := f.bus.EventBus(tx, "default")
			if e.ARN != "arn:aws:events:eu-west-2:111122223333:event-bus/default" {
				f.Errorf("%+v", e)
			}
			_, missing := f.bus.EventBus(tx, "x")
			refused(f.T, missing, fault.NotFound, "Event bus x does not exist.")
			return err
		})
	})
}

func TestQuotaHoldsAgainstConcurrentChanges(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("r", `{"source":["s"]}`)
		var wg sync.WaitGroup
		var taken atomic.Int32
		for i := range 12 {
			wg.Go(func() {
				err := f.try(func(tx *store.Tx) error {
					return f.bus.PutTargets(tx, bus.Default, "r", []bus.Target{target("q" + strconv.Itoa(i))})
				})
				if err == nil {
					taken.Add(1)
				} else if fault.KindOf(err) != fault.Limit {
					f.Error(err)
				}
			})
		}
		wg.Wait()
		f.write(func(tx *store.Tx) error {
			list, err := f.bus.Targets(tx, bus.Default, "r")
			if len(list) != 5 || taken.Load() != 5 {
				f.Errorf("%d targets and %d accepted, want 5", len(list), taken.Load())
			}
			return err
		})
	})
}

func TestTextThatADatabaseCannotHoldIsRefused(t *testing.T) {
	each(t, func(f *fixture) {
		for _, r := range []bus.Rule{{Description: "a\x00"}, {RoleARN: "a\x00"}} {
			r.Bus, r.Name, r.Pattern = bus.Default, "r", `{"source":["s"]}`
			err := f.db.Write(f.Context(), func(tx *store.Tx) error { return f.bus.PutRule(tx, r) })
			refused(f.T, err, fault.Invalid, "is not valid.")
		}
		f.rule("r", `{"source":["s"]}`)
		err := f.db.Write(f.Context(), func(tx *store.Tx) error {
			return f.bus.PutTargets(tx, bus.Default, "r", []bus.Target{{ID: "q", ARN: queueARN("q\x00")}})
		})
		refused(f.T, err, fault.Invalid, "Provided Arn is not in correct format.")
		err = f.db.Read(f.Context(), func(tx *store.Tx) error {
			names, err := f.bus.RuleNamesByTarget(tx, bus.Default, "q\x00", "", 10)
			if len(names) != 0 {
				f.Errorf("%v", names)
			}
			return err
		})
		if err != nil {
			f.Error(err)
		}
	})
}
