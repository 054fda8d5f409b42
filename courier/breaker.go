package courier

import "time"

// When a breaker opens, and how often the target is asked then.
const (
	breakAfter = 20 // failures in a row
	minGap     = time.Second
	maxGap     = 30 * time.Second
)

// verdict is what an attempt says about the target.
type verdict int

// Verdicts.
const (
	silent  verdict = iota // nothing: there was no attempt, or it failed for a reason of the event's own
	answers                // it took an event
	fails                  // it did not, and may later
)

// breaker keeps a target that fails from being asked by all that waits for it: while it is open there is one
// attempt at a time, a probe, with growing gaps between. The zero value is closed.
type breaker struct {
	failures int // in a row
	open     bool
	gap      time.Duration
	next     time.Time // of an open one: when the next probe may begin
	probing  bool
}

// allows says whether an attempt may begin.
func (b *breaker) allows(now time.Time) bool {
	return !b.open || !b.probing && !now.Before(b.next)
}

// begin notes that an attempt begins, and says whether it is a probe.
func (b *breaker) begin() bool {
	b.probing = b.open
	return b.open
}

// end notes how an attempt went, and says whether that has opened or closed the breaker.
func (b *breaker) end(v verdict, probe bool, now time.Time) (changed bool) {
	if probe {
		b.probing = false
	}
	switch {
	case v == answers:
		changed = b.open
		*b = breaker{}
	case v == silent:
		if probe {
			b.next = now
		}
	case b.open && probe:
		b.gap = min(2*b.gap, maxGap)
		b.next = now.Add(b.gap)
	case !b.open:
		if b.failures++; b.failures >= breakAfter {
			b.open, b.gap, b.next, changed = true, minGap, now.Add(minGap), true
		}
	}
	return changed
}
