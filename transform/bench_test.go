package transform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/casestream/casestream/transform"
)

// BenchmarkTemplate measures what a target with a template costs for each case event, its body in a buffer of
// its own as the bus wants it.
func BenchmarkTemplate(b *testing.B) {
	paths := map[string]string{
		"case": "$.detail.case.caseId", "status": "$.detail.case.fields.status.value.stringValue", "changed": "$.detail.changedFieldIds",
		"title": "$.detail.case.fields.title.value.stringValue", "at": "$.detail.approximateChangeTime",
	}
	for name, template := range map[string]string{
		"json":  `{"case": <case>, "status": <status>, "changed": <changed>, "text": "<title> at <at>", "rule": <aws.events.rule-name>}`,
		"text":  `"<title> (<case>) is <status> since <at>"`,
		"whole": `{"rule": <aws.events.rule-arn>, "event": <aws.events.event.json>}`,
	} {
		b.Run(name, func(b *testing.B) { fill(b, paths, template, caseClosed) })
	}
}

// BenchmarkHostile measures the worst that a rule's author can ask for: 64 paths that all stand on the same
// fields of an event of 1 MB, and others.
func BenchmarkHostile(b *testing.B) {
	paths := make(map[string]string)
	var template strings.Builder
	for i := range 64 {
		path := "$"
		for bit := range 6 {
			if i>>bit&1 == 0 {
				path += ".a"
			} else {
				path += ".*"
			}
		}
		paths[fmt.Sprint("p", i)] = path + ".zz"
		fmt.Fprintf(&template, "<p%d>,", i)
	}
	event := strings.Repeat(`{"a":`, 6) + "{" + strings.Repeat(`"b":1,`, 170_000) + `"c":1}` + strings.Repeat("}", 6)
	b.Run("wildcards", func(b *testing.B) { fill(b, paths, "["+template.String()+"0]", event) })
	b.Run("nothing", func(b *testing.B) { fill(b, map[string]string{"x": "$.a.x"}, "<x>", event) })
	b.Run("quotes", func(b *testing.B) {
		fill(b, map[string]string{"x": "$.x"}, `"<x>"`, `{"x":"`+strings.Repeat(`\"`, 500_000)+`"}`)
	})
	b.Run("broken", func(b *testing.B) {
		fill(b, map[string]string{"x": "$.x"}, `{"y":"<x>"}`, `{"x":"`+strings.Repeat(`\\\\`, 250_000)+`\""}`)
	})
}

// fill fills a template in again and again.
func fill(b *testing.B, paths map[string]string, template, event string) {
	t, err := transform.Compile(paths, template)
	if err != nil {
		b.Fatal(err)
	}
	text := []byte(event)
	b.ReportAllocs()
	b.SetBytes(int64(len(event)))
	for b.Loop() {
		if out, err := t.Append(nil, text, origin); len(out) == 0 && err == nil {
			b.Fatal("nothing came out")
		}
	}
}
