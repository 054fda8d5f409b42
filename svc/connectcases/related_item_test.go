package connectcases_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
)

// comment gives the body of a CreateRelatedItem with a comment.
func comment(body string) string {
	text, _ := json.Marshal(body)
	return `{"type":"Comment","content":{"comment":{"body":` + string(text) + `,"contentType":"Text/Plain"}}}`
}

// contactItem gives the body of a CreateRelatedItem with a contact.
func contactItem(arn string) string {
	return `{"type":"Contact","content":{"contact":{"contactArn":"` + arn + `"}}}`
}

// file is an attached file's ARN.
const file = "arn:aws:connect:us-west-2:111122223333:instance/i-1/file/f-1"

// fileItem gives the body of a CreateRelatedItem with a file.
func fileItem(arn string) string {
	return `{"type":"File","content":{"file":{"fileArn":"` + arn + `"}}}`
}

// linkItem gives the body of a CreateRelatedItem with another case.
func linkItem(caseID string) string {
	return `{"type":"ConnectCase","content":{"connectCase":{"caseId":"` + caseID + `"}}}`
}

// slaItem gives the body of a CreateRelatedItem with an SLA: a status and in how many minutes it must be reached.
func slaItem(status string, minutes int) string {
	return fmt.Sprintf(`{"type":"Sla","content":{"sla":{"slaInputConfiguration":{"name":"First answer","type":"CaseField","fieldId":"status","targetFieldValues":[{"stringValue":"%s"}],"targetSlaMinutes":%d}}}}`, status, minutes)
}

// customItem gives the body of a CreateRelatedItem with values of custom fields.
func customItem(fields ...string) string {
	return `{"type":"Custom","content":{"custom":{"fields":[` + strings.Join(fields, ",") + `]}}}`
}

// customFilter gives the body of a search for custom items.
func customFilter(fields string) string { return `{"filters":[{"custom":{"fields":` + fields + `}}]}` }

// num gives a number value of a field as requests have it.
func num(id string, v float64) string {
	return fmt.Sprintf(`{"id":"%s","value":{"doubleValue":%v}}`, id, v)
}

// items gives where a case's related items are created.
func (s shop) items(caseID string) string { return s.cases(caseID, "related-items") + "/" }

// relate puts something on a case and gives the item's id.
func (h *house) relate(s shop, caseID, body string) string {
	h.Helper()
	return h.must("POST", s.items(caseID), body).text("relatedItemId")
}

// found gives what SearchRelatedItems shows of an item.
func (h *house) found(s shop, caseID, itemID string) map[string]any {
	h.Helper()
	for _, item := range h.must("POST", s.cases(caseID, "related-items-search"), `{}`).body["relatedItems"].([]any) {
		if item := item.(map[string]any); item["relatedItemId"] == itemID {
			return item
		}
	}
	h.Fatalf("no item %s on case %s", itemID, caseID)
	return nil
}

// decoded reads JSON as answers are read.
func (h *house) decoded(text string) any {
	h.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		h.Fatalf("%v in %s", err, text)
	}
	return v
}

// same demands that two values are equal.
func (h *house) same(what string, want, got any) {
	h.Helper()
	if d := cmp.Diff(want, got); d != "" {
		h.Errorf("%s: %s", what, d)
	}
}

