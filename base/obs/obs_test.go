package obs_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/casestream/casestream/base/obs"
)

func TestMetricsAreWrittenInPrometheusForm(t *testing.T) {
	r := obs.NewRegistry()
	c := r.Counter("a_total", "A counter.", "reason")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				c.Add(1, "no \"permission\"")
			}
		})
	}
	wg.Wait()
	r.Counter("a_total", "The same again.", "reason").Add(2, "other")
	var b strings.Builder
	if _, err := r.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	want := `# HELP a_total A counter.
# TYPE a_total counter
a_total{reason="no \"permission\""} 800
a_total{reason="other"} 2
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
