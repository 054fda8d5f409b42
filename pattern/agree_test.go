package pattern_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/casestream/casestream/pattern"
)

func TestRandomCasesGetTheVerdictOfTheNaiveMatcher(t *testing.T) {
	const cases = 20_000
	matches, judgedCases := 0, 0
	for i := range cases {
		c := randomCase(rand.New(rand.NewPCG(7, uint64(i))))
		compare(t, c.pattern, c.event)
		switch verdict(c.pattern, c.event).expect {
		case "match":
			matches++
			judgedCases++
		case "nomatch":
			judgedCases++
		}
	}
	if judgedCases < cases/2 || matches < judgedCases/4 || matches > judgedCases*3/4 {
		t.Errorf("%d of %d judged cases match: the random cases tell little", matches, judgedCases)
	}
}

// TestArraysGetTheVerdictOfTheNaiveMatcher has little but arrays in arrays, and three names.
func TestArraysGetTheVerdictOfTheNaiveMatcher(t *testing.T) {
	const cases = 20_000
	matches := 0
	for i := range cases {
		r := rand.New(rand.NewPCG(10, uint64(i)))
		source, event := arrayPattern(r), arrayObject(r, 4)
		compare(t, source, event)
		if verdict(source, event).expect == "match" {
			matches++
		}
	}
	if matches < cases/10 {
		t.Errorf("%d of %d match: the random cases tell little", matches, cases)
	}
}

// arrayPattern writes two to four constraints on paths of up to three names.
func arrayPattern(r *rand.Rand) string {
	var fields []string
	for range 2 + r.IntN(3) {
		path := pick(r, []string{"a", "b", "c"})
		for range r.IntN(3) {
			path += "." + pick(r, []string{"a", "b", "c"})
		}
		list := pick(r, []string{`1`, `2`, `{"exists":false}`, `{"exists":true}`, `{"anything-but":1}`, `1,{"exists":false}`, `{"exists":false},2`})
		fields = append(fields, fmt.Sprintf("%q:[%s]", path, list))
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// arrayObject writes an object of an event.
func arrayObject(r *rand.Rand, depth int) string {
	var fields []string
	for range 1 + r.IntN(3) {
		fields = append(fields, fmt.Sprintf("%q:%s", pick(r, []string{"a", "a", "b", "b", "c", "a.b"}), arrayValue(r, depth)))
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// arrayValue writes a value, an array more often than not.
func arrayValue(r *rand.Rand, depth int) string {
	switch n := r.IntN(8); {
	case depth == 0 || n < 2:
		return pick(r, []string{"1", "2"})
	case n < 4:
		return arrayObject(r, depth-1)
	}
	var list []string
	for range 1 + r.IntN(4) {
		list = append(list, arrayValue(r, depth-1))
	}
	return "[" + strings.Join(list, ",") + "]"
}

// ruleText is a rule with the text of its pattern.
type ruleText struct {
	pattern.Rule
	text string
}

// randomRules makes n rules that have to do with one event, which it makes too.
func randomRules(r *rand.Rand, n int) (rules []ruleText, event string) {
	g := generator{Rand: r, runes: []rune(alphabets[r.IntN(len(alphabets))])}
	event = g.object(3, nil)
	for len(rules) < n {
		text := g.pattern(1 + g.IntN(4))
		if p, err := pattern.Compile(text); err == nil {
			rules = append(rules, ruleText{pattern.Rule{ID: pattern.RuleID(len(rules)), Pattern: p}, text})
		}
	}
	return rules, event
}

// grown makes the set of the rules from an empty one, taking detours.
func grown(r *rand.Rand, rules []ruleText) *pattern.Set {
	set := pattern.Build(nil)
	order := r.Perm(len(rules))
	for i, n := range order {
		wrong := rules[r.IntN(len(rules))].Pattern
		switch r.IntN(3) {
		case 0: // replaced
			set = set.With(pattern.Rule{ID: rules[n].ID, Pattern: wrong}).With(rules[n].Rule)
		case 1: // added, removed, added
			set = set.With(rules[n].Rule).Without(rules[n].ID).With(rules[n].Rule)
		default:
			set = set.With(rules[n].Rule)
		}
		if r.IntN(4) == 0 { // an earlier one goes and comes back
			earlier := rules[order[r.IntN(i+1)]]
			set = set.Without(earlier.ID).With(earlier.Rule)
		}
		if r.IntN(4) == 0 { // a stranger comes and goes
			set = set.With(pattern.Rule{ID: 1 << 20, Pattern: wrong}).Without(1 << 20)
		}
	}
	return set
}

// compareSets demands that a set built at once, one grown rule by rule and the naive matcher agree.
func compareSets(t *testing.T, rules []ruleText, sets []*pattern.Set, event string) {
	t.Helper()
	var want, unknown []pattern.RuleID
	for _, rule := range rules {
		switch matched, ok := naiveMatch(rule.text, event); {
		case !ok:
			unknown = append(unknown, rule.ID)
		case matched:
			want = append(want, rule.ID)
		}
	}
	for i, set := range sets {
		got, err := set.Match([]byte(event), nil)
		if errors.Is(err, pattern.ErrUndecided) {
			continue
		}
		if err != nil {
			t.Fatalf("set %d: %v: %s", i, err, event)
		}
		slices.Sort(got)
		got = slices.DeleteFunc(got, func(id pattern.RuleID) bool { return slices.Contains(unknown, id) })
		if !slices.Equal(got, want) {
			t.Errorf("set %d: got %v, want %v: %s", i, got, want, event)
			for _, rule := range rules {
				if slices.Contains(got, rule.ID) != slices.Contains(want, rule.ID) {
					t.Errorf("rule %d: %s", rule.ID, rule.text)
				}
			}
		}
	}
}

func TestSetsOfRandomRulesAgreeWithTheNaiveMatcher(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(8, seed))
		rules, event := randomRules(r, 50)
		built := make([]pattern.Rule, len(rules))
		for i, rule := range rules {
			built[i] = rule.Rule
		}
		sets := []*pattern.Set{pattern.Build(built), grown(r, rules)}
		for range 6 {
			compareSets(t, rules, sets, event)
			_, event = randomRules(r, 0)
		}
	}
}

func FuzzSet(f *testing.F) {
	for seed := range uint64(20) {
		_, event := randomRules(rand.New(rand.NewPCG(9, seed)), 0)
		f.Add(seed, event)
	}
	f.Fuzz(func(t *testing.T, seed uint64, event string) {
		if !json.Valid([]byte(event)) || len(event) > 2000 || event[0] != '{' {
			return
		}
		r := rand.New(rand.NewPCG(9, seed))
		rules, _ := randomRules(r, 12)
		compareSets(t, rules, []*pattern.Set{grown(r, rules)}, event)
	})
}