func TestRelatedItemsAreRefusedForTheirReason(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		id := h.create(s)
		path := s.cases(id, "related-items") + "/"
		h.events()
		tests := []struct {
			name, path, body string
			code             string
			status           int
			msg              string
		}{
			{"unknown domain", "/domains/none/cases/" + id + "/related-items/", comment("x"), "ResourceNotFoundException", 404, "domain none"},
			{"unknown case", s.cases("none", "related-items") + "/", comment("x"), "ResourceNotFoundException", 404, "case none"},
			{"content of another type", path, strings.Replace(comment("x"), `"Comment"`, `"Contact"`, 1), "ValidationException", 400, "must be contact"},
			{"content of another type", path, strings.Replace(contactItem(contact), `"Contact"`, `"Comment"`, 1), "ValidationException", 400, "must be comment"},
			{"no contact", path, contactItem("arn:aws:connect:us-west-2:111122223333:instance/i-1"), "ValidationException", 400, "ARN of a contact"},
			{"content of another type", path, strings.Replace(slaItem("closed", 1), `"Sla"`, `"ConnectCase"`, 1), "ValidationException", 400, "must be connectCase"},
			{"content of another type", path, strings.Replace(fileItem(file), `"File"`, `"Sla"`, 1), "ValidationException", 400, "must be sla"},
			{"no file", path, fileItem("arn:x"), "ValidationException", 400, "ARN of an attached file"},
			{"no field of an SLA", path, strings.Replace(slaItem("closed", 1), `"fieldId":"status",`, ``, 1), "ValidationException", 400, "must be status"},
			{"another field of an SLA", path, strings.Replace(slaItem("closed", 1), `"fieldId":"status"`, `"fieldId":"title"`, 1), "ValidationException", 400, "must be status"},
			{"no target", path, strings.Replace(slaItem("closed", 1), `"targetFieldValues":[{"stringValue":"closed"}],`, ``, 1), "ValidationException", 400, "one target value"},
			{"empty target", path, strings.Replace(slaItem("closed", 1), `{"stringValue":"closed"}`, `{"emptyValue":{}}`, 1), "ValidationException", 400, "one target value"},
			{"two targets", path, strings.Replace(slaItem("closed", 1), `{"stringValue":"closed"}`, `{"stringValue":"closed"},{"stringValue":"open"}`, 1), "ValidationException", 400, "targetFieldValues"},
			{"target of another kind", path, strings.Replace(slaItem("closed", 1), `{"stringValue":"closed"}`, `{"booleanValue":true}`, 1), "ValidationException", 400, "takes a stringValue"},
			{"unknown target", path, slaItem("done", 1), "ValidationException", 400, "no active option with the value done"},
			{"no time", path, slaItem("closed", 0), "ValidationException", 400, "targetSlaMinutes"},
			{"too much time", path, slaItem("closed", 1051201), "ValidationException", 400, "targetSlaMinutes"},
			{"no name", path, strings.Replace(slaItem("closed", 1), `"First answer"`, `""`, 1), "ValidationException", 400, "name"},
			{"another type of SLA", path, strings.Replace(slaItem("closed", 1), `CaseField`, `Phone`, 1), "ValidationException", 400, "type"},
			{"unknown case to link", path, linkItem("none"), "ResourceNotFoundException", 404, "case none"},
			{"the case itself to link", path, linkItem(id), "ValidationException", 400, "related to itself"},
			{"system field", path, customItem(str("title", "x")), "ValidationException", 400, "only custom fields, not title"},
			{"unknown field", path, customItem(str("nothing", "x")), "ValidationException", 400, "do not exist in the domain: nothing"},
			{"field twice", path, customItem(str(s.note, "x"), str(s.note, "y")), "ValidationException", 400, "more than once"},
			{"value of another kind", path, customItem(str(s.amount, "5")), "ValidationException", 400, "takes a doubleValue"},
			{"no fields", path, customItem(), "ValidationException", 400, "fields"},
			{"filter of an unknown field", s.cases(id, "related-items-search"), customFilter(`{"field":{"equalTo":` + str("nothing", "x") + `}}`), "ValidationException", 400, "do not exist in the domain: nothing"},
			{"filter of a system field", s.cases(id, "related-items-search"), customFilter(`{"field":{"equalTo":` + str("title", "x") + `}}`), "ValidationException", 400, "title is not a custom field"},
			{"filter with another kind of value", s.cases(id, "related-items-search"), customFilter(`{"not":{"field":{"equalTo":` + str(s.amount, "5") + `}}}`), "ValidationException", 400, "compared with a doubleValue"},
			{"order of text", s.cases(id, "related-items-search"), customFilter(`{"andAll":[{"field":{"lessThan":` + str(s.note, "x") + `}}]}`), "ValidationException", 400, "has no order"},
			{"part of a number", s.cases(id, "related-items-search"), customFilter(`{"orAll":[{"field":{"contains":` + num(s.amount, 5) + `}}]}`), "ValidationException", 400, "cannot be compared with contains"},
			{"part of nothing", s.cases(id, "related-items-search"), customFilter(`{"field":{"contains":{"id":"` + s.note + `","value":{"emptyValue":{}}}}}`), "ValidationException", 400, "emptyValue can only be compared with equalTo"},
			{"deep filter", s.cases(id, "related-items-search"), customFilter(strings.Repeat(`{"not":`, 10) + `{"field":{"equalTo":` + str(s.note, "x") + `}}` + strings.Repeat(`}`, 10)), "ValidationException", 400, "more than 10 levels"},
			{"two comparisons", s.cases(id, "related-items-search"), customFilter(`{"field":{"equalTo":` + str(s.note, "x") + `,"contains":` + str(s.note, "x") + `}}`), "ValidationException", 400, "exactly one"},
			{"eleven filters", s.cases(id, "related-items-search"), `{"filters":[` + strings.Repeat(`{"comment":{}},`, 10) + `{"comment":{}}]}`, "ValidationException", 400, "filters"},
			{"all: unknown domain", "/domains/none/related-items-search", `{}`, "ResourceNotFoundException", 404, "domain none"},
			{"all: bad token", "/domains/" + s.domain + "/related-items-search", `{"nextToken":"bm9uc2Vuc2U"}`, "ValidationException", 400, "nextToken"},
			{"all: sorted twice by one", "/domains/" + s.domain + "/related-items-search", `{"sorts":[{"sortProperty":"CaseId","sortOrder":"Asc"},{"sortProperty":"CaseId","sortOrder":"Desc"}]}`, "ValidationException", 400, "CaseId more than once"},
			{"all: filter of an unknown field", "/domains/" + s.domain + "/related-items-search", customFilter(`{"field":{"equalTo":` + str("nothing", "x") + `}}`), "ValidationException", 400, "do not exist in the domain: nothing"},
			{"contact's cases: unknown domain", "/domains/none/list-cases-for-contact", `{"contactArn":"` + contact + `"}`, "ResourceNotFoundException", 404, "domain none"},
			{"contact's cases: bad token", "/domains/" + s.domain + "/list-cases-for-contact", `{"contactArn":"` + contact + `","nextToken":"bm9uc2Vuc2U"}`, "ValidationException", 400, "nextToken"},
			{"contact's cases: long page", "/domains/" + s.domain + "/list-cases-for-contact", `{"contactArn":"` + contact + `","maxResults":11}`, "ValidationException", 400, "maxResults"},
			{"history of no case", s.cases("none", "audit-history"), `{}`, "ResourceNotFoundException", 404, "case none"},
			{"history of no domain", "/domains/none/cases/" + id + "/audit-history", `{}`, "ResourceNotFoundException", 404, "domain none"},
			{"history with a bad token", s.cases(id, "audit-history"), `{"nextToken":"bm9uc2Vuc2U"}`, "ValidationException", 400, "nextToken"},
			{"history with a long page", s.cases(id, "audit-history"), `{"maxResults":26}`, "ValidationException", 400, "maxResults"},
			{"unknown type", path, strings.Replace(comment("x"), `"Comment"`, `"Letter"`, 1), "ValidationException", 400, "Letter"},
			{"no text", path, comment(""), "ValidationException", 400, ""},
			{"too much text", path, comment(strings.Repeat("x", 15001)), "ValidationException", 400, ""},
			{"NUL", path, comment("a\x00"), "ValidationException", 400, "NUL"},
			{"two contents", path, `{"type":"Comment","content":{"comment":{"body":"x","contentType":"Text/Plain"},"file":{"fileArn":"x"}}}`, "ValidationException", 400, ""},
			{"search in no case", s.cases("none", "related-items-search"), `{}`, "ResourceNotFoundException", 404, "case none"},
			{"search with a bad token", s.cases(id, "related-items-search"), `{"nextToken":"bm9uc2Vuc2U"}`, "ValidationException", 400, "nextToken"},
			{"search with a long page", s.cases(id, "related-items-search"), `{"maxResults":26}`, "ValidationException", 400, "maxResults"},
		}
		for _, test := range tests {
			a := h.call("POST", test.path, test.body)
			if a.err == nil || a.code != test.code || a.status != test.status || !strings.Contains(strings.ToLower(a.err.Message), strings.ToLower(test.msg)) {
				h.Errorf("%s: %s %d %v, want %s %d with %q", test.name, a.code, a.status, a.err, test.code, test.status, test.msg)
			}
		}
		h.none()
	})
}

