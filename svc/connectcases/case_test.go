package connectcases_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCreateCaseTellsOfEveryFieldThatGotAValue(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		a := h.must("POST", s.cases(), `{"templateId":"`+s.template+`","performedBy":{"userArn":"`+agent+`"},"fields":[`+
			str("title", "Broken cup")+`,`+str("customer_id", customer)+`,{"id":"summary","value":{"emptyValue":{}}},{"id":"`+s.amount+`","value":{"doubleValue":2.5}}]}`)
		if want := "arn:aws:cases:us-west-2:111122223333:domain/" + s.domain + "/case/" + a.text("caseId"); a.text("caseArn") != want {
			h.Errorf("caseArn = %s, want %s", a.text("caseArn"), want)
		}
		e := h.one()
		want := []string{"title", "customer_id", s.amount, "status", "reference_number", "created_datetime", "last_updated_datetime", "case_id", "last_updated_user"}
		if d := cmp.Diff(want, e.Detail.ChangedFieldIDs); d != "" {
			h.Errorf("changedFieldIds: %s", d)
		}
		if strings.Contains(e.raw, `"fields"`) {
			h.Errorf("fields without includedData: %s", e.raw)
		}
		for id, want := range map[string]string{
			"status": `{"stringValue":"open"}`, "case_id": `{"stringValue":"` + a.text("caseId") + `"}`,
			"created_datetime": `{"stringValue":"2026-03-01T12:00:00.123Z"}`, "last_updated_datetime": `{"stringValue":"2026-03-01T12:00:00.123Z"}`,
			"last_updated_user": `{"userArnValue":"` + agent + `"}`, s.amount: `{"doubleValue":2.5}`, "summary": "", s.gift: "",
		} {
			if got := h.field(s, a.text("caseId"), id); got != want {
				h.Errorf("%s = %s, want %s", id, got, want)
			}
		}
		if got := h.field(s, a.text("caseId"), "reference_number"); len(got) != len(`{"stringValue":"12345678"}`) {
			h.Errorf("reference_number = %s, want 8 digits", got)
		}
	})
}

func TestUpdateCaseTellsWhatReallyChanged(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		id := h.create(s, str(s.note, "first"))
		h.one()
		steps := []struct {
			name, fields string
			user         string
			want         []string
		}{
			{"one of two is new", str("title", "Broken cup") + "," + str(s.note, "second"), "", []string{s.note, "last_updated_datetime"}},
			{"nothing is new", str("title", "Broken cup"), "", []string{"last_updated_datetime"}},
			{"clearing", `{"id":"` + s.note + `","value":{"emptyValue":{}}}`, "", []string{s.note, "last_updated_datetime"}},
			{"clearing again", `{"id":"` + s.note + `","value":{"emptyValue":{}}}`, "", []string{"last_updated_datetime"}},
			{"closing", str("status", "closed"), "", []string{"status", "last_updated_datetime", "last_closed_datetime"}},
			{"closed already", str("status", "closed"), "", []string{"last_updated_datetime"}},
			{"reopening by a user", str("status", "open"), agent, []string{"status", "last_updated_datetime", "last_reopened_datetime", "last_updated_user"}},
			{"the same user", str("title", "Cup"), agent, []string{"title", "last_updated_datetime"}},
		}
		for _, step := range steps {
			h.clock.advance(time.Second)
			body := `{"fields":[` + step.fields + `]`
			if step.user != "" {
				body += `,"performedBy":{"userArn":"` + step.user + `"}`
			}
			h.must("PUT", s.cases(id), body+`}`)
			e := h.one()
			if d := cmp.Diff(step.want, e.Detail.ChangedFieldIDs); d != "" {
				h.Errorf("%s: changedFieldIds: %s", step.name, d)
			}
			if e.Detail.EventType != "CASE.UPDATED" {
				h.Errorf("%s: eventType %s", step.name, e.Detail.EventType)
			}
		}
		for field, want := range map[string]string{
			"last_closed_datetime": "2026-03-01T12:00:05.123Z", "last_reopened_datetime": "2026-03-01T12:00:07.123Z",
			"last_updated_datetime": "2026-03-01T12:00:08.123Z", "created_datetime": "2026-03-01T12:00:00.123Z",
		} {
			if got := h.field(s, id, field); got != `{"stringValue":"`+want+`"}` {
				h.Errorf("%s = %s, want %s", field, got, want)
			}
		}
		h.must("PUT", s.cases(id), `{"fields":[]}`)
		h.none()
	})
}

