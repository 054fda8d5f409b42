package pattern_test

import (
	"errors"
	"fmt"

	"github.com/casestream/casestream/pattern"
)

// Many rules become one set; an event is matched against all of them at once.
func Example() {
	var rules []pattern.Rule
	for i, text := range []string{
		`{"source": ["aws.cases"]}`,
		`{"source": ["aws.cases"], "detail": {"eventType": [{"prefix": "CASE."}]}}`,
		`{"source": ["aws.cases"], "detail": {"eventType": ["RELATED_ITEM.CREATED"]}}`,
	} {
		p, err := pattern.Compile(text)
		if err != nil {
			fmt.Println(err)
			return
		}
		rules = append(rules, pattern.Rule{ID: pattern.RuleID(i), Pattern: p})
	}
	set := pattern.Build(rules)
	ids, err := set.Match([]byte(`{"source": "aws.cases", "detail": {"eventType": "CASE.CREATED"}}`), nil)
	fmt.Println(ids, err)
	// Output: [0 1] <nil>
}

func ExampleCompile() {
	p, err := pattern.Compile(`{"detail": {"case": {"fields": {"status": {"value": {"stringValue": [{"anything-but": "closed"}]}}}}}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	matched, err := p.Match([]byte(`{"detail": {"case": {"fields": {"status": {"value": {"stringValue": "open"}}}}}}`))
	fmt.Println(matched, err)
	// Output: true <nil>
}

// A refusal has AWS's own words. Its reason can be had without the location.
func ExampleCompile_refused() {
	_, err := pattern.Compile(`{"source": "aws.cases"}`)
	fmt.Println(err)
	var refused *pattern.Error
	if errors.As(err, &refused) {
		fmt.Println(refused.Reason)
	}
	// Output:
	// Event pattern is not valid. Reason: "source" must be an object or an array
	//  at [Source: (String)"{"source": "aws.cases"}"; line: 1, column: 13]
	// "source" must be an object or an array
}

// The memory for the ids can be used again for the next event.
func ExampleSet_Match() {
	p, err := pattern.Compile(`{"detail": {"case": {"templateId": ["t-1", "t-2"]}}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	set := pattern.Build([]pattern.Rule{{ID: 7, Pattern: p}})
	var ids []pattern.RuleID
	for _, template := range []string{"t-1", "t-2", "t-3"} {
		ids, err = set.Match(fmt.Appendf(nil, `{"detail": {"case": {"templateId": %q}}}`, template), ids[:0])
		fmt.Println(template, ids, err)
	}
	// Output:
	// t-1 [7] <nil>
	// t-2 [7] <nil>
	// t-3 [] <nil>
}

// A set never changes: who matches with the old one is not disturbed.
func ExampleSet_With() {
	p, err := pattern.Compile(`{"source": ["aws.cases"]}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	one := pattern.Build([]pattern.Rule{{ID: 1, Pattern: p}})
	two := one.With(pattern.Rule{ID: 2, Pattern: p})
	rest := two.Without(1)
	for _, set := range []*pattern.Set{one, two, rest} {
		ids, err := set.Match([]byte(`{"source": "aws.cases"}`), nil)
		fmt.Println(set.Len(), ids, err)
	}
	// Output:
	// 1 [1] <nil>
	// 2 [1 2] <nil>
	// 1 [2] <nil>
}

func ExamplePattern_Explain() {
	p, err := pattern.Compile(`{"source": ["aws.cases"], "detail": {"eventType": ["CASE.UPDATED"], "changedFieldIds": ["status"]}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := p.Explain([]byte(`{"source": "aws.cases", "detail": {"eventType": "CASE.UPDATED", "changedFieldIds": ["title"]}}`))
	fmt.Println(e, err)
	fmt.Println(e.Matched, e.Failures[0].Path, e.Failures[0].Cause)
	// Output:
	// no match
	//   detail.changedFieldIds: it has "title"; wanted: "status" <nil>
	// false detail.changedFieldIds refused
}
