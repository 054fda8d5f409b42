package wire_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/wire"
)

func TestRouterMatchesEscapedPaths(t *testing.T) {
	svc := &wire.Service{ID: "s", Operations: []wire.Operation{
		{Name: "Create", Method: "POST", Path: "/domains/{domainId}/cases/{caseId}/related-items/"},
		{Name: "Search", Method: "POST", Path: "/domains/{domainId}/cases/{caseId}/related-items-search"},
		{Name: "Tags", Method: "GET", Path: "/tags/{arn}"},
		{Name: "Untag", Method: "DELETE", Path: "/tags/{arn}"},
		{Name: "Fixed", Method: "GET", Path: "/tags/mine"},
		{Name: "Object", Method: "GET", Path: "/objects/{bucket}/{key+}"},
		{Name: "Root", Method: "GET", Path: "/"},
		{Name: "Target"},
	}}
	r := wire.NewRouter(svc)
	for _, c := range []struct {
		method, path, want string
		labels             map[string]string
	}{
		{"POST", "/domains/d1/cases/c%201/related-items/", "Create", map[string]string{"domainId": "d1", "caseId": "c 1"}},
		{"POST", "/domains/d1/cases/c1/related-items", "Create", map[string]string{"domainId": "d1", "caseId": "c1"}},
		{"POST", "/domains/d1/cases/c1/related-items-search/", "Search", map[string]string{"domainId": "d1", "caseId": "c1"}},
		{"GET", "/tags/arn%3Aaws%3Acases%3Aus-east-1%3A1%3Adomain%2Fd", "Tags", map[string]string{"arn": "arn:aws:cases:us-east-1:1:domain/d"}},
		{"DELETE", "/tags/arn:aws:x", "Untag", map[string]string{"arn": "arn:aws:x"}},
		{"GET", "/tags/mine", "Fixed", map[string]string{}},
		{"DELETE", "/tags/mine", "Untag", map[string]string{"arn": "mine"}},
		{"GET", "/objects/b/k/e/y%2F+", "Object", map[string]string{"bucket": "b", "key": "k/e/y/+"}},
		{"GET", "/", "Root", map[string]string{}},
		{"GET", "", "Root", map[string]string{}},
		{"PUT", "/tags/mine", "", nil},
		{"GET", "/tags/a/b", "", nil},
		{"GET", "/tags/", "", nil},
		{"GET", "/tags//", "", nil},
		{"POST", "/domains//cases/c1/related-items", "", nil},
		{"GET", "/tags/%zz", "", nil},
		{"GET", "/objects/b", "", nil},
		{"GET", "/nowhere", "", nil},
	} {
		_, op, labels := r.Match(c.method, c.path)
		got := ""
		if op != nil {
			got = op.Name
		}
		if got != c.want {
			t.Errorf("%s %s is %q, want %q", c.method, c.path, got, c.want)
		}
		if diff := cmp.Diff(c.labels, labels); diff != "" {
			t.Errorf("%s %s: %s", c.method, c.path, diff)
		}
	}
}

func TestRouterKeepsTheFirstOfTwoServices(t *testing.T) {
	a := &wire.Service{ID: "a", Operations: []wire.Operation{{Name: "A", Method: "GET", Path: "/domains"}}}
	b := &wire.Service{ID: "b", Operations: []wire.Operation{{Name: "B", Method: "GET", Path: "/domains"}, {Name: "C", Method: "PUT", Path: "/domains"}}}
	r := wire.NewRouter(a, b)
	if svc, op, _ := r.Match("GET", "/domains"); svc != a || op.Name != "A" {
		t.Errorf("GET went to %v", svc)
	}
	if svc, op, _ := r.Match("PUT", "/domains"); svc != b || op.Name != "C" {
		t.Errorf("PUT went to %v", svc)
	}
}

func TestPatternsMatchAsJavaDoes(t *testing.T) {
	for _, c := range []struct {
		pattern  string
		yes, not []string
	}{
		{`(?![aA][wW][sS]:)[a-zA-Z0-9 _.:/=+\-@]+`, []string{"team", "awsome", "a ws:"}, []string{"", "aws:x", "AWS:x", "aWs:", "a#"}},
		{`^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`, []string{"", "é 1", "AWS:"}, []string{"aws:", "a!"}},
		{`^(?!\s*$).+`, []string{"a", " a"}, []string{"", "  ", "a\nb"}},
		{`^(?!d-)([\da-zA-Z]+)([-]*[\da-zA-Z])*$`, []string{"dd-x", "x-1"}, []string{"d-123", "-a", "a-"}},
		{`.*[\S]`, []string{"a", " a"}, []string{"", "a ", " "}},
		{`$|^.*[\S]`, []string{"", "a"}, []string{" "}},
		{`[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`, []string{"a\t\n", "é", "😀"}, []string{"", "\x00", "a\x01"}},
		{`[\w+=,.@-]*`, []string{"", "a_b@c"}, []string{"a b"}},
		{`^(?:^arn:x$|^$)`, []string{"", "arn:x"}, []string{"arn:xy", "arn"}},
		{`(?!a\)|[)])b+\)?`, []string{"b", "bb)"}, []string{"a)", ")"}},
	} {
		p := &wire.Pattern{Source: c.pattern}
		if err := p.Compile(); err != nil {
			t.Errorf("%s: %v", c.pattern, err)
		}
		for _, s := range c.yes {
			if !p.Match(s) {
				t.Errorf("%s does not match %q", c.pattern, s)
			}
		}
		for _, s := range c.not {
			if p.Match(s) {
				t.Errorf("%s matches %q", c.pattern, s)
			}
		}
	}
	for _, bad := range []string{`a(?=b)`, `(?!a`, `(?<!a)b`, `[`} {
		if err := (&wire.Pattern{Source: bad}).Compile(); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}
