package connectcases_test

import (
	"fmt"
	"testing"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
)

// TestEveryStepMayFail makes each begin, statement and commit of each writing operation fail in turn: the
// change and its event are always both there or both not there. Only where the commit was durable and the
// caller did not hear of it are they there although the call failed.
func TestEveryStepMayFail(t *testing.T) {
	operations := []struct {
		name, eventType    string
		method, path, body func(s shop, id string, n int) string
		// stored says whether the n-th call's change is there; before is what rows was then.
		rows   string
		stored func(h *house, s shop, id string, n, before int) bool
	}{
		{
			"CreateCase", "CASE.CREATED", always("POST"),
			func(s shop, _ string, _ int) string { return s.cases() },
			func(s shop, _ string, n int) string { return s.newCase(str(s.note, fmt.Sprint(n))) },
			"cases_case", func(h *house, _ shop, _ string, _, before int) bool { return h.rows("cases_case") == before+1 },
		},
		{
			"UpdateCase", "CASE.UPDATED", always("PUT"),
			func(s shop, id string, _ int) string { return s.cases(id) },
			func(_ shop, _ string, n int) string {
				return `{"fields":[` + str("title", fmt.Sprint("title ", n)) + `]}`
			},
			"cases_case", func(h *house, s shop, id string, n, _ int) bool {
				return h.field(s, id, "title") == fmt.Sprintf(`{"stringValue":"title %d"}`, n)
			},
		},
		{
			"CreateRelatedItem of a comment", "RELATED_ITEM.CREATED", always("POST"), itemsPath,
			func(_ shop, _ string, n int) string { return comment(fmt.Sprint(n)) },
			"cases_related_item", oneMoreItem,
		},
		{
			"CreateRelatedItem of a contact", "RELATED_ITEM.CREATED", always("POST"), itemsPath,
			func(_ shop, _ string, n int) string { return contactItem(contact + fmt.Sprint(n)) },
			"cases_related_item", oneMoreItem,
		},
		{
			"CreateRelatedItem of a file", "RELATED_ITEM.CREATED", always("POST"), itemsPath,
			func(_ shop, _ string, n int) string { return fileItem(file + fmt.Sprint(n)) },
			"cases_related_item", oneMoreItem,
		},
		{
			"CreateRelatedItem of another case", "RELATED_ITEM.CREATED", always("POST"),
			func(s shop, id string, _ int) string { return s.items(id) },
			func(s shop, _ string, _ int) string { return linkItem(s.other) },
			"cases_related_item", oneMoreItem,
		},
		{
			"CreateRelatedItem of values", "RELATED_ITEM.CREATED", always("POST"), itemsPath,
			func(s shop, _ string, n int) string { return customItem(str(s.note, fmt.Sprint(n))) },
			"cases_related_item", oneMoreItem,
		},
		{
			"CreateRelatedItem of an SLA", "RELATED_ITEM.CREATED", always("POST"), itemsPath,
			func(_ shop, _ string, n int) string { return slaItem("closed", n) },
			"cases_sla_clock", func(h *house, s shop, id string, _, before int) bool {
				there := h.rows("cases_sla_clock") == before+1
				if breach := h.field(s, id, "next_sla_breach_datetime") != ""; breach != there {
					h.Errorf("clock %t, next breach %t", there, breach)
				}
				return there
			},
		},
		{
			"DeleteCase", "CASE.DELETED", always("DELETE"),
			func(s shop, id string, _ int) string { return s.cases(id) }, always(""),
			"cases_case", func(h *house, s shop, id string, _, before int) bool {
				gone := h.call("POST", s.cases(id), `{"fields":[{"id":"title"}]}`).code == "ResourceNotFoundException"
				if gone != (h.rows("cases_case") == before-1) {
					h.Error("the case is half deleted")
				}
				return gone
			},
		},
	}
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, d storetest.Database) {
				var h *house
				var s shop
				var err error
				var id string
				n, before := 0, 0
				run := func(t *testing.T, db *store.DB, arm func()) {
					if h == nil {
						h = build(t, db, connectcases.Config{})
						s = h.shop()
						s.other = h.create(s)
					}
					n++
					id = h.create(s)
					h.events()
					before = h.rows(op.rows)
					arm()
					var a answer
					a, err = h.try(op.method(s, id, n), op.path(s, id, n), op.body(s, id, n))
					if err == nil && a.err != nil {
						err = a.err
					}
				}
				storetest.EveryStep(t, d, run, func(t *testing.T, _ *store.DB, failed store.Step) {
					if err == nil {
						t.Errorf("%s failed and the call did not", failed)
					}
					there, events := op.stored(h, s, id, n, before), 0
					for _, e := range h.events() {
						if e.Detail.EventType == op.eventType {
							events++
						}
					}
					want := failed.Kind == store.StepCommitted
					if there != want || events != map[bool]int{true: 1}[want] {
						t.Errorf("after %s: stored %t with %d events, want %t", failed, there, events, want)
					}
				})
				if err != nil || !op.stored(h, s, id, n, before) {
					t.Errorf("the run without a failure: %v", err)
				}
				h.one()
			})
		})
	}
}

