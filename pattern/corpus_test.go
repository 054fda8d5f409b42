package pattern_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/casestream/casestream/pattern"
	"github.com/google/go-cmp/cmp"
)

// row is a pattern with what becomes of it. Patterns and events that are strings are texts; others are
// the text as it stands in the file.
type row struct {
	Pattern, Event  json.RawMessage
	Expect          string // match, nomatch, invalid
	Reason, Message string // of an invalid pattern; the message is the whole text
}

// rows reads a file of rows, or of anything else.
func rows[T any](t testing.TB, name string) []T {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var list []T
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r T
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

// text gives a pattern or event as text.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// corpus is all rows: patterns.jsonl has AWS's own and those of public engines' tests, oracle.jsonl those of
// the random cases that were compared with event-ruler and are of interest.
func corpus(t testing.TB) []row {
	return append(rows[row](t, "testdata/patterns.jsonl"), rows[row](t, "testdata/oracle.jsonl")...)
}

func TestEveryRowOfTheCorpusGetsItsVerdict(t *testing.T) {
	list := corpus(t)
	if len(list) < 1500 {
		t.Fatalf("only %d rows", len(list))
	}
	var rules []pattern.Rule
	for i, r := range list {
		p, err := pattern.Compile(text(r.Pattern))
		if r.Expect == "invalid" {
			checkRefusal(t, i, r, err)
			continue
		}
		if err != nil {
			t.Errorf("row %d: %s\n%v", i+1, r.Pattern, err)
			continue
		}
		got, err := p.Match([]byte(text(r.Event)))
		if want := r.Expect == "match"; got != want || err != nil {
			t.Errorf("row %d: got %v, %v\n%s\n%s", i+1, got, err, r.Pattern, r.Event)
		}
		rules = append(rules, pattern.Rule{ID: pattern.RuleID(i), Pattern: p})
	}
	set := pattern.Build(rules)
	for i, r := range list {
		if r.Expect == "invalid" {
			continue
		}
		checkSet(t, set, rules, i, []byte(text(r.Event)), r.Expect == "match")
	}
}

// checkRefusal compares the error of an invalid row.
func checkRefusal(t *testing.T, i int, r row, err error) {
	t.Helper()
	var refused *pattern.Error
	if !errors.As(err, &refused) {
		t.Errorf("row %d: not refused: %s", i+1, text(r.Pattern))
		return
	}
	if r.Message == "" {
		if refused.Reason != r.Reason {
			t.Errorf("row %d: %s\n%s", i+1, text(r.Pattern), cmp.Diff(r.Reason, refused.Reason))
		}
		return
	}
	if got := err.Error(); got != r.Message {
		t.Errorf("row %d: %s\n%s", i+1, text(r.Pattern), cmp.Diff(r.Message, got))
	}
}

// checkSet demands that a set of all rules agrees with row i, and with the rules one by one for some rows.
func checkSet(t *testing.T, set *pattern.Set, rules []pattern.Rule, i int, event []byte, want bool) {
	t.Helper()
	ids, err := set.Match(event, nil)
	if err != nil {
		t.Errorf("row %d: %v", i+1, err)
	}
	got := map[pattern.RuleID]bool{}
	for _, id := range ids {
		got[id] = true
	}
	if got[pattern.RuleID(i)] != want {
		t.Errorf("row %d: in a set of all rules: %v", i+1, !want)
	}
	if i%20 != 0 {
		return
	}
	for _, r := range rules {
		if alone, _ := r.Pattern.Match(event); alone != got[r.ID] {
			t.Errorf("row %d: rule of row %d: alone %v, in the set %v", i+1, r.ID+1, alone, got[r.ID])
		}
	}
}

func TestWildcardComplexityIsThatOfTheVectors(t *testing.T) {
	type vector struct {
		Wildcards  []string
		Complexity int
		Accepted   bool
	}
	list := rows[vector](t, "testdata/complexity.jsonl")
	if len(list) < 200 {
		t.Fatalf("only %d vectors", len(list))
	}
	for _, v := range list {
		if got := pattern.Complexity(v.Wildcards); got != v.Complexity {
			t.Errorf("%q: got %d, want %d", v.Wildcards, got, v.Complexity)
		}
		var operators []string
		for _, w := range v.Wildcards {
			operand, err := json.Marshal(w)
			if err != nil {
				t.Fatal(err)
			}
			operators = append(operators, `{"wildcard":`+string(operand)+`}`)
		}
		_, err := pattern.Compile(`{"a":[` + strings.Join(operators, ",") + `]}`)
		if (err == nil) != v.Accepted {
			t.Errorf("%q: %v", v.Wildcards, err)
		}
	}
}
