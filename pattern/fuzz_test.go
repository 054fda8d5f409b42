package pattern_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/casestream/casestream/pattern"
)

func FuzzCompile(f *testing.F) {
	for _, r := range corpus(f) {
		f.Add(text(r.Pattern))
	}
	f.Fuzz(func(t *testing.T, source string) {
		p, err := pattern.Compile(source)
		if (p == nil) == (err == nil) {
			t.Fatalf("pattern %v, error %v", p, err)
		}
		var refused *pattern.Error
		if err != nil && (!errors.As(err, &refused) || refused.Reason == "") {
			t.Fatalf("%#v", err)
		}
		if err == nil && !json.Valid([]byte(source)) {
			t.Fatalf("accepted, but it is not JSON: %q", source)
		}
		if err == nil {
			if _, err := p.Match([]byte(`{"a":[{"b":1,"c":[1,"x"]},{"b":null}],"source":"aws.cases"}`)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func FuzzMatch(f *testing.F) {
	for _, r := range corpus(f) {
		if r.Expect != "invalid" {
			f.Add(text(r.Pattern), text(r.Event))
		}
	}
	f.Fuzz(compare)
}

// compare demands that Match and the naive matcher agree, where the latter has an answer.
func compare(t *testing.T, source, event string) {
	p, err := pattern.Compile(source)
	if err != nil {
		return
	}
	got, err := p.Match([]byte(event))
	isObject := json.Valid([]byte(event)) && strings.HasPrefix(strings.TrimSpace(event), "{")
	if isObject && errors.Is(err, pattern.ErrEvent) && pattern.Depth([]byte(event)) <= pattern.MaxDepth {
		t.Fatalf("%v for %q", err, event)
	}
	if err != nil || !isObject {
		return
	}
	if want, ok := naiveMatch(source, event); ok && got != want {
		t.Fatalf("got %v, want %v\n%s\n%s", got, want, source, event)
	}
}

func TestRandomRulesAgreeWithTheNaiveMatcher(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	matches, rules := 0, []pattern.Rule{}
	for i := range 8000 {
		source, event := randomPattern(r, r.IntN(3)), randomEvent(r, 3)
		compare(t, source, event)
		p, err := pattern.Compile(source)
		if err != nil {
			t.Fatalf("%v: %s", err, source)
		}
		if ok, _ := p.Match([]byte(event)); ok {
			matches++
		}
		if len(rules) < 300 {
			rules = append(rules, pattern.Rule{ID: pattern.RuleID(i), Pattern: p})
		}
	}
	if matches < 800 || matches > 7200 {
		t.Errorf("%d of 8000 match: the random cases tell little", matches)
	}
	set := pattern.Build(rules)
	for range 200 {
		event := []byte(randomEvent(r, 3))
		ids, err := set.Match(event, nil)
		var want []pattern.RuleID
		for _, rule := range rules {
			if ok, _ := rule.Pattern.Match(event); ok {
				want = append(want, rule.ID)
			}
		}
		if err != nil || fmt.Sprint(ids) != fmt.Sprint(want) {
			t.Fatalf("%v: %v, one by one %v\n%s", err, ids, want, event)
		}
	}
}

// The small vocabularies make random patterns and events meet.
var (
	names    = []string{"a", "b", "a.b", "a-b"}
	scalars  = []string{`1`, `1.0`, `2`, `"x"`, `"xy"`, `"X"`, `""`, `true`, `null`, `"10.0.0.1"`, `"010.0.0.1"`, `9007199254740993`}
	matchers = []string{
		`1`, `2.0`, `"x"`, `"xy"`, `null`, `"10.0.0.1"`, `{"exists":false}`, `{"exists":false}`, `{"exists":true}`,
		`{"prefix":"x"}`, `{"suffix":"y"}`, `{"equals-ignore-case":"x"}`, `{"prefix":{"equals-ignore-case":"X"}}`,
		`{"anything-but":"x"}`, `{"anything-but":[1,2]}`, `{"anything-but":{"prefix":["x"]}}`,
		`{"numeric":[">",1]}`, `{"numeric":["=",1]}`, `{"cidr":"10.0.0.0/8"}`, `9007199254740993`,
	}
)

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

// randomPattern writes an object of a pattern, without keys that could contradict each other.
func randomPattern(r *rand.Rand, depth int) string {
	var fields []string
	for range 1 + r.IntN(3) {
		name := pick(r, names)
		switch {
		case depth > 0 && r.IntN(8) == 0:
			fields = append(fields, fmt.Sprintf(`"$or":[%s,%s]`, randomPattern(r, depth-1), randomPattern(r, depth-1)))
		case depth > 0 && r.IntN(2) == 0:
			fields = append(fields, fmt.Sprintf(`%q:%s`, name, randomPattern(r, depth-1)))
		default:
			list := pick(r, matchers)
			for r.IntN(3) == 0 {
				list += "," + pick(r, matchers)
			}
			fields = append(fields, fmt.Sprintf(`%q:[%s]`, name, list))
		}
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// randomEvent writes an object of an event.
func randomEvent(r *rand.Rand, depth int) string {
	var fields []string
	for range 1 + r.IntN(4) {
		fields = append(fields, fmt.Sprintf(`%q:%s`, pick(r, names), randomValue(r, depth)))
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// randomValue writes a value of an event.
func randomValue(r *rand.Rand, depth int) string {
	switch n := r.IntN(4); {
	case depth == 0 || n == 0:
		return pick(r, scalars)
	case n == 1:
		return randomEvent(r, depth-1)
	}
	var list []string
	for range 1 + r.IntN(4) {
		list = append(list, randomValue(r, depth-1))
	}
	return "[" + strings.Join(list, ",") + "]"
}
