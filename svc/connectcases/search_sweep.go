package connectcases

import (
	"time"
)

// settleAfter is how long rows of cases_recent stay at least after newer ones have taken their place: a search
// may be read page by page for so long.
const settleAfter = 15 * time.Minute

// settle dates an update of the case. The sweep may remove rows of cases_recent that are older than one that has
// itself been there for settleAfter: SettlingAt becomes such a one in time, and SettledAt is one already, for a
// case that is updated so often that SettlingAt never does.
func (c *Case) settle(at time.Time) {
	if c.SettlingAt.Before(at.Add(-settleAfter)) {
		c.SettledAt, c.SettlingAt = c.SettlingAt, at
	}
	c.UpdatedAt = at
}
