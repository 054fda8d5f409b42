package connectcases_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
)

func TestEachKindOfItemIsKeptAndTold(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		h.config(s, `{"enabled":true,"includedData":{"relatedItemData":{"includeContent":true}}}`)
		other := h.create(s)
		for _, test := range []struct {
			kind, body string
			attributes []string
			content    string // as searches show it
			event      string // as events have it
		}{
			{"comment", comment("a \"b\""), []string{"comment.commentText"}, `{"comment":{"body":"a \"b\"","contentType":"Text/Plain"}}`, `"comment":{"body":"a \"b\""}`},
			{
				"contact", contactItem(contact),
				[]string{"contact.contactArn"},
				`{"contact":{"contactArn":"` + contact + `","channel":"VOICE","connectedToSystemTime":"TIME"}}`,
				`"contact":{"contactArn":"` + contact + `","channel":"VOICE","connectedToSystemTime":"TIME"}`,
			},
			{"file", fileItem(file), []string{"file.fileArn"}, `{"file":{"fileArn":"` + file + `"}}`, `"file":{"fileArn":"` + file + `"}`},
			{"case", linkItem(other), []string{"connectCase.caseId"}, `{"connectCase":{"caseId":"` + other + `"}}`, `"connectCase":{"caseId":"` + other + `"}`},
			{
				"sla", slaItem("closed", 5),
				[]string{"sla.slaConfiguration"},
				`{"sla":{"slaConfiguration":{"name":"First answer","type":"CaseField","status":"Active","fieldId":"status","targetFieldValues":[{"stringValue":"closed"}],"targetTime":"2026-03-01T12:05:00.124Z"}}}`,
				`"sla":{"slaConfiguration":{"name":"First answer","type":"CaseField","status":"Active","fieldId":"status","targetFieldValues":[{"stringValue":"closed"}],"targetTime":"2026-03-01T12:05:00.124Z"}}`,
			},
			{
				"custom", customItem(str(s.note, "x"), num(s.amount, 2.5), `{"id":"`+s.gift+`","value":{"booleanValue":true}}`),
				[]string{"custom.fields"},
				`{"custom":{"fields":[` + str(s.note, "x") + `,` + num(s.amount, 2.5) + `,{"id":"` + s.gift + `","value":{"booleanValue":true}}]}}`,
				`"custom":{"fields":{"` + s.note + `":{"value":{"stringValue":"x"}},"` + s.amount + `":{"value":{"doubleValue":2.5}},"` + s.gift + `":{"value":{"booleanValue":true}}}}`,
			},
		} {
			id := h.create(s)
			h.events()
			item := h.relate(s, id, test.body)
			e := h.one()
			at := strings.NewReplacer("TIME", "2026-03-01T12:00:00.124Z")
			h.same(test.kind+": type", "RELATED_ITEM.CREATED", e.Detail.EventType)
			h.same(test.kind+": changedAttributes", test.attributes, e.Detail.ChangedAttributes)
			if !strings.HasSuffix(string(e.Detail.RelatedItem), at.Replace(test.event)+"}") {
				h.Errorf("%s: the event has %s, want %s", test.kind, e.Detail.RelatedItem, test.event)
			}
			h.same(test.kind+": found", h.decoded(at.Replace(test.content)), h.found(s, id, item)["content"])
			a := h.call("DELETE", s.cases(id, "related-items", item), "")
			if test.kind == "file" {
				if a.code != "ValidationException" || !strings.Contains(a.err.Message, "DeleteAttachedFile") {
					h.Errorf("deletion of a file: %v", a.err)
				}
				h.none()
				continue
			}
			if a.err != nil {
				h.Fatal(a.err)
			}
			e = h.one()
			h.same(test.kind+": type", "CASE.RELATED_ITEM.DELETED", e.Detail.EventType)
			h.same(test.kind+": changedAttributes", test.attributes, e.Detail.ChangedAttributes)
			h.same(test.kind+": performedBy", `{"iamPrincipalArn":"`+role+`"}`, string(e.Detail.PerformedBy))
			if again := h.call("DELETE", s.cases(id, "related-items", item), ""); again.code != "ResourceNotFoundException" {
				h.Errorf("%s: second deletion: %q", test.kind, again.code)
			}
		}
	})
}

