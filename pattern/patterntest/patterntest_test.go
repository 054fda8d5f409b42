package patterntest_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/casestream/casestream/pattern/patterntest"
	"github.com/google/go-cmp/cmp"
)

func TestCasesThatDifferArePrintedWithTheReason(t *testing.T) {
	const cases = `{"name":"fits","pattern":{"a":[1]},"event":{"a":1},"expect":"match"}

{"name":"texts","pattern":"{\"a\":[1]}","event":"{\"a\":1}","expect":"match","more":[{}]}
{"name":"does not fit","pattern":{"a":[1]},"event":{"a":2},"expect":"match"}
  	` + "\r" + `
{"name":"fits after all","pattern":{"a":[1]},"event":{"a":1},"expect":"nomatch"}
{"name":"alternatives","pattern":{"$or":[{"a":[1]},{"b":[1]}]},"event":{"b":1},"expect":"nomatch"}
{"name":"no alternative","pattern":{"$or":[{"a":[1]},{"b":[1]}]},"event":{"b":2},"expect":"match"}
{"pattern":{"a":[ ]},"event":{"a":1},"expect":"match"}
{"name":"valid","pattern":{"a":[1]},"event":{"a":1},"expect":"invalid"}
{"name":"valid, and no event","pattern":{"a":[1]},"event":null,"expect":"invalid"}
{"name":"an event that is none","pattern":{"a":[1]},"event":[1],"expect":"nomatch"}
{"name":"an event that is not JSON","pattern":{"a":[1]},"event":"{\"a\":1","expect":"match"}
{"name":"no pattern at all","pattern":[1],"expect":"invalid"}`
	const want = `does not fit (line 4): expected match, got nomatch
  a: it has 2; wanted: 1
fits after all (line 6): expected nomatch, got match
alternatives (line 7): expected nomatch, got match
  alternative 2 of the 2 of $or
no alternative (line 8): expected match, got nomatch
  no match; of the 2 alternatives of $or the one that got furthest comes first:
    alternative 1, 0 of 1 paths satisfied: a: there is no such field, the event has b; wanted: 1
    alternative 2, 0 of 1 paths satisfied: b: it has 2; wanted: 1
line 9: expected match, got invalid
  Event pattern is not valid. Reason: Empty arrays are not allowed
   at [Source: (String)"{"a":[ ]}"; line: 1, column: 9]
valid (line 10): expected invalid, got match
valid, and no event (line 11): expected invalid, got an error
  the pattern is valid, and there is no event
an event that is none (line 12): expected nomatch, got an error
  the event is not a JSON object: it is another JSON value
an event that is not JSON (line 13): expected match, got an error
  the event is not a JSON object: at byte 6: unexpected end of JSON input
`
	var out strings.Builder
	got, err := patterntest.Run(t.Context(), strings.NewReader(cases), &out)
	if d := cmp.Diff(patterntest.Tally{Passed: 3, Failed: 9}, got); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Error(d)
	}
}

func TestLineThatIsNoCaseIsAnError(t *testing.T) {
	const good = `{"name":"fits","pattern":{"a":[1]},"event":{"a":1},"expect":"match"}` + "\n"
	for line, says := range map[string]string{
		`x`:                     "line 3: it is not a case: invalid character",
		`[]`:                    "line 3: it is not a case: a line cannot be of the JSON type array",
		`null`:                  "line 3: it has no pattern",
		`{"pattern":{"a":[1]}}`: `line 3: expect is ""`,
		`{"pattern":{"a":[1]},"event":{},"expect":"yes"}`:      `line 3: expect is "yes": want match, nomatch or invalid`,
		`{"pattern":{"a":[1]},"expect":"match"}`:               "line 3: it has no event",
		`{"event":{},"expect":"match"}`:                        "line 3: it has no pattern",
		`{"name":1,"pattern":{},"expect":"invalid"}`:           "line 3: it is not a case: name cannot be of the JSON type number",
		`{"pattern":{},"event":{},"expect":"invalid"} {"a":1}`: "line 3: it is not a case: invalid character",
	} {
		got, err := patterntest.Run(t.Context(), strings.NewReader(good+"\n"+line+"\n"+good), io.Discard)
		if err == nil || !strings.HasPrefix(err.Error(), says) || got.Passed != 1 {
			t.Errorf("%s: %v, %v", line, got, err)
		}
	}
}

func TestLongLinesAreRead(t *testing.T) {
	value := strings.Repeat("x", 3<<20)
	line := `{"pattern":{"a":[{"suffix":"` + value[:1000] + `"}]},"event":{"b":"` + value + `","a":"` + value + `"},"expect":"match"}` + "\n"
	got, err := patterntest.Run(t.Context(), strings.NewReader(line+line), io.Discard)
	if got.Passed != 2 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	endless := io.MultiReader(strings.NewReader(line), endless{})
	if _, err := patterntest.Run(t.Context(), endless, io.Discard); err == nil || err.Error() != "line 2: it is longer than 64 MiB" {
		t.Error(err)
	}
}

// endless is a line without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestRunEndsWithItsContextAndItsOutput(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	const wrong = `{"pattern":{"a":[1]},"event":{"a":2},"expect":"match"}`
	if _, err := patterntest.Run(ctx, strings.NewReader(wrong), io.Discard); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	_, closed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	if _, err := patterntest.Run(t.Context(), strings.NewReader(wrong), closed); !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
}

func FuzzRun(f *testing.F) {
	corpus, err := os.Open("../testdata/patterns.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	defer corpus.Close()
	for lines := bufio.NewScanner(corpus); lines.Scan(); {
		f.Add(lines.Text())
	}
	f.Fuzz(func(t *testing.T, lines string) {
		var out strings.Builder
		got, err := patterntest.Run(t.Context(), strings.NewReader(lines), &out)
		if n := strings.Count(lines, "\n") + 1; got.Passed+got.Failed > n || err != nil && !strings.HasPrefix(err.Error(), "line ") {
			t.Fatalf("%d lines, %v, %v", n, got, err)
		}
		if (got.Failed > 0) != (out.Len() > 0) {
			t.Fatalf("%v, and it prints %q", got, out.String())
		}
	})
}
