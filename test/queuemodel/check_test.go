package queuemodel

import (
	"strings"
	"testing"
	"time"
)

// at is a call between two seconds that was answered.
func at(from, to int) call {
	return call{time.Duration(from) * time.Second, time.Duration(to) * time.Second, done}
}

// as changes a call's outcome.
func (c call) as(outcome string) call {
	c.Outcome = outcome
	return c
}

// simple is a message of the standard queue that was sent in the first second.
func simple() *sent { return &sent{call: at(0, 1), Queue: standard, Token: "t", ID: "m"} }

// got is a delivery of it, which hides it for five seconds.
func got(from, to, count int) *delivery {
	return &delivery{call: at(from, to), Queue: standard, ID: "m", Token: "t", Hidden: 5 * time.Second, Count: count}
}

// in puts a message in another queue.
func in(queue string, s *sent) *sent {
	s.Queue = queue
	return s
}

// from makes a delivery one of another message, from another queue, with the same token.
func from(queue, id string, d *delivery) *delivery {
	d.Queue, d.ID = queue, id
	return d
}

// ordered is a message of a group.
func ordered(token, dedup, sequence string, from int) *sent {
	return &sent{call: at(from, from+1), Queue: fifo, Token: token, Group: "g", Dedup: dedup, ID: "m" + sequence, Sequence: sequence}
}

// came is a delivery of it.
func came(token, dedup, sequence string, from, count int) *delivery {
	return &delivery{
		call: at(from, from+1), Queue: fifo, ID: "m" + sequence, Token: token, Hidden: 5 * time.Second, Count: count,
		Group: "g", Dedup: dedup, Sequence: sequence, Receive: from,
	}
}

// deleted is a deletion by a delivery's handle.
func deleted(d *delivery, from, to int) *settled { return &settled{call: at(from, to), Of: d} }