func TestCaseFieldsAreRefusedForTheirReason(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		inactive := h.must("POST", "/domains/"+s.domain+"/templates", `{"name":"off","status":"Inactive"}`).text("templateId")
		strict := h.must("POST", "/domains/"+s.domain+"/templates", `{"name":"strict","requiredFields":[{"fieldId":"`+s.note+`"},{"fieldId":"case_reason"}]}`).text("templateId")
		id := h.create(s)
		withTemplate := func(template string) string { return strings.Replace(s.newCase(), s.template, template, 1) }
		tests := []struct {
			name, method, path, body string
			code                     string
			status                   int
			msg                      string
		}{
			{"unknown domain", "POST", "/domains/none/cases", s.newCase(), "ResourceNotFoundException", 404, "domain none"},
			{"unknown template", "POST", s.cases(), withTemplate("none"), "ResourceNotFoundException", 404, "template none"},
			{"inactive template", "POST", s.cases(), withTemplate(inactive), "ValidationException", 400, "not active"},
			{"unknown fields", "POST", s.cases(), s.newCase(str("x", "1"), str("y", "1")), "ValidationException", 400, "x, y"},
			{"field twice", "POST", s.cases(), s.newCase(str("title", "1")), "ValidationException", 400, "more than once"},
			{"wrong kind", "POST", s.cases(), s.newCase(str(s.amount, "1")), "ValidationException", 400, "takes a doubleValue"},
			{"wrong kind of boolean", "POST", s.cases(), s.newCase(str(s.gift, "true")), "ValidationException", 400, "takes a booleanValue"},
			{"not a number", "POST", s.cases(), s.newCase(`{"id":"` + s.amount + `","value":{"doubleValue":"NaN"}}`), "ValidationException", 400, "finite"},
			{"unknown option", "POST", s.cases(), s.newCase(str("case_reason", "x")), "ValidationException", 400, "no active option"},
			{"option's name", "POST", s.cases(), s.newCase(str("status", "Open")), "ValidationException", 400, "no active option"},
			{"inactive option", "POST", s.cases(), s.newCase(str("case_reason", "old")), "ValidationException", 400, "no active option"},
			{"long summary", "POST", s.cases(), s.newCase(str("summary", strings.Repeat("é", 3001))), "ValidationException", 400, "3000"},
			{"set by the service", "POST", s.cases(), s.newCase(str("case_id", "1"), str("reference_number", "1")), "ValidationException", 400, "set by the service: case_id, reference_number"},
			{"no title", "POST", s.cases(), `{"templateId":"` + s.template + `","fields":[` + str("customer_id", customer) + `]}`, "ValidationException", 400, "no value: title."},
			{"nothing", "POST", s.cases(), `{"templateId":"` + s.template + `","fields":[]}`, "ValidationException", 400, "no value: title, customer_id."},
			{"empty title", "POST", s.cases(), `{"templateId":"` + s.template + `","fields":[` + str("title", "") + `,` + str("customer_id", customer) + `]}`, "ValidationException", 400, "title"},
			{"no customer's ARN", "POST", s.cases(), strings.Replace(s.newCase(), customer, "me", 1), "ValidationException", 400, "customer profile"},
			{"template's fields", "POST", s.cases(), withTemplate(strict), "ValidationException", 400, "no value: " + s.note + ", case_reason."},
			{"no fields", "POST", s.cases(), `{"templateId":"` + s.template + `"}`, "ValidationException", 400, "'fields'"},
			{"two members", "POST", s.cases(), s.newCase(`{"id":"x","value":{"stringValue":"1","doubleValue":1}}`), "ValidationException", 400, ""},
			{"NUL character", "POST", s.cases(), s.newCase(`{"id":"` + s.note + `","value":{"stringValue":"a\u0000"}}`), "ValidationException", 400, "NUL"},
			{"aws tag", "POST", s.cases(), strings.Replace(s.newCase(), `{`, `{"tags":{"aws:x":"1"},`, 1), "ValidationException", 400, ""},
			{"update of no domain", "PUT", "/domains/none/cases/" + id, `{"fields":[]}`, "ResourceNotFoundException", 404, "domain none"},
			{"update of no case", "PUT", s.cases("none"), `{"fields":[]}`, "ResourceNotFoundException", 404, "case none"},
			{"update of unknown field", "PUT", s.cases(id), `{"fields":[` + str("x", "1") + `]}`, "ValidationException", 400, "x"},
			{"update of service's field", "PUT", s.cases(id), `{"fields":[` + str("created_datetime", "2026-01-01T00:00:00Z") + `]}`, "ValidationException", 400, "set by the service"},
			{"update to no title", "PUT", s.cases(id), `{"fields":[{"id":"title","value":{"emptyValue":{}}}]}`, "ValidationException", 400, "title is required"},
			{"update to no status", "PUT", s.cases(id), `{"fields":[{"id":"status","value":{"emptyValue":{}}}]}`, "ValidationException", 400, "status is required"},
			{"update to no customer", "PUT", s.cases(id), `{"fields":[{"id":"customer_id","value":{"emptyValue":{}}}]}`, "ValidationException", 400, "customer_id is required"},
			{"get of no case", "POST", s.cases("none"), `{"fields":[{"id":"title"}]}`, "ResourceNotFoundException", 404, "case none"},
			{"get of unknown field", "POST", s.cases(id), `{"fields":[{"id":"title"},{"id":"x"}]}`, "ValidationException", 400, "x."},
			{"get of no fields", "POST", s.cases(id), `{"fields":[]}`, "ValidationException", 400, ""},
			{"get with a token", "POST", s.cases(id), `{"fields":[{"id":"title"}],"nextToken":"x"}`, "ValidationException", 400, "nextToken"},
			{"delete of no case", "DELETE", s.cases("none"), ``, "ResourceNotFoundException", 404, "case none"},
			{"NUL in the path", "DELETE", s.cases("no%00ne"), ``, "ValidationException", 400, "path"},
			{"no UTF-8 in the path", "DELETE", s.cases("no%ffne"), ``, "ValidationException", 400, "path"},
		}
		h.events()
		for _, test := range tests {
			a := h.call(test.method, test.path, test.body)
			if a.code != test.code || a.status != test.status || !strings.Contains(a.err.Message, test.msg) {
				h.Errorf("%s: %s %d %v, want %s %d with %q", test.name, a.code, a.status, a.err, test.code, test.status, test.msg)
			}
		}
		h.none()
		h.must("POST", s.cases(), s.newCase(`{"id":"`+s.note+`","value":{"stringValue":"a\\u0000"}}`)) // a backslash, and no NUL
	})
}

