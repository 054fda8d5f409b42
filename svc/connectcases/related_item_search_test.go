package connectcases_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// searched is an item as SearchAllRelatedItems shows it.
type searched struct{ id, caseID, kind, at string }

// searchAll reads every page of a search of a domain's items.
func (h *house) searchAll(s shop, size int, rest string) (list []searched) {
	h.Helper()
	for token := ""; ; {
		body := fmt.Sprintf(`{"maxResults":%d%s`, size, rest)
		if token != "" {
			body += `,"nextToken":"` + token + `"`
		}
		a := h.must("POST", "/domains/"+s.domain+"/related-items-search", body+`}`)
		page := a.body["relatedItems"].([]any)
		if len(page) > size {
			h.Fatalf("%d items in a page of %d", len(page), size)
		}
		for _, item := range page {
			item := item.(map[string]any)
			list = append(list, searched{item["relatedItemId"].(string), item["caseId"].(string), item["type"].(string), item["associationTime"].(string)})
		}
		if token = a.text("nextToken"); token == "" {
			return list
		}
	}
}

// TestItemsOfAllCasesAreFoundInOrder compares every order, in pages, with what sorting in memory gives.
func TestItemsOfAllCasesAreFoundInOrder(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		cases := []string{h.create(s), h.create(s), h.create(s)}
		random := rand.New(rand.NewPCG(1, 2))
		var all []searched
		for n := range 40 {
			c := cases[random.IntN(3)]
			body, kind := comment(fmt.Sprint(n)), "Comment"
			if n%4 == 0 {
				body, kind = contactItem(contact+fmt.Sprint(n)), "Contact"
			}
			item := h.relate(s, c, body)
			all = append(all, searched{item, c, kind, h.found(s, c, item)["associationTime"].(string)})
			if n%5 == 0 {
				h.clock.advance(3 * time.Millisecond)
			}
		}
		time := func(a, b searched) int { return cmp.Compare(a.at, b.at) }
		byCase := func(a, b searched) int { return cmp.Compare(a.caseID, b.caseID) }
		id := func(a, b searched) int { return cmp.Compare(a.id, b.id) }
		down := func(f func(a, b searched) int) func(a, b searched) int {
			return func(a, b searched) int { return f(b, a) }
		}
		sort := func(property, order string) string {
			return `{"sortProperty":"` + property + `","sortOrder":"` + order + `"}`
		}
		for _, test := range []struct {
			sorts string
			order []func(a, b searched) int
		}{
			{"", []func(a, b searched) int{down(time), down(id)}},
			{sort("AssociationTime", "Desc"), []func(a, b searched) int{down(time), down(id)}},
			{sort("AssociationTime", "Asc"), []func(a, b searched) int{time, id}},
			{sort("CaseId", "Asc"), []func(a, b searched) int{byCase, down(time), down(id)}},
			{sort("CaseId", "Desc"), []func(a, b searched) int{down(byCase), down(time), down(id)}},
			{sort("CaseId", "Desc") + "," + sort("AssociationTime", "Asc"), []func(a, b searched) int{down(byCase), time, id}},
			{sort("AssociationTime", "Asc") + "," + sort("CaseId", "Desc"), []func(a, b searched) int{time, down(byCase), down(id)}},
			{sort("AssociationTime", "Desc") + "," + sort("CaseId", "Asc"), []func(a, b searched) int{down(time), byCase, id}},
		} {
			want := slices.Clone(all)
			slices.SortFunc(want, func(a, b searched) int {
				for _, f := range test.order {
					if c := f(a, b); c != 0 {
						return c
					}
				}
				return 0
			})
			for _, size := range []int{1, 7, 20, 25} {
				if got := h.searchAll(s, size, `,"sorts":[`+test.sorts+`]`); !slices.Equal(got, want) {
					h.Errorf("sorts %s in pages of %d: %v, want %v", test.sorts, size, got, want)
				}
			}
			contacts := slices.DeleteFunc(slices.Clone(want), func(i searched) bool { return i.kind != "Contact" })
			if got := h.searchAll(s, 3, `,"filters":[{"contact":{}}],"sorts":[`+test.sorts+`]`); !slices.Equal(got, contacts) {
				h.Errorf("contacts by %s: %v, want %v", test.sorts, got, contacts)
			}
			some := slices.DeleteFunc(slices.Clone(want), func(i searched) bool { return i.id != all[4].id && i.id != all[8].id })
			filters := `{"contact":{"contactArn":"` + contact + `4"}},{"contact":{"contactArn":"` + contact + `8","channel":["VOICE"]}},{"contact":{"contactArn":"` + contact + `12","channel":["CHAT"]}}`
			if got := h.searchAll(s, 1, `,"filters":[`+filters+`],"sorts":[`+test.sorts+`]`); !slices.Equal(got, some) {
				h.Errorf("two contacts by %s: %v, want %v", test.sorts, got, some)
			}
		}
		token := h.must("POST", "/domains/"+s.domain+"/related-items-search", `{"maxResults":1}`).text("nextToken")
		if a := h.call("POST", "/domains/"+s.domain+"/related-items-search", `{"sorts":[`+sort("CaseId", "Asc")+`],"nextToken":"`+token+`"}`); a.code != "ValidationException" {
			h.Errorf("token of another order: %q, want ValidationException", a.code)
		}
	})
}

