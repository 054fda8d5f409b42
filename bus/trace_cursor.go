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
// not all rows need to be asked, low rises behind; see tide.
type cursor struct {
	done, goal store.Horizon // all that done sees is given; what goal sees beyond it is being given
	after      int64         // up to this position
	giving     bool          // no: done and goal are the same
	low        int64         // at or below it nothing new appears
	top        int64         // the highest position that was read
}

// tide is what is known of all traces: how far they are swept, and an edge. The edge is a position that was drawn before a
// number was: transactions with higher numbers draw their positions above it, because each draws its number first. So
// whoever sees that all with lower numbers are over knows that nothing new appears at the edge or below it.
type tide struct {
	swept            int64
	edge, edgeNumber int64
	ordered          bool // the store's transactions are: then every commit is an edge
}

// finish ends the giving of what goal sees.
func (c *cursor) finish(t tide) {
	c.done, c.giving, c.after = c.goal, false, 0
	c.rise(t)
}

// rise lets low rise as far as it may.
func (c *cursor) rise(t tide) {
	if t.ordered {
		c.low = max(c.low, c.top)
	} else if t.edgeNumber < c.done.Below() {
		c.low = max(c.low, t.edge)
	}
}

// String gives the cursor's text.
func (c *cursor) String() string {
	after := int64(-1)
	if c.giving {
		after = c.after
	}
	return fmt.Sprintf("%d,%d,%d/%s/%s", c.low, c.top, after, c.done, c.goal)
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
	into := []*int64{&c.low, &c.top, &c.after}
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
