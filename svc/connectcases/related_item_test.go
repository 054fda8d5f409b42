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
			{"type to come", path, `{"type":"File","content":{"file":{"fileArn":"arn:x"}}}`, "ValidationException", 400, "related items of type File are not supported by this version of Casestream"},
			{"type to come", path, `{"type":"Custom","content":{"custom":{"fields":[` + str("title", "x") + `]}}}`, "ValidationException", 400, "type Custom are not supported"},
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