// TestPagesOfItemsStandStill goes through pages while items come and go: what was there all the time is found once.
func TestPagesOfItemsStandStill(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		id := h.create(s)
		var stay []string
		for n := range 10 {
			stay = append([]string{h.relate(s, id, comment(fmt.Sprint(n)))}, stay...)
		}
		gone := h.relate(s, id, comment("gone"))
		var got []string
		for token := ""; ; {
			body := `{"maxResults":3`
			if token != "" {
				body += `,"nextToken":"` + token + `"`
			}
			a := h.must("POST", "/domains/"+s.domain+"/related-items-search", body+`}`)
			for _, item := range a.body["relatedItems"].([]any) {
				if found := item.(map[string]any)["relatedItemId"].(string); found != gone {
					got = append(got, found)
				}
			}
			if token = a.text("nextToken"); token == "" {
				break
			}
			h.relate(s, id, comment("new"))
			h.call("DELETE", s.cases(id, "related-items", gone), "")
		}
		h.same("items", stay, got)
	})
}

// TestFiltersOfItems has an item of each kind on a case, and asks for them in every way.
func TestFiltersOfItems(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		when := h.must("POST", "/domains/"+s.domain+"/fields", `{"name":"When","type":"DateTime"}`).text("fieldId")
		other := h.create(s)
		id := h.create(s)
		h.must("PUT", "/domains/"+s.domain+"/fields/status/options", `{"options":[{"name":"Waiting","value":"waiting","active":true}]}`)
		names := map[string]string{}
		put := func(name, body string) { names[h.relate(s, id, body)] = name }
		put("comment", comment("x"))
		put("contact", contactItem(contact))
		put("file", fileItem(file))
		put("link", linkItem(other))
		put("sla", slaItem("closed", 5))
		put("met", slaItem("open", 5))
		gift := func(v bool) string { return fmt.Sprintf(`{"id":"%s","value":{"booleanValue":%t}}`, s.gift, v) }
		put("small", customItem(str(s.note, "Small Thing"), num(s.amount, 1.5), str(when, "2026-01-01T00:00:00Z")))
		put("big", customItem(num(s.amount, 100), gift(true), str(when, "2026-03-01T12:00:00+02:00")))
		field := func(op, value string) string { return `{"field":{"` + op + `":` + value + `}}` }
		empty := func(id string) string { return `{"id":"` + id + `","value":{"emptyValue":{}}}` }
		custom := func(filter string) string { return `{"custom":{"fields":` + filter + `}}` }
		for _, test := range []struct{ filters, want string }{
			{``, "big small met sla link file contact comment"},
			{`{"comment":{}}`, "comment"},
			{`{"contact":{}},{"file":{}}`, "file contact"},
			{`{"contact":{"contactArn":"` + contact + `","channel":["VOICE","TASK"]}}`, "contact"},
			{`{"contact":{"channel":["EMAIL"]}}`, ""},
			{`{"file":{"fileArn":"` + file + `"}}`, "file"},
			{`{"file":{"fileArn":"` + file + `0"}}`, ""},
			{`{"connectCase":{}}`, "link"},
			{`{"connectCase":{"caseId":"` + other + `"}}`, "link"},
			{`{"connectCase":{"caseId":"` + id + `"}}`, ""},
			{`{"sla":{}}`, "met sla"},
			{`{"sla":{"name":"First answer","status":"Active"}}`, "sla"},
			{`{"sla":{"status":"Met"}},{"comment":{}}`, "met comment"},
			{`{"sla":{"name":"first answer"}}`, ""},
			{`{"custom":{}}`, "big small"},
			{custom(field("equalTo", str(s.note, "Small Thing"))), "small"},
			{custom(field("equalTo", str(s.note, "small thing"))), ""},
			{custom(field("equalTo", empty(s.note))), "big"},
			{custom(`{"not":` + field("equalTo", empty(s.note)) + `}`), "small"},
			{custom(field("contains", str(s.note, "all th"))), "small"},
			{custom(field("equalTo", num(s.amount, 1.5))), "small"},
			{custom(field("greaterThan", num(s.amount, 1.5))), "big"},
			{custom(field("greaterThanOrEqualTo", num(s.amount, 1.5))), "big small"},
			{custom(field("lessThan", num(s.amount, 1.5))), ""},
			{custom(field("lessThanOrEqualTo", num(s.amount, 1.5))), "small"},
			{custom(field("equalTo", str(when, "2026-03-01T10:00:00.000Z"))), "big"},
			{custom(field("lessThan", str(when, "2026-03-01T11:00:00Z"))), "big small"},
			{custom(field("greaterThan", str(when, "2026-03-01T09:00:00Z"))), "big"},
			{custom(field("equalTo", gift(true))), "big"},
			{custom(field("equalTo", gift(false))), ""},
			{custom(`{"andAll":[` + field("greaterThan", num(s.amount, 1)) + `,` + field("contains", str(s.note, "SMALL")) + `]}`), "small"},
			{custom(`{"orAll":[` + field("greaterThan", num(s.amount, 99)) + `,` + field("contains", str(s.note, "SMALL")) + `]}`), "big small"},
			{custom(`{"andAll":[]}`), "big small"},
			{custom(`{"orAll":[]}`), ""},
		} {
			found := func(a answer) string {
				var list []string
				for _, item := range a.body["relatedItems"].([]any) {
					list = append(list, names[item.(map[string]any)["relatedItemId"].(string)])
				}
				return strings.Join(list, " ")
			}
			body := `{"filters":[` + test.filters + `]}`
			h.same("on the case: "+test.filters, test.want, found(h.must("POST", s.cases(id, "related-items-search"), body)))
			h.same("on any case: "+test.filters, test.want, found(h.must("POST", "/domains/"+s.domain+"/related-items-search", body)))
		}
	})
}

