package policy_test

import (
	"strings"
	"testing"

	"github.com/casestream/casestream/policy"
)

func TestVariablesStandForConditionKeys(t *testing.T) {
	ctx := map[string][]string{
		"aws:SourceArn": {rule}, "aws:SourceAccount": {"123456789012"}, "aws:username": {"Ann"}, "tags": {"a", "b"}, "empty": {""},
		"star": {"*"}, "mark": {"Ann?"}, "colon": {"123456789012:rule/cases"}, "dollar": {"${x}"}, "braces": {"${aws:username}"}, "yes": {"true"},
	}
	tests := []struct {
		element string
		want    truth
	}{
		{`"Condition":{"StringEquals":{"aws:username":"${AWS:UserName}"}}`, yes},
		{`"Condition":{"StringEquals":{"aws:username":"${aws:username}x"}}`, no},
		{`"Condition":{"StringNotEquals":{"aws:username":"${aws:username}"}}`, no},
		{`"Condition":{"StringLike":{"aws:SourceArn":"*/${none, 'cases'}"}}`, yes},
		{`"Condition":{"StringLike":{"aws:SourceArn":"*/${none , '' }cases"}}`, yes},
		{`"Condition":{"StringEquals":{"aws:username":"${aws:username, 'Bob'}"}}`, yes},
		{`"Condition":{"StringEquals":{"empty":"${empty}"}}`, yes},
		{`"Condition":{"StringEquals":{"dollar":"${$}{x}"}}`, yes},
		{`"Condition":{"StringEquals":{"aws:username":"${braces}"}}`, no}, // what is put in is not read again
		{`"Condition":{"ArnEquals":{"aws:SourceArn":"${aws:SourceArn}"}}`, yes},
		{`"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:events:*:${aws:SourceAccount}:rule/*"}}`, yes},
		{`"Condition":{"Null":{"none":"${yes}"}}`, yes},
		{`"Condition":{"StringEquals":{"aws:username":["Ann","${none}"]}}`, yes},
		{`"Resource":"arn:aws:sqs:*:${aws:SourceAccount}:orders"`, yes},
		{`"Resource":"arn:aws:sqs:*:${aws:username}:orders"`, no},
		{`"NotResource":"arn:aws:sqs:*:${aws:username}:orders"`, yes},
		{`"NotResource":"arn:aws:sqs:*:${aws:SourceAccount}:orders"`, no},

		// Without a value, or with one that says more than itself, nothing is sure.
		{`"Condition":{"StringEquals":{"aws:username":"${none}"}}`, unsure},
		{`"Condition":{"StringNotEquals":{"aws:username":"${none}"}}`, unsure},
		{`"Condition":{"StringEquals":{"aws:username":"${tags}"}}`, unsure},
		{`"Condition":{"StringLike":{"aws:username":"${star}"}}`, unsure},
		{`"Condition":{"StringLike":{"aws:username":"${mark}"}}`, unsure},
		{`"Condition":{"StringLike":{"aws:username":"${none,'*'}"}}`, unsure},
		{`"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:events:*:${colon}:*"}}`, unsure},
		{`"Condition":{"Null":{"none":"${none}"}}`, unsure},
		{`"Resource":"arn:aws:sqs:*:*:${none}"`, unsure},
		{`"Resource":"arn:aws:sqs:*:*:${star}"`, unsure},
		{`"NotResource":"arn:aws:sqs:*:*:${none}"`, unsure},
	}
	for _, tt := range tests {
		r := fromEvents()
		r.Context = ctx
		want := policy.NoMatch
		if tt.want == yes {
			want = policy.Allowed
		}
		if got := parse(t, document(statement(tt.element))).Evaluate(r); got != want {
			t.Errorf("allow with %s: got %v, want %v", tt.element, got, want)
		}
		want = policy.ExplicitDeny
		if tt.want == no {
			want = policy.Allowed
		}
		if got := parse(t, document(statement(), statement(`"Effect":"Deny"`, tt.element))).Evaluate(r); got != want {
			t.Errorf("deny with %s: got %v, want %v", tt.element, got, want)
		}
	}
}

func TestOldDocumentsHaveNoVariables(t *testing.T) {
	r := fromEvents()
	r.Context = map[string][]string{"k": {"${x"}, "x": {"y"}}
	for version, want := range map[string]policy.Decision{`"Version":"2008-10-17",`: policy.Allowed, ``: policy.Allowed} {
		text := `{` + version + `"Statement":` + statement(`"Condition":{"StringEquals":{"k":"${x"}}`) + `}`
		if got := parse(t, text).Evaluate(r); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	// The version counts wherever it stands.
	if _, err := policy.Parse(`{"Statement":` + statement(`"Condition":{"StringEquals":{"k":"${x"}}`) + `,"Version":"2012-10-17"}`); err == nil {
		t.Error("half a variable was accepted")
	}
}

func TestWhatIsNoVariableIsRefused(t *testing.T) {
	for _, s := range []string{"${", "${a", "${}", "${ }", "${*}", "${?}", "${a*}", "${a,b}", "${a,'b}", "${a,'}", "${,'b'}", "${a${b}}", "x${a}${"} {
		for _, element := range []string{`"Resource":"arn:aws:sqs:` + s + `"`, `"Condition":{"StringLike":{"k":["a","` + s + `"]}}`} {
			if _, err := policy.Parse(document(statement(element))); err == nil || !strings.Contains(err.Error(), "no variable") {
				t.Errorf("%s: %v", element, err)
			}
		}
	}
}
