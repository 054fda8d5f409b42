package queue_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/policy"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// policyOf gives a queue's policy as clients read it.
func policyOf(t *testing.T, q *queue.Queues, ref queue.Ref) string {
	t.Helper()
	got, err := q.Get(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return got.Attributes()["Policy"]
}

// permit adds a permission that must be taken.
func (f *fixture) permit(ref queue.Ref, label string, accounts, actions []string) {
	f.Helper()
	if err := f.queues.AddPermission(f.Context(), ref, queue.Permission{Label: label, Accounts: accounts, Actions: actions}); err != nil {
		f.Fatalf("%s: %v", label, err)
	}
}

// revoke removes a permission that must be there.
func (f *fixture) revoke(ref queue.Ref, label string) {
	f.Helper()
	if err := f.queues.RemovePermission(f.Context(), ref, label); err != nil {
		f.Fatalf("%s: %v", label, err)
	}
}

func TestPermissionsAreStatementsOfThePolicy(t *testing.T) {
	const (
		queueARN = "arn:aws:sqs:us-east-1:123456789012:orders"
		head     = `{"Version":"2008-10-17","Id":"` + queueARN + `/SQSDefaultPolicy","Statement":[`
		one      = `{"Sid":"one","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"SQS:ReceiveMessage","Resource":"` + queueARN + `"}`
		two      = `{"Sid":"two","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111111111111:root","arn:aws:iam::222222222222:root"]},` +
			`"Action":["SQS:ReceiveMessage","SQS:DeleteMessage"],"Resource":"` + queueARN + `"}`
		all    = `{"Sid":"all","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"SQS:*","Resource":"` + queueARN + `"}`
		theirs = `{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"SQS:SendMessage","Resource":"*", "Sid":"theirs"}`
	)
	each(t, func(f *fixture) {
		q := f.create("orders")
		want := func(text string) {
			f.Helper()
			if got := policyOf(f.T, f.queues, q); got != text {
				f.Errorf("the policy is %s, want %s", got, text)
			}
		}
		f.permit(q, "one", []string{"111111111111"}, []string{"ReceiveMessage"})
		want(head + one + `]}`)
		f.permit(q, "two", []string{"111111111111", "222222222222"}, []string{"ReceiveMessage", "DeleteMessage"})
		want(head + one + `,` + two + `]}`)
		f.revoke(q, "one")
		want(head + two + `]}`)
		f.revoke(q, "two")
		want("")

		// What is there stays as it was written, the head too.
		if err := f.queues.SetAttributes(f.Context(), q, map[string]string{"Policy": `{"Version":"2012-10-17", "Statement": ` + theirs + `}`}); err != nil {
			f.Fatal(err)
		}
		f.permit(q, "all", []string{"111111111111"}, []string{"*"})
		plain := strings.ReplaceAll(theirs, `, "Sid"`, `,"Sid"`)
		want(`{"Version":"2012-10-17","Statement":[` + plain + `,` + all + `]}`)
		f.revoke(q, "theirs")
		f.revoke(q, "all")
		want("")
	})
}

func TestPermissionsThatCannotBeAreRefused(t *testing.T) {
	one := []string{"111111111111"}
	send := []string{"SendMessage"}
	tests := []struct {
		permission queue.Permission
		kind       fault.Kind
		subject    string
		text       string
	}{
		{queue.Permission{"", one, send}, fault.Invalid, queue.SubjectMissing, "The request must contain the parameter Label."},
		{queue.Permission{"a b", one, send}, fault.Invalid, queue.SubjectParameter, "Value a b for parameter Label is invalid. Reason: Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"},
		{queue.Permission{strings.Repeat("l", 81), one, send}, fault.Invalid, queue.SubjectParameter, "1 to 80 in length"},
		{queue.Permission{"there", one, send}, fault.Invalid, queue.SubjectParameter, "Value there for parameter Label is invalid. Reason: Already exists."},
		{queue.Permission{"l", one, nil}, fault.Invalid, queue.SubjectMissing, "The request must contain the parameter Actions."},
		{queue.Permission{"l", nil, send}, fault.Invalid, queue.SubjectParameter, "Value [] for parameter PrincipalId is invalid. Reason: Unable to verify."},
		{queue.Permission{"l", []string{"111111111111", "1"}, send}, fault.Invalid, queue.SubjectParameter, "Value [111111111111 1] for parameter PrincipalId is invalid. Reason: Unable to verify."},
		{queue.Permission{"l", []string{"*"}, send}, fault.Invalid, queue.SubjectParameter, "Value [*] for parameter PrincipalId is invalid. Reason: Unable to verify."},
		{queue.Permission{"l", one, make([]string, 8)}, fault.Limit, queue.SubjectPolicy, "8 Actions were found, maximum allowed is 7."},
		{queue.Permission{"l", one, []string{"SendMessage", "DeleteQueue"}}, fault.Invalid, queue.SubjectParameter, "Value SQS:DeleteQueue for parameter ActionName is invalid. Reason: Only the queue owner is allowed to invoke this action."},
		{queue.Permission{"l", one, []string{"SendMessageBatch"}}, fault.Invalid, queue.SubjectParameter, "Value SQS:SendMessageBatch for parameter ActionName is invalid. Reason: Please refer to the appropriate WSDL for a list of valid actions."},
		{queue.Permission{"l", one, []string{"sendmessage"}}, fault.Invalid, queue.SubjectParameter, "Value SQS:sendmessage for parameter ActionName is invalid."},
		{queue.Permission{"l", one, []string{""}}, fault.Invalid, queue.SubjectParameter, "Value SQS: for parameter ActionName is invalid."},
	}
	each(t, func(f *fixture) {
		q := f.create("orders")
		f.permit(q, "there", one, send)
		before := policyOf(f.T, f.queues, q)
		for _, tt := range tests {
			err := f.queues.AddPermission(f.Context(), q, tt.permission)
			f.wantFault(err, tt.kind, tt.subject)
			if !strings.Contains(err.Error(), tt.text) {
				f.Errorf("%v says %v, want %s", tt.permission, err, tt.text)
			}
		}
		for label, text := range map[string]string{
			"":     "The request must contain the parameter Label.",
			"none": "Value none for parameter Label is invalid. Reason: can't find label.",
		} {
			if err := f.queues.RemovePermission(f.Context(), q, label); fault.KindOf(err) != fault.Invalid || err.Error() != text {
				f.Errorf("removing %q: %v", label, err)
			}
		}
		f.wantFault(f.queues.AddPermission(f.Context(), queue.Ref{Name: "none"}, queue.Permission{}), fault.NotFound, queue.SubjectQueue)
		f.wantFault(f.queues.RemovePermission(f.Context(), queue.Ref{Name: "none"}, ""), fault.NotFound, queue.SubjectQueue)
		if after := policyOf(f.T, f.queues, q); after != before {
			f.Errorf("what was refused changed the policy to %s", after)
		}
	})
}

func TestPermissionsEndAtThePolicysLimits(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders")
		for i := range 20 {
			f.permit(q, fmt.Sprint("l", i), []string{"111111111111"}, []string{"SendMessage"})
		}
		err := f.queues.AddPermission(f.Context(), q, queue.Permission{"l20", []string{"111111111111"}, []string{"SendMessage"}})
		f.wantFault(err, fault.Limit, queue.SubjectPolicy)
		if err.Error() != "21 Statements were found, maximum allowed is 20." {
			f.Error(err)
		}
		f.revoke(q, "l7")
		f.permit(q, "l20", []string{"111111111111"}, []string{"SendMessage"})

		accounts := make([]string, 51)
		for i := range accounts {
			accounts[i] = fmt.Sprintf("%012d", i)
		}
		wide := f.create("wide")
		f.permit(wide, "most", accounts[:50], []string{"SendMessage"})
		f.wantFault(f.queues.AddPermission(f.Context(), wide, queue.Permission{"more", accounts[50:], []string{"SendMessage"}}), fault.Limit, queue.SubjectPolicy)
	})
}

