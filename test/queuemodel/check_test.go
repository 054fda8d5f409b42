// Package queuemodel judges histories of what clients did with queues and what they were answered.
package queuemodel

import (
	"fmt"
	"testing"
	"time"
)

// call is when a client asked and when it heard; known is false if it never heard the answer.
type call struct {
	from, to time.Duration
	known    bool
}

// delivery is one receipt of a message, hidden for a while from some moment between its from and to.
type delivery struct {
	call
	hidden time.Duration
	count  int
}

// life is what was done with one message of a standard queue; left says that it was still there at the end.
type life struct {
	sent       call
	refused    bool
	delay      time.Duration
	deliveries []delivery
	deletes    []call
	left       bool
}

// check gives what is wrong with a message's life. Only what holds wherever inside its interval a call took effect is a complaint.
func check(l life, tolerance time.Duration) (wrong []string) {
	say := func(format string, a ...any) { wrong = append(wrong, fmt.Sprintf(format, a...)) }
	if l.refused && len(l.deliveries) > 0 {
		say("phantom: refused, and received")
	}
	if l.sent.known && !l.refused && len(l.deliveries) == 0 && !l.left {
		say("lost")
	}
	for i, d := range l.deliveries {
		if d.to+tolerance < l.sent.from+l.delay {
			say("early: received before its delay was over")
		}
		for _, del := range l.deletes {
			if del.known && del.to < d.from {
				say("back: received after its delete was answered")
			}
		}
		for _, e := range l.deliveries[i+1:] {
			if e.from > d.to && e.to+tolerance < d.from+d.hidden {
				say("twice: received while it was hidden")
			}
			if e.from > d.to && e.count <= d.count {
				say("count: %d after %d", e.count, d.count)
			}
		}
	}
	return wrong
}

// A checker that cannot fail proves nothing: each bad history must be caught.
func TestCheckerSeesEachBrokenRule(t *testing.T) {
	at := func(from, to time.Duration) call { return call{from * time.Second, to * time.Second, true} }
	got := func(from, to time.Duration, count int) delivery {
		return delivery{at(from, to), 5 * time.Second, count}
	}
	cut := call{0, time.Second, false}
	for name, c := range map[string]struct {
		life life
		want string // how the one complaint begins; empty: none
	}{
		"received and deleted":      {life{sent: at(0, 1), deliveries: []delivery{got(2, 3, 1)}, deletes: []call{at(4, 5)}}, ""},
		"left":                      {life{sent: at(0, 1), left: true}, ""},
		"again when visible":        {life{sent: at(0, 1), deliveries: []delivery{got(2, 3, 1), got(8, 9, 2)}}, ""},
		"unheard send that is gone": {life{sent: cut}, ""},
		"unheard send that came":    {life{sent: cut, deliveries: []delivery{got(2, 3, 1)}}, ""},
		"lost":                      {life{sent: at(0, 1)}, "lost"},
		"phantom":                   {life{sent: at(0, 1), refused: true, deliveries: []delivery{got(2, 3, 1)}}, "phan"},
		"early":                     {life{sent: at(0, 1), delay: 9 * time.Second, deliveries: []delivery{got(2, 3, 1)}}, "earl"},
		"after its delete":          {life{sent: at(0, 1), deliveries: []delivery{got(2, 3, 1), got(8, 9, 2)}, deletes: []call{at(4, 5)}}, "back"},
		"while hidden":              {life{sent: at(0, 1), deliveries: []delivery{got(2, 3, 1), got(4, 5, 2)}}, "twic"},
		"count stands still":        {life{sent: at(0, 1), deliveries: []delivery{got(2, 3, 1), got(8, 9, 1)}}, "coun"},
	} {
		wrong := check(c.life, 100*time.Millisecond)
		if c.want == "" && len(wrong) > 0 || c.want != "" && (len(wrong) != 1 || wrong[0][:4] != c.want) {
			t.Errorf("%s: the checker says %q, want %q", name, wrong, c.want)
		}
	}
}
