package pattern_test

import (
	"fmt"

	"github.com/casestream/casestream/pattern"
)

func Example() {
	p, err := pattern.Compile(`{"source": ["aws.cases"], "detail": {"case": {"templateId": [{"prefix": "vip-"}]}}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	rules := pattern.Build([]pattern.Rule{{ID: 1, Pattern: p}})
	ids, err := rules.Match([]byte(`{"source": "aws.cases", "detail": {"case": {"templateId": "vip-7"}}}`), nil)
	fmt.Println(ids, err)
	// Output: [1] <nil>
}

func ExampleCompile_refused() {
	_, err := pattern.Compile(`{"source": "aws.cases"}`)
	fmt.Println(err)
	// Output:
	// Event pattern is not valid. Reason: "source" must be an object or an array
	//  at [Source: (String)"{"source": "aws.cases"}"; line: 1, column: 13]
}
