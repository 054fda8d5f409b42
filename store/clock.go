package store

import (
	"sync"
	"time"
)

// clock gives instants that never go back, whatever the system's clock does. While that is behind what was
// given already, because somebody has set it back, the clock goes on by the time that really passes, a little
// slower, until the system's clock has caught up: were it to stand still, nothing that waits would ever be due.
type clock struct {
	now func() time.Time

	mu   sync.Mutex
	last int64     // microseconds: what was given last
	read time.Time // the system's clock when last was given
}

// slower is the part of the passing time that the clock leaves out while it waits for the system's.
const slower = 8

// tick gives the time, in UTC and whole microseconds.
func (c *clock) tick() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if at := now.UnixMicro(); at >= c.last {
		c.last, c.read = at, now
		return time.UnixMicro(at).UTC()
	}
	// The difference of two readings is that of the machine's monotonic clock, where they have one.
	switch passed := now.Sub(c.read).Microseconds(); {
	case passed < 0:
		c.read = now
	case passed >= slower:
		c.last += passed - passed/slower
		c.read = c.read.Add(time.Duration(passed) * time.Microsecond)
	}
	return time.UnixMicro(c.last).UTC()
}
