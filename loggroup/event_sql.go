package loggroup

import (
	"math"

	"github.com/casestream/casestream/store"
)

// eventInsertion appends log events.
var eventInsertion = store.NewMany(`INSERT INTO loggroup_event (group_id, stream_id, time, ingested_at, message) VALUES `, `(?, ?, ?, ?, ?)`, ``)

// insertEvents appends log events.
func insertEvents(tx *store.Tx, entries []Entry) error {
	args := eventInsertion.Args(len(entries))
	for _, e := range entries {
		args = append(args, e.To.group, e.To.id, e.Time, tx.Now().UnixMilli(), []byte(e.Message))
	}
	return eventInsertion.Exec(tx, args)
}

// span is what lies between two places, without them.
type span struct{ after, before Position }

// open is the span of the times from one to another, both with it.
func open(from, to int64) span {
	s := span{after: Position{Time: from}, before: Position{Time: math.MaxInt64}}
	if to < math.MaxInt64 {
		s.before.Time = to + 1
	}
	return s
}

// behind narrows a span to what is behind a place.
func (s span) behind(p Position) span {
	if p.less(s.after) {
		return s
	}
	s.after = p
	return s
}

// ahead narrows a span to what is ahead of a place.
func (s span) ahead(p Position) span {
	if s.before.less(p) {
		return s
	}
	s.before = p
	return s
}

// less says whether a place comes before another.
func (p Position) less(q Position) bool {
	return p.Time < q.Time || p.Time == q.Time && p.Seq < q.Seq
}

// row is a log event on its way out of the database: its message is gone with the next one.
type row struct {
	Position
	stream, ingested int64
	message          store.RawBytes
}

// keep makes an event of a row.
func (r *row) keep() Stored {
	return Stored{Event: Event{r.Time, string(r.message)}, Position: r.Position, Ingested: r.ingested}
}

// The statements that walk over events: those of a stream in either direction, and those of a group.
const (
	columns = `SELECT time, seq, stream_id, ingested_at, message FROM loggroup_event `

	streamForward  = columns + `WHERE stream_id = ? AND (time, seq) > (?, ?) AND (time, seq) < (?, ?) ORDER BY time, seq LIMIT ?`
	streamBackward = columns + `WHERE stream_id = ? AND (time, seq) > (?, ?) AND (time, seq) < (?, ?) ORDER BY time DESC, seq DESC LIMIT ?`
	groupForward   = columns + `WHERE group_id = ? AND (time, seq) > (?, ?) AND (time, seq) < (?, ?) ORDER BY time, seq LIMIT ?`
)

// walk shows a statement's events within a span to fn, until that returns store.ErrEnough.
func walk(tx *store.Tx, statement string, of int64, s span, limit int, fn func(*row) error) error {
	var r row
	return tx.Each(statement, []any{of, s.after.Time, s.after.Seq, s.before.Time, s.before.Seq, limit}, func(scan store.Scan) error {
		if err := scan(&r.Time, &r.Seq, &r.stream, &r.ingested, &r.message); err != nil {
			return err
		}
		return fn(&r)
	})
}
