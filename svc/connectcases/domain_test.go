package connectcases_test

import (
	"context"
	"testing"
	"time"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
)

// caseTables hold what belongs to domains.
var caseTables = []string{
	"cases_domain", "cases_field", "cases_layout", "cases_template", "cases_case_rule", "cases_case", "cases_related_item", "cases_sla_clock",
	"cases_audit", "cases_client_token", "cases_recent", "cases_value", "cases_recent_sweep", "cases_domain_deletion",
}

// count gives the rows of the tables, those without any left out.
func (h *house) count() map[string]int {
	h.Helper()
	m := make(map[string]int)
	for _, table := range caseTables {
		if n := h.rows(table); n > 0 {
			m[table] = n
		}
	}
	return m
}

func TestDeletedDomainIsGoneWithAllThatIsInIt(t *testing.T) {
	each(t, func(h *house) {
		t := h.TB
		keep := h.shop()
		h.tagged(keep)
		before := h.count()
		h.must("POST", "/domains", `{"name":"other"}`)
		other := shop{domain: h.must("POST", "/domains-list", "").body["domains"].([]any)[1].(map[string]any)["domainId"].(string)}
		d := "/domains/" + other.domain
		other.template = h.made(d+"/templates", `{"name":"standard"}`, "templateId")
		h.made(d+"/layouts", layoutOf("l"), "layoutId")
		h.rule(other, "r", ruleOf("hidden", false))
		id := h.made(other.cases(), `{"clientToken":"t",`+other.newCase()[1:], "caseId")
		h.must("POST", other.cases(id, "related-items")+"/", comment("x"))
		h.must("GET", tags("arn:aws:cases:us-west-2:111122223333:domain/"+other.domain), "")
		h.events()

		if n := h.worded("2xbroken"); n != 1 {
			t.Fatalf("%d cases with a word of the title, want 1", n)
		}
		h.must("DELETE", d, "")
		h.none()
		arn := "arn:aws:cases:us-west-2:111122223333:domain/" + other.domain
		h.refused([]refusal{
			{"GetDomain", "POST", d, "", absent, "domain " + other.domain},
			{"DeleteDomain", "DELETE", d, "", absent, "domain " + other.domain},
			{"ListFields", "POST", d + "/fields-list", "", absent, "domain"},
			{"GetCase", "POST", other.cases(id), `{"fields":[{"id":"title"}]}`, absent, "domain"},
			{"UpdateCase", "PUT", other.cases(id), `{"fields":[` + str("title", "x") + `]}`, absent, "domain"},
			{"DeleteCase", "DELETE", other.cases(id), "", absent, "domain"},
			{"CreateCase", "POST", other.cases(), other.newCase(), absent, "domain"},
			{"ListTagsForResource", "GET", tags(arn + "/case/" + id), "", absent, "domain"},
			{"DeleteDomain of none", "DELETE", "/domains/none", "", absent, "domain none"},
		})
		h.same("ListDomains", []string{keep.domain}, h.pagesOf("/domains-list", "domains", "domainId"))
		h.must("POST", "/domains", `{"name":"other"}`) // the name is free

		sweep := func() {
			h.Helper()
			if err := h.svc.SweepDeletions(h.Context()); err != nil {
				h.Fatal(err)
			}
		}
		sweep()
		after := h.count()
		if after["cases_domain_deletion"] != 1 {
			h.Errorf("the domain was forgotten at once: %v", after)
		}
		h.clock.advance(11 * time.Minute)
		sweep()
		after = h.count()
		before["cases_domain"]++ // the new one of the name
		before["cases_field"] += 15
		h.same("rows", before, after)
		if mine, others := h.worded("2xbroken"), h.worded("1xbroken"); mine != 0 || others != 1 {
			h.Errorf("%d cases of the deleted domain and %d of another are found by a word, want 0 and 1", mine, others)
		}
	})
}

// pagesOf gives a member of the items of a list whose pages are short.
func (h *house) pagesOf(path, list, member string) []string {
	h.Helper()
	ids, _ := h.pages(path, list, member, 2)
	return ids
}

// TestRemainsOfADomainAreRemovedInTheBackground deletes a domain with more rows than one transaction removes, in
// a server that stops, and lets the next one finish.
func TestRemainsOfADomainAreRemovedInTheBackground(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		h := build(t, d.Open(t, store.Options{}), connectcases.Config{})
		s := h.shop()
		for range 20 {
			id := h.create(s)
			for range 30 {
				h.must("POST", s.cases(id, "related-items")+"/", comment("x"))
			}
		}
		h.must("DELETE", "/domains/"+s.domain, "")
		if h.rows("cases_related_item") != 600 {
			t.Fatal("the comments went with the domain")
		}
		h = build(t, h.db, connectcases.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- h.svc.RunDeletions(ctx) }()
		left := []string{"cases_case", "cases_related_item", "cases_audit"}
		for _, table := range left {
			for h.rows(table) > 0 {
				if t.Context().Err() != nil {
					t.Fatal("stopped")
				}
			}
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestEveryStepOfASweepMayFail breaks the removal at each step; the next try finishes it.
func TestEveryStepOfASweepMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var h *house
		var err error
		run := func(t *testing.T, db *store.DB, arm func()) {
			h = build(t, db, connectcases.Config{})
			s := h.shop()
			h.must("POST", s.cases(h.create(s), "related-items")+"/", comment("x"))
			h.must("DELETE", "/domains/"+s.domain, "")
			h.longAgo()
			arm()
			err = h.svc.SweepDeletions(t.Context())
		}
		storetest.EveryStep(t, d, run, func(t *testing.T, _ *store.DB, failed store.Step) {
			if err == nil {
				t.Errorf("%s failed and the sweep did not", failed)
			}
			if err := h.svc.SweepDeletions(t.Context()); err != nil {
				t.Error(err)
			}
			for table, n := range h.count() {
				t.Errorf("after %s: %d rows of %s are left", failed, n, table)
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
}