func TestResourceNotFoundNamesTheResource(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		a := h.call("DELETE", s.cases("none"), "")
		if d := cmp.Diff([][2]string{{"resourceId", "none"}, {"resourceType", "Case"}}, a.err.Members); d != "" {
			h.Error(d)
		}
	})
}

func TestHeldOptionCanBeSentAgainAfterItWasRetired(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		id := h.create(s, str("case_reason", "Shipment lost"))
		h.must("PUT", "/domains/"+s.domain+"/fields/case_reason/options", `{"options":[{"name":"Lost","value":"Shipment lost","active":false}]}`)
		h.must("PUT", s.cases(id), `{"fields":[`+str("case_reason", "Shipment lost")+`]}`)
		if a := h.call("POST", s.cases(), s.newCase(str("case_reason", "Shipment lost"))); a.code != "ValidationException" {
			h.Errorf("new case with a retired option: %q, want ValidationException", a.code)
		}
	})
}

func TestTemplateHandsItsTagsOn(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		s.template = h.must("POST", "/domains/"+s.domain+"/templates", `{"name":"tagged","tagPropagationConfigurations":[{"resourceType":"Cases","tagMap":{"team":"a","site":"x"}}]}`).text("templateId")
		id := h.must("POST", s.cases(), strings.Replace(s.newCase(), `{`, `{"tags":{"team":"b"},`, 1)).text("caseId")
		a := h.must("POST", s.cases(id), `{"fields":[{"id":"title"}]}`)
		if d := cmp.Diff(map[string]any{"team": "b", "site": "x"}, a.body["tags"]); d != "" {
			h.Error(d)
		}
		if a.text("templateId") != s.template {
			h.Errorf("templateId = %s, want %s", a.text("templateId"), s.template)
		}
	})
}

