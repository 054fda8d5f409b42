package bus_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// No rule looks at what is nested: whether an event is accepted does not depend on rules.
func TestEventIsNoDeeperThanPatternsCanJudge(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("r", `{"source":["s"]}`, target("q"))
		deep := func(levels int) bus.Outgoing { // counting the detail itself
			detail := `{"x":` + strings.Repeat("[", levels-1) + strings.Repeat("]", levels-1) + `}`
			return bus.Outgoing{Bus: bus.Default, Event: &bus.Event{Source: "s", DetailType: "t", Detail: []byte(detail)}}
		}
		errs, err := f.bus.PublishAll(f.Context(), []bus.Outgoing{deep(pattern.MaxDepth - 1), deep(pattern.MaxDepth), deep(20_000)})
		if err != nil || errs[0] != nil {
			f.Fatalf("%v, errs = %v", err, errs)
		}
		refused(f.T, errs[1], fault.Invalid, "Detail is malformed.")
		refused(f.T, errs[2], fault.Invalid, "Detail is malformed.")
		f.wants("r/q")
	})
}

// A room's own event is not checked before: that it is no JSON may show when a rule looks at it.
func TestEventThatIsNoJSONReachesNobody(t *testing.T) {
	each(t, func(f *fixture) {
		f.rule("all", `{"source":["s"]}`, target("q"))
		f.rule("x", `{"detail":{"x":[1]}}`, target("q"))
		broken := bus.Event{Source: "s", DetailType: "t", Detail: []byte(`{"x":1,"y"}`)}
		f.write(func(tx *store.Tx) error {
			good := bus.Event{ID: "good", Source: "s", DetailType: "t", Detail: []byte(`{"x":1}`)}
			errs, err := f.bus.PublishMany(tx, []bus.Outgoing{{Bus: bus.Default, Event: &broken}, {Bus: bus.Default, Event: &good}})
			if err == nil {
				refused(f.T, errs[0], fault.Invalid, "Detail is malformed.")
			}
			if errs[1] != nil {
				f.Error(errs[1])
			}
			refused(f.T, f.bus.Publish(tx, bus.Default, &broken), fault.Invalid, "Detail is malformed.")
			return err
		})
		for _, d := range f.wants("all/q", "x/q") {
			if d.Event.ID != "good" {
				f.Errorf("%s was delivered", d.Body)
			}
		}
		f.counts("events_published", 1)
	})
}

// Six arrays of 31 elements that are open at once make more combinations than anybody looks at.
func TestEventThatCannotBeDecidedIsCountedAndMeetsTheOtherRules(t *testing.T) {
	each(t, func(f *fixture) {
		var wants, closing, has []string
		for i := range 6 {
			name := "p" + strings.Repeat("-", i)
			wants = append(wants, fmt.Sprintf(`%q:[1]`, name))
			closing = append(closing, fmt.Sprintf(`%q:{"x":[1]}`, name))
			has = append(has, fmt.Sprintf(`%q:[%s[{"x":1},0]]`, name, strings.Repeat(`[1,{"x":0}],`, 30)))
		}
		f.rule("easy", `{"detail":{"p":[0]}}`, target("q"))
		f.rule("hard", `{"detail":{`+strings.Join(append(wants, closing...), ",")+`}}`, target("q"))
		f.publish(bus.Event{Source: "s", DetailType: "t", Detail: []byte("{" + strings.Join(has, ",") + "}")})
		f.wants("easy/q")
		f.counts("events_dropped", 1, bus.Undecided)
	})
}

// As a newer version of the program may have stored it.
func TestUnreadablePatternConcernsItsRuleAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		one, two := over(t, db, bus.Config{}), over(t, db, bus.Config{})
		one.rule("a", `{"source":["s"]}`, target("q"))
		one.rule("b", `{"source":["s"]}`, target("q"))
		one.write(func(tx *store.Tx) error {
			_, err := tx.Exec(`UPDATE bus_rule SET pattern = ? WHERE name = ?`, `{"source":[{"future":"s"}]}`, "a")
			return err
		})
		two.publish(bus.Event{Source: "s", DetailType: "t"})
		two.wants("b/q")
		one.rule("a", `{"source":["s"]}`, target("q"))
		two.publish(bus.Event{Source: "s", DetailType: "t"})
		two.wants("a/q", "b/q")
	})
}