func TestCommentsAndCustomItemsAreReplaced(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		h.config(s, `{"enabled":true,"includedData":{"relatedItemData":{"includeContent":true}}}`)
		id := h.create(s)
		by := func(body string) string {
			return strings.Replace(body, "{", `{"performedBy":{"userArn":"`+agent+`"},`, 1)
		}
		text := h.relate(s, id, by(comment("old")))
		record := h.relate(s, id, customItem(str(s.note, "old"), num(s.amount, 1)))
		h.events()
		h.clock.advance(time.Second)
		a := h.must("PUT", s.cases(id, "related-items", text), `{"content":{"comment":{"body":"new","contentType":"Text/Plain"}},"performedBy":{"customEntity":"bot"}}`)
		h.same("answer", h.decoded(`{"relatedItemId":"`+text+`","relatedItemArn":"arn:aws:cases:us-west-2:111122223333:domain/`+s.domain+`/case/`+id+`/related-item/`+text+
			`","type":"Comment","content":{"comment":{"body":"new","contentType":"Text/Plain"}},"associationTime":"2026-03-01T12:00:00.124Z","tags":{},"lastUpdatedUser":{"customEntity":"bot"},"createdBy":{"userArn":"`+agent+`"}}`), any(a.body))
		e := h.one()
		h.same("type", "RELATED_ITEM.UPDATED", e.Detail.EventType)
		h.same("changedAttributes", []string{"comment.commentText"}, e.Detail.ChangedAttributes)
		h.same("performedBy", `{"user":{"customEntity":"bot"},"iamPrincipalArn":"`+role+`"}`, string(e.Detail.PerformedBy))
		h.same("relatedItem", `{"relatedItemType":"Comment","relatedItemId":"`+text+`","caseId":"`+id+`","createdDateTime":"2026-03-01T12:00:00.124Z","comment":{"body":"new"}}`, string(e.Detail.RelatedItem))

		h.must("PUT", s.cases(id, "related-items", record), `{"content":{"custom":{"fields":[`+num(s.amount, 2)+`,{"id":"`+s.note+`","value":{"emptyValue":{}}},{"id":"`+s.gift+`","value":{"booleanValue":false}}]}}}`)
		e = h.one()
		h.same("changedAttributes", []string{"custom.fields"}, e.Detail.ChangedAttributes)
		h.same("content", h.decoded(`{"custom":{"fields":[`+num(s.amount, 2)+`,{"id":"`+s.gift+`","value":{"booleanValue":false}}]}}`), h.found(s, id, record)["content"])
		if got := h.found(s, id, text)["performedBy"]; !cmp.Equal(got, any(map[string]any{"userArn": agent})) {
			h.Errorf("performedBy after the update = %v, want who created it", got)
		}

		link := h.relate(s, id, linkItem(h.create(s)))
		h.events()
		for _, test := range []struct{ name, item, body, code, msg string }{
			{"unknown item", "none", `{"content":{"comment":{"body":"x","contentType":"Text/Plain"}}}`, "ResourceNotFoundException", "related item none"},
			{"another kind", text, `{"content":{"custom":{"fields":[` + str(s.note, "x") + `]}}}`, "ValidationException", "must be comment"},
			{"another kind", record, `{"content":{"comment":{"body":"x","contentType":"Text/Plain"}}}`, "ValidationException", "must be custom"},
			{"a kind that stays", link, `{"content":{"comment":{"body":"x","contentType":"Text/Plain"}}}`, "ValidationException", "cannot be updated"},
			{"system field", record, `{"content":{"custom":{"fields":[` + str("title", "x") + `]}}}`, "ValidationException", "only custom fields"},
			{"no content", text, `{"content":{}}`, "ValidationException", ""},
			{"no text", text, `{"content":{"comment":{"body":"","contentType":"Text/Plain"}}}`, "ValidationException", "body"},
		} {
			a := h.call("PUT", s.cases(id, "related-items", test.item), test.body)
			if a.code != test.code || !strings.Contains(a.err.Message, test.msg) {
				h.Errorf("%s: %q %v, want %s with %q", test.name, a.code, a.err, test.code, test.msg)
			}
		}
		for _, path := range []string{"/domains/none/cases/" + id + "/related-items/" + text, s.cases("none", "related-items", text)} {
			if a := h.call("PUT", path, `{"content":{"comment":{"body":"x","contentType":"Text/Plain"}}}`); a.code != "ResourceNotFoundException" {
				h.Errorf("update at %s: %q", path, a.code)
			}
			if a := h.call("DELETE", path, ""); a.code != "ResourceNotFoundException" {
				h.Errorf("deletion at %s: %q", path, a.code)
			}
		}
		h.none()
	})
}

func TestKindsOfItemsHaveQuotas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		h := build(t, d.Open(t, store.Options{}), connectcases.Config{Quotas: connectcases.Quotas{FilesPerCase: 1, SLAsPerCase: 1, FieldsPerCustomItem: 1}})
		s := h.shop()
		id := h.create(s)
		h.relate(s, id, fileItem(file))
		h.relate(s, id, slaItem("closed", 1))
		record := h.relate(s, id, customItem(str(s.note, "x")))
		two := str(s.note, "x") + "," + num(s.amount, 1)
		for _, a := range []answer{
			h.call("POST", s.items(id), fileItem(file+"2")), h.call("POST", s.items(id), slaItem("closed", 2)), h.call("POST", s.items(id), customItem(two)),
			h.call("PUT", s.cases(id, "related-items", record), `{"content":{"custom":{"fields":[`+two+`]}}}`),
		} {
			if a.code != "ServiceQuotaExceededException" || a.status != 402 {
				h.Errorf("past the quota: %q %d, want ServiceQuotaExceededException 402", a.code, a.status)
			}
		}
		if n := h.rows("cases_related_item"); n != 3 {
			h.Errorf("%d items, want 3", n)
		}
	})
}

func TestDeletedItemMakesRoom(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		h := build(t, d.Open(t, store.Options{}), connectcases.Config{Quotas: connectcases.Quotas{RelatedItemsPerCase: 1}})
		s := h.shop()
		id := h.create(s)
		item := h.relate(s, id, contactItem(contact))
		h.must("DELETE", s.cases(id, "related-items", item), "")
		if again := h.relate(s, id, contactItem(contact)); again == item {
			h.Error("the deleted contact was found")
		}
	})
}

func TestEventsOfItemsAreSpelledAsConfigured(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		h := build(t, d.Open(t, store.Options{}), connectcases.Config{RelatedItemDeleted: "RELATED_ITEM.DELETED", LowerCaseItemTypes: true})
		s := h.shop()
		id := h.create(s)
		item := h.relate(s, id, linkItem(h.create(s)))
		h.must("DELETE", s.cases(id, "related-items", item), "")
		list := h.events()
		deleted := list[len(list)-1].Detail
		h.same("eventType", "RELATED_ITEM.DELETED", deleted.EventType)
		if !strings.Contains(string(deleted.RelatedItem), `"relatedItemType":"connectcase"`) {
			h.Errorf("relatedItem = %s", deleted.RelatedItem)
		}
	})
}
