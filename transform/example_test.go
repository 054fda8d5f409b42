package transform_test

import (
	"errors"
	"fmt"

	"github.com/casestream/casestream/transform"
)

// caseClosed is a case event, in short.
const caseClosed = `{"version":"0","id":"7bf73129-1428-4cd3-a780-95db273d1602","detail-type":"Amazon Connect Cases Change","source":"aws.cases",` +
	`"account":"111122223333","time":"2026-03-16T23:43:26Z","region":"eu-west-2","resources":["arn:aws:cases:eu-west-2:111122223333:domain/d",` +
	`"arn:aws:cases:eu-west-2:111122223333:domain/d/case/c"],"detail":{"version":"0","eventType":"CASE.UPDATED","approximateChangeTime":"2026-03-16T23:16:57.893Z",` +
	`"changedFieldIds":["status"],"performedBy":{"iamPrincipalArn":"arn:aws:iam::111122223333:role/agent"},"case":{"caseId":"c","templateId":"t",` +
	`"createdDateTime":"2026-03-16T20:01:12.100Z","fields":{"status":{"value":{"stringValue":"closed"}},"title":{"value":{"stringValue":"Parcel did not arrive"}}}}}}`

func ExampleCompile() {
	t, err := transform.Compile(map[string]string{
		"case":    "$.detail.case.caseId",
		"status":  "$.detail.case.fields.status.value.stringValue",
		"changed": "$.detail.changedFieldIds",
		"amount":  "$.detail.case.fields.amount.value.doubleValue",
	}, `{"text": "Case <case> is <status>", "changed": <changed>, "amount": <amount>, "rule": <aws.events.rule-name>}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := t.Append(nil, []byte(caseClosed), transform.Origin{RuleName: "closed-cases"})
	fmt.Println(string(out), err)
	// Output:
	// {"text": "Case c is closed", "changed": ["status"], "amount": "", "rule": "closed-cases"} <nil>
}

func ExampleCompile_text() {
	t, err := transform.Compile(map[string]string{"title": "$.detail.case.fields.title.value.stringValue", "changed": "$.detail.changedFieldIds"},
		`"<title>: <changed> changed"`)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := t.Append(nil, []byte(caseClosed), transform.Origin{})
	fmt.Println(string(out), err)
	// Output:
	// "Parcel did not arrive: [status] changed" <nil>
}

func ExampleError_For() {
	_, err := transform.Compile(nil, `{"status": <status>}`)
	if e, ok := errors.AsType[*transform.Error](err); ok {
		fmt.Println(e.For("target-1"))
	}
	// Output:
	// InputTemplate for target target-1 contains invalid placeholder status.
}

func ExamplePath_Find() {
	p, err := transform.CompilePath("$.detail.case.fields.*.value.stringValue")
	if err != nil {
		fmt.Println(err)
		return
	}
	found, err := p.Find([]byte(caseClosed))
	fmt.Println(string(found), err)
	// Output:
	// ["closed","Parcel did not arrive"] <nil>
}
