package loggroup

import (
	"math"
	"slices"

	"github.com/casestream/casestream/store"
)

// Bounds of an answer: so many events, or so many bytes of messages, though always one event.
const (
	maxEvents = 10_000
	maxBytes  = 1 << 20
)

// Page says which events of a stream are read.
type Page struct {
	From, Before int64 // their times, in milliseconds; Before 0: no end
	// At is where an earlier page ended. Without it the page is at the beginning of the stream, or, Backward, at its end.
	At       *Position
	Backward bool // the events ahead of At, or the last ones, instead of those behind it
	Limit    int  // 0: as many as an answer may have
}

// Read reads events of a stream, in their order.
func (g *Groups) Read(tx *store.Tx, group *Group, stream *Stream, p Page) (list []Stored, err error) {
	s := open(max(p.From, group.oldest(tx.Now())), math.MaxInt64)
	if p.Before > 0 {
		s.before.Time = p.Before
	}
	statement := streamForward
	if p.Backward {
		statement = streamBackward
	}
	switch {
	case p.At != nil && p.Backward:
		s = s.ahead(*p.At)
	case p.At != nil:
		s = s.behind(*p.At)
	}
	bytes := 0
	err = walk(tx, statement, stream.id, s, limitOf(p.Limit), func(r *row) error {
		if bytes += len(r.message) + eventBytes; bytes > maxBytes && len(list) > 0 {
			return store.ErrEnough
		}
		list = append(list, r.keep())
		return nil
	})
	if p.Backward {
		slices.Reverse(list)
	}
	return list, err
}

// limitOf gives how many events an answer may have that was asked for so many.
func limitOf(asked int) int {
	if asked <= 0 {
		return maxEvents
	}
	return min(asked, maxEvents)
}
