package bus_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

const eventsARN = "arn:aws:events:eu-west-2:111122223333:"

// tags gives the tags of an ARN.
func (f *fixture) tags(resource string) (tags map[string]string, err error) {
	err = f.db.Read(f.Context(), func(tx *store.Tx) error {
		tags, err = f.bus.Tags(tx, resource)
		return err
	})
	return tags, err
}

// tag changes the tags of an ARN.
func (f *fixture) tag(resource string, put map[string]string, away ...string) error {
	return f.try(func(tx *store.Tx) error { return f.bus.Tag(tx, resource, put, away) })
}

func TestBusesAndRulesHaveTags(t *testing.T) {
	each(t, func(f *fixture) {
		f.make("orders")
		f.ruleOn("orders", "r", `{"source":["s"]}`)
		f.write(func(tx *store.Tx) error {
			return f.bus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: "r", Pattern: `{"source":["s"]}`, Tags: map[string]string{"made": "with"}})
		})
		for _, row := range []struct {
			resource string
			first    map[string]string
		}{
			{eventsARN + "event-bus/default", nil},
			{eventsARN + "event-bus/orders", nil},
			{eventsARN + "rule/orders/r", nil},
			{eventsARN + "rule/r", map[string]string{"made": "with"}},
		} {
			got, err := f.tags(row.resource)
			if len(got) != len(row.first) || got["made"] != row.first["made"] || err != nil {
				f.Errorf("%s: at first %v, err = %v", row.resource, got, err)
			}
			err = errors.Join(f.tag(row.resource, map[string]string{"a": "1", "b": "ü"}), f.tag(row.resource, map[string]string{"a": "2"}, "nobody"), f.tag(row.resource, nil, "made", "b"))
			got, more := f.tags(row.resource)
			if diff := cmp.Diff(map[string]string{"a": "2"}, got); diff != "" || err != nil || more != nil {
				f.Errorf("%s: %s; err = %v, %v", row.resource, diff, err, more)
			}
		}
		// Changing a rule leaves its tags alone.
		f.put("r", `{"source":["x"]}`, bus.Enabled)
		if got, err := f.tags(eventsARN + "rule/r"); err != nil || got["a"] != "2" {
			f.Errorf("%v, err = %v", got, err)
		}
	})
}

func TestTagsThatCannotBeAreRefused(t *testing.T) {
	each(t, func(f *fixture) {
		f.put("r", `{"source":["s"]}`, bus.Enabled)
		const rule = eventsARN + "rule/r"
		for resource, want := range map[string]string{
			eventsARN + "rule/x":                                      "Rule x does not exist on EventBus default.",
			eventsARN + "rule/x/r":                                    "Event bus x does not exist.",
			eventsARN + "event-bus/x":                                 "Event bus x does not exist.",
			"arn:aws:events:us-east-1:111122223333:rule/r":            "Rule r does not exist on EventBus default.",
			"arn:aws:events:eu-west-2:999988887777:event-bus/default": "Event bus default does not exist.",
		} {
			_, err := f.tags(resource)
			refused(f.T, err, fault.NotFound, want)
			refused(f.T, f.tag(resource, nil), fault.NotFound, want)
		}
		for _, resource := range []string{"x", "arn:aws:sqs:eu-west-2:111122223333:q", eventsARN + "archive/a", eventsARN + "rule/"} {
			refused(f.T, f.tag(resource, nil), fault.Invalid, "Parameter ResourceARN is not valid. Reason: Provided Arn is not in correct format.")
		}
		many := map[string]string{}
		for i := range 50 {
			many[fmt.Sprint("k", i)] = ""
		}
		if err := f.tag(rule, many); err != nil {
			f.Error(err)
		}
		for want, put := range map[string]map[string]string{
			"at most 50 tags":           {"one more": ""},
			"cannot begin with aws:":    {"AWS:x": ""},
			"1 to 128 characters":       {"": "x"},
			"at most 256 characters":    {"k1": strings.Repeat("x", 257)},
			"that are not allowed":      {"k1": "a\x00"},
			"The tag k#1 contains char": {"k#1": ""},
		} {
			refused(f.T, f.tag(rule, put), fault.Invalid, want)
		}
	})
}

func TestEveryStepOfTaggingMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		const resource = eventsARN + "event-bus/default"
		var f *fixture
		var err error
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			f = over(t, db, bus.Config{})
			if err := f.tag(resource, nil, "k"); err != nil {
				t.Fatal(err)
			}
			arm()
			err = f.tag(resource, map[string]string{"k": "v"})
		}, func(t *testing.T, _ *store.DB, failed store.Step) {
			want := ""
			if failed.Kind == store.StepCommitted {
				want = "v"
			}
			if got, _ := f.tags(resource); got["k"] != want || !errors.Is(err, storetest.ErrStep) {
				t.Errorf("%s failed: %v, want %q; err = %v", failed, got, want, err)
			}
		})
	})
}
