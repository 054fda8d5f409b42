package bus

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/casestream/casestream/store"
)

// traceRows appends traces; tracePositions also gives their positions.
var (
	traceRows      = store.NewMany(insertTrace, insertTraceRow, ``)
	tracePositions = store.NewMany(insertTrace, insertTraceRow, ` RETURNING position`)
)

// The text of both.
const (
	insertTrace    = `INSERT INTO bus_trace (number, came_at, event_id, outcome, event) VALUES `
	insertTraceRow = `(?, ?, ?, ?, ?)`
)

// insertTraces appends traces in their order; positions says whether they are to know theirs.
func insertTraces(tx *store.Tx, list []*tracing, positions bool) error {
	// The number is drawn before any position is: tails rely on it.
	number, err := tx.Number()
	if err != nil {
		return err
	}
	args := traceRows.Args(len(list))
	var outcome []byte
	for _, t := range list {
		outcome = t.append(outcome[:0])
		args = append(args, number, tx.Micros(), t.event.ID, string(outcome), t.text)
	}
	if !positions {
		return traceRows.Exec(tx, args)
	}
	drawn := make([]int64, 0, len(list))
	err = tracePositions.Each(tx, args, func(scan store.Scan) error {
		var position int64
		err := scan(&position)
		drawn = append(drawn, position)
		return err
	})
	if err != nil {
		return err
	}
	if len(drawn) != len(list) {
		return fmt.Errorf("%d of %d traces were stored", len(drawn), len(list))
	}
	slices.Sort(drawn) // rows are numbered in their order, and come back in any
	for i, t := range list {
		t.position = drawn[i]
	}
	return nil
}

// traceColumns are what scanTrace reads.
const traceColumns = `position, number, came_at, outcome, event`

// scanTrace reads a row of traceColumns.
func scanTrace(scan store.Scan) (r traceRow, err error) {
	var event store.RawBytes
	err = scan(&r.position, &r.number, &r.cameAt, &r.outcome, &event)
	r.event = slices.Clone([]byte(event))
	return r, err
}

// listTraces reads the next traces that a query may ask for, and says whether there are more behind them.
func listTraces(tx *store.Tx, q *TraceQuery) (list []traceRow, more bool, err error) {
	limit := traceScan + 1
	if q.first {
		limit = 1
	}
	query, args := `SELECT `+traceColumns+` FROM bus_trace WHERE position < ? ORDER BY position DESC LIMIT ?`, []any{q.Before, limit}
	if q.EventID != "" {
		if !storable(q.EventID) {
			return nil, false, nil
		}
		query, args = `SELECT `+traceColumns+` FROM bus_trace WHERE event_id = ? AND position < ? ORDER BY position DESC LIMIT ?`,
			[]any{q.EventID, q.Before, limit}
	}
	bytes := 0
	free := q.Pattern == nil && q.State == "" && q.Bus == "" && q.From.IsZero() && q.To.IsZero() // each row is one of the page
	err = tx.Each(query, args, func(scan store.Scan) error {
		if len(list) == traceScan || bytes >= traceBytes || free && len(list) > q.Limit {
			more = true
			return store.ErrEnough
		}
		r, err := scanTrace(scan)
		if err != nil {
			return err
		}
		if !q.From.IsZero() && r.cameAt < q.From.Add(-traceSlack).UnixMicro() {
			return store.ErrEnough
		}
		bytes += len(r.event)
		list = append(list, r)
		return nil
	})
	return list, more, err
}

