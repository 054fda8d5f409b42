package connectcases_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
)

// BenchmarkUpdateCase updates one of two thousand cases of about 1.2 KB a call, from 1 and from 64
// goroutines, with an event of each update in a queue.
func BenchmarkUpdateCase(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			h := build(b, storetest.SQLite(b).Open(b, store.Options{}), connectcases.Config{})
			s := h.shop()
			h.config(s, `{"enabled":true,"includedData":{"caseData":{"fields":[{"id":"status"},{"id":"title"},{"id":"customer_id"},{"id":"`+s.note+`"}]}}}`)
			ids := make([]string, 2000)
			var wg sync.WaitGroup
			for w := range 50 {
				wg.Go(func() {
					for i := w; i < len(ids); i += 50 {
						a, _ := h.try("POST", s.cases(), s.newCase(str("summary", strings.Repeat("s", 500)), str(s.note, strings.Repeat("n", 300))))
						ids[i] = a.text("caseId")
					}
				})
			}
			wg.Wait()
			var next atomic.Int64
			b.ResetTimer()
			for range callers {
				wg.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						status, title := []string{"open", "closed"}[n%2], fmt.Sprint("title ", n)
						in := &api.UpdateCaseInput{DomainId: s.domain, CaseId: ids[rand.IntN(len(ids))], Fields: []api.FieldValue{
							{Id: "status", Value: api.FieldValueUnion{StringValue: &status}}, {Id: "title", Value: api.FieldValueUnion{StringValue: &title}},
						}}
						if _, err := h.svc.UpdateCase(b.Context(), in); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
		})
	}
}
