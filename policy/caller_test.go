package policy_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/policy"
)

const account = "123456789012"

// The callers that there are.
var (
	user    = policy.Caller{ARN: "arn:aws:iam::123456789012:user/ops/ann", Account: account, UserID: "AIDAANN"}
	session = policy.Caller{ARN: "arn:aws:sts::123456789012:assumed-role/reader/job-1", Account: account, UserID: "AROA:job-1"}
	root    = policy.Caller{ARN: "arn:aws:iam::123456789012:root", Account: account, UserID: account}
	nobody  = policy.Caller{}
)

func TestPrincipalsMeanTheirCallers(t *testing.T) {
	tests := []struct {
		principal                      string
		user, session, root, anonymous bool
	}{
		{`"*"`, true, true, true, true},
		{`{"AWS":"*"}`, true, true, true, true},
		{`{"AWS":"123456789012"}`, true, true, true, false},
		{`{"AWS":"arn:aws:iam::123456789012:root"}`, true, true, true, false},
		{`{"AWS":["210987654321","arn:aws:iam::210987654321:root"]}`, false, false, false, false},
		{`{"AWS":"arn:aws:iam::123456789012:user/ops/ann"}`, true, false, false, false},
		{`{"AWS":"arn:aws:iam::123456789012:user/ann"}`, false, false, false, false},
		{`{"AWS":"arn:aws:iam::210987654321:user/ops/ann"}`, false, false, false, false},
		{`{"AWS":"arn:aws:iam::123456789012:role/reader"}`, false, true, false, false},
		{`{"AWS":"arn:aws:iam::123456789012:role/read"}`, false, false, false, false},
		{`{"AWS":"arn:aws:sts::123456789012:assumed-role/reader/job-1"}`, false, true, false, false},
		{`{"AWS":"arn:aws:sts::123456789012:assumed-role/reader/job-2"}`, false, false, false, false},
		{`{"Service":"events.amazonaws.com"}`, false, false, false, false},
		{`{"Service":"123456789012","Federated":"123456789012","CanonicalUser":"123456789012"}`, false, false, false, false},
		{`{"Service":"events.amazonaws.com","AWS":"123456789012"}`, true, true, true, false},
	}
	for _, tt := range tests {
		for _, not := range []bool{false, true} {
			element := `"Principal":`
			if not {
				element = `"NotPrincipal":`
			}
			p := parse(t, document(statement(element+tt.principal)))
			for _, who := range []struct {
				policy.Caller
				want bool
			}{{user, tt.user}, {session, tt.session}, {root, tt.root}, {nobody, tt.anonymous}} {
				got := p.Evaluate(policy.Request{Principal: who.Principal(), Action: "sqs:SendMessage", Resource: queue}) == policy.Allowed
				if got != (who.want != not) {
					t.Errorf("%s%s means %q: %v", element, tt.principal, who.ARN, got)
				}
			}
		}
	}
}

func TestCallersHaveTheirKeys(t *testing.T) {
	for _, tt := range []struct {
		who  policy.Caller
		want map[string][]string
	}{
		{user, map[string][]string{
			"aws:PrincipalArn": {user.ARN}, "aws:PrincipalAccount": {account}, "aws:PrincipalType": {"User"}, "aws:PrincipalIsAWSService": {"false"},
			"aws:username": {"ann"}, "aws:userid": {"AIDAANN"}, "aws:CurrentTime": {"2026-01-31T12:00:00Z"}, "aws:EpochTime": {"1769860800"},
		}},
		{session, map[string][]string{
			"aws:PrincipalArn": {"arn:aws:iam::123456789012:role/reader"}, "aws:PrincipalAccount": {account}, "aws:PrincipalType": {"AssumedRole"},
			"aws:PrincipalIsAWSService": {"false"}, "aws:userid": {"AROA:job-1"}, "aws:CurrentTime": {"2026-01-31T12:00:00Z"}, "aws:EpochTime": {"1769860800"},
		}},
		{root, map[string][]string{
			"aws:PrincipalArn": {root.ARN}, "aws:PrincipalAccount": {account}, "aws:PrincipalType": {"Account"}, "aws:PrincipalIsAWSService": {"false"},
			"aws:userid": {account}, "aws:CurrentTime": {"2026-01-31T12:00:00Z"}, "aws:EpochTime": {"1769860800"},
		}},
		{nobody, map[string][]string{
			"aws:PrincipalType": {"Anonymous"}, "aws:PrincipalIsAWSService": {"false"}, "aws:CurrentTime": {"2026-01-31T12:00:00Z"}, "aws:EpochTime": {"1769860800"},
		}},
	} {
		keys := tt.who.Keys()
		policy.AddTime(keys, time.Date(2026, 1, 31, 13, 0, 0, 0, time.FixedZone("", 3600)))
		if d := cmp.Diff(tt.want, keys); d != "" {
			t.Errorf("%s: %s", tt.who.ARN, d)
		}
	}
}
