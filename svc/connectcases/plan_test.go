package connectcases_test

import (
	"strings"
	"testing"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
)

// TestItemsOfADomainAreReadInTheirOrder asks SQLite how it carries out SearchAllRelatedItems: in no order may it read
// and sort all items of a domain for a page of them.
func TestItemsOfADomainAreReadInTheirOrder(t *testing.T) {
	d := storetest.SQLite(t)
	var query string
	h := build(t, d.Open(t, store.Options{Step: func(step store.Step) error {
		if strings.HasPrefix(step.Query, "SELECT") && strings.Contains(step.Query, "FROM cases_related_item") {
			query = step.Query
		}
		return nil
	}}), connectcases.Config{})
	s := h.shop()
	id := h.create(s)
	for range 3 {
		h.must("POST", s.cases(id, "related-items")+"/", comment("x"))
	}
	var orders []string
	for _, property := range []string{"AssociationTime", "CaseId"} {
		for _, direction := range []string{"Asc", "Desc"} {
			orders = append(orders, `{"sortProperty":"`+property+`","sortOrder":"`+direction+`"}`)
		}
	}
	sorts := append([]string{""}, orders...)
	for _, first := range orders[:2] {
		for _, second := range orders[2:] {
			sorts = append(sorts, first+","+second, second+","+first)
		}
	}
	for _, order := range sorts {
		token := ""
		for page := range 2 {
			a := h.must("POST", "/domains/"+s.domain+"/related-items-search", `{"maxResults":1,"sorts":[`+order+`]`+token+`}`)
			token = `,"nextToken":"` + a.text("nextToken") + `"`
			plan := h.plan(query)
			if strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE FOR ORDER BY") {
				t.Errorf("page %d by %s:\n%s\n%s", page+1, order, query, plan)
			}
		}
	}
}

// plan gives SQLite's plan for a query.
func (h *house) plan(query string) string {
	h.Helper()
	var plan []string
	err := h.db.Read(h.Context(), func(tx *store.Tx) error {
		return tx.Each(`EXPLAIN QUERY PLAN `+query, make([]any, strings.Count(query, "?")), func(scan store.Scan) error {
			var id, parent, unused int
			var step string
			err := scan(&id, &parent, &unused, &step)
			plan = append(plan, step)
			return err
		})
	})
	if err != nil {
		h.Fatal(err)
	}
	return strings.Join(plan, "\n")
}
