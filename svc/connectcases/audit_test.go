package connectcases_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// history gives the whole history of a case, newest first, in pages of three.
func (h *house) history(s shop, caseID string) (list []map[string]any) {
	h.Helper()
	for body := `{"maxResults":3}`; ; {
		a := h.must("POST", s.cases(caseID, "audit-history"), body)
		for _, e := range a.body["auditEvents"].([]any) {
			list = append(list, e.(map[string]any))
		}
		token := a.text("nextToken")
		if token == "" {
			return list
		}
		body = `{"maxResults":3,"nextToken":"` + token + `"}`
	}
}

// TestHistoryTellsWhoDidWhat does one thing of each kind and reads it all back.
func TestHistoryTellsWhoDidWhat(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		by := func(body string) string {
			return strings.Replace(body, "{", `{"performedBy":{"customEntity":"bot"},`, 1)
		}
		id := h.create(s)
		other := h.create(s)
		h.must("PUT", s.cases(id), `{"performedBy":{"userArn":"`+agent+`"},"fields":[`+str("title", "New")+`,`+num(s.amount, 5)+`]}`)
		h.must("PUT", s.cases(id), `{"fields":[{"id":"`+s.amount+`","value":{"emptyValue":{}}}]}`)
		text := h.relate(s, id, by(comment("old "+strings.Repeat("é", 5000))))
		h.must("PUT", s.cases(id, "related-items", text), `{"content":{"comment":{"body":"new","contentType":"Text/Plain"}}}`)
		h.must("DELETE", s.cases(id, "related-items", text), "")
		h.relate(s, id, contactItem(contact))
		h.relate(s, id, fileItem(file))
		h.relate(s, id, linkItem(other))
		record := h.relate(s, id, customItem(str(s.note, "a"), num(s.amount, 1)))
		h.must("PUT", s.cases(id, "related-items", record), `{"content":{"custom":{"fields":[`+num(s.amount, 2)+`,{"id":"`+s.gift+`","value":{"booleanValue":true}}]}}}`)
		h.relate(s, id, slaItem("closed", 10))
		h.relate(s, id, slaItem("closed", 20))
		h.clock.advance(10*time.Minute + time.Second)
		h.fire()
		h.setStatus(s, id, "closed")

		me := `"performedBy":{"iamPrincipalArn":"` + role + `"}`
		sla := func(name, target string) string {
			return `{"eventFieldId":"sla.slaConfiguration.name","newValue":{"stringValue":"First answer"}},{"eventFieldId":"sla.slaConfiguration.type","newValue":{"stringValue":"CaseField"}},` +
				`{"eventFieldId":"sla.slaConfiguration.status","newValue":{"stringValue":"Active"}},{"eventFieldId":"sla.slaConfiguration.fieldId","newValue":{"stringValue":"status"}},` +
				`{"eventFieldId":"sla.slaConfiguration.targetFieldValues","newValue":{"stringValue":"closed"}},{"eventFieldId":"sla.slaConfiguration.targetTime","newValue":{"stringValue":"` + target + `"}}` + name
		}
		const first, second, closing = "2026-03-01T12:10:00.134Z", "2026-03-01T12:20:00.135Z", "2026-03-01T12:10:01.123Z"
		ended := func(from, to string) string {
			return `"type":"RelatedItem.Updated","relatedItemType":"Sla",` + me + `,"fields":[{"eventFieldId":"sla.slaConfiguration.status","oldValue":{"stringValue":"` + from + `"},"newValue":{"stringValue":"` + to + `"}},` +
				`{"eventFieldId":"sla.slaConfiguration.completionTime","newValue":{"stringValue":"TIME"}}]`
		}
		want := []string{
			ended("Active", "Met"),
			ended("Overdue", "NotMet"),
			`"type":"Case.Updated",` + me + `,"fields":[{"eventFieldId":"status","oldValue":{"stringValue":"open"},"newValue":{"stringValue":"closed"}},` +
				`{"eventFieldId":"last_closed_datetime","newValue":{"stringValue":"TIME"}},{"eventFieldId":"next_sla_breach_datetime","oldValue":{"stringValue":"` + first + `"},"newValue":{"emptyValue":{}}}]`,
			`"type":"RelatedItem.Updated","relatedItemType":"Sla","performedBy":` + timer + `,"fields":[{"eventFieldId":"sla.slaConfiguration.status","oldValue":{"stringValue":"Active"},"newValue":{"stringValue":"Overdue"}}]`,
			`"type":"RelatedItem.Created","relatedItemType":"Sla",` + me + `,"fields":[` + sla("", second) + `]`,
			`"type":"RelatedItem.Created","relatedItemType":"Sla",` + me + `,"fields":[` + sla(`,{"eventFieldId":"next_sla_breach_datetime","newValue":{"stringValue":"`+first+`"}}`, first) + `]`,
			`"type":"RelatedItem.Updated","relatedItemType":"Custom",` + me + `,"fields":[{"eventFieldId":"` + s.amount + `","oldValue":{"doubleValue":1},"newValue":{"doubleValue":2}},` +
				`{"eventFieldId":"` + s.gift + `","newValue":{"booleanValue":true}},{"eventFieldId":"` + s.note + `","oldValue":{"stringValue":"a"},"newValue":{"emptyValue":{}}}]`,
			`"type":"RelatedItem.Created","relatedItemType":"Custom",` + me + `,"fields":[{"eventFieldId":"` + s.note + `","newValue":{"stringValue":"a"}},{"eventFieldId":"` + s.amount + `","newValue":{"doubleValue":1}}]`,
			`"type":"RelatedItem.Created","relatedItemType":"ConnectCase",` + me + `,"fields":[{"eventFieldId":"connectCase.caseId","newValue":{"stringValue":"` + other + `"}}]`,
			`"type":"RelatedItem.Created","relatedItemType":"File",` + me + `,"fields":[{"eventFieldId":"file.fileArn","newValue":{"stringValue":"` + file + `"}}]`,
			`"type":"RelatedItem.Created","relatedItemType":"Contact",` + me + `,"fields":[{"eventFieldId":"contact.contactArn","newValue":{"stringValue":"` + contact + `"}}]`,
			`"type":"RelatedItem.Deleted","relatedItemType":"Comment",` + me + `,"fields":[{"eventFieldId":"comment.body","oldValue":{"stringValue":"new"},"newValue":{"emptyValue":{}}}]`,
			`"type":"RelatedItem.Updated","relatedItemType":"Comment",` + me + `,"fields":[{"eventFieldId":"comment.body","oldValue":{"stringValue":"old ` + strings.Repeat("é", 4096) + `"},"newValue":{"stringValue":"new"}}]`,
			`"type":"RelatedItem.Created","relatedItemType":"Comment","performedBy":{"user":{"customEntity":"bot"},"iamPrincipalArn":"` + role + `"},"fields":[{"eventFieldId":"comment.body","newValue":{"stringValue":"old ` + strings.Repeat("é", 4096) + `"}}]`,
			`"type":"Case.Updated",` + me + `,"fields":[{"eventFieldId":"` + s.amount + `","oldValue":{"doubleValue":5},"newValue":{"emptyValue":{}}}]`,
			`"type":"Case.Updated","performedBy":{"user":{"userArn":"` + agent + `"},"iamPrincipalArn":"` + role + `"},"fields":[{"eventFieldId":"title","oldValue":{"stringValue":"Broken cup"},"newValue":{"stringValue":"New"}},` +
				`{"eventFieldId":"` + s.amount + `","newValue":{"doubleValue":5}},{"eventFieldId":"last_updated_user","newValue":{"userArnValue":"` + agent + `"}}]`,
		}
		list := h.history(s, id)
		if len(list) != len(want)+1 {
			h.Fatalf("%d rows of history, want %d", len(list), len(want)+1)
		}
		ids := map[string]bool{}
		var times []string
		for i, got := range list {
			ids[got["eventId"].(string)] = true
			times = append(times, got["performedTime"].(string))
			delete(got, "eventId")
			delete(got, "performedTime")
			if i < len(want) {
				at := closing
				if i == 0 || i == 1 || i == 2 {
					at = "2026-03-01T12:10:01.124Z"
				}
				h.same(fmt.Sprint("row ", i), h.decoded("{"+strings.ReplaceAll(want[i], "TIME", at)+"}"), any(got))
			}
		}
		h.same("type of the first row", any("Case.Created"), list[len(want)]["type"])
		if len(ids) != len(list) {
			h.Errorf("%d different ids of %d rows", len(ids), len(list))
		}
		for i := 1; i < len(times); i++ {
			if times[i] >= times[i-1] {
				h.Errorf("row %d at %s is not older than the one before at %s", i, times[i], times[i-1])
			}
		}
	})
}

