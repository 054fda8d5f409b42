package pattern_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/casestream/casestream/pattern"
	"github.com/google/go-cmp/cmp"
)

// shapes are patterns of rule n that are filed in different ways: hits tells whether the event of n, made by
// eventOf, satisfies it.
var shapes = []string{
	`{"name":["name-%d"]}`,
	`{"source":["s"],"name":["name-%d"]}`,
	`{"source":["s"],"group":["g"],"name":[{"anything-but":"x"}],"n":[%d]}`,
	`{"name":[{"prefix":"name-%d;"}]}`,
	`{"tail":[{"suffix":"-%d"}]}`,
	`{"name":[{"equals-ignore-case":"NAME-%d"}]}`,
	`{"name":[{"equals-ignore-case":"näme-%d"},{"prefix":{"equals-ignore-case":"NAME-%[1]d"}}]}`,
	`{"tail":[{"suffix":{"equals-ignore-case":"IL-%d"}}]}`,
	`{"n":[{"numeric":[">",%d.5]}]}`,
	`{"n":[{"numeric":["=",%d]}]}`,
	`{"ip":[{"cidr":"10.0.%d.0/24"}]}`,
	`{"ip":["10.0.%d.001"]}`,
	`{"ip":[{"cidr":"fd00:%d::/32"}]}`,
	`{"name":[{"wildcard":"n*-%d"}]}`,
	`{"tail":[{"wildcard":"*il-%d*"}]}`,
	`{"$or":[{"name":["name-%d"]},{"n":[%[1]d]}]}`,
	`{"flag":[true],"name":["name-%d","other"]}`,
	`{"missing":[{"exists":false}],"tail":[{"anything-but":"tail-%d"}]}`,
	`{"list":{"a":["a-%d"],"b":["b-%[1]d"]}}`,
	`{"only-%d":[{"exists":true}]}`,
	`{"nothing":["x",{"exists":false}],"void":[{"exists":false},"%d"]}`,
	`{"n":[90071992547409931%d]}`,
}

// rule is the n-th of many rules of all shapes.
func rule(t testing.TB, n int) pattern.Rule {
	text := fmt.Sprintf(shapes[n%len(shapes)], n/len(shapes))
	text, _, _ = strings.Cut(text, "%!(EXTRA")
	return pattern.Rule{ID: pattern.RuleID(n), Pattern: compiled(t, text)}
}

// eventOf is an event that several rules match, those of n among them.
func eventOf(n int) []byte {
	return fmt.Appendf(nil, `{"source":"s","name":"name-%d","tail":"tail-%[1]d","group":"g","n":%[1]d,"flag":true,"ip":["10.0.%[1]d.1","fd00:%[1]d::1"],
		"list":[{"a":"a-1","b":"b-2"},{"a":"a-%[1]d","b":"b-%[1]d"}],"only-%[1]d":0}`, n)
}

// checkRules demands that a set has the verdicts of its rules one by one.
func checkRules(t *testing.T, set *pattern.Set, rules map[pattern.RuleID]*pattern.Pattern, event []byte) {
	t.Helper()
	var want []pattern.RuleID
	for id, p := range rules {
		if ok, err := p.Match(event); err != nil {
			t.Fatal(err)
		} else if ok {
			want = append(want, id)
		}
	}
	slices.Sort(want)
	got, err := set.Match(event, nil)
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("%s: %v, %v\n%s", event, got, err, cmp.Diff(want, got))
	}
	if set.Len() != len(rules) {
		t.Fatalf("%d rules, not %d", set.Len(), len(rules))
	}
}

func TestSetsGrowAndShrinkRuleByRule(t *testing.T) {
	const n = 60 * 22
	rules := map[pattern.RuleID]*pattern.Pattern{}
	set, order := pattern.Build(nil), (n*3)/5 // a step that has no factor in common with n+1
	for i := range n {
		r := rule(t, (i*order)%(n+1))
		set, rules[r.ID] = set.With(r), r.Pattern
		if i%97 == 0 {
			checkRules(t, set, rules, eventOf(i%60))
		}
	}
	half := set
	kept := map[pattern.RuleID]*pattern.Pattern{}
	for i := range n {
		id := pattern.RuleID((i * 7) % (n + 1))
		if i%97 == 0 {
			checkRules(t, set, rules, eventOf(i%60))
		}
		if i == n/2 {
			half = set
			for id, p := range rules {
				kept[id] = p
			}
		}
		set = set.Without(id)
		delete(rules, id)
	}
	for id := range rules {
		set = set.Without(id)
	}
	checkRules(t, set, nil, eventOf(1))
	for i := range 60 {
		checkRules(t, half, kept, eventOf(i)) // what came later has not touched it
	}
	if left := set.Left(); left != "" {
		t.Errorf("the empty set still holds %s", left)
	}
}

func TestRulesThatComeAndGoLeaveNothingBehind(t *testing.T) {
	set := pattern.Build(nil)
	for i := range 4000 {
		set = set.With(rule(t, i))
		if i >= 100 {
			set = set.Without(pattern.RuleID(i - 100))
		}
	}
	paths, marks := set.Slots()
	if paths > 200 || marks > 2000 {
		t.Errorf("for a hundred rules there are %d paths and %d marks", paths, marks)
	}
}

