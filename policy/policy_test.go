package policy_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/casestream/casestream/policy"
)

const (
	queue = "arn:aws:sqs:us-east-1:123456789012:orders"
	rule  = "arn:aws:events:us-east-1:123456789012:rule/cases"
)

// fromEvents is what the event bus asks before it sends to a queue.
func fromEvents() policy.Request {
	return policy.Request{
		Principal: policy.Principal{Kind: policy.Service, Values: []string{"events.amazonaws.com"}},
		Action:    "sqs:SendMessage", Resource: queue,
		Context: map[string][]string{"aws:SourceArn": {rule}, "aws:SourceAccount": {"123456789012"}},
	}
}

// parse is Parse that must succeed.
func parse(t testing.TB, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse(text)
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return p
}

// statement writes a statement about the queue that everybody may send to, with changed elements.
func statement(changes ...string) string {
	elements := []string{`"Effect":"Allow"`, `"Principal":"*"`, `"Action":"sqs:SendMessage"`, `"Resource":"*"`}
next:
	for _, c := range changes {
		name := strings.TrimPrefix(strings.Trim(strings.SplitN(c, ":", 2)[0], `"`), "Not")
		for i, e := range elements {
			if strings.HasPrefix(e, `"`+name+`"`) {
				elements[i] = c
				continue next
			}
		}
		elements = append(elements, c)
	}
	return "{" + strings.Join(elements, ",") + "}"
}

// document wraps statements.
func document(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func TestQueuePolicyLetsTheEventBusSend(t *testing.T) {
	p := parse(t, `{"Version":"2012-10-17","Id":"x","Statement":[{"Sid":"events","Effect":"Allow",
		"Principal":{"Service":"events.amazonaws.com"},"Action":"SQS:SendMessage","Resource":"*"}]}`)
	if got := p.Evaluate(fromEvents()); got != policy.Allowed {
		t.Errorf("got %v", got)
	}
	other := fromEvents()
	other.Principal.Values = []string{"sns.amazonaws.com"}
	if got := p.Evaluate(other); got != policy.NoMatch {
		t.Errorf("another service: %v", got)
	}
	other = fromEvents()
	other.Action = "sqs:DeleteQueue"
	if got := p.Evaluate(other); got != policy.NoMatch {
		t.Errorf("another action: %v", got)
	}
}

func TestStatementsMatchByTheirElements(t *testing.T) {
	user := policy.Principal{Kind: policy.AWS, Values: []string{"arn:aws:iam::123456789012:user/ann"}}
	tests := []struct {
		name    string
		element string
		who     policy.Principal
		want    bool
	}{
		{"anyone, a service", `"Principal":"*"`, fromEvents().Principal, true},
		{"anyone, nobody", `"Principal":"*"`, policy.Principal{}, true},
		{"AWS anyone", `"Principal":{"AWS":"*"}`, fromEvents().Principal, true},
		{"user", `"Principal":{"AWS":"arn:aws:iam::123456789012:user/ann"}`, user, true},
		{"other user", `"Principal":{"AWS":"arn:aws:iam::123456789012:user/bob"}`, user, false},
		{"account", `"Principal":{"AWS":["000000000000","123456789012"]}`, user, true},
		{"root", `"Principal":{"AWS":"arn:aws:iam::123456789012:root"}`, user, true},
		{"other account", `"Principal":{"AWS":"210987654321"}`, user, false},
		{"user is no service", `"Principal":{"Service":"events.amazonaws.com"}`, user, false},
		{"nobody is no user", `"Principal":{"AWS":"123456789012"}`, policy.Principal{}, false},
		{"all but user", `"NotPrincipal":{"AWS":"arn:aws:iam::123456789012:user/ann"}`, user, false},
		{"all but another", `"NotPrincipal":{"AWS":"arn:aws:iam::123456789012:user/bob"}`, user, true},
		{"all but anyone", `"NotPrincipal":"*"`, user, false},
		{"action in capitals", `"Action":"SQS:SENDMESSAGE"`, user, true},
		{"action with star", `"Action":["sqs:Receive*","sqs:Send*"]`, user, true},
		{"any action", `"Action":"*"`, user, true},
		{"action with question mark", `"Action":"sqs:SendMessag?"`, user, true},
		{"other action", `"Action":"sqs:SendMessageBatch"`, user, false},
		{"not this action", `"NotAction":"sqs:Send*"`, user, false},
		{"not another action", `"NotAction":"sqs:Receive*"`, user, true},
		{"resource", `"Resource":"` + queue + `"`, user, true},
		{"resource with star", `"Resource":"arn:aws:sqs:*:123456789012:o*s"`, user, true},
		{"resource is case-sensitive", `"Resource":"` + strings.ToUpper(queue) + `"`, user, false},
		{"other resource", `"Resource":"` + queue + `-dlq"`, user, false},
		{"not this resource", `"NotResource":"` + queue + `"`, user, false},
		{"not another resource", `"NotResource":"` + queue + `-dlq"`, user, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := fromEvents()
			r.Principal = tt.who
			want := map[bool]policy.Decision{true: policy.Allowed, false: policy.NoMatch}[tt.want]
			if got := parse(t, document(statement(tt.element))).Evaluate(r); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
			want = map[bool]policy.Decision{true: policy.ExplicitDeny, false: policy.Allowed}[tt.want]
			if got := parse(t, document(statement(), statement(tt.element, `"Effect":"Deny"`))).Evaluate(r); got != want {
				t.Errorf("as a deny: got %v, want %v", got, want)
			}
		})
	}
}