func TestCommentDoesNotTouchTheCase(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		id := h.create(s)
		h.events()
		h.clock.advance(time.Second)
		item := h.must("POST", s.cases(id, "related-items")+"/", comment("x"))
		e := h.one()
		h.same("changedAttributes", []string{"comment.commentText"}, e.Detail.ChangedAttributes)
		if item.text("relatedItemArn") != e.Resources[1] || len(e.Resources) != 2 {
			h.Errorf("resources = %v, want the item's ARN %s", e.Resources, item.text("relatedItemArn"))
		}
		if strings.Contains(string(e.Detail.RelatedItem), `"comment":{`) {
			h.Errorf("content although it is not included: %s", e.Detail.RelatedItem)
		}
		if got := h.field(s, id, "last_updated_datetime"); got != `{"stringValue":"2026-03-01T12:00:00.123Z"}` {
			h.Errorf("last_updated_datetime = %s", got)
		}
	})
}

func TestContactIsRelatedOnce(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		h.config(s, `{"enabled":true,"includedData":{"relatedItemData":{"includeContent":true}}}`)
		id := h.create(s)
		h.events()
		first := h.must("POST", s.cases(id, "related-items")+"/", contactItem(contact))
		e := h.one()
		h.same("changedAttributes", []string{"contact.contactArn"}, e.Detail.ChangedAttributes)
		want := fmt.Sprintf(`{"relatedItemType":"Contact","relatedItemId":"%s","caseId":"%s","createdDateTime":"2026-03-01T12:00:00.124Z","contact":{"contactArn":"%s","channel":"VOICE","connectedToSystemTime":"2026-03-01T12:00:00.124Z"}}`,
			first.text("relatedItemId"), id, contact)
		h.same("relatedItem", want, string(e.Detail.RelatedItem))
		again := h.must("POST", s.cases(id, "related-items")+"/", contactItem(contact))
		h.same("the second answer", first.body, again.body)
		h.none()
		if n := h.rows("cases_related_item"); n != 1 {
			h.Errorf("%d items, want 1", n)
		}
	})
}