func TestEachBrokenRuleIsSeen(t *testing.T) {
	first, again, late := got(2, 3, 1), got(9, 10, 2), got(4, 5, 2)
	again2 := got(30, 31, 2)
	a, b := came("a", "x", "01", 4, 1), came("b", "y", "02", 6, 1)
	twoSends := []*sent{ordered("a", "x", "01", 0), ordered("b", "y", "02", 2)}
	for name, c := range map[string]struct {
		h    *history
		want string // how the one complaint begins; empty: there is none
	}{
		"received and deleted":               {&history{Sent: []*sent{simple()}, Deliveries: []*delivery{first}, Deletes: []*settled{deleted(first, 4, 5)}}, ""},
		"received again when it was visible": {&history{Sent: []*sent{simple()}, Deliveries: []*delivery{first, again}, Deletes: []*settled{deleted(again, 10, 11)}}, ""},
		"a deletion that nobody heard of":    {&history{Sent: []*sent{simple()}, Deliveries: []*delivery{first, again}, Deletes: []*settled{{call: at(4, 5).as(unheard), Of: first}}}, ""},
		"a send that nobody heard of":        {&history{Sent: []*sent{{call: at(0, 1).as(unheard), Queue: standard, Token: "t"}}}, ""},
		"shown again": {&history{
			Sent: []*sent{simple()}, Deliveries: []*delivery{first, late}, Changes: []*settled{{call: at(3, 4), Of: first}}, Deletes: []*settled{deleted(late, 6, 7)},
		}, ""},
		"purged": {&history{Sent: []*sent{in(scrap, simple())}, Purges: []call{at(2, 3)}}, ""},
		"in order": {&history{
			Sent: twoSends, Deliveries: []*delivery{a, b}, Deletes: []*settled{deleted(a, 5, 6), deleted(b, 7, 8)},
		}, ""},

		"lost":                  {&history{Sent: []*sent{simple()}}, "lost"},
		"lost after a delivery": {&history{Sent: []*sent{simple()}, Deliveries: []*delivery{first}}, "lost"},
		"phantom":               {&history{Deliveries: []*delivery{first}}, "phantom"},
		"refused and received": {&history{
			Sent: []*sent{{call: at(0, 1).as(refused), Queue: standard, Token: "t"}}, Deliveries: []*delivery{first},
		}, "phantom"},
		"before its delay": {&history{
			Sent: []*sent{{call: at(0, 1), Queue: standard, Token: "t", Delay: 9 * time.Second}}, Deliveries: []*delivery{first}, Deletes: []*settled{deleted(first, 4, 5)},
		}, "early"},
		"after its deletion": {&history{
			Sent: []*sent{simple()}, Deliveries: []*delivery{first, again}, Deletes: []*settled{deleted(first, 4, 5)},
		}, "back"},
		"after a purge": {&history{Sent: []*sent{in(scrap, simple())}, Deliveries: []*delivery{from(scrap, "m", got(9, 10, 1))}, Purges: []call{at(2, 3)}}, "purged"},
		"while it was hidden": {&history{
			Sent: []*sent{simple()}, Deliveries: []*delivery{first, late}, Deletes: []*settled{deleted(late, 6, 7)},
		}, "twice"},
		"while it was hidden for longer": {&history{
			Sent: []*sent{simple()}, Deliveries: []*delivery{first, again}, Deletes: []*settled{deleted(again, 11, 12)},
			Changes: []*settled{{call: at(4, 5), Of: first, Hidden: time.Minute}},
		}, "twice"},
		"a count that stands still": {&history{
			Sent: []*sent{simple()}, Deliveries: []*delivery{first, got(9, 10, 1)}, Deletes: []*settled{deleted(first, 11, 12)},
		}, "count"},
		"one deduplication id, two messages": {&history{
			Sent: []*sent{ordered("a", "x", "01", 0), ordered("b", "x", "02", 2)}, Deletes: []*settled{deleted(came("a", "x", "01", 4, 1), 5, 6)},
		}, "dedup"},
		"a group's message lost": {&history{Sent: twoSends, Deliveries: []*delivery{a}, Deletes: []*settled{deleted(a, 5, 6)}}, "lost"},
		"numbers that fall": {&history{
			Sent:    []*sent{ordered("a", "x", "02", 0), ordered("b", "y", "01", 2)},
			Deletes: []*settled{deleted(came("a", "x", "02", 9, 1), 9, 10), deleted(came("b", "y", "01", 9, 1), 9, 10)},
		}, "order"},
		"deliveries out of order": {&history{
			Sent: twoSends, Deliveries: []*delivery{came("a", "x", "01", 6, 1), came("b", "y", "02", 4, 1)},
			Deletes: []*settled{deleted(came("a", "x", "01", 6, 1), 7, 8), deleted(came("b", "y", "02", 4, 1), 5, 6)},
		}, "order"},
		"behind one in flight": {&history{
			Sent: twoSends, Deliveries: []*delivery{a, b}, Deletes: []*settled{deleted(a, 8, 9), deleted(b, 7, 8)},
		}, "blocked"},
		"a message with two deduplication ids": {&history{
			Sent: []*sent{ordered("a", "x", "01", 0), ordered("b", "y", "01", 0)}, Deletes: []*settled{deleted(came("a", "x", "01", 4, 1), 5, 6), deleted(came("b", "y", "01", 4, 1), 5, 6)},
		}, "dedup"},
		"once more than allowed": {&history{
			Sent: []*sent{simple()}, Deliveries: []*delivery{got(2, 3, maxReceives+1)}, Deletes: []*settled{deleted(first, 4, 5)},
		}, "spent"},
		"dead too soon": {&history{
			Sent: []*sent{simple()}, Deliveries: []*delivery{first, from(dead, "m", got(9, 10, 2))}, Deletes: []*settled{deleted(from(dead, "m", got(9, 10, 2)), 11, 12)},
		}, "dead"},
		"alive again": {&history{
			Sent: []*sent{simple()}, Deletes: []*settled{deleted(got(40, 41, 3), 42, 43)},
			Deliveries: []*delivery{first, again, from(dead, "m", got(20, 21, 3)), got(40, 41, 3)},
		}, "both"},
		"deleted where it was no more": {&history{
			Sent: []*sent{simple()}, Deletes: []*settled{deleted(first, 22, 23)},
			Deliveries: []*delivery{first, again, got(15, 16, 3), from(dead, "m", got(20, 21, 4))},
		}, "lost"},
		"moved and still there": {&history{
			Sent: []*sent{simple()}, Deletes: []*settled{deleted(got(50, 51, 2), 52, 53)},
			Deliveries: []*delivery{first, from(standard, "n", got(20, 21, 1)), again2, from(standard, "n", got(40, 41, 2))},
		}, "twofold"},
		"by a handle whose time is over": {&history{
			Sent: twoSends[:1], Deliveries: []*delivery{a}, Deletes: []*settled{deleted(a, 20, 21)},
		}, "expired"},
	} {
		wrong := c.h.check()
		if c.want == "" && len(wrong) > 0 || c.want != "" && (len(wrong) != 1 || !strings.HasPrefix(wrong[0], c.want)) {
			t.Errorf("%s: the complaints are %q, want %q", name, wrong, c.want)
		}
	}
}