// TestPermissionsAddedAtOnceAreAllKept adds permissions by way of two nodes at the same time.
func TestPermissionsAddedAtOnceAreAllKept(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("orders")
		nodes := []*queue.Queues{f.queues, open(f.db, nil)}
		var calls sync.WaitGroup
		for i := range 20 {
			calls.Go(func() {
				err := nodes[i%2].AddPermission(f.Context(), q, queue.Permission{fmt.Sprint("l", i), []string{"111111111111"}, []string{"SendMessage"}})
				if err != nil {
					f.Errorf("%d: %v", i, err)
				}
			})
		}
		calls.Wait()
		p, err := policy.Parse(policyOf(f.T, f.queues, q))
		if err != nil || len(p.Statements) != 20 {
			f.Errorf("%v, %d statements, want 20", err, len(p.Statements))
		}
	})
}

// TestEveryStepOfAPermissionMayFail adds and removes permissions while each step fails in turn: each is there
// as a whole or not at all, and what was acknowledged is.
func TestEveryStepOfAPermissionMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		for name, remove := range map[string]bool{"add": false, "remove": true} {
			t.Run(name, func(t *testing.T) {
				f := &fixture{T: t}
				q := queue.Ref{Name: "orders-" + name}
				var acked bool
				storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
					if f.queues == nil {
						f.db, f.queues = db, open(db, nil)
						f.create(q.Name)
						f.permit(q, "stays", []string{"111111111111"}, []string{"SendMessage"})
					}
					if there := strings.Contains(policyOf(t, f.queues, q), `"goes"`); there != remove {
						if remove {
							f.permit(q, "goes", []string{"111111111111"}, []string{"SendMessage"})
						} else {
							f.revoke(q, "goes")
						}
					}
					arm()
					var err error
					if remove {
						err = f.queues.RemovePermission(t.Context(), q, "goes")
					} else {
						err = f.queues.AddPermission(t.Context(), q, queue.Permission{"goes", []string{"111111111111"}, []string{"SendMessage"}})
					}
					if acked = err == nil; err != nil && !errors.Is(err, storetest.ErrStep) {
						t.Fatal(err)
					}
				}, func(t *testing.T, _ *store.DB, failed store.Step) {
					text := policyOf(t, f.queues, q)
					p, err := policy.Parse(text)
					if err != nil || !strings.Contains(text, `"stays"`) {
						t.Fatalf("%v failed: %s %v", failed, text, err)
					}
					done := (len(p.Statements) == 2) != remove
					if want := acked || failed.Kind == store.StepCommitted; done != want {
						t.Errorf("%v failed, acknowledged %v: %s", failed, acked, text)
					}
				})
			})
		}
	})
}