func TestARuleOfTheSameIDTakesTheOldOnesPlace(t *testing.T) {
	set := pattern.Build([]pattern.Rule{{ID: 1, Pattern: compiled(t, `{"a":[1]}`)}})
	other := set.With(pattern.Rule{ID: 1, Pattern: compiled(t, `{"a":[2]}`)})
	for _, tt := range []struct {
		set   *pattern.Set
		event string
		hits  int
	}{{set, `{"a":1}`, 1}, {set, `{"a":2}`, 0}, {other, `{"a":1}`, 0}, {other, `{"a":2}`, 1}} {
		if ids, err := tt.set.Match([]byte(tt.event), nil); len(ids) != tt.hits || err != nil {
			t.Errorf("%s: %v, %v", tt.event, ids, err)
		}
	}
	if set.Without(2) != set {
		t.Error("without a rule that it has not it is another set")
	}
}

func TestSetsAreMatchedWhileTheirSuccessorsAreMade(t *testing.T) {
	const rules = 200
	var list []pattern.Rule
	for i := range rules {
		list = append(list, pattern.Rule{ID: pattern.RuleID(i), Pattern: compiled(t, fmt.Sprintf(`{"name":["name-%d"]}`, i))})
	}
	set := pattern.Build(list)
	var wait sync.WaitGroup
	sets := make(chan *pattern.Set, 16)
	for range 3 {
		wait.Go(func() {
			for s := range sets {
				for n := range rules {
					ids, err := s.Match(eventOf(n), nil)
					if err != nil || s.Len() == rules && !slices.Equal(ids, []pattern.RuleID{pattern.RuleID(n)}) || s.Len() < rules && len(ids) > 1 {
						t.Errorf("event %d, %d rules: %v, %v", n, s.Len(), ids, err)
					}
				}
			}
		})
	}
	for i := range 100 {
		sets <- set
		set = set.Without(pattern.RuleID(i))
		sets <- set
		set = set.With(list[i])
	}
	close(sets)
	wait.Wait()
}

func TestMatchingDoesNotAllocate(t *testing.T) {
	if raceDetector {
		t.Skip("under the race detector sync.Pool forgets on purpose")
	}
	set := pattern.Build(nil)
	for i := range 1000 {
		set = set.With(rule(t, i))
	}
	event, room := eventOf(7), make([]pattern.RuleID, 0, 1000)
	if n := testing.AllocsPerRun(500, func() {
		if ids, err := set.Match(event, room); len(ids) == 0 || err != nil {
			t.Error(ids, err)
		}
	}); n > 0 {
		t.Errorf("%v allocations for an event", n)
	}
}

func TestAFieldThatComesAgainCounts(t *testing.T) {
	long := strings.Repeat("x", 400)
	p := compiled(t, `{"a":{"b":["yes"]}}`)
	q := compiled(t, `{"a/\"b":["yes"]}`)
	for _, tt := range []struct {
		p     *pattern.Pattern
		event string
		want  bool
	}{
		{p, `{"a":{"b":"no"},"x":"` + long + `","a":{"b":"yes"}}`, true},
		{p, `{"a":{"b":"no"},"x":"` + long + `","a":{"c":"yes"}}`, false},
		{p, `{"a":{"b":"no"},"x":"` + long + `","\u0061":{"b":"yes"}}`, true},
		{p, `{"a":{"b":"no"},"x":"` + long + `","a.b":"yes"}`, true},
		{p, `{"a":{"b":"no"},"x":"` + long + `","a\u002eb":"yes"}`, true},
		{p, `{"a":{"b":"no","x":"` + long + `","b":"yes"}}`, true},
		{p, `{"a":{"b":"no"},"x":{"a":{"b":"yes"}},"y":"a b"}`, false},
		{p, `{"a":{"b":"yes"},"x":"` + long + `","a":{"b":"no"}}`, true},
		{p, `{"a":{"b":["no",{"c":["` + long + `"]}]},"a":[[{"b":["yes"]}]]}`, true},
		{q, `{"a/\"b":"no","x":"` + long + `","a\/\"b":"yes"}`, true},
	} {
		if got, err := tt.p.Match([]byte(tt.event)); got != tt.want || err != nil {
			t.Errorf("%.40s…%s: %v, %v", tt.event, tt.event[len(tt.event)-20:], got, err)
		}
	}
}

func TestLongListsMeetLongArrays(t *testing.T) {
	texts := func(n int, name string) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf(`"%s%d"`, name, i)
		}
		return "[" + strings.Join(list, ",") + "]"
	}
	array := []byte(`{"a":` + texts(60_000, "t") + `}`)
	tests := []struct {
		pattern string
		want    bool
		err     error
	}{
		{`{"a":` + texts(700, "x") + `}`, false, nil},
		{`{"a":` + strings.Replace(texts(700, "x"), `"x0"`, `"t59999",1`, 1) + `}`, true, nil},
		{`{"a":[{"anything-but":` + texts(700, "t") + `}]}`, true, nil},
		{`{"a":[{"anything-but":{"prefix":` + texts(700, "t") + `}}]}`, false, nil},
		{`{"a":[{"anything-but":{"suffix":` + texts(700, "") + `}}]}`, false, nil},
	}
	var rules []pattern.Rule
	for i, tt := range tests {
		p := compiled(t, tt.pattern)
		if got, err := p.Match(array); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%.40s: %v, %v", tt.pattern, got, err)
		}
		rules = append(rules, pattern.Rule{ID: pattern.RuleID(i), Pattern: p})
	}
	same := []byte(`{"a":[` + strings.Repeat(`"t699",`, 200_000) + `"t699"]}`)
	hard := compiled(t, `{"a":[{"anything-but":{"suffix":`+texts(700, "t")+`}}]}`)
	if got, err := hard.Match(same); got || !errors.Is(err, pattern.ErrUndecided) {
		t.Errorf("200,000 values and 700 endings: %v, %v", got, err)
	}
	if got, err := pattern.Build(rules).Match([]byte(`{"a":"t1"}`), nil); !slices.Equal(got, nil) || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}
