package pattern_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/casestream/casestream/pattern"
)

// listOf writes the match list of n numbers.
func listOf(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprint(i)
	}
	return "[" + strings.Join(list, ",") + "]"
}

func TestRulesOfSeveralLongListsAreNotFiledInAllCombinations(t *testing.T) {
	for _, n := range []int{3, 8, 50} {
		p := compiled(t, fmt.Sprintf(`{"a":%s,"b":%[1]s,"c":%[1]s,"d":%[1]s}`, listOf(n)))
		set := pattern.Build(nil)
		const rules = 200
		for i := range rules {
			set = set.With(pattern.Rule{ID: pattern.RuleID(i), Pattern: p})
		}
		if places := set.Places(); places > rules*max(64, n) {
			t.Errorf("%d values: %d rules are in %d places", n, rules, places)
		}
		for event, hits := range map[string]int{`{"a":0,"b":1,"c":2,"d":0}`: rules, `{"a":0,"b":1,"c":2,"d":99}`: 0} {
			if ids, err := set.Match([]byte(event), nil); len(ids) != hits || err != nil {
				t.Errorf("%d values: %s: %d hits, %v", n, event, len(ids), err)
			}
		}
		for i := range rules {
			set = set.Without(pattern.RuleID(i))
		}
		if left := set.Left(); left != "" {
			t.Errorf("the empty set still holds %s", left)
		}
	}
}

func TestAlternativesThatShareALongListAreNotFiledUnderAllOfIt(t *testing.T) {
	const alternatives, values = 900, 2000
	p := compiled(t, fmt.Sprintf(`{"a":%s,"$or":[%s{"c":[1]}]}`, listOf(values), strings.Repeat(`{"b":[{"exists":true}]},`, alternatives-1)))
	set := pattern.Build([]pattern.Rule{{ID: 7, Pattern: p}})
	if places := set.Places(); places > 1<<14+alternatives {
		t.Errorf("a rule is in %d places", places)
	}
	for event, hits := range map[string]int{`{"a":1999,"b":1}`: 1, `{"a":1,"c":1}`: 1, `{"a":2000,"b":1,"c":1}`: 0, `{"a":1}`: 0} {
		if ids, err := set.Match([]byte(event), nil); len(ids) != hits || err != nil {
			t.Errorf("%s: %v, %v", event, ids, err)
		}
	}
	if left := set.Without(7).Left(); left != "" {
		t.Errorf("the empty set still holds %s", left)
	}
}

// TestWhatIsTooCostlyIsReported has events and rules that were made for each other.
func TestWhatIsTooCostlyIsReported(t *testing.T) {
	ranges := `{"a":[` + strings.Repeat(`{"numeric":[">",2]},`, 2500) + `5]}`
	deep := func(objects string) string {
		return `{"a":` + strings.Repeat("[", 450) + "[" + objects + "],[" + objects + "]" + strings.Repeat("]", 450) + "}"
	}
	var inner []pattern.Rule
	var keys []string
	for key := range 300 {
		keys = append(keys, fmt.Sprintf(`"k%d"`, key))
		for i := range 20 {
			source := fmt.Sprintf(`{"k":["k%d"],"p":[{"wildcard":"*x%dz*"},{"equals-ignore-case":"q%[2]d"}]}`, key, i)
			inner = append(inner, pattern.Rule{ID: pattern.RuleID(len(inner)), Pattern: compiled(t, source)})
		}
	}
	for _, tt := range []struct {
		name, event string
		rules       []pattern.Rule
		err         error
	}{
		{"overlapping ranges", `{"a":[` + strings.Repeat("1,3,", 100_000) + `3]}`, []pattern.Rule{{Pattern: compiled(t, ranges)}}, pattern.ErrUndecided},
		{
			"a long text looked at below many keys", `{"k":[` + strings.Join(keys, ",") + `],"p":"` + strings.Repeat("abcdefg", 100_000) + `"}`,
			inner, pattern.ErrUndecided,
		},
		{
			"many elements in deep arrays", deep(strings.Repeat(`{"b":1,"c":2},`, 20_000) + `{"b":1}`),
			[]pattern.Rule{{Pattern: compiled(t, `{"a":{"b":[1],"c":[{"anything-but":3}],"d":[{"exists":false}]}}`)}},
			pattern.ErrUndecided,
		},
		{
			"some elements in deep arrays", deep(strings.Repeat(`{"b":1,"c":2,"d":3},`, 300) + `{"b":1}`),
			[]pattern.Rule{{Pattern: compiled(t, `{"a":{"b":[1],"c":[2],"d":[3],"e":[{"exists":false}]}}`)}},
			nil,
		},
	} {
		if _, err := pattern.Build(tt.rules).Match([]byte(tt.event), nil); !errors.Is(err, tt.err) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestExponentsAreReadAsTheyAre(t *testing.T) {
	p := compiled(t, `{"a":[0.1]}`)
	small := "0." + strings.Repeat("0", 2_000_000) + "1"
	for event, want := range map[string]bool{
		`{"a":` + small + `e2000000}`:                 true,
		`{"a":` + small + `e20000000}`:                false,
		`{"a":1e-1}`:                                  true,
		`{"a":1e-18446744073709551617}`:               false,
		`{"a":1` + strings.Repeat("0", 99) + `e-100}`: true,
	} {
		if got, err := p.Match([]byte(event)); got != want || err != nil {
			t.Errorf("…%s: %v, %v", event[max(0, len(event)-20):], got, err)
		}
	}
}
