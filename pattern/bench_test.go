package pattern_test

import (
	"fmt"
	"testing"

	"github.com/casestream/casestream/pattern"
)

// templateID is the id of the n-th template.
func templateID(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

// templateRules gives n rules as users of Cases write them: all alike but for the template.
func templateRules(t testing.TB, n int) []pattern.Rule {
	var rules []pattern.Rule
	for i := range n {
		rules = append(rules, pattern.Rule{ID: pattern.RuleID(i), Pattern: compiled(t, fmt.Sprintf(
			`{"source":["aws.cases"],"detail-type":["Amazon Connect Cases Change"],"detail":{"eventType":["CASE.CREATED","CASE.UPDATED"],"case":{"templateId":[%q]}}}`,
			templateID(i)))})
	}
	return rules
}

// caseEvent is the event of a case of the n-th template.
func caseEvent(n int) []byte {
	return fmt.Appendf(nil, `{"version":"0","id":"7a52f7a2-5b86-4d53-9d5b-0c8d5c2d1b0e","detail-type":"Amazon Connect Cases Change","source":"aws.cases",
"account":"111122223333","time":"2022-07-01T18:00:00Z","region":"us-west-2","resources":["arn:aws:cases:us-west-2:111122223333:domain/cases_domain_id/case/case_id"],
"detail":{"version":"0","eventType":"CASE.UPDATED","case":{"caseId":"case_id","templateId":%q,"createdDateTime":"2022-07-01T17:00:00Z",
"fields":[{"id":"status","value":{"stringValue":"open"}},{"id":"title","value":{"stringValue":"It \"does\" not work"}},{"id":"priority","value":{"doubleValue":3.0}},
{"id":"customer_id","value":{"stringValue":"arn:aws:profile:us-west-2:111122223333:domains/profiles_domain_name/profiles/profile_id"}}]},
"changedFieldIds":["status"],"performedBy":{"iamPrincipalArn":"arn:aws:iam::111122223333:role/agent"}}}`, templateID(n))
}

func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			set := pattern.Build(templateRules(b, n))
			event, room := caseEvent(n/2), make([]pattern.RuleID, 0, 8)
			b.SetBytes(int64(len(event)))
			b.ReportAllocs()
			for b.Loop() {
				ids, err := set.Match(event, room)
				if len(ids) != 1 || err != nil {
					b.Fatal(ids, err)
				}
			}
		})
	}
}

func BenchmarkMatchNothing(b *testing.B) {
	set := pattern.Build(templateRules(b, 10_000))
	event := []byte(`{"source":"shop.orders","detail-type":"Order Placed","detail":{"total":12.5}}`)
	b.ReportAllocs()
	for b.Loop() {
		if ids, err := set.Match(event, nil); len(ids) > 0 || err != nil {
			b.Fatal(ids, err)
		}
	}
}

func BenchmarkMatchArrayElements(b *testing.B) {
	p := compiled(b, `{"detail":{"case":{"fields":{"id":["priority"],"value":{"doubleValue":[{"numeric":[">=",3]}]}}}}}`)
	event := caseEvent(1)
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := p.Match(event); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pattern.Compile(`{"source":["aws.cases"],"detail-type":["Amazon Connect Cases Change"],"detail":{"eventType":["CASE.CREATED","CASE.UPDATED"],"case":{"templateId":["x"]}}}`); err != nil {
			b.Fatal(err)
		}
	}
}
