package loggroup

import (
	"strconv"
	"time"

	"github.com/casestream/casestream/store"
)

// Event is a log event as it is put.
type Event struct {
	Time    int64 // in milliseconds since 1970
	Message string
}

// Position is the place of an event in its group and its stream: they are in the order of their times, and those of
// one time in the order in which they came. The zero value is before all.
type Position struct{ Time, Seq int64 }

// Stored is a log event as it is read.
type Stored struct {
	Event
	Position
	Ingested int64  // when it came, in milliseconds
	Stream   string // its stream's name; only of a search
}

// Bounds that CloudWatch Logs has for what one PutLogEvents may bring.
const (
	maxBatchBytes = 1 << 20 // an event counts with its message and eventBytes
	eventBytes    = 26
	maxSpan       = 24 * time.Hour
	maxFuture     = 2 * time.Hour
	maxAge        = 14 * 24 * time.Hour
)

// Rejected says which events of a batch were not stored; those of the others were.
type Rejected struct {
	Expired int // so many at the beginning lie before the retention of their group
	TooOld  int // so many at the beginning are too old, expired ones not among them
	TooNew  int // the events from this one on lie too far ahead; -1: none
}

// Any says whether events were rejected.
func (r Rejected) Any() bool { return r.Expired > 0 || r.TooOld > 0 || r.TooNew >= 0 }

// checkBatch refuses a batch that CloudWatch Logs takes nothing of.
func checkBatch(events []Event) error {
	bytes := 0
	for i, e := range events {
		if bytes += len(e.Message) + eventBytes; i > 0 && e.Time < events[i-1].Time {
			return invalid("Log events in a single PutLogEvents request must be in chronological order.")
		}
	}
	if bytes > maxBatchBytes {
		return invalid("Upload too large: " + strconv.Itoa(bytes) + " bytes exceeds limit of " + strconv.Itoa(maxBatchBytes))
	}
	if n := len(events); n > 0 && events[n-1].Time-events[0].Time > maxSpan.Milliseconds() {
		return invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
	}
	return nil
}

// Put stores a batch of events in a stream, as PutLogEvents does: all but those whose times are too far off.
func (g *Groups) Put(tx *store.Tx, group, stream string, events []Event) (Rejected, error) {
	none := Rejected{TooNew: -1}
	if err := checkBatch(events); err != nil {
		return none, err
	}
	in, err := g.Group(tx, group)
	if err != nil {
		return none, err
	}
	to, err := g.Stream(tx, in, stream)
	if err != nil {
		return none, err
	}
	kept, rejected := in.sift(events, tx.Now())
	entries := make([]Entry, len(kept))
	for i, e := range kept {
		entries[i] = Entry{To: to, Event: e}
	}
	return rejected, g.Append(tx, entries)
}

// sift takes the events out of a batch whose times are too far off.
func (group *Group) sift(events []Event, now time.Time) ([]Event, Rejected) {
	r := Rejected{TooNew: -1}
	expired, old, ahead := group.oldest(now), now.Add(-maxAge).UnixMilli(), now.Add(maxFuture).UnixMilli()
	first, last := 0, len(events)
	for first < last && (events[first].Time < expired || events[first].Time < old) {
		if events[first].Time < expired {
			r.Expired = first + 1
		} else {
			r.TooOld = first + 1
		}
		first++
	}
	for last > first && events[last-1].Time > ahead {
		last--
		r.TooNew = last
	}
	return events[first:last], r
}

// Entry is an event on its way to a stream.
type Entry struct {
	To *Stream
	Event
}

// Append stores events whose times are taken as they are.
func (g *Groups) Append(tx *store.Tx, entries []Entry) error {
	if err := insertEvents(tx, entries); err != nil {
		return err
	}
	tx.AfterCommit(func() { g.count.stored.Add(int64(len(entries))) })
	return nil
}

// Acceptable says whether PutLogEvents would take an event of a time.
func (group *Group) Acceptable(at int64, now time.Time) bool {
	kept, _ := group.sift([]Event{{Time: at}}, now)
	return len(kept) == 1
}
