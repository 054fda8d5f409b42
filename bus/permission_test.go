package bus_test

import (
	"strings"
	"testing"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/policy"
	"github.com/casestream/casestream/store"
)

// permit adds a statement to the policy of a bus.
func (f *fixture) permit(busName string, p bus.Permission) error {
	return f.try(func(tx *store.Tx) error { return f.bus.AddPermission(tx, busName, p) })
}

// police gives a bus a policy.
func (f *fixture) police(busName, text string) error {
	return f.try(func(tx *store.Tx) error { return f.bus.SetPolicy(tx, busName, text) })
}

func TestPermissionsAreStatementsOfThePolicy(t *testing.T) {
	each(t, func(f *fixture) {
		const on = `"Action":"events:PutEvents","Resource":"arn:aws:events:eu-west-2:111122223333:event-bus/default"`
		one := `{"Sid":"one","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999988887777:root"},` + on + `}`
		all := `{"Sid":"all","Effect":"Allow","Principal":"*",` + on + `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-<1>"}}}`
		wants := func(statements ...string) {
			f.Helper()
			want := ""
			if len(statements) > 0 {
				want = `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
			}
			if got := f.describe(bus.Default).Policy; got != want {
				f.Errorf("policy\n%s, want\n%s", got, want)
			}
		}
		do := func(err error) {
			f.Helper()
			if err != nil {
				f.Error(err)
			}
		}
		remove := func(id string) error {
			return f.try(func(tx *store.Tx) error { return f.bus.RemovePermission(tx, bus.Default, id) })
		}
		const missing = "Statement with the provided id does not exist."
		refused(f.T, remove("one"), fault.NotFound, missing)
		do(f.permit(bus.Default, bus.Permission{StatementID: "one", Principal: "111122223333"}))
		do(f.permit(bus.Default, bus.Permission{StatementID: "all", Principal: "*", Organization: "o-<1>"}))
		do(f.permit(bus.Default, bus.Permission{StatementID: "one", Principal: "999988887777"}))
		wants(one, all)
		refused(f.T, remove("two"), fault.NotFound, missing)
		do(remove("one"))
		wants(all)
		do(remove("all"))
		wants()
		// A document with a single statement takes more.
		do(f.police(bus.Default, `{ "Id": "x", "Statement": {"Sid":"own","Effect":"Deny","Principal":"*","Action":"events:*","Resource":"*"} }`))
		do(f.permit(bus.Default, bus.Permission{StatementID: "one", Principal: "999988887777"}))
		if got, want := f.describe(bus.Default).Policy, `{"Id":"x","Statement":[{"Sid":"own","Effect":"Deny","Principal":"*","Action":"events:*","Resource":"*"},`+one+`]}`; got != want {
			f.Errorf("policy\n%s, want\n%s", got, want)
		}
		do(f.police(bus.Default, ""))
		wants()
	})
}

func TestPolicyThatIsNoneIsRefused(t *testing.T) {
	each(t, func(f *fixture) {
		refused(f.T, f.police("nowhere", ""), fault.NotFound, "Event bus nowhere does not exist.")
		refused(f.T, f.permit("nowhere", bus.Permission{StatementID: "s", Principal: "*"}), fault.NotFound, "Event bus nowhere does not exist.")
		refused(f.T, f.police(bus.Default, `{"Statement":`), fault.Invalid, "This policy contains invalid Json")
		refused(f.T, f.police(bus.Default, `{"Statement":[]}`), fault.Invalid, "Parameter Policy is not valid. Reason: policy: ")
		long := func(n int) string {
			head := `{"Statement":[{"Sid":"`
			tail := `","Effect":"Allow","Principal":"*","Action":"events:PutEvents","Resource":"*"}]}`
			return head + strings.Repeat("ü", n-len(head)-len(tail)) + tail
		}
		if err := f.police(bus.Default, long(10_240)); err != nil {
			f.Error(err)
		}
		refused(f.T, f.police(bus.Default, long(10_241)), fault.Limit, "at most 10240")
		refused(f.T, f.permit(bus.Default, bus.Permission{StatementID: "s", Principal: "*"}), fault.Limit, "at most 10240")
	})
}

// decide publishes as somebody and gives what becomes of it.
func (f *fixture) decide(by bus.Caller) error {
	f.Helper()
	errs, err := f.bus.PublishAll(f.Context(), []bus.Outgoing{{Bus: bus.Default, Event: &bus.Event{Source: "s", DetailType: "t"}, By: &by}})
	if err != nil {
		f.Fatal(err)
	}
	return errs[0]
}

func TestPolicyDecidesWhoPutsEventsOnABus(t *testing.T) {
	each(t, func(f *fixture) {
		const (
			explicit = " is not authorized to perform: events:PutEvents on resource: arn:aws:events:eu-west-2:111122223333:event-bus/default with an explicit deny in a resource-based policy"
			implicit = " is not authorized to perform: events:PutEvents on resource: arn:aws:events:eu-west-2:111122223333:event-bus/default because no resource-based policy allows the events:PutEvents action"
		)
		own := bus.Caller{Account: account, ARN: "arn:aws:iam::111122223333:user/u"}
		role := bus.Caller{Account: account, ARN: "arn:aws:sts::111122223333:assumed-role/r/session"}
		other := bus.Caller{Account: "999988887777", ARN: "arn:aws:iam::999988887777:user/u"}
		doc := func(effect, principal, more string) string {
			return `{"Statement":[{"Effect":"` + effect + `","Principal":` + principal + `,"Action":"events:PutEvents","Resource":"*"` + more + `}]}`
		}
		const foreign = `{"AWS":"arn:aws:iam::999988887777:root"}`
		f.rule("r", `{"source":["s"]}`, target("q"))
		for _, row := range []struct {
			what, policy string
			by           bus.Caller
			refusal      string // "" where the event arrives
		}{
			{"own account, no policy", "", own, ""},
			{"other account, no policy", "", other, implicit},
			{"own account, a policy for others", doc("Allow", foreign, ""), own, ""},
			{"other account, allowed", doc("Allow", foreign, ""), other, ""},
			{"another user of the account", doc("Allow", `{"AWS":"arn:aws:iam::999988887777:user/x"}`, ""), other, implicit},
			{"everybody", doc("Allow", `"*"`, ""), other, ""},
			{"an organisation that the caller is not of", doc("Allow", `"*"`, `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`), other, implicit},
			{"denied to all", doc("Deny", `"*"`, ""), own, explicit},
			{"denied to others", doc("Deny", foreign, ""), own, ""},
			{"denied to users", doc("Deny", `"*"`, `,"Condition":{"StringEquals":{"aws:PrincipalType":"User"}}`), role, ""},
			{"denied to roles", doc("Deny", `"*"`, `,"Condition":{"StringEquals":{"aws:PrincipalType":"AssumedRole"}}`), role, explicit},
			{"denied to its role", doc("Deny", `{"AWS":"arn:aws:iam::111122223333:role/r"}`, ""), role, explicit},
			{"this source denied", doc("Deny", `"*"`, `,"Condition":{"StringEquals":{"events:source":"s"}}`), own, explicit},
			{"another source denied", doc("Deny", `"*"`, `,"Condition":{"StringEquals":{"events:source":"x"}}`), own, ""},
			{"plain HTTP denied", doc("Deny", `"*"`, `,"Condition":{"Bool":{"aws:SecureTransport":"false"}}`), own, explicit},
			{"another action denied", strings.Replace(doc("Deny", `"*"`, ""), "PutEvents", "PutRule", 1), own, ""},
		} {
			if err := f.police(bus.Default, row.policy); err != nil {
				f.Fatal(row.what, err)
			}
			err := f.decide(row.by)
			if row.refusal == "" {
				if err != nil {
					f.Errorf("%s: %v", row.what, err)
				}
				f.wants("r/q")
				continue
			}
			refused(f.T, err, fault.Denied, "User: "+row.by.ARN+row.refusal)
			f.wants()
		}
		// What AWS's own services tell of is nobody's to refuse.
		if err := f.police(bus.Default, doc("Deny", `"*"`, "")); err != nil {
			f.Fatal(err)
		}
		f.send(bus.Default)
		f.wants("r/q")
	})
}

// Whatever policy a bus may have, a permission more and less leaves it one, with the statements that it had.
func FuzzPermissionIsPutIntoAnyPolicy(f *testing.F) {
	const statement = `{"Sid":"new","Effect":"Allow","Principal":"*","Action":"events:PutEvents","Resource":"*"}`
	for _, text := range []string{
		"", `{"Statement":` + statement + `}`, `{"Version":"2008-10-17","Id":"\u0000<","Statement":[` + strings.Replace(statement, "new", "old", 1) + `,` + statement + `]}`,
		`{"Statement":{"Effect":"Deny","Action":["a:b"],"NotPrincipal":{"AWS":["1"]},"Resource":["*"],"Condition":{"Null":{"x":true},"NumericEquals":{"y":1e999}}}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		statements := 0
		if text != "" {
			p, err := policy.Parse(text)
			if err != nil {
				return
			}
			for _, s := range p.Statements {
				if s.Sid != "new" {
					statements++
				}
			}
		}
		more, err := bus.PutStatement(text, "new", statement)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if p, err := policy.Parse(more); err != nil || len(p.Statements) != statements+1 {
			t.Fatalf("%s became %s: %v", text, more, err)
		}
		less, err := bus.RemoveStatement(more, "new")
		if err != nil || (less == "") != (statements == 0) {
			t.Fatalf("%s became %s: %v", more, less, err)
		}
		if less == "" {
			return
		}
		if p, err := policy.Parse(less); err != nil || len(p.Statements) != statements {
			t.Fatalf("%s became %s: %v", more, less, err)
		}
	})
}