// always gives the same text for each call.
func always(text string) func(shop, string, int) string {
	return func(shop, string, int) string { return text }
}

// itemsPath is where a case's related items are created.
func itemsPath(s shop, id string, _ int) string { return s.cases(id, "related-items") + "/" }

// oneMoreItem says whether there is one related item more than before.
func oneMoreItem(h *house, _ shop, _ string, _, before int) bool {
	return h.rows("cases_related_item") == before+1
}

// TestEveryStepOfARepeatedCreateCaseMayFail tries again with the same token after each failure, as SDKs do:
// in the end there is one case and one event, whatever failed.
func TestEveryStepOfARepeatedCreateCaseMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var h *house
		var s shop
		n, body := 0, ""
		run := func(t *testing.T, db *store.DB, arm func()) {
			if h == nil {
				h = build(t, db, connectcases.Config{})
				s = h.shop()
			}
			n++
			body = fmt.Sprintf(`{"clientToken":"token-%d",`, n) + s.newCase()[1:]
			arm()
			h.try("POST", s.cases(), body)
		}
		storetest.EveryStep(t, d, run, func(t *testing.T, _ *store.DB, failed store.Step) {
			h.must("POST", s.cases(), body)
			if cases, events := h.rows("cases_case"), len(h.events()); cases != n || events != 1 {
				t.Errorf("after %s and another try: %d cases, want %d, and %d events, want 1", failed, cases, n, events)
			}
		})
	})
}

// TestEveryStepOfAnItemsChangeMayFail makes each step of UpdateRelatedItem and DeleteRelatedItem fail: the item, the
// case's history and the event change together or not at all.
func TestEveryStepOfAnItemsChangeMayFail(t *testing.T) {
	for _, op := range []struct{ name, method, eventType, item, body string }{
		{"update", "PUT", "RELATED_ITEM.UPDATED", comment("old"), `{"content":{"comment":{"body":"new","contentType":"Text/Plain"}}}`},
		{"delete", "DELETE", "CASE.RELATED_ITEM.DELETED", comment("old"), ""},
		{"delete an SLA", "DELETE", "CASE.RELATED_ITEM.DELETED", slaItem("closed", 5), ""},
	} {
		t.Run(op.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, d storetest.Database) {
				var h *house
				var s shop
				var id, item, before string
				content := func() string {
					return fmt.Sprint(h.must("POST", s.cases(id, "related-items-search"), `{}`).body, h.field(s, id, "next_sla_breach_datetime"), h.clocksOf(item))
				}
				run := func(t *testing.T, db *store.DB, arm func()) {
					if h == nil {
						h = build(t, db, connectcases.Config{})
						s = h.shop()
					}
					id = h.create(s)
					item = h.relate(s, id, op.item)
					h.events()
					before = content()
					arm()
					h.try(op.method, s.cases(id, "related-items", item), op.body)
				}
				storetest.EveryStep(t, d, run, func(t *testing.T, _ *store.DB, failed store.Step) {
					want := failed.Kind == store.StepCommitted
					changed, events, history := content() != before, h.events(), len(h.history(s, id))
					if changed != want || (len(events) == 1) != want || (history == 3) != want || history < 2 {
						t.Errorf("after %s: changed %t, %d events, %d rows of history, want a change: %t", failed, changed, len(events), history, want)
					}
				})
				if e := h.one(); e.Detail.EventType != op.eventType {
					t.Errorf("the run without a failure tells of %s", e.Detail.EventType)
				}
			})
		})
	}
}
