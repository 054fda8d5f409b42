package connectcases_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
	"github.com/casestream/casestream/wire"
)

// benchCases is how many cases the benchmarks of searches have.
var benchCases = flag.Int("search-bench-cases", 20_000, "cases that searches are measured on")

// benchText makes a text of words of which some are frequent and most are rare.
func benchText(n int) string {
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "w%d ", int(20_000*rand.Float64()*rand.Float64()*rand.Float64()))
	}
	return b.String()
}

// fill makes cases: a third closed, an amount of a thousand, a choice of which 1 in 100 cases has the rarest.
func fill(b *testing.B, h *house, n int) (s shop, choice string, ids []string) {
	s = h.shop()
	h.config(s, `{"enabled":false}`)
	choice = h.must("POST", "/domains/"+s.domain+"/fields", `{"name":"Choice","type":"SingleSelect"}`).text("fieldId")
	h.must("PUT", "/domains/"+s.domain+"/fields/"+choice+"/options", `{"options":[{"name":"A","value":"a","active":true},{"name":"B","value":"b","active":true}]}`)
	ids = make([]string, n)
	var wg sync.WaitGroup
	var next atomic.Int64
	start := time.Now()
	for range 64 {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				status, pick := "open", "a"
				if i%3 == 0 {
					status = "closed"
				}
				if rand.IntN(100) == 0 {
					pick = "b"
				}
				str := func(id, v string) api.FieldValue {
					return api.FieldValue{Id: id, Value: api.FieldValueUnion{StringValue: &v}}
				}
				out, err := h.svc.CreateCase(b.Context(), &api.CreateCaseInput{DomainId: s.domain, TemplateId: s.template, Fields: []api.FieldValue{
					str("title", benchText(5)), str("customer_id", fmt.Sprintf("%s%d", customer[:len(customer)-8], 10_000_000+i/10)), str("status", status),
					str("summary", benchText(60)), str(choice, pick), str(s.note, benchText(20)),
					{Id: s.amount, Value: api.FieldValueUnion{DoubleValue: wire.Ptr(float64(rand.IntN(10_000)))}},
				}})
				if err != nil {
					b.Error(err)
					return
				}
				ids[i] = out.CaseId
			}
		})
	}
	wg.Wait()
	b.Logf("%d cases made in %v", n, time.Since(start).Round(time.Millisecond))
	return s, choice, ids
}

// BenchmarkSearchCases measures searches of each way to go, and what updates cost: on PostgreSQL where a server for
// tests is named, on SQLite otherwise.
func BenchmarkSearchCases(b *testing.B) {
	d := storetest.SQLite(b)
	if server := os.Getenv(storetest.Env); server != "" {
		d = storetest.Postgres(b, server)
	}
	h := build(b, d.Open(b, store.Options{}), connectcases.Config{})
	s, choice, ids := fill(b, h, *benchCases)
	equal := func(id string, v api.FieldValueUnion) *api.CaseFilter {
		return &api.CaseFilter{Field: &api.FieldFilter{EqualTo: &api.FieldValue{Id: id, Value: v}}}
	}
	text := func(v string) api.FieldValueUnion { return api.FieldValueUnion{StringValue: &v} }
	open := equal("status", text("open"))
	byUpdate := []api.Sort{{FieldId: "last_updated_datetime", SortOrder: "Desc"}}
	searches := []struct {
		name string
		in   func() *api.SearchCasesInput
	}{
		{"open by last update", func() *api.SearchCasesInput { return &api.SearchCasesInput{Filter: open, Sorts: byUpdate} }},
		{"custom field 1 in 100", func() *api.SearchCasesInput { return &api.SearchCasesInput{Filter: equal(choice, text("b"))} }},
		{"custom number 1 in 10000", func() *api.SearchCasesInput {
			n := float64(rand.IntN(10_000))
			return &api.SearchCasesInput{Filter: equal(s.amount, api.FieldValueUnion{DoubleValue: &n})}
		}},
		{"open and custom number", func() *api.SearchCasesInput {
			n := float64(rand.IntN(10_000))
			return &api.SearchCasesInput{Filter: &api.CaseFilter{AndAll: []api.CaseFilter{*open, *equal(s.amount, api.FieldValueUnion{DoubleValue: &n})}}}
		}},
		{"customer", func() *api.SearchCasesInput {
			return &api.SearchCasesInput{Filter: equal("customer_id", text(fmt.Sprintf("%s%d", customer[:len(customer)-8], 10_000_000+rand.IntN(len(ids)/10+1))))}
		}},
		{"common word", func() *api.SearchCasesInput { return &api.SearchCasesInput{SearchTerm: wire.Ptr("w1")} }},
		{"rare word", func() *api.SearchCasesInput {
			return &api.SearchCasesInput{SearchTerm: wire.Ptr(fmt.Sprintf("w%d", 15_000+rand.IntN(4000)))}
		}},
		{"some word", func() *api.SearchCasesInput {
			return &api.SearchCasesInput{SearchTerm: wire.Ptr(strings.TrimSpace(benchText(1)))}
		}},
		{"two words", func() *api.SearchCasesInput { return &api.SearchCasesInput{SearchTerm: wire.Ptr(benchText(2))} }},
		{"everything", func() *api.SearchCasesInput { return &api.SearchCasesInput{} }},
		{"by number", func() *api.SearchCasesInput {
			return &api.SearchCasesInput{Filter: open, Sorts: []api.Sort{{FieldId: s.amount, SortOrder: "Desc"}}}
		}},
	}
	for _, search := range searches {
		b.Run(strings.ReplaceAll(search.name, " ", "-"), func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				in := search.in()
				in.DomainId = s.domain
				start := time.Now()
				if _, err := h.svc.SearchCases(b.Context(), in); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
	h.config(s, `{"enabled":true}`)
	for _, change := range []struct {
		name   string
		fields func(n int64) []api.FieldValue
	}{
		{"update title", func(n int64) []api.FieldValue { return []api.FieldValue{{Id: "title", Value: text(benchText(5))}} }},
		{"update status", func(n int64) []api.FieldValue {
			return []api.FieldValue{{Id: "status", Value: text([]string{"open", "closed"}[n%2])}}
		}},
		{"update nothing", func(n int64) []api.FieldValue {
			return []api.FieldValue{{Id: s.gift, Value: api.FieldValueUnion{EmptyValue: &api.EmptyFieldValue{}}}}
		}},
	} {
		b.Run(strings.ReplaceAll(change.name, " ", "-"), func(b *testing.B) {
			var wg sync.WaitGroup
			var next atomic.Int64
			before := written()
			for range 64 {
				wg.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						in := &api.UpdateCaseInput{DomainId: s.domain, CaseId: ids[rand.IntN(len(ids))], Fields: change.fields(n)}
						if _, err := h.svc.UpdateCase(b.Context(), in); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
			b.ReportMetric(float64(written()-before)/float64(b.N), "written-B/update")
		})
	}
}

// written is how many bytes the process has sent to disks; 0 where the system does not say.
func written() (n int64) {
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(line, "write_bytes: "); ok {
			fmt.Sscan(v, &n)
		}
	}
	return n
}
