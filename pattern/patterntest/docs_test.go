package patterntest_test

import (
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/pattern/patterntest"
	"github.com/google/go-cmp/cmp"
)

// block finds the fenced blocks of a page.
var block = regexp.MustCompile("(?ms)^```(.*?)\n(.*?)^```$")

// TestEveryExampleOfTheDocumentationHolds runs the blocks of docs/event-patterns.md: cases, and patterns for the event
// before them, which match unless an explanation follows.
func TestEveryExampleOfTheDocumentationHolds(t *testing.T) {
	page, err := os.ReadFile("../../docs/event-patterns.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := block.FindAllStringSubmatch(string(page), -1)
	seen := map[string]int{}
	event := ""
	for i, b := range blocks {
		seen[b[1]]++
		switch b[1] {
		case "jsonl":
			runCases(t, b[2])
		case "json event":
			event = b[2]
		case "json pattern":
			want := "match"
			if i+1 < len(blocks) && blocks[i+1][1] == "text explanation" {
				want = strings.TrimSpace(blocks[i+1][2])
			}
			if d := cmp.Diff(want, explained(t, b[2], event)); d != "" {
				t.Errorf("%s\n%s", b[2], d)
			}
		case "text explanation", "sh":
		default:
			t.Errorf("a block of an unknown kind: %q", b[1])
		}
	}
	if fences := strings.Count(string(page), "\n```"); seen["jsonl"] < 20 || seen["json pattern"] < 2 || fences != 2*len(blocks) {
		t.Errorf("%v of %d fences are found", seen, fences)
	}
}

// explained gives the explanation of a pattern on an event.
func explained(t *testing.T, source, event string) string {
	t.Helper()
	p, err := pattern.Compile(source)
	if err != nil {
		t.Fatal(err)
	}
	e, err := p.Explain([]byte(event))
	if err != nil {
		t.Fatal(err)
	}
	return e.String()
}

// runCases judges the lines of a block, and compares the reasons of refused patterns.
func runCases(t *testing.T, lines string) {
	t.Helper()
	var out strings.Builder
	if got, err := patterntest.Run(t.Context(), strings.NewReader(lines), &out); err != nil || got.Failed > 0 || got.Passed == 0 {
		t.Errorf("%v, %v\n%s\n%s", got, err, out.String(), lines)
	}
	for line := range strings.Lines(lines) {
		var c struct {
			Pattern json.RawMessage
			Expect  string
			Reason  string
		}
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatal(err)
		}
		if c.Expect != "invalid" {
			continue
		}
		source := string(c.Pattern)
		if source[0] == '"' {
			if err := json.Unmarshal(c.Pattern, &source); err != nil {
				t.Fatal(err)
			}
		}
		_, err := pattern.Compile(source)
		if refused := (*pattern.Error)(nil); !errors.As(err, &refused) || refused.Reason != c.Reason {
			t.Errorf("%s is refused with %v", source, err)
		}
	}
}