// phonebook knows one contact.
type phonebook struct{}

// Contact gives the contact, or says that there is none.
func (phonebook) Contact(_ *store.Tx, arn string) (connectcases.Contact, error) {
	if arn != contact {
		return connectcases.Contact{}, fault.Missing("Contact", arn, "The contact does not exist.")
	}
	return connectcases.Contact{Channel: "CHAT", ConnectedAt: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}, nil
}

func TestContactsAreLookedUpWhereTheyAreKnown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		h := build(t, d.Open(t, store.Options{}), connectcases.Config{Contacts: phonebook{}})
		s := h.shop()
		id := h.create(s)
		h.must("POST", s.cases(id, "related-items")+"/", contactItem(contact))
		a := h.must("POST", s.cases(id, "related-items-search"), `{}`)
		h.same("content", map[string]any{"contact": map[string]any{"contactArn": contact, "channel": "CHAT", "connectedToSystemTime": "2026-02-01T00:00:00.000Z"}},
			a.body["relatedItems"].([]any)[0].(map[string]any)["content"])
		if a := h.call("POST", s.cases(id, "related-items")+"/", contactItem(contact+"0")); a.code != "ResourceNotFoundException" {
			h.Errorf("unknown contact: %q, want ResourceNotFoundException", a.code)
		}
	})
}

func TestRelatedItemsAreFoundNewestFirstInPages(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		id := h.create(s)
		var want []string
		for n := range 7 {
			body := comment(fmt.Sprint(n))
			if n%3 == 0 {
				body = contactItem(contact + fmt.Sprint(n))
			}
			item := h.must("POST", s.cases(id, "related-items")+"/", strings.Replace(body, `{`, `{"performedBy":{"customEntity":"bot"},`, 1))
			want = append([]string{item.text("relatedItemId")}, want...)
			if n%2 == 0 {
				h.clock.advance(time.Millisecond)
			}
		}
		search := func(filters string, size int) (ids []string, pages int) {
			token := ""
			for {
				body := fmt.Sprintf(`{"maxResults":%d,"filters":[%s]`, size, filters)
				if token != "" {
					body += `,"nextToken":"` + token + `"`
				}
				a := h.must("POST", s.cases(id, "related-items-search"), body+`}`)
				pages++
				for _, item := range a.body["relatedItems"].([]any) {
					ids = append(ids, item.(map[string]any)["relatedItemId"].(string))
					h.same("performedBy", any(map[string]any{"customEntity": "bot"}), item.(map[string]any)["performedBy"])
				}
				if token = a.text("nextToken"); token == "" {
					return ids, pages
				}
			}
		}
		comments, contacts := []string{want[1], want[2], want[4], want[5]}, []string{want[0], want[3], want[6]}
		for _, test := range []struct {
			filters     string
			size, pages int
			want        []string
		}{
			{"", 25, 1, want},
			{"", 3, 3, want},
			{"", 7, 1, want},
			{`{"comment":{}}`, 2, 2, comments},
			{`{"contact":{}}`, 2, 2, contacts},
			{`{"contact":{"channel":["CHAT"]}}`, 2, 1, nil},
			{`{"contact":{"channel":["VOICE","CHAT"],"contactArn":"` + contact + `3"}}`, 2, 1, []string{want[3]}},
			{`{"file":{}}`, 2, 1, nil},
			{`{"comment":{}},{"contact":{}}`, 25, 1, want},
		} {
			got, pages := search(test.filters, test.size)
			h.same("filters "+test.filters, test.want, got)
			if pages != test.pages {
				h.Errorf("filters %s in pages of %d: %d pages, want %d", test.filters, test.size, pages, test.pages)
			}
		}
	})
}

func TestRelatedItemsHaveAQuota(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		h := build(t, d.Open(t, store.Options{}), connectcases.Config{Quotas: connectcases.Quotas{RelatedItemsPerCase: 2}})
		s := h.shop()
		id := h.create(s)
		h.must("POST", s.cases(id, "related-items")+"/", contactItem(contact))
		h.must("POST", s.cases(id, "related-items")+"/", comment("x"))
		if a := h.call("POST", s.cases(id, "related-items")+"/", comment("y")); a.code != "ServiceQuotaExceededException" || a.status != 402 {
			h.Errorf("past the quota: %q %d, want ServiceQuotaExceededException 402", a.code, a.status)
		}
		h.must("POST", s.cases(id, "related-items")+"/", contactItem(contact)) // is there already
	})
}
