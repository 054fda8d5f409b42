package model

import (
	"strings"
	"testing"
	"time"
)

// A comparison that cannot fail proves nothing: what is wrong in each way must be seen.
func TestComparisonSeesWhatIsWrong(t *testing.T) {
	event := func(title string) object {
		return normal(object{"detail": object{"changedFieldIds": []string{"title", "status"}, "case": object{"title": title}}}).(object)
	}
	turned := normal(object{"detail": object{"changedFieldIds": []string{"status", "title"}, "case": object{"title": "a"}}}).(object)
	for name, c := range map[string]struct {
		got, want []object
		says      string // part of the complaint; empty: none
	}{
		"the same":              {[]object{event("a"), event("b")}, []object{event("a"), event("b")}, ""},
		"ids in another order":  {[]object{turned}, []object{event("a")}, ""},
		"lost":                  {[]object{event("a")}, []object{event("a"), event("b")}, "lost"},
		"phantom":               {[]object{event("a"), event("b")}, []object{event("a")}, "phantom"},
		"out of order":          {[]object{event("b"), event("a")}, []object{event("a"), event("b")}, ".detail.case.title"},
		"another value":         {[]object{event("c")}, []object{event("a")}, `got "c", want "a"`},
		"a member that is gone": {[]object{{"detail": object{}}}, []object{event("a")}, ".detail.case"},
	} {
		err := differEvents("server", c.got, c.want)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	search := read("SearchCases", object{"domainId": "d"})
	found := func(ids ...any) object {
		return normal(object{"cases": append([]any{}, ids...), "totalCount": len(ids)}).(object)
	}
	for name, c := range map[string]struct {
		got  answer
		want outcome
		says string
	}{
		"the same":      {answer{out: found("a", "b")}, said(found("a", "b")), ""},
		"another order": {answer{out: found("b", "a")}, said(found("a", "b")), ".cases[0]"},
		"one too few":   {answer{out: found("a")}, said(found("a", "b")), "1 elements, not 2"},
		"a failure":     {answer{code: notFound}, said(found()), notFound},
		"a success":     {answer{out: found()}, refused(invalid), invalid},
		"another error": {answer{code: notFound}, refused(invalid), notFound},
		"not counted":   {answer{out: object{"cases": []any{}}}, said(found()), ".totalCount"},
	} {
		err := differ("server", search, c.got, c.want)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

func TestInstantsBelongToTheirCalls(t *testing.T) {
	m := newNames()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	m.carriedOut(7, at, at.Add(3*time.Millisecond))
	m.carriedOut(9, at.Add(5*time.Millisecond), at.Add(6*time.Millisecond))
	for instant, want := range map[string]string{
		"2026-03-01T12:00:00.002Z":    "«t7»",
		"2026-03-01T12:00:00.003Z":    "two instants of one call: 2026-03-01T12:00:00.002Z and 2026-03-01T12:00:00.003Z",
		"2026-03-01T12:00:00.004Z":    "2026-03-01T12:00:00.004Z",
		"2026-03-01T12:00:00.006789Z": "«t9»",
		"2026-03-02T12:00:00.005Z":    "«t9+1440»",
		"2027-03-01T12:00:00.000Z":    "«t7+525600»",
		"2001-02-03T04:05:06Z":        "2001-02-03T04:05:06Z",
	} {
		if strings.HasPrefix(want, "two") {
			m.text("2026-03-01T12:00:00.002Z")
		}
		if got := m.text(instant); got != want {
			t.Errorf("%s is %s, want %s", instant, got, want)
		}
	}
}

func TestShrinkFindsTheCallsThatMatter(t *testing.T) {
	var all []call
	for n := range 100 {
		op := "UpdateCase"
		if n%3 == 0 {
			op = "GetCase"
		}
		all = append(all, call{N: n, Op: op})
	}
	tries := 0
	replay := func(list []call) error {
		tries++
		seen := map[int]bool{}
		for _, c := range list {
			seen[c.N] = true
		}
		if seen[17] && seen[40] && seen[99] {
			return errUnheard
		}
		return nil
	}
	shortest, err := shrink(all, replay)
	if err == nil || len(shortest) != 3 || shortest[0].N != 17 || shortest[1].N != 40 || shortest[2].N != 99 {
		t.Errorf("after %d tries: %v, %v", tries, shortest, err)
	}
	if shortest, err := shrink(all[:50], replay); shortest != nil || err != nil {
		t.Errorf("what does not fail is shrunk to %v, %v", shortest, err)
	}
}