// TestHistoryOfAnotherCaseCannotBeRead goes on in one case's history with the token of another's.
func TestHistoryOfAnotherCaseCannotBeRead(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		a, b := h.create(s), h.create(s)
		h.relate(s, a, comment("x"))
		token := h.must("POST", s.cases(a, "audit-history"), `{"maxResults":1}`).text("nextToken")
		if got := h.call("POST", s.cases(b, "audit-history"), `{"nextToken":"`+token+`"}`); got.code != "ValidationException" {
			h.Errorf("another case's token: %q, want ValidationException", got.code)
		}
		h.must("DELETE", s.cases(a), "")
		if got := h.call("POST", s.cases(a, "audit-history"), `{}`); got.code != "ResourceNotFoundException" {
			h.Errorf("history of a deleted case: %q, want ResourceNotFoundException", got.code)
		}
	})
}

// TestHistoryGoesOnWhileItGrows reads a page, lets the case change, and goes on: the rest of what was there.
func TestHistoryGoesOnWhileItGrows(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		id := h.create(s)
		for n := range 4 {
			h.relate(s, id, comment(fmt.Sprint(n)))
		}
		first := h.must("POST", s.cases(id, "audit-history"), `{"maxResults":2}`)
		h.relate(s, id, comment("4"))
		rest := h.must("POST", s.cases(id, "audit-history"), `{"nextToken":"`+first.text("nextToken")+`"}`)
		if n := len(rest.body["auditEvents"].([]any)); n != 3 || rest.text("nextToken") != "" {
			h.Errorf("%d rows behind the first page, want 3", n)
		}
	})
}
