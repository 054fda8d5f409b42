package bus

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// cursor is where a reader of traces is who follows them as they come.
//
// Positions are drawn before their transactions commit, so that a row may appear behind one that was read already. What
// is new is told by the transactions' numbers: the rows that one snapshot sees and the one before did not. So that
// not all rows need to be asked, low rises behind: a transaction draws its number before its positions, which hence
// lie above all that was there when a lower number was not drawn yet.
type cursor struct {
	done, goal store.Horizon // all that done sees is given; what goal sees beyond it is being given
	after      int64         // up to this position
	giving     bool          // no: done and goal are the same
	low        int64         // at or below it nothing new appears
	top        int64         // the highest position that done sees
	edge       int64         // transactions with numbers from edgeFrom on draw positions above it
	edgeFrom   int64
}

// startAt gives the cursor of a reader who has been given all that a snapshot sees.
func startAt(h store.Horizon, top, low int64) cursor {
	c := cursor{done: h, goal: h, top: top, low: low}
	c.edge, c.edgeFrom = top, next(h)
	c.rise()
	return c
}

// next gives the number from which on a snapshot sees no transaction.
func next(h store.Horizon) int64 {
	_, n := h.Bounds()
	return n
}

// finish ends the giving of what goal sees.
func (c *cursor) finish() {
	c.done, c.giving, c.after = c.goal, false, 0
	c.rise()
}

// rise lets low rise as far as it may.
func (c *cursor) rise() {
	below, n := c.done.Bounds()
	if below < c.edgeFrom {
		return
	}
	c.low = max(c.low, c.edge)
	c.edge, c.edgeFrom = c.top, n
	if below == n { // nothing was open
		c.low = max(c.low, c.top)
	}
}

// String gives the cursor's text.
func (c *cursor) String() string {
	after := int64(-1)
	if c.giving {
		after = c.after
	}
	return fmt.Sprintf("%d,%d,%d,%d,%d/%s/%s", c.low, c.top, c.edge, c.edgeFrom, after, c.done, c.goal)
}

// errCursor is what a text is that no tail has given.
var errCursor = errors.New("it is no cursor")

// parseCursor reads the text of a cursor; a wrong one is a fault.Invalid.
func parseCursor(text string) (c cursor, err error) {
	refuse := func(err error) (cursor, error) {
		return cursor{}, &fault.Error{Kind: fault.Invalid, Subject: SubjectTrace, Msg: "The cursor is not valid.", Err: err}
	}
	parts := strings.Split(text, "/")
	if len(parts) != 3 {
		return refuse(errCursor)
	}
	numbers := strings.Split(parts[0], ",")
	into := []*int64{&c.low, &c.top, &c.edge, &c.edgeFrom, &c.after}
	if len(numbers) != len(into) {
		return refuse(errCursor)
	}
	for i, n := range numbers {
		if *into[i], err = strconv.ParseInt(n, 10, 64); err != nil {
			return refuse(err)
		}
	}
	if c.giving = c.after >= 0; !c.giving {
		c.after = 0
	}
	if c.done, err = store.ParseHorizon(parts[1]); err != nil {
		return refuse(err)
	}
	if c.goal, err = store.ParseHorizon(parts[2]); err != nil {
		return refuse(err)
	}
	return c, nil
}
