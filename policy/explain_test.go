package policy_test

import (
	"testing"

	"github.com/casestream/casestream/policy"
)

func TestTheStatementThatDecidedIsTold(t *testing.T) {
	deny := statement(`"Effect":"Deny"`, `"Sid":"no"`)
	for name, tt := range map[string]struct {
		text string
		want policy.Answer
	}{
		"the first that allows": {document(statement(`"Action":"sqs:Other"`), statement(`"Sid":"yes"`), statement(`"Sid":"also"`)), policy.Answer{Decision: policy.Allowed, Statement: 2, Sid: "yes"}},
		"what denies, before":   {document(deny, statement()), policy.Answer{Decision: policy.ExplicitDeny, Statement: 1, Sid: "no"}},
		"what denies, behind":   {document(statement(), statement(), deny), policy.Answer{Decision: policy.ExplicitDeny, Statement: 3, Sid: "no"}},
		"without an id":         {document(statement()), policy.Answer{Decision: policy.Allowed, Statement: 1}},
		"nothing":               {document(statement(`"Action":"sqs:Other"`)), policy.Answer{}},
	} {
		if got := parse(t, tt.text).Explain(fromEvents()); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", name, got, tt.want)
		}
	}
}

func TestPoliciesSayWhatTheyCanDecide(t *testing.T) {
	for text, want := range map[string][2]bool{
		document(statement()):                                        {false, false},
		document(statement(), statement(`"Effect":"Deny"`)):          {true, false},
		document(statement(conditions(1))):                           {false, true},
		document(statement(conditions(1), `"Effect":"Deny"`)):        {true, true},
		document(statement(`"Resource":"arn:aws:sqs:*:*:${k}"`)):     {false, true},
		document(statement(), statement(`"Condition":{}`)):           {false, false},
		document(statement(), statement(), statement(conditions(2))): {false, true},
	} {
		p := parse(t, text)
		if p.Denies() != want[0] || p.Conditional() != want[1] {
			t.Errorf("%s: denies %v, conditional %v", text, p.Denies(), p.Conditional())
		}
	}
}

// FuzzEvaluate asks policies with any condition: the answer is the same when asked again, what a condition allows
// it also denies, and nothing is allowed that is denied on the same condition.
func FuzzEvaluate(f *testing.F) {
	f.Add(`{"StringEquals":{"aws:SourceArn":"x"}}`, "aws:SourceArn", "x")
	f.Add(`{"ForAllValues:NumericLessThanIfExists":{"n":[1,"2"]}}`, "N", "1e9999")
	f.Add(`{"BinaryEquals":{"b":"AAE="}}`, "b", "AAE=")
	f.Add(`{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/99"}}`, "aws:sourceip", "::ffff:10.0.0.1")
	f.Add(`{"DateLessThan":{"aws:CurrentTime":"2026"}}`, "aws:CurrentTime", "-1")
	f.Add(`{"StringLike":{"aws:SourceArn":"${k,'x'}*"}}`, "k", "*")
	f.Add(`{"Null":{"k":"false"},"StringLike":{"k":"*?*"}}`, "k", "")
	f.Fuzz(func(t *testing.T, condition, key, value string) {
		allow, err := policy.Parse(document(statement(`"Condition":` + condition)))
		if err != nil {
			return
		}
		r := fromEvents()
		r.Context = map[string][]string{key: {value, value}}
		allowed := allow.Evaluate(r)
		if allowed == policy.ExplicitDeny || allow.Evaluate(r) != allowed {
			t.Errorf("got %v, then %v", allowed, allow.Evaluate(r))
		}
		deny := parse(t, document(statement(), statement(`"Effect":"Deny"`, `"Condition":`+condition)))
		denied := deny.Explain(r)
		if allowed == policy.Allowed && denied.Decision != policy.ExplicitDeny {
			t.Errorf("the condition holds for an allow, and not for a deny: %+v", denied)
		}
		if denied.Decision == policy.ExplicitDeny && denied.Statement != 2 {
			t.Errorf("denied by statement %d", denied.Statement)
		}
		both := parse(t, document(statement(`"Condition":`+condition), statement(`"Effect":"Deny"`, `"Condition":`+condition)))
		if got := both.Evaluate(r); got == policy.Allowed {
			t.Errorf("allowed by what is denied just so")
		}
	})
}
