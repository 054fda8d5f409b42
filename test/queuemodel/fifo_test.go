package queuemodel

import (
	"fmt"
	"testing"
	"time"
)

// taken is a delivery of a FIFO group's message, of which id is the deduplication id; deleted is when its answered delete was asked for, 0 if never.
type taken struct {
	delivery
	id, sequence string
	deleted      time.Duration
}

// checkGroup gives what is wrong with a group's deliveries, of one consumer after another; no id may have been sent again after its five minutes.
func checkGroup(group []taken, tolerance time.Duration) (wrong []string) {
	sequences, last := map[string]string{}, ""
	for i, d := range group {
		known, again := sequences[d.id]
		switch {
		case again && known != d.sequence:
			wrong = append(wrong, fmt.Sprintf("dedup: %s is %s and %s", d.id, known, d.sequence))
		case !again && d.sequence <= last:
			wrong = append(wrong, fmt.Sprintf("order: %s after %s", d.sequence, last))
		}
		sequences[d.id], last = d.sequence, max(last, d.sequence)
		for _, before := range group[:i] {
			free := before.from + before.hidden
			if before.deleted > 0 {
				free = min(free, before.deleted)
			}
			if d.from > before.to && d.to+tolerance < free {
				wrong = append(wrong, fmt.Sprintf("blocked: %s came while %s was in flight", d.id, before.id))
			}
		}
	}
	return wrong
}

// As for standard queues: each rule is broken once.
func TestCheckerSeesEachBrokenRuleOfAGroup(t *testing.T) {
	got := func(id, sequence string, from, deleted time.Duration) taken {
		c := call{from * time.Second, (from + 1) * time.Second, true}
		return taken{delivery{c, 5 * time.Second, 1}, id, sequence, deleted * time.Second}
	}
	for name, c := range map[string]struct {
		group []taken
		want  string // how the one complaint begins; empty: none
	}{
		"in order":           {[]taken{got("a", "01", 0, 2), got("b", "02", 3, 0)}, ""},
		"one receive of two": {[]taken{got("a", "01", 0, 0), got("b", "02", 0, 0)}, ""},
		"again when visible": {[]taken{got("a", "01", 0, 0), got("a", "01", 7, 0)}, ""},
		"out of order":       {[]taken{got("b", "02", 0, 2), got("a", "01", 3, 0)}, "orde"},
		"while in flight":    {[]taken{got("a", "01", 0, 0), got("b", "02", 2, 0)}, "bloc"},
		"one id twice":       {[]taken{got("a", "01", 0, 2), got("a", "02", 3, 0)}, "dedu"},
	} {
		wrong := checkGroup(c.group, 100*time.Millisecond)
		if c.want == "" && len(wrong) > 0 || c.want != "" && (len(wrong) != 1 || wrong[0][:4] != c.want) {
			t.Errorf("%s: the checker says %q, want %q", name, wrong, c.want)
		}
	}
}
