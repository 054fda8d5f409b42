package app_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/casestream/casestream/app"
)

// runOn runs a command line to its end on a standard input.
func runOn(ctx context.Context, stdin io.Reader, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = app.Main(ctx, args, stdin, &out, &err)
	return code, out.String(), err.String()
}

func TestPatternTestSaysWhetherAnEventFits(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pattern, event, broken := file("pattern", "\n"+`{"a":[1]}`+"\n"), file("event", ` {"a":1}`+"\n"), file("broken", "{\n\"a\":1}")
	for _, c := range []struct {
		name, stdin string
		args        []string
		code        int
		out, errs   string
	}{
		{"files", "", []string{"--pattern", pattern, "--event", event}, 0, "match\n", ""},
		{"texts", "", []string{"--pattern", `{"a":[1]}`, "--event", ` {"a":2}`}, 1, "no match\n", ""},
		{"the event from the input", `{"a":1}`, []string{"--pattern", pattern, "--event", "-"}, 0, "match\n", ""},
		{"the pattern from the input", `{"a":[2]}`, []string{"--pattern=-", "--event", event}, 1, "no match\n", ""},
		{"explained", "", []string{"--pattern", `{"a":[1]}`, "--event", `{"a":2}`, "--explain"}, 1, "no match\n  a: it has 2; wanted: 1\n", ""},
		{"a match, explained", "", []string{"--pattern", pattern, "--event", event, "--explain"}, 0, "match\n", ""},
		{
			"a pattern that is refused", "",
			[]string{"--pattern", broken, "--event", event},
			2, "",
			"Event pattern is not valid. Reason: \"a\" must be an object or an array\n at [Source: (String)\"{\n\"a\":1}\"; line: 2, column: 6]\n",
		},
		{"an event that is none", "[]", []string{"--pattern", pattern, "--event", "-"}, 2, "", "casestream: the event is not a JSON object: it is another JSON value\n"},
		{"no event", "", []string{"--pattern", pattern}, 2, "", "casestream: want --pattern and --event, or --cases alone\n"},
		{"nothing", "", nil, 2, "", "casestream: want --pattern and --event, or --cases alone\n"},
		{"too much", "", []string{"--pattern", pattern, "--event", event, "--cases", event}, 2, "", "casestream: want --pattern and --event, or --cases alone\n"},
		{"the input twice", "{}", []string{"--pattern", "-", "--event", "-"}, 2, "", "casestream: --pattern and --event cannot both be the standard input\n"},
		{"no such file", "", []string{"--pattern", pattern, "--event", "no-such-file"}, 2, "", "casestream: open no-such-file: no such file or directory\n"},
		{"no such file of cases", "", []string{"--cases", "no-such-file"}, 2, "", "casestream: open no-such-file: no such file or directory\n"},
		{"no cases", "\n", []string{"--cases", "-"}, 0, "0 passed, 0 failed\n", ""},
		{
			"a case that differs", `{"name":"n","pattern":{"a":[1]},"event":{"a":2},"expect":"match"}`,
			[]string{"--cases", "-"},
			1,
			"n (line 1): expected match, got nomatch\n  a: it has 2; wanted: 1\n0 passed, 1 failed\n", "",
		},
		{"a line that is no case", "\n{}", []string{"--cases", "-"}, 2, "", "casestream: line 2: it has no pattern\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := runOn(t.Context(), strings.NewReader(c.stdin), append([]string{"pattern", "test"}, c.args...)...)
			if code != c.code || out != c.out || errs != c.errs {
				t.Errorf("%d %q %q\nwant %d %q %q", code, out, errs, c.code, c.out, c.errs)
			}
		})
	}
}

func TestPatternTestJudgesTheCorpus(t *testing.T) {
	const corpus = "../pattern/testdata/patterns.jsonl"
	text, err := os.ReadFile(corpus)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace("N passed, 0 failed\n", "N", strconv.Itoa(bytes.Count(text, []byte("\n"))), 1)
	if code, out, errs := runOn(t.Context(), nil, "pattern", "test", "--cases", corpus); code != 0 || out != want || errs != "" {
		t.Errorf("%d %s %s", code, out, errs)
	}
}

func TestPatternTestEndsWhenInterrupted(t *testing.T) {
	silent, never := io.Pipe()
	defer never.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{{"--cases", "-"}, {"--pattern", "-", "--event", "{}"}} {
		if code, out, errs := runOn(ctx, silent, append([]string{"pattern", "test"}, args...)...); code != 2 || out != "" || errs != "" {
			t.Errorf("%q: %d %q %q", args, code, out, errs)
		}
	}
}
