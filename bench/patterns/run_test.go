package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casestream/casestream/pattern"
)

// fixed is a yardstick of a hundred events a second.
func fixed(time.Duration) (float64, error) { return 100, nil }

// ran runs rows quickly.
func ran(t *testing.T, b bench, sizes, only string) []result {
	t.Helper()
	selected, err := selection(sizes, only)
	if err != nil {
		t.Fatal(err)
	}
	b.span, b.rounds, b.yard = time.Millisecond, 3, fixed
	results, err := b.run(t.Context(), selected)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func TestARunShowsEveryRow(t *testing.T) {
	results := ran(t, bench{}, "10,50", "growth|mix|compound|hostile")
	if want := 2*len(growth) + 2 + 2 + 3; len(results) != want {
		t.Errorf("%d rows, not %d", len(results), want)
	}
	for _, r := range results {
		if r.PerSecond <= 0 || r.Multiple != r.PerSecond/100 || r.Yardstick != 100 || r.HitsPerEvent < 1 || r.CompileMicros < 0 {
			t.Errorf("%+v", r)
		}
		if changed := r.Table != hostileTable; changed != (r.With != nil) || changed != (r.Without != nil) || changed != (r.AfterChanges > 0) {
			t.Errorf("whether rules were changed: %+v", r)
		}
	}
	var tables, array bytes.Buffer
	if err := writeTables(&tables, results); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Count(tables.String(), "\n| "), 2*len(results)-3+5; got != want { // five heads, and hostile rows only once
		t.Errorf("%d lines of tables, not %d:\n%s", got, want, tables.String())
	}
	if err := writeJSON(&array, results); err != nil {
		t.Fatal(err)
	}
	var read []result
	if err := json.Unmarshal(array.Bytes(), &read); err != nil || len(read) != len(results) || *read[0].With != *results[0].With {
		t.Errorf("%v: %s", err, array.String())
	}
}

func TestAProfileIsOfOneRow(t *testing.T) {
	dir := t.TempDir()
	b := bench{matchProfile: filepath.Join(dir, "match"), changeProfile: filepath.Join(dir, "change")}
	ran(t, b, "10", "growth/prefix/10")
	for _, path := range []string{b.matchProfile, b.changeProfile} {
		if text, err := os.ReadFile(path); err != nil || len(text) == 0 {
			t.Errorf("%d bytes, %v", len(text), err)
		}
	}
	selected, err := selection("10", "growth")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.run(t.Context(), selected); err == nil {
		t.Error("a profile of many rows was begun")
	}
}

func TestASelectionOfNothingIsRefused(t *testing.T) {
	for _, c := range []struct{ sizes, only string }{{"", ""}, {"10,x", ""}, {"0", ""}, {"10", "("}, {"10", "nothing"}} {
		if selected, err := selection(c.sizes, c.only); err == nil {
			t.Errorf("%q %q: %v", c.sizes, c.only, selected)
		}
	}
}

func TestWrongHitsEndTheRun(t *testing.T) {
	r := growth[0].row("test", 3)
	rules, _, err := r.compiled(0, 3)
	if err != nil {
		t.Fatal(err)
	}
	events, hits := growth[0].events(3)
	if err := r.check(pattern.Build(rules), events, hits); err != nil {
		t.Error(err)
	}
	if err := r.check(pattern.Build(rules[:1]), events, hits); err == nil {
		t.Error("rules are missing, and nobody noticed")
	}
}

func TestChangesLeaveTheRulesAndAreCounted(t *testing.T) {
	r := growth[0].row("test", 30)
	rules, _, err := r.compiled(0, 30)
	if err != nil {
		t.Fatal(err)
	}
	set := pattern.Build(rules[:20])
	with, without := changing(&set, rules[20:], 10*time.Millisecond)
	if set.Len() != 20 || with.calls < 10 || with.calls != without.calls || with.bytes == 0 {
		t.Errorf("%d rules after %+v and %+v", set.Len(), with, without)
	}
}

func TestMeasuringCountsCallsAndWhatTheyAllocate(t *testing.T) {
	var kept [][]byte
	last := -1
	m, err := measure(5*time.Millisecond, func(i int) (int, error) {
		if i != last+1 {
			t.Fatalf("call %d after %d", i, last)
		}
		last = i
		kept = append(kept[:0], make([]byte, 1_000))
		return 2, nil
	})
	if err != nil || m.calls == 0 || m.hits != 2*m.calls || m.each(float64(m.mallocs)) < 1 || m.each(float64(m.mallocs)) > 1.1 || m.each(float64(m.bytes)) < 1_000 || m.spent <= 0 {
		t.Errorf("%+v, %v", m, err)
	}
	failed := errors.New("no")
	if _, err := measure(time.Millisecond, func(int) (int, error) { return 0, failed }); !errors.Is(err, failed) {
		t.Errorf("%v, not what the call failed with", err)
	}
}

func TestTheYardstickAnswersEachQuestion(t *testing.T) {
	var out bytes.Buffer
	if err := serveYardstick(strings.NewReader("1ms\n2ms\n"), &out); err != nil {
		t.Fatal(err)
	}
	var first, second float64
	if n, err := fmt.Sscan(out.String(), &first, &second); n != 2 || first <= 0 || second <= 0 {
		t.Errorf("%v in %q", err, out.String())
	}
	if err := serveYardstick(strings.NewReader("soon\n"), &out); err == nil {
		t.Error("no duration was taken for one")
	}
}

func TestNumbersAreWrittenToBeRead(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{round(0), "0"},
		{round(999), "999"},
		{round(1_000), "1,000"},
		{round(1_234_567.6), "1,234,568"},
		{short(0.001), "0"},
		{short(-0.18), "-0.18"},
		{short(9.999), "10.00"},
		{short(12.34), "12.3"},
		{short(62_818), "62,818"},
		{small(0.00081), "0.00081"},
		{small(0), "0"},
		{small(23.6), "23.6"},
		{short(median([]float64{3, 1, 2})), "2.00"},
		{short(median([]float64{4, 1, 2, 3})), "2.50"},
	} {
		if c.got != c.want {
			t.Errorf("%s, not %s", c.got, c.want)
		}
	}
}
