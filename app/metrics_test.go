package app_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// described is what is said of a metric.
type described struct{ kind, labels, meaning string }

func TestDocumentHasTheMetricsOfAServer(t *testing.T) {
	s := serve(t, "--ephemeral", "--dev")
	get(t, s.url+"/nothing") // so that requests have labels
	_, text := get(t, s.url+"/metrics")
	s.stop()
	page, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	written := make(map[string]described)
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (\\w+) \\| ([\\w, ]*) ?\\| \\w+ \\| (.*?) \\| [^|]*\\|$").FindAllStringSubmatch(string(page), -1) {
		written[m[1]] = described{m[2], strings.TrimSpace(m[3]), m[4]}
	}
	served := make(map[string]described)
	for _, m := range regexp.MustCompile(`(?m)^# HELP (\w+) (.*)\n# TYPE \w+ (\w+)\n(\w+\{.*)?`).FindAllStringSubmatch(text, -1) {
		d := described{kind: m[3], labels: written[m[1]].labels, meaning: m[2]}
		if strings.HasPrefix(m[4], m[1]) {
			d.labels = labelsOf(m[4])
		}
		served[m[1]] = d
	}
	if len(served) < 25 || served["casestream_http_request_duration_seconds"].labels == "" {
		t.Fatalf("the server has too little: %v", served)
	}
	for _, name := range slices.Sorted(maps.Keys(served)) {
		if written[name] != served[name] {
			t.Errorf("%s: docs/metrics.md says %+v, the server %+v", name, written[name], served[name])
		}
		delete(written, name)
	}
	for name := range written {
		t.Errorf("%s: the server has none", name)
	}
}

// labelsOf lists the labels of a series, but for the one that all histograms have.
func labelsOf(series string) string {
	var labels []string
	for _, m := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(series, -1) {
		if m[1] != "le" {
			labels = append(labels, m[1])
		}
	}
	return strings.Join(labels, ", ")
}
