package connectcases_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
)

// TestSearchReadsOnlyTheRangeThatTheFilterLeaves counts how many times cases are read, 64 at a time.
func TestSearchReadsOnlyTheRangeThatTheFilterLeaves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var reads atomic.Int64
		c := &clock{}
		c.at.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMicro())
		h := build(t, d.Open(t, store.Options{Now: c.now, Step: func(step store.Step) error {
			if strings.Contains(step.Query, "FROM cases_case WHERE case_no") {
				reads.Add(1)
			}
			return nil
		}}), connectcases.Config{})
		s := h.shop()
		h.config(s, `{"enabled":false}`)
		const cases = 640
		times := make([]string, cases)
		for i := range times {
			c.advance(time.Second)
			times[i] = c.now().UTC().Format(time.RFC3339)
			h.create(s, fmt.Sprintf(`{"id":%q,"value":{"doubleValue":%d}}`, s.amount, i))
		}
		since := func(i int) string {
			return `{"field":{"greaterThanOrEqualTo":{"id":"created_datetime","value":{"stringValue":"` + times[i] + `"}}}}`
		}
		below := func(n int) string {
			return fmt.Sprintf(`{"field":{"lessThan":{"id":%q,"value":{"doubleValue":%d}}}}`, s.amount, n)
		}
		nothing := `{"field":{"contains":{"id":"title","value":{"stringValue":"zz"}}}}`
		for _, search := range []struct {
			filter, sort string
			found        int
			most         int64
		}{
			{since(cases - 10), "created_datetime", 10, 1},
			{since(cases - 10), "title", 10, 1},
			{below(10), "created_datetime", 10, 1},
			{`{"orAll":[` + below(10) + `,` + since(cases-10) + `]}`, "created_datetime", 20, 1},
			{`{"andAll":[` + since(cases-300) + `,` + nothing + `]}`, "created_datetime", 0, 5},
			{`{"andAll":[` + below(300) + `,` + nothing + `]}`, s.amount, 0, 5},
			{`{"andAll":[` + since(300) + `,` + below(600) + `]}`, "created_datetime", 300, 24}, // all are read to be counted
		} {
			for _, order := range []string{"Asc", "Desc"} {
				reads.Store(0)
				a := h.search(s, `{"maxResults":100,"filter":`+search.filter+`,"sorts":[{"fieldId":"`+search.sort+`","sortOrder":"`+order+`"}]}`)
				if a.err != nil {
					t.Fatal(a.err)
				}
				if n := len(a.body["cases"].([]any)); n != min(search.found, 100) || reads.Load() > search.most {
					t.Errorf("%s by %s %s: %d cases with %d reads, want %d with %d at most", search.filter, search.sort, order, n, reads.Load(), search.found, search.most)
				}
			}
		}
	})
}
