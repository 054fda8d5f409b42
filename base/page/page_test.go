package page_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/casestream/casestream/base/page"
)

func TestTokenComesBackAsItWasMade(t *testing.T) {
	for _, parts := range [][]string{{"a"}, {""}, {"ü", "b/c"}, {"x\x1e", ""}} {
		token := page.Token("rules", parts...)
		got, ok := page.Open(&token, "rules", len(parts))
		if !ok || !slices.Equal(got, parts) {
			t.Errorf("Open(Token(%q)) = %q, %v", parts, got, ok)
		}
	}
	if got, ok := page.Open(nil, "rules", 2); !ok || !slices.Equal(got, []string{"", ""}) {
		t.Errorf("no token: %q, %v", got, ok)
	}
}

func TestTokenIsNoOptionOfACommandLine(t *testing.T) {
	for i := range 1000 {
		if token := page.Token("rules", strconv.Itoa(i)); token[0] == '-' {
			t.Fatalf("the token of %d is %s", i, token)
		}
	}
}

func TestForeignTokensAreRefused(t *testing.T) {
	rules, nul, latin := page.Token("rules", "a"), page.Token("rules", "\x00"), page.Token("rules", "\xff")
	cut := rules[:len(rules)-1]
	for name, token := range map[string]string{
		"nonsense": "nonsense", "not base64": "!", "another list": page.Token("targets", "a"), "cut off": cut,
		"too many parts": page.Token("rules", "a", "b"), "NUL": nul, "no UTF-8": latin, "short": "YQ",
	} {
		if parts, ok := page.Open(&token, "rules", 1); ok {
			t.Errorf("%s: taken as %q", name, parts)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(page.Token("rules", "a"))
	f.Add("nonsense")
	f.Add("TBaWKnJ1bGVzH\n2E")
	f.Fuzz(func(t *testing.T, token string) {
		if parts, ok := page.Open(&token, "rules", 1); ok && token != "" && page.Token("rules", parts...) != token {
			t.Errorf("%q opens to %q, which makes another token", token, parts)
		}
	})
}
