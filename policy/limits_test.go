package policy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/casestream/casestream/policy"
)

// several writes a list of n texts.
func several(n int, format string) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`"`+format+`"`, i))
	}
	return "[" + strings.Join(list, ",") + "]"
}

// conditions writes a condition block with n keys.
func conditions(n int) string {
	var keys []string
	for i := range n {
		keys = append(keys, fmt.Sprintf(`"k%d":"v"`, i))
	}
	return `"Condition":{"StringEquals":{` + strings.Join(keys, ",") + `}}`
}

func TestDocumentsStayWithinTheirLimits(t *testing.T) {
	limits := policy.Limits{Statements: 3, Principals: 4, Conditions: 5, Actions: 2, Resources: 1}
	accounts := func(n int) string { return `"Principal":{"AWS":` + several(n, "%012d") + `}` }
	for name, tt := range map[string]struct{ text, want string }{
		"as many statements as may be":      {document(statement(), statement(), statement()), ""},
		"another one":                       {document(statement(), statement(), statement(), statement()), "4 Statements were found, maximum allowed is 3."},
		"as many principals as may be":      {document(statement(accounts(2)), statement(accounts(2))), ""},
		"another one in another statement":  {document(statement(accounts(2)), statement(accounts(2)), statement()), "5 Principals were found, maximum allowed is 4."},
		"principals of two kinds":           {document(statement(`"Principal":{"AWS":` + several(3, "%012d") + `,"Service":["a.b","c.d"]}`)), "5 Principals were found, maximum allowed is 4."},
		"as many conditions as may be":      {document(statement(conditions(3)), statement(conditions(2))), ""},
		"another condition":                 {document(statement(conditions(3)), statement(conditions(3))), "6 Conditions were found, maximum allowed is 5."},
		"actions count in each statement":   {document(statement(`"Action":`+several(2, "sqs:A%d")), statement(`"NotAction":`+several(2, "sqs:A%d"))), ""},
		"an action too many":                {document(statement(`"Action":` + several(3, "sqs:A%d"))), "3 Actions were found, maximum allowed is 2."},
		"an action too many that is no one": {document(statement(`"NotAction":` + several(3, "sqs:A%d"))), "3 Actions were found, maximum allowed is 2."},
		"two resources":                     {document(statement(`"Resource":["*","*"]`)), "2 Resources were found, maximum allowed is 1."},
	} {
		err := parse(t, tt.text).Within(limits)
		if tt.want == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if excess, ok := errors.AsType[*policy.Excess](err); tt.want != "" && (!ok || excess.Error() != tt.want) {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
		if err := parse(t, tt.text).Within(policy.Limits{}); err != nil {
			t.Errorf("%s: without limits: %v", name, err)
		}
	}
}