func TestDeleteCaseLeavesNothing(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		id, other := h.create(s), h.create(s)
		h.must("PUT", s.cases(id), `{"fields":[`+str("title", "x")+`]}`)
		h.must("POST", s.cases(id, "related-items")+"/", `{"type":"Comment","content":{"comment":{"body":"x","contentType":"Text/Plain"}}}`)
		h.events()
		h.must("DELETE", s.cases(id), "")
		e := h.one()
		if e.Detail.EventType != "CASE.DELETED" || e.Detail.Case.CaseID != id || e.Detail.ChangedFieldIDs == nil || len(e.Detail.ChangedFieldIDs) != 0 {
			h.Errorf("event of the deletion: %s", e.raw)
		}
		for _, r := range []struct{ method, path, body string }{
			{"POST", s.cases(id), `{"fields":[{"id":"title"}]}`},
			{"PUT", s.cases(id), `{"fields":[]}`},
			{"DELETE", s.cases(id), ""},
			{"POST", s.cases(id, "related-items") + "/", `{"type":"Comment","content":{"comment":{"body":"x","contentType":"Text/Plain"}}}`},
			{"POST", s.cases(id, "related-items-search"), `{}`},
		} {
			if a := h.call(r.method, r.path, r.body); a.code != "ResourceNotFoundException" {
				h.Errorf("%s %s after the deletion: %q, want ResourceNotFoundException", r.method, r.path, a.code)
			}
		}
		if got := h.rows("cases_audit") + h.rows("cases_related_item"); got != 1 {
			h.Errorf("%d rows of history and items are left, want the other case's one", got)
		}
		if got := h.field(s, other, "title"); got != `{"stringValue":"Broken cup"}` {
			h.Errorf("the other case's title = %s", got)
		}
		h.none()
	})
}

func TestWritersOfOneCaseLoseNothingAndEventsComeInOrder(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		h.config(s, fmt.Sprintf(`{"enabled":true,"includedData":{"caseData":{"fields":[{"id":"%s"},{"id":"title"}]}}}`, s.note))
		id := h.create(s, str(s.note, "0"))
		h.one()
		const rounds = 20
		var wg sync.WaitGroup
		for _, field := range []string{"title", s.note} {
			wg.Go(func() {
				for n := 1; n <= rounds; n++ {
					if a, err := h.try("PUT", s.cases(id), `{"fields":[`+str(field, fmt.Sprint(n))+`]}`); err != nil || a.err != nil {
						h.Errorf("%s %d: %v %v", field, n, err, a.err)
					}
				}
			})
		}
		wg.Wait()
		list := h.events()
		if len(list) != 2*rounds {
			h.Fatalf("%d events, want %d", len(list), 2*rounds)
		}
		// Each event shows the state after its change: one field is one further, the other as it was.
		state := map[string]string{"title": `{"value":{"stringValue":"Broken cup"}}`, s.note: `{"value":{"stringValue":"0"}}`}
		seen := map[string]int{}
		last := ""
		for i, e := range list {
			// The test's clock stands still: every change came within one millisecond.
			if at := e.Detail.ApproximateChangeTime; at <= last {
				h.Errorf("event %d of %s cannot be ordered behind that of %s", i, at, last)
			}
			last = e.Detail.ApproximateChangeTime
			changed := e.Detail.ChangedFieldIDs[0]
			seen[changed]++
			state[changed] = fmt.Sprintf(`{"value":{"stringValue":"%d"}}`, seen[changed])
			for field, want := range state {
				if got := string(e.Detail.Case.Fields[field]); got != want {
					h.Errorf("event %d: %s = %s, want %s", i, field, got, want)
				}
			}
		}
	})
}