func TestCasesOfAContact(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		list := func(arn string, size int) (ids []string) {
			for token := ""; ; {
				body := fmt.Sprintf(`{"contactArn":"%s","maxResults":%d`, arn, size)
				if token != "" {
					body += `,"nextToken":"` + token + `"`
				}
				a := h.must("POST", "/domains/"+s.domain+"/list-cases-for-contact", body+`}`)
				for _, c := range a.body["cases"].([]any) {
					h.same("templateId", any(s.template), c.(map[string]any)["templateId"])
					ids = append(ids, c.(map[string]any)["caseId"].(string))
				}
				if token = a.text("nextToken"); token == "" {
					return ids
				}
			}
		}
		var want []string
		for n := range 12 {
			id := h.create(s)
			want = append([]string{id}, want...)
			h.relate(s, id, contactItem(contact))
			h.relate(s, id, contactItem(contact+"-other"))
			h.relate(s, id, comment(contact))
			if n%3 == 0 {
				h.clock.advance(time.Millisecond)
			}
		}
		for _, size := range []int{1, 5, 10} {
			h.same(fmt.Sprint("in pages of ", size), want, list(contact, size))
		}
		h.same("of an unknown contact", []string(nil), list(contact+"-none", 10))
		item := h.relate(s, want[0], contactItem(contact)) // is there: its id
		h.must("DELETE", s.cases(want[0], "related-items", item), "")
		h.must("DELETE", s.cases(want[1]), "")
		if got := list(contact, 10); len(got) != 10 || slices.Contains(got, want[0]) || slices.Contains(got, want[1]) {
			h.Errorf("after two went: %d cases", len(got))
		}
	})
}

// TestSearchForRareItemsGoesOn looks for the oldest one of more items than a call looks at: calls come back without
// it, with a token to go on, until one has it.
func TestSearchForRareItemsGoesOn(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		oldest := h.relate(s, h.create(s), customItem(str(s.note, "rare")))
		h.clock.advance(time.Second)
		var wg sync.WaitGroup
		for range 20 {
			id := h.create(s)
			wg.Go(func() {
				for range 101 {
					if a, err := h.try("POST", s.items(id), comment("x")); err != nil || a.err != nil {
						h.Error(err, a.err)
						return
					}
				}
			})
		}
		wg.Wait()
		body := `{"filters":[{"custom":{}}]`
		first := h.must("POST", "/domains/"+s.domain+"/related-items-search", body+`}`)
		if n := len(first.body["relatedItems"].([]any)); n != 0 || first.text("nextToken") == "" {
			h.Fatalf("the first call found %d items and has the token %q, want none and a token", n, first.text("nextToken"))
		}
		got := h.searchAll(s, 25, `,"filters":[{"custom":{}}]`)
		if len(got) != 1 || got[0].id != oldest {
			h.Errorf("found %v, want %s", got, oldest)
		}
	})
}