// insertAttempt stores an attempt, in place of another one of its number: two nodes may have tried at the same time.
func insertAttempt(tx *store.Tx, trace int64, a *attemptRow) error {
	text, err := json.Marshal(&a.tracedAttempt)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO bus_attempt (trace, target, number, at, outcome) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (trace, target, number) DO UPDATE SET at = excluded.at, outcome = excluded.outcome`,
		trace, a.target, a.number, a.at, string(text))
	if err == nil && a.number-lastAttempts > firstAttempts {
		_, err = tx.Exec(`DELETE FROM bus_attempt WHERE trace = ? AND target = ? AND number = ?`, trace, a.target, a.number-lastAttempts)
	}
	return err
}

// listAttempts reads the attempts of a trace.
func listAttempts(tx *store.Tx, trace int64) ([]attemptRow, error) {
	return store.List(tx, `SELECT target, number, at, outcome FROM bus_attempt WHERE trace = ? ORDER BY target, number`, []any{trace},
		func(scan store.Scan) (a attemptRow, err error) {
			var text string
			if err = scan(&a.target, &a.number, &a.at, &text); err == nil {
				err = json.Unmarshal([]byte(text), &a.tracedAttempt)
			}
			return a, err
		})
}

// newTraces reads the next rows that a cursor has not given, up to its goal, and says whether there are more behind them.
func newTraces(tx *store.Tx, c *cursor) (list []traceRow, more bool, err error) {
	bytes, seen, last := 0, 0, int64(0)
	err = tx.Each(`SELECT `+traceColumns+` FROM bus_trace WHERE position > ? AND number >= ? ORDER BY position LIMIT ?`,
		[]any{max(c.low, c.after), c.done.Below(), traceScan + 1}, func(scan store.Scan) error {
			if more = seen == traceScan || bytes >= traceBytes; more {
				return store.ErrEnough
			}
			seen++
			r, err := scanTrace(scan)
			if err != nil {
				return err
			}
			if last = r.position; !c.done.Sees(r.number) && c.goal.Sees(r.number) {
				list = append(list, r)
				bytes += len(r.event)
			}
			return nil
		})
	if more && len(list) == 0 {
		c.after = last // all of these were given, or are not to be given yet
	}
	return list, more, err
}

// topTrace gives the highest position that a snapshot sees; 0: there is none.
func topTrace(tx *store.Tx, h store.Horizon) (top int64, err error) {
	err = tx.Each(`SELECT position, number FROM bus_trace ORDER BY position DESC`, nil, func(scan store.Scan) error {
		var position, number int64
		if err := scan(&position, &number); err != nil || !h.Sees(number) {
			return err
		}
		top = position
		return store.ErrEnough
	})
	return top, err
}

// getTide reads how far the sweep has come, and the edge.
func getTide(tx *store.Tx) (t tide, err error) {
	_, err = tx.Get(`SELECT swept_to, edge, edge_number FROM bus_trace_sweep WHERE id = 1`, nil, &t.swept, &t.edge, &t.edgeNumber)
	return t, err
}

// setEdge stores an edge, drawn before the transaction has a number; not where another node is at the row.
func setEdge(tx *store.Tx, edge int64) error {
	number, err := tx.Number()
	if err != nil {
		return err
	}
	if _, ok, err := lockTraceSweep(tx); err != nil || !ok {
		return err
	}
	_, err = tx.Exec(`UPDATE bus_trace_sweep SET edge = ?, edge_number = ? WHERE id = 1 AND edge < ?`, edge, number, edge)
	return err
}

// sweptTo tells how far the sweep has come.
func sweptTo(tx *store.Tx) (position int64, err error) {
	_, err = tx.Get(`SELECT swept_to FROM bus_trace_sweep WHERE id = 1`, nil, &position)
	return position, err
}

// lockTraceSweep is sweptTo for the one who sweeps; not ok when another node does.
func lockTraceSweep(tx *store.Tx) (position int64, ok bool, err error) {
	ok, err = tx.Get(`SELECT swept_to FROM bus_trace_sweep WHERE id = 1 /*skip locked*/`, nil, &position)
	return position, ok, err
}

// lastTrace gives the highest position that there is; 0: there is none.
func lastTrace(tx *store.Tx) (position int64, err error) {
	_, err = tx.Get(`SELECT COALESCE(MAX(position), 0) FROM bus_trace`, nil, &position)
	return position, err
}

// traceSamples is how many events are looked at for how large they all are.
const traceSamples = 64

// sampleTraces tells how large the events are that lie behind a position and up to another one, on average and about:
// by one of each stretch, any one, so that no order of sizes deceives it.
func sampleTraces(tx *store.Tx, from, to int64) (size int64, err error) {
	sum, n := int64(0), int64(0)
	step := max((to-from)/traceSamples, 1)
	for at := from + 1; at <= to; at += step {
		var length int64
		found, err := tx.Get(`SELECT LENGTH(event) FROM bus_trace WHERE position >= ? ORDER BY position LIMIT 1`, []any{min(at+rand.Int64N(step), to)}, &length)
		if err != nil || !found {
			return 0, err
		}
		sum, n = sum+length, n+1
	}
	if n == 0 {
		return 0, nil
	}
	return sum / n, nil
}

// oldTraces tells up to where traces behind a position are to go, of at most limit: those up to another position, and those
// that came before an instant; full says that there may be more.
func oldTraces(tx *store.Tx, from, until, before int64, limit int) (to int64, full bool, err error) {
	if to = from + int64(limit); to <= until {
		return to, true, nil
	}
	// Mostly all of a step goes, and its last row says so.
	var cameAt int64
	found, err := tx.Get(`SELECT came_at FROM bus_trace WHERE position = ?`, []any{to}, &cameAt)
	if err != nil || found && cameAt < before {
		return to, found, err
	}
	to = max(from, until)
	n := 0
	err = tx.Each(`SELECT position, came_at FROM bus_trace WHERE position > ? ORDER BY position LIMIT ?`, []any{to, limit}, func(scan store.Scan) error {
		var position int64
		if err := scan(&position, &cameAt); err != nil {
			return err
		}
		if cameAt >= before {
			return store.ErrEnough
		}
		to = position
		n++
		return nil
	})
	return to, n == limit, err
}

// deleteTraces removes the traces up to a position.
func deleteTraces(tx *store.Tx, to int64) error {
	if _, err := tx.Exec(`DELETE FROM bus_trace WHERE position <= ?`, to); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE bus_trace_sweep SET swept_to = ? WHERE id = 1`, to)
	return err
}

// lateAttempts says whether there are attempts of traces up to a position.
func lateAttempts(tx *store.Tx, to int64) (bool, error) {
	return tx.Get(`SELECT trace FROM bus_attempt WHERE trace <= ? ORDER BY trace LIMIT 1`, []any{to}, new(int64))
}

// deleteAttempts removes attempts of the traces up to a position, about limit of them, and says how many.
func deleteAttempts(tx *store.Tx, to int64, limit int) (int64, error) {
	var last int64
	_, err := tx.Get(`SELECT COALESCE(MAX(trace), 0) FROM (SELECT trace FROM bus_attempt WHERE trace <= ? ORDER BY trace LIMIT ?) AS t`, []any{to, limit}, &last)
	if err != nil || last == 0 {
		return 0, err
	}
	return tx.Exec(`DELETE FROM bus_attempt WHERE trace <= ?`, last)
}
