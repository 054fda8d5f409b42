package crash

import (
	"strings"
	"testing"
)

// A checker that cannot fail proves nothing: each bad history must be caught.
func TestCheckerSeesEachKindOfLoss(t *testing.T) {
	ev := func(id, kase, tag string) event {
		var e event
		e.Id, e.Detail.Case.CaseId, e.Detail.Case.Fields.Title.Value.StringValue = id, kase, tag
		return e
	}
	history := func() *history {
		return &history{Maybe: map[string]bool{"m/0": true}, Cases: map[string]*caseHistory{
			"A": {ID: "A", Changes: []change{{"a/0", "ok"}, {"a/1", "ok"}, {"a/2", "unknown"}}},
		}}
	}
	now := func(tag string) func(string) (string, error) {
		return func(string) (string, error) { return tag, nil }
	}
	good := []event{ev("1", "A", "a/0"), ev("2", "A", "a/1")}
	for name, c := range map[string]struct {
		events  []event
		current string
		want    string // part of the complaint; empty: none
	}{
		"sound, open change lost":    {good, "a/1", ""},
		"sound, open change kept":    {append(good[:2:2], ev("3", "A", "a/2")), "a/2", ""},
		"sound, open creation kept":  {append(good[:2:2], ev("3", "M", "m/0")), "a/1", ""},
		"lost event":                 {good[:1], "a/1", "lost"},
		"lost change":                {good, "a/0", "has the title"},
		"event without change":       {append(good[:2:2], ev("3", "A", "a/2")), "a/1", "has the title"},
		"change without event":       {good, "a/2", "has the title"},
		"wrong order":                {[]event{good[1], good[0]}, "a/1", "lost"},
		"twice":                      {append(good[:2:2], good[1]), "a/1", "came twice"},
		"again under another id":     {append(good[:2:2], ev("9", "A", "a/1")), "a/1", "phantom"},
		"event of a case never made": {append(good[:2:2], ev("3", "X", "x/0")), "a/1", "phantom"},
	} {
		got := strings.Join(check(history(), c.events, now(c.current)), "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: the checker says %q, want %q", name, got, c.want)
		}
	}
}