// truth is what a condition is: yes, no, or not to be decided.
type truth string

const (
	yes    truth = "yes"
	no     truth = "no"
	unsure truth = "unsure"
)

func TestConditionsHold(t *testing.T) {
	ctx := map[string][]string{
		"aws:SourceArn": {rule}, "aws:username": {"Ann"}, "aws:SourceIp": {"10.1.2.3"}, "v6": {"::ffff:10.1.2.3"},
		"aws:SecureTransport": {"true"}, "n": {"42"}, "aws:CurrentTime": {"2026-01-31T12:00:00Z"},
		"tags": {"a", "b"}, "empty": {}, "colons": {"arn:aws:logs:r:1:log-group:x:y"}, "bytes": {"AAE="},
	}
	tests := []struct {
		condition string
		want      truth
	}{
		{`{}`, yes},
		{`{"StringEquals":{"AWS:UserName":"Ann"}}`, yes},
		{`{"StringEquals":{"aws:username":"ann"}}`, no},
		{`{"stringequals":{"aws:username":["x","Ann"]}}`, yes},
		{`{"StringEquals":{"none":"x"}}`, no},
		{`{"StringEqualsIfExists":{"none":"x"}}`, yes},
		{`{"StringEqualsIfExists":{"aws:username":"x"}}`, no},
		{`{"StringNotEquals":{"aws:username":["x","Ann"]}}`, no},
		{`{"StringNotEquals":{"aws:username":["x","y"]}}`, yes},
		{`{"StringNotEquals":{"none":"x"}}`, yes},
		{`{"StringEqualsIgnoreCase":{"aws:username":"aNN"}}`, yes},
		{`{"StringNotEqualsIgnoreCase":{"aws:username":"aNN"}}`, no},
		{`{"StringLike":{"aws:username":"A?n*"}}`, yes},
		{`{"StringLike":{"aws:username":"B*"}}`, no},
		{`{"StringNotLike":{"aws:username":"B*"}}`, yes},
		{`{"ArnLike":{"aws:SourceArn":"arn:aws:events:*:123456789012:rule/*"}}`, yes},
		{`{"ArnEquals":{"aws:SourceArn":"arn:aws:events:*:123456789012:rule/*"}}`, yes},
		{`{"ArnEquals":{"aws:SourceArn":"` + rule + `"}}`, yes},
		{`{"ArnLike":{"aws:SourceArn":"arn:aws:*:rule/cases:*:*:*"}}`, no},
		{`{"ArnLike":{"aws:SourceArn":"*"}}`, yes},
		{`{"ArnLike":{"aws:SourceArn":"arn:aws:*"}}`, unsure},
		{`{"ArnLike":{"aws:username":"` + rule + `"}}`, no},
		{`{"ArnLike":{"colons":"arn:aws:logs:r:1:log-group:x:*"}}`, yes},
		{`{"ArnNotLike":{"aws:SourceArn":"arn:aws:s3:*:*:*"}}`, yes},
		{`{"ArnNotEquals":{"aws:SourceArn":"` + rule + `"}}`, no},
		{`{"Bool":{"aws:SecureTransport":"TRUE"}}`, yes},
		{`{"Bool":{"aws:SecureTransport":true}}`, yes},
		{`{"Bool":{"aws:SecureTransport":"false"}}`, no},
		{`{"Bool":{"aws:SecureTransport":"maybe"}}`, unsure},
		{`{"BoolIfExists":{"none":"false"}}`, yes},
		{`{"BinaryEquals":{"bytes":"AAE="}}`, yes},
		{`{"BinaryEquals":{"bytes":"AAI="}}`, no},
		{`{"BinaryEquals":{"bytes":"?"}}`, unsure},
		{`{"BinaryEquals":{"none":"AAE="}}`, no},
		{`{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`, yes},
		{`{"IpAddress":{"aws:SourceIp":["192.168.0.0/16","10.1.2.3"]}}`, yes},
		{`{"IpAddress":{"v6":"10.0.0.0/8"}}`, yes},
		{`{"IpAddress":{"aws:SourceIp":"11.0.0.0/8"}}`, no},
		{`{"IpAddress":{"aws:SourceIp":"x"}}`, unsure},
		{`{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`, no},
		{`{"NotIpAddress":{"aws:SourceIp":"fd00::/8"}}`, yes},
		{`{"NumericEquals":{"n":42.0}}`, yes},
		{`{"NumericNotEquals":{"n":"42"}}`, no},
		{`{"NumericLessThan":{"n":"42"}}`, no},
		{`{"NumericLessThanEquals":{"n":"42"}}`, yes},
		{`{"NumericGreaterThan":{"n":"41"}}`, yes},
		{`{"NumericGreaterThanEquals":{"n":"43"}}`, no},
		{`{"NumericEquals":{"n":"x"}}`, unsure},
		{`{"NumericEquals":{"aws:username":"1"}}`, unsure},
		{`{"NumericEquals":{"n":"NaN"}}`, unsure},
		{`{"DateGreaterThan":{"aws:CurrentTime":"2026-01-31T11:59:59Z"}}`, yes},
		{`{"DateLessThan":{"aws:CurrentTime":"2026-01-31"}}`, no},
		{`{"DateEquals":{"aws:CurrentTime":"1769860800"}}`, yes},
		{`{"DateNotEquals":{"aws:CurrentTime":"2026-01-31T13:00:00+01:00"}}`, no},
		{`{"DateLessThanEquals":{"aws:CurrentTime":"soon"}}`, unsure},
		{`{"Null":{"none":"true"}}`, yes},
		{`{"Null":{"empty":true}}`, yes},
		{`{"Null":{"n":"true"}}`, no},
		{`{"Null":{"n":"false"}}`, yes},
		{`{"Null":{"none":"false"}}`, no},
		{`{"Null":{"n":"x"}}`, unsure},
		{`{"ForAnyValue:StringEquals":{"tags":["b","c"]}}`, yes},
		{`{"ForAnyValue:StringEquals":{"tags":["c"]}}`, no},
		{`{"ForAnyValue:StringEquals":{"none":["c"]}}`, no},
		{`{"ForAnyValue:StringNotEquals":{"tags":["a"]}}`, yes},
		{`{"ForAnyValue:StringNotEquals":{"tags":["a","b"]}}`, no},
		{`{"ForAllValues:StringEquals":{"tags":["a","b","c"]}}`, yes},
		{`{"ForAllValues:StringEquals":{"tags":["a"]}}`, no},
		{`{"ForAllValues:StringEquals":{"none":["a"]}}`, yes},
		{`{"ForAllValues:StringNotEquals":{"tags":["a"]}}`, no},
		{`{"ForAllValues:StringNotEquals":{"tags":["c"]}}`, yes},
		{`{"StringEquals":{"tags":"b"}}`, yes},
		{`{"StringNotEquals":{"tags":"b"}}`, no},
		{`{"StringEquals":{"aws:username":"Ann","n":"42"}}`, yes},
		{`{"StringEquals":{"aws:username":"Ann","n":"43"}}`, no},
		{`{"StringEquals":{"aws:username":"Ann"},"Bool":{"aws:SecureTransport":"false"}}`, no},
		{`{"StringResembles":{"aws:username":"Ann"}}`, unsure},
		{`{"StringResembles":{"none":"Ann"}}`, unsure},
		{`{"StringResembles":{"n":"42"},"StringEquals":{"n":"43"}}`, no},
		{`{"StringResembles":{"n":"42"},"StringEquals":{"n":"42"}}`, unsure},
		{`{"NullIfExists":{"n":"true"}}`, unsure},
	}
	for _, tt := range tests {
		r := fromEvents()
		r.Context = ctx
		condition := `"Condition":` + tt.condition
		want := policy.NoMatch
		if tt.want == yes {
			want = policy.Allowed
		}
		if got := parse(t, document(statement(condition))).Evaluate(r); got != want {
			t.Errorf("allow if %s: got %v, want %v", tt.condition, got, want)
		}
		want = policy.ExplicitDeny
		if tt.want == no {
			want = policy.Allowed
		}
		if got := parse(t, document(statement(), statement(`"Effect":"Deny"`, condition))).Evaluate(r); got != want {
			t.Errorf("deny if %s: got %v, want %v", tt.condition, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", ``, "EOF"},
		{"no object", `[]`, "not an object"},
		{"half", `{"Statement":`, "EOF"},
		{"two documents", document(statement()) + `{}`, "text after the document"},
		{"unknown element", `{"Statements":[]}`, `unknown element "Statements"`},
		{"version", `{"Version":"2020-01-01"}`, "Version must be"},
		{"no statement", `{"Version":"2012-10-17"}`, "Statement is missing"},
		{"empty statement list", document(), "Statement is missing"},
		{"statement is text", `{"Statement":"x"}`, "a statement must be an object"},
		{"unknown in statement", document(statement(`"Actions":"x"`)), `unknown element "Actions"`},
		{"effect", document(statement(`"Effect":"allow"`)), "Effect: invalid value"},
		{"no effect", document(`{"Principal":"*","Action":"*","Resource":"*"}`), "Effect is missing"},
		{"no principal", document(`{"Effect":"Deny","Action":"*","Resource":"*"}`), "Principal is missing"},
		{"no action", document(`{"Effect":"Deny","Principal":"*","Resource":"*"}`), "Action is missing"},
		{"no resource", document(`{"Effect":"Deny","Principal":"*","Action":"*"}`), "Resource is missing"},
		{"both", document(`{"Effect":"Deny","Principal":"*","Action":"*","NotAction":"*","Resource":"*"}`), "exclude each other"},
		{"key twice", document(`{"Effect":"Deny","Effect":"Allow"}`), `the key "Effect" is there twice`},
		{"key twice, escaped", document(`{"Effect":"Deny","Eff\u0065ct":"Allow"}`), `the key "Effect" is there twice`},
		{"sid twice", document(statement(`"Sid":"a"`), statement(`"Sid":"a"`)), `Sid "a" is there twice`},
		{"bare principal", document(statement(`"Principal":"123456789012"`)), `must be "*" or an object`},
		{"empty principal", document(statement(`"Principal":{}`)), `must be "*" or an object`},
		{"principal kind", document(statement(`"Principal":{"User":"x"}`)), `unknown kind of principal "User"`},
		{"principal wildcard", document(statement(`"Principal":{"AWS":"arn:aws:iam::1:user/*"}`)), "no wildcards"},
		{"principal of no account", document(statement(`"Principal":{"AWS":"ann"}`)), "neither an account nor the ARN"},
		{"principal that is a queue", document(statement(`"Effect":"Deny"`, `"Principal":{"AWS":"`+queue+`"}`)), "neither an account nor the ARN"},
		{"principal without a name", document(statement(`"NotPrincipal":{"AWS":["123456789012","arn:aws:iam::123456789012:user/"]}`)), "neither an account nor the ARN"},
		{"empty actions", document(statement(`"Action":[]`)), "an empty list"},
		{"action is a number", document(statement(`"Action":1`)), "must be a string"},
		{"action is an object", document(statement(`"Action":{}`)), "must be a string"},
		{"action without service", document(statement(`"Action":"SendMessage"`)), "has no colon"},
		{"variable in an action", document(statement(`"Action":"sqs:${aws:username}"`)), "an action has no variables"},
		{"variable that is none", document(statement(`"Resource":"arn:aws:sqs:::${aws:username"`)), "is no variable"},
		{"condition is a list", document(statement(`"Condition":[]`)), "must be an object"},
		{"condition key twice", document(statement(`"Condition":{"Bool":{"a":"true","A":"true"}}`)), `the key "A" is there twice`},
		{"deep", strings.Repeat(`{"Statement":`, 40), "nested too deeply"},
		{"not UTF-8", "{\"Id\":\"\xff\"}", "invalid UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := policy.Parse(tt.text)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// randomStatement writes one of many statements.
func randomStatement(r *rand.Rand, effect string) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	s := []string{
		`"Effect":"` + effect + `"`,
		pick(`"Principal":"*"`, `"Principal":{"Service":"events.amazonaws.com"}`, `"NotPrincipal":{"AWS":"123456789012"}`, `"Principal":{"AWS":"123456789012"}`),
		pick(`"Action":"sqs:*"`, `"Action":"sqs:SendMessage"`, `"NotAction":"sqs:Delete*"`, `"Action":"sqs:DeleteMessage"`),
		pick(`"Resource":"*"`, `"Resource":"`+queue+`"`, `"NotResource":"`+queue+`"`),
	}
	if r.IntN(2) == 0 {
		s = append(s, `"Condition":`+pick(`{"ArnLike":{"aws:SourceArn":"`+rule+`"}}`, `{"StringNotEquals":{"aws:SourceAccount":"1"}}`,
			`{"Unknown":{"a":"b"}}`, `{"Null":{"aws:SourceArn":"true"}}`, `{"NumericEquals":{"aws:SourceArn":1}}`))
	}
	return "{" + strings.Join(s, ",") + "}"
}

func TestAddingADenyNeverWidens(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	narrowed := 0
	for range 5000 {
		var list []string
		for range 1 + r.IntN(4) {
			list = append(list, randomStatement(r, []string{"Allow", "Allow", "Deny"}[r.IntN(3)]))
		}
		req := fromEvents()
		switch r.IntN(3) {
		case 0:
			req.Principal = policy.Principal{Kind: policy.AWS, Values: []string{"arn:aws:iam::123456789012:role/x"}}
		case 1:
			req.Context = nil
		}
		before := parse(t, document(list...)).Evaluate(req)
		at := r.IntN(len(list) + 1)
		list = append(list[:at:at], append([]string{randomStatement(r, "Deny")}, list[at:]...)...)
		after := parse(t, document(list...)).Evaluate(req)
		if after == policy.Allowed && before != policy.Allowed || before == policy.ExplicitDeny && after != before {
			t.Fatalf("a deny turned %v into %v: %s", before, after, document(list...))
		}
		if before == policy.Allowed && after == policy.ExplicitDeny {
			narrowed++
		}
	}
	if narrowed == 0 {
		t.Error("no deny ever mattered: the test shows nothing")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(document(statement()))
	f.Add(document(statement(`"Condition":{"ForAnyValue:StringLike":{"a":["*?*",1,true]}}`, `"Sid":"s"`)))
	f.Add(`{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":["*"]},"NotAction":"*","NotResource":"*"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := policy.Parse(text)
		if err != nil {
			return
		}
		if d := p.Evaluate(fromEvents()); d < policy.NoMatch || d > policy.ExplicitDeny {
			t.Errorf("decision %d", d)
		}
		if len(p.Statements) == 0 {
			t.Error("a policy without statements was accepted")
		}
	})
}

func BenchmarkEvaluate(b *testing.B) {
	p := parse(b, document(statement(`"Principal":{"Service":"events.amazonaws.com"}`, `"Condition":{"ArnEquals":{"aws:SourceArn":"`+rule+`"}}`)))
	r := fromEvents()
	b.ReportAllocs()
	for b.Loop() {
		if p.Evaluate(r) != policy.Allowed {
			b.Fatal("denied")
		}
	}
}

func ExamplePolicy_Evaluate() {
	p, err := policy.Parse(`{"Version":"2012-10-17","Statement":{"Effect":"Allow",
		"Principal":{"Service":"events.amazonaws.com"},"Action":"SQS:SendMessage","Resource":"*"}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Evaluate(policy.Request{
		Principal: policy.Principal{Kind: policy.Service, Values: []string{"events.amazonaws.com"}},
		Action:    "sqs:SendMessage", Resource: "arn:aws:sqs:us-east-1:123456789012:orders",
	}))
	// Output: allowed
}