func TestPoliciesOfQueuesHaveLimits(t *testing.T) {
	list := func(n int, format string) string {
		var out []string
		for i := range n {
			out = append(out, strings.ReplaceAll(format, "#", fmt.Sprintf("%012d", i)))
		}
		return strings.Join(out, ",")
	}
	statements := func(s string) string { return `{"Version":"2012-10-17","Statement":[` + s + `]}` }
	const rest = `"Effect":"Allow","Principal":"*","Action":"SQS:SendMessage","Resource":"*"`
	principals := func(n int) string {
		return statements(`{"Effect":"Allow","Principal":{"AWS":[` + list(n, `"#"`) + `]},"Action":"SQS:SendMessage","Resource":"*"}`)
	}
	conditions := func(n int) string {
		return statements(`{` + rest + `,"Condition":{"StringEquals":{` + list(n, `"k#":"v"`) + `}}}`)
	}
	actions := func(n int) string {
		return statements(`{"Effect":"Allow","Principal":"*","Action":[` + list(n, `"SQS:a#"`) + `],"Resource":"*"}`)
	}
	size := func(n int) string {
		text := statements(`{` + rest + `}`)
		return `{"Id":"` + strings.Repeat("x", n-len(text)-len(`"Id":"",`)) + `",` + text[1:]
	}
	each(t, func(f *fixture) {
		q := f.create("orders")
		for name, tt := range map[string]struct {
			text string
			ok   bool
		}{
			"20 statements": {statements(list(20, `{`+rest+`}`)), true}, "21 statements": {statements(list(21, `{`+rest+`}`)), false},
			"50 principals": {principals(50), true}, "51 principals": {principals(51), false},
			"10 conditions": {conditions(10), true}, "11 conditions": {conditions(11), false},
			"7 actions": {actions(7), true}, "8 actions": {actions(8), false},
			"8,192 bytes": {size(8192), true}, "8,193 bytes": {size(8193), false},
			"two resources": {statements(`{"Effect":"Allow","Principal":"*","Action":"SQS:SendMessage","Resource":["*","arn:aws:sqs:*:*:*"]}`), false},
			"no statement":  {statements(``), false}, "no JSON": {`x`, false},
			"nothing": {"", true},
		} {
			err := f.queues.SetAttributes(f.Context(), q, map[string]string{"Policy": tt.text})
			if tt.ok && err != nil {
				f.Errorf("%s: %v", name, err)
			}
			if e, is := errors.AsType[*fault.Error](err); !tt.ok && (!is || e.Subject != queue.SubjectAttributeValue || e.Msg != "Invalid value for the parameter Policy." || e.Err == nil) {
				f.Errorf("%s: %v", name, err)
			}
		}
	})
}
