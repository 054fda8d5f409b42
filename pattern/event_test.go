package pattern_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/casestream/casestream/pattern"
)

func TestDepthCountsBracketsOutsideStrings(t *testing.T) {
	for text, want := range map[string]int{
		`1`: 0, `"[{"`: 0, `{}`: 1, `[]`: 1, ` { "a" : [ ] } `: 2, `{"[[":"{{"}`: 1, `{"a\"[":["\\",["\\\"[["]]}`: 3,
		`[[],[[]],[]]`: 3, `{"a":{"b":1},"c":[{"d":[0]}]}`: 4, `"`: 0, `"\`: 0, `]]][`: 0,
	} {
		if got := pattern.Depth([]byte(text)); got != want {
			t.Errorf("%s is %d deep, want %d", text, got, want)
		}
	}
}

// Whether a text is an event does not depend on what is asked of it; as deep as an event may be, every pattern can judge it.
func TestEventsMayBeSoDeep(t *testing.T) {
	p, err := pattern.Compile(`{"a":[1]}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, brackets := range [][2]string{{"[", "1]"}, {`{"b":`, "1}"}} {
		for depth := pattern.MaxDepth - 1; depth <= pattern.MaxDepth+1; depth++ {
			inner := strings.Repeat(brackets[0], depth-1) + brackets[1] + strings.Repeat(brackets[1][1:], depth-2)
			for _, event := range []string{`{"a":` + inner + `,"a":1}`, `{"c":` + inner + `,"a":1}`} {
				if got := pattern.Depth([]byte(event)); got != depth {
					t.Fatalf("%d brackets are %d deep", depth, got)
				}
				err := pattern.CheckEvent([]byte(event))
				explanation, explained := p.Explain([]byte(event))
				if depth > pattern.MaxDepth {
					if !errors.Is(err, pattern.ErrEvent) || !errors.Is(explained, pattern.ErrEvent) {
						t.Errorf("%.8s… %d deep: %v; explained: %v", event, depth, err, explained)
					}
					continue
				}
				matched, failed := p.Match([]byte(event))
				if err != nil || !matched || failed != nil || !explanation.Matched || explained != nil {
					t.Errorf("%.8s… %d deep: %v; matched %v, %v; explained %v, %v", event, depth, err, matched, failed, explanation, explained)
				}
			}
		}
	}
}
