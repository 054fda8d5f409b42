package courier

import (
	"math/rand/v2"
	"time"
)

// Waits between attempts. AWS does not tell its own; with these, EventBridge's 185 retries take about a day.
const (
	firstWait = time.Second
	maxWait   = 15 * time.Minute
)

// jitter gives a duration in (0, most].
func jitter(most time.Duration) time.Duration { return 1 + rand.N(most) }

// longest gives the longest wait after so many attempts: it doubles each time. How long it is indeed is drawn from
// all of it, so that what failed together does not come back together.
func longest(attempts int) time.Duration {
	const doublings = 10 // more would be past maxWait
	return min(firstWait<<min(attempts-1, doublings), maxWait)
}