// TestUpdatesAtOnceFailEachForItsOwnReason sends updates that are carried out together: one that is refused
// takes no other with it, and each that is accepted has its event.
func TestUpdatesAtOnceFailEachForItsOwnReason(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		ids := []string{h.create(s), h.create(s), h.create(s)}
		h.events()
		requests := []struct{ path, body, code string }{
			{"/domains/none/cases/" + ids[0], `{"fields":[` + str("title", "x") + `]}`, "ResourceNotFoundException"},
			{s.cases("none"), `{"fields":[` + str("title", "x") + `]}`, "ResourceNotFoundException"},
			{s.cases(ids[0]), `{"fields":[` + str("none", "x") + `]}`, "ValidationException"},
			{s.cases(ids[0]), `{"fields":[]}`, ""},
			{s.cases(ids[0]), `{"fields":[` + str("title", "x") + `]}`, ""},
			{s.cases(ids[1]), `{"fields":[` + str("title", "x") + `]}`, ""},
			{s.cases(ids[2]), `{"fields":[` + str("status", "closed") + `]}`, ""},
		}
		const rounds = 10
		var wg sync.WaitGroup
		for range rounds {
			for _, r := range requests {
				wg.Go(func() {
					if a, err := h.try("PUT", r.path, r.body); err != nil || a.code != r.code {
						h.Errorf("%s %s: %q %v, want %q", r.path, r.body, a.code, err, r.code)
					}
				})
			}
		}
		wg.Wait()
		got, closings := map[string]int{}, 0
		for _, e := range h.events() {
			got[e.Detail.Case.CaseID]++
			if e.Detail.ChangedFieldIDs[0] == "status" {
				closings++
			}
		}
		h.same("events", map[string]int{ids[0]: rounds, ids[1]: rounds, ids[2]: rounds}, got)
		if closings != 1 {
			h.Errorf("%d events tell that the case was closed, want 1", closings)
		}
		if n := h.rows("cases_audit"); n != 3+3*rounds {
			h.Errorf("%d rows of history, want %d", n, 3+3*rounds)
		}
	})
}

func TestPrincipalOfASessionIsItsRole(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		id := h.create(s)
		h.events()
		for signer, want := range map[string]string{
			"arn:aws:sts::111122223333:assumed-role/support/someone": "arn:aws:iam::111122223333:role/support",
			"arn:aws:iam::111122223333:user/casestream":              "arn:aws:iam::111122223333:user/casestream",
			"arn:aws:iam::111122223333:root":                         "arn:aws:iam::111122223333:root",
			"":                                                       "arn:aws:iam::111122223333:root",
		} {
			h.signer = signer
			h.must("PUT", s.cases(id), `{"fields":[`+str(s.note, signer)+`]}`)
			h.same("performedBy", `{"iamPrincipalArn":"`+want+`"}`, string(h.one().Detail.PerformedBy))
			h.must("PUT", s.cases(id), `{"fields":[`+str(s.note, signer)+`],"performedBy":{"customEntity":"a b"}}`)
			h.same("performedBy", `{"user":{"customEntity":"a b"},"iamPrincipalArn":"`+want+`"}`, string(h.one().Detail.PerformedBy))
		}
	})
}

func TestFieldTypesTakeTheirValues(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		id := h.create(s)
		types := map[string]struct {
			good, bad string
		}{
			"Text":     {`{"stringValue":"x"}`, `{"doubleValue":1}`},
			"Url":      {`{"stringValue":"https://example.com"}`, `{"booleanValue":true}`},
			"Number":   {`{"doubleValue":-0.25}`, `{"stringValue":"1"}`},
			"Boolean":  {`{"booleanValue":false}`, `{"doubleValue":0}`},
			"DateTime": {`{"stringValue":"2026-03-01T12:00:00Z"}`, `{"stringValue":"soon"}`},
			"User":     {`{"userArnValue":"` + agent + `"}`, `{"stringValue":"` + agent + `"}`},
		}
		for kind, v := range types {
			field := h.must("POST", "/domains/"+s.domain+"/fields", `{"name":"a `+kind+`","type":"`+kind+`"}`).text("fieldId")
			h.must("PUT", s.cases(id), `{"fields":[{"id":"`+field+`","value":`+v.good+`}]}`)
			h.same(kind, v.good, h.field(s, id, field))
			if a := h.call("PUT", s.cases(id), `{"fields":[{"id":"`+field+`","value":`+v.bad+`}]}`); a.code != "ValidationException" {
				h.Errorf("%s with %s: %q, want ValidationException", kind, v.bad, a.code)
			}
			h.same(kind, v.good, h.field(s, id, field))
		}
		for _, v := range []string{`{"stringValue":"` + agent + `"}`, `{"userArnValue":"` + agent + `"}`} {
			h.must("PUT", s.cases(id), `{"fields":[{"id":"assigned_user","value":`+v+`}]}`)
			h.same("assigned_user", v, h.field(s, id, "assigned_user"))
		}
	})
}
