package pattern_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/casestream/casestream/pattern"
	"github.com/google/go-cmp/cmp"
)

// explain explains a pattern on an event and demands that the verdict is that of Match.
func explain(t *testing.T, source, event string) pattern.Explanation {
	t.Helper()
	p, err := pattern.Compile(source)
	if err != nil {
		t.Fatal(err)
	}
	matched, matchErr := p.Match([]byte(event))
	e, err := p.Explain([]byte(event))
	if err != nil || matchErr != nil || e.Matched != matched {
		t.Fatalf("Explain: %v, %v; Match: %v, %v\n%s\n%s", e, err, matched, matchErr, source, event)
	}
	if e.String() == "" || strings.HasPrefix(e.String(), "match") != matched {
		t.Fatalf("%v is said to be %q", matched, e)
	}
	return e
}

func TestExplanationSaysWhichPathFailedFirstAndWhy(t *testing.T) {
	long := strings.Repeat("ü", 100)
	for _, c := range []struct{ name, pattern, event, want string }{
		{"match", `{"a":["x"]}`, `{"a":"x"}`, `match`},
		{
			"no such field", `{"detail":{"case":{"templateid":["t"]}}}`, `{"detail":{"case":{"caseId":"c","templateId":"t"}}}`,
			`detail.case.templateid: there is no such field, detail.case has caseId, templateId; wanted: "t"`,
		},
		{"nothing of the path", `{"a":{"b":[1]}}`, `{"c":1}`, `a.b: there is no such field, the event has c; wanted: 1`},
		{"no fields to choose from", `{"a":{"b":[1]}}`, `{"a":"b"}`, `a.b: there is no such field, a has no fields; wanted: 1`},
		{
			"many fields", `{"x":[1]}`, `{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"a":2}`,
			`x: there is no such field, the event has a, b, c, d, e, f, g, h, 2 more; wanted: 1`,
		},
		{"a name with dots", `{"a":{"b":{"c":[1]}}}`, `{"a.b":{"d":1}}`, `a.b.c: there is no such field, a.b has d; wanted: 1`},
		{"an empty name", `{"":[1]}`, `{"a":1}`, `: there is no such field, the event has a; wanted: 1`},
		{"an object", `{"a":[{"exists":true}]}`, `{"a":{"b":1}}`, `a: it is an object, which is no value; wanted: any value`},
		{"an empty array", `{"a":[null]}`, `{"a":[[]]}`, `a: it is an empty array; wanted: null`},
		{"another value", `{"a":["x",1,true,false,null]}`, `{"a":"y"}`, `a: it has "y"; wanted: "x" or 1 or true or false or null`},
		{
			"many values", `{"a":["x"]}`, `{"a":[1,2.50,true,null,"<&>",6,7,8,[9],10]}`,
			`a: it has 1, 2.50, true, null, "<&>", 6, 7, 8, 2 more; wanted: "x"`,
		},
		{
			"long values", `{"a":["` + long + `"]}`, `{"a":["a` + long + `"]}`,
			`a: it has "a` + strings.Repeat("ü", 39) + `…"; wanted: "` + strings.Repeat("ü", 40) + `…"`,
		},
		{"a value where none may be", `{"a":[{"exists":false}]}`, `{"a":1}`, `a: there must be no value, and it has 1`},
		{"a value or none", `{"a":[{"exists":false},"x"]}`, `{"a":1}`, `a: it has 1; wanted: "x" or no value`},
		{"many matchers", `{"a":[1,2,3,4,5,6,7,8,9,{"exists":false}]}`, `{"a":0}`, `a: it has 0; wanted: 1 or 2 or 3 or 4 or 5 or 6 or 7 or no value or 2 more`},
		{"the first path in order", `{"b":[1],"a":[1],"c":[1]}`, `{"a":1,"b":2,"c":2}`, `b: it has 2; wanted: 1`},
		{
			"different elements", `{"a":{"b":[1],"c":[2]},"A":[1]}`, `{"a":[{"b":1,"c":3},{"b":0,"c":2}],"A":1}`,
			`a.c: it fits by itself, but not in the same elements of the arrays as a.b; wanted: 2`,
		},
		{
			"three that go together in pairs only", `{"a":{"b":[1],"c":[1],"d":[1]}}`, `{"a":[{"b":1,"c":1},{"c":1,"d":1},{"b":1,"d":1}]}`,
			`a.d: it fits by itself, but not in the same elements of the arrays as the paths before it; wanted: 1`,
		},
		{
			"prefix", `{"a":[{"prefix":"x"},{"prefix":{"equals-ignore-case":"Xy"}}]}`, `{"a":1}`,
			`a: it has 1; wanted: a string that begins with "x" or a string that begins with "xy" in any case`,
		},
		{
			"suffix", `{"a":[{"suffix":"x"},{"suffix":{"equals-ignore-case":"Xy"}}]}`, `{"a":1}`,
			`a: it has 1; wanted: a string that ends with "x" or a string that ends with "xy" in any case`,
		},
		{"equals-ignore-case", `{"a":[{"equals-ignore-case":"Xy"}]}`, `{"a":1}`, `a: it has 1; wanted: "xy" in any case`},
		{"wildcard", `{"a":[{"wildcard":"a*\\*b\\\\*"}]}`, `{"a":1}`, `a: it has 1; wanted: a string like "a*\\*b\\\\*"`},
		{
			"numeric", `{"a":[{"numeric":["=",1.50]},{"numeric":["<",1]},{"numeric":[">=",2,"<",3e2]}]}`, `{"a":1}`,
			`a: it has 1; wanted: a number = 1.50 or a number < 1 or a number >= 2 and < 3e2`,
		},
		{"a number that is no double", `{"a":[9007199254740993]}`, `{"a":1}`, `a: it has 1; wanted: 9007199254740993`},
		{"cidr", `{"a":[{"cidr":"10.1.2.3/8"},"10.0.0.1"]}`, `{"a":"x"}`, `a: it has "x"; wanted: an IP address in 10.1.2.3/8 or "10.0.0.1"`},
		{
			"anything-but", `{"a":[{"anything-but":["x","y"]},{"anything-but":1},{"anything-but":{"prefix":["x","y"]}},{"anything-but":{"suffix":"z"}},{"anything-but":{"wildcard":"*"}},{"anything-but":{"equals-ignore-case":"X"}}]}`, `{"b":1}`,
			`a: there is no such field, the event has b; wanted: a value that is not "x" or "y" or a value that is not 1 or ` +
				`a value that is not a string that begins with "x" or "y" or a value that is not a string that ends with "z" or ` +
				`a value that is not a string like "*" or a value that is not "x" in any case`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := explain(t, c.pattern, c.event).String()
			if want := strings.TrimPrefix("no match\n  "+c.want, "no match\n  match"); c.want != "match" && got != want || c.want == "match" && got != "match" {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestExplanationListsTheAlternativesThatGotFurthest(t *testing.T) {
	source := `{"source":["s"],"$or":[{"a":[1]},{"b":[2],"t":[1]},{"z":[3]}]}`
	want := pattern.Explanation{Alternatives: 3, Failures: []pattern.Failure{
		{Alternative: 3, Path: "z", Met: 1, Paths: 2, Cause: pattern.Refused, Wanted: []string{"3"}, WantedCount: 1, Values: []string{"4"}, ValueCount: 1},
		{Alternative: 1, Path: "a", Met: 0, Paths: 2, Cause: pattern.Missing, Wanted: []string{"1"}, WantedCount: 1, Fields: []string{"source", "z"}, FieldCount: 2},
		{Alternative: 2, Path: "b", Met: 0, Paths: 3, Cause: pattern.Missing, Wanted: []string{"2"}, WantedCount: 1, Fields: []string{"source", "z"}, FieldCount: 2},
	}}
	got := explain(t, source, `{"source":"s","z":4}`)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	const text = "no match; of the 3 alternatives of $or the one that got furthest comes first:\n" +
		"  alternative 3, 1 of 2 paths satisfied: z: it has 4; wanted: 3\n"
	if !strings.HasPrefix(got.String(), text) {
		t.Errorf("%s", got)
	}
	if got := explain(t, source, `{"source":"s","b":2,"t":1,"z":3}`).String(); got != "match: alternative 2 of the 3 of $or" {
		t.Error(got)
	}
}

// TestExplanationOfMuchIsShortAndQuick takes the largest patterns that there can be.
func TestExplanationOfMuchIsShortAndQuick(t *testing.T) {
	var fields, elements []string
	for i := range 99 {
		fields = append(fields, fmt.Sprintf(`"f%d":[{"exists":false}]`, i))
	}
	for i := range 1000 {
		elements = append(elements, fmt.Sprintf(`{"x":[%d]}`, i))
	}
	path := strings.Repeat("a.", 10_000)
	for name, c := range map[string]struct{ pattern, event string }{
		"alternatives":  {`{` + strings.Join(fields[:90], ",") + `,"$or":[` + strings.Join(elements, ",") + `]}`, `{"x":-1}`},
		"a long path":   {`{"` + path + `":[1]}`, `{"a.a":1}`},
		"a long value":  {`{"a":["x"]}`, `{"a":"` + path + `"}`},
		"a long string": {`{"a":["` + path + `",{"prefix":"` + path + `"},{"equals-ignore-case":"` + path + `"}]}`, `{"a":1}`},
		"many values":   {`{"a":["x"]}`, `{"a":[` + strings.TrimSuffix(strings.Repeat("1,", 100_000), ",") + `]}`},
	} {
		began := time.Now()
		e := explain(t, c.pattern, c.event)
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%s: it took %v", name, took)
		}
		if n := len(e.String()); n > len(path)+10_000 || len(e.Failures) > 20 || e.Matched {
			t.Errorf("%s: %d bytes, %d failures, matched %v", name, n, len(e.Failures), e.Matched)
		}
	}
}

// TestExplanationOfWhatIsHardToJudge has a field that fails behind fields that cannot be decided.
func TestExplanationOfWhatIsHardToJudge(t *testing.T) {
	var wants, has []string
	for i := range 12 {
		name := "p" + strings.Repeat("-", i)
		wants = append(wants, fmt.Sprintf(`%q:[1],"%s.x":[1]`, name, name))
		has = append(has, fmt.Sprintf(`%q:[%s[{"x":1},0]]`, name, strings.Repeat(`[1,{"x":0}],`, 30)))
	}
	event := "{" + strings.Join(has, ",") + "}"
	e := explain(t, "{"+strings.Join(wants, ",")+`,"z":[1]}`, event)
	if e.Matched || len(e.Failures) > 0 || e.String() != "no match; the event's arrays allow too many combinations to say why" {
		t.Errorf("%s", e)
	}
	p, err := pattern.Compile("{" + strings.Join(wants, ",") + "}")
	if err != nil {
		t.Fatal(err)
	}
	if e, err := p.Explain([]byte(event)); !errors.Is(err, pattern.ErrUndecided) || e.Matched {
		t.Errorf("%s, %v", e, err)
	}
}

func TestExplainWantsAnObject(t *testing.T) {
	p, err := pattern.Compile(`{"a":[1]}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range []string{``, `x`, `[]`, `"a"`, `1`, `{"a":1`, `{"a":1} {}`, `{"a":1,}`, ` [{"a":1}]`} {
		if e, err := p.Explain([]byte(event)); !errors.Is(err, pattern.ErrEvent) || e.Matched {
			t.Errorf("%s: %v, %v", event, e, err)
		}
	}
}

func TestExplanationsOfTheCorpusAndOfRandomRulesAgreeWithMatch(t *testing.T) {
	for _, r := range rows[row](t, "testdata/patterns.jsonl") {
		if r.Expect != "invalid" {
			explain(t, text(r.Pattern), text(r.Event))
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	causes := map[pattern.Cause]int{}
	for range 6000 {
		for _, f := range explain(t, randomPattern(r, r.IntN(3)), randomEvent(r, 3)).Failures {
			causes[f.Cause]++
		}
	}
	for _, c := range []pattern.Cause{pattern.Missing, pattern.Object, pattern.Refused, pattern.Present, pattern.Elements} {
		if causes[c] < 10 {
			t.Errorf("the cause %s is given %d times: the random cases tell little", c, causes[c])
		}
	}
}

func FuzzExplain(f *testing.F) {
	for _, r := range rows[row](f, "testdata/patterns.jsonl") {
		if r.Expect != "invalid" {
			f.Add(text(r.Pattern), text(r.Event))
		}
	}
	f.Fuzz(func(t *testing.T, source, event string) {
		p, err := pattern.Compile(source)
		if err != nil {
			return
		}
		e, err := p.Explain([]byte(event))
		isEvent := json.Valid([]byte(event)) && strings.HasPrefix(strings.TrimSpace(event), "{") && pattern.Depth([]byte(event)) <= pattern.MaxDepth
		if !isEvent {
			if !errors.Is(err, pattern.ErrEvent) {
				t.Fatalf("%v for %q", err, event)
			}
			return
		}
		matched, matchErr := p.Match([]byte(event))
		if fmt.Sprint(err) != fmt.Sprint(matchErr) || e.Matched != matched || err == nil && matched != (e.Alternative > 0) {
			t.Fatalf("Explain: %v, %v; Match: %v, %v", e, err, matched, matchErr)
		}
		if err == nil && e.String() == "" {
			t.Fatal("it says nothing")
		}
	})
}
