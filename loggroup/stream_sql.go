package loggroup

import (
	"time"
	"unicode/utf8"

	"github.com/casestream/casestream/store"
)

// insertStream adds a log stream, and says whether its name was free.
func insertStream(tx *store.Tx, group int64, name string) (bool, error) {
	n, err := tx.Exec(`INSERT INTO loggroup_stream (group_id, name, created_at) VALUES (?, ?, ?) ON CONFLICT (group_id, name) DO NOTHING`,
		group, name, tx.Micros())
	return n == 1, err
}

// getStream reads a log stream without its events, and says whether there is one of the name.
func getStream(tx *store.Tx, group int64, name string) (*Stream, bool, error) {
	s := &Stream{Name: name, group: group}
	var created int64
	found, err := tx.Get(`SELECT id, created_at FROM loggroup_stream WHERE group_id = ? AND name = ?`, []any{group, name}, &s.id, &created)
	s.Created = time.UnixMicro(created).UTC()
	return s, found, err
}

// described is the beginning of a statement that reads log streams with what is known of their events, of which it
// leaves out those before a time, given three times.
const described = `SELECT s.id, s.group_id, s.name, s.created_at,
	COALESCE((SELECT MIN(e.time) FROM loggroup_event e WHERE e.stream_id = s.id AND e.time >= ?), 0),
	COALESCE((SELECT MAX(e.time) FROM loggroup_event e WHERE e.stream_id = s.id AND e.time >= ?), 0),
	COALESCE((SELECT e.ingested_at FROM loggroup_event e WHERE e.stream_id = s.id AND e.time >= ? ORDER BY e.time DESC, e.seq DESC LIMIT 1), 0)
	FROM loggroup_stream s `

// readStream reads the columns of a log stream.
func readStream(scan store.Scan) (*Stream, error) {
	s := &Stream{}
	var created int64
	err := scan(&s.id, &s.group, &s.Name, &created, &s.First, &s.Last, &s.Ingested)
	s.Created = time.UnixMicro(created).UTC()
	return s, err
}

// listStreams lists log streams of a group by name.
func listStreams(tx *store.Tx, group, oldest int64, q StreamsQuery, limit int) ([]*Stream, error) {
	query, after := described+`WHERE s.group_id = ? AND s.name >= ? AND SUBSTR(s.name, 1, ?) = ? AND s.name > ? ORDER BY s.name LIMIT ?`, ""
	if q.After != nil {
		after = q.After.Name
	}
	if q.Descending {
		query = described + `WHERE s.group_id = ? AND s.name >= ? AND SUBSTR(s.name, 1, ?) = ? AND (s.name < ? OR ? = '') ORDER BY s.name DESC LIMIT ?`
	}
	args := []any{oldest, oldest, oldest, group, q.Prefix, utf8.RuneCountInString(q.Prefix), q.Prefix, after}
	if q.Descending {
		args = append(args, after)
	}
	return store.List(tx, query, append(args, limit), readStream)
}

// allStreams lists the log streams of a group in no order.
func allStreams(tx *store.Tx, group, oldest int64) ([]*Stream, error) {
	return store.List(tx, described+`WHERE s.group_id = ?`, []any{oldest, oldest, oldest, group}, readStream)
}

// streamIDs reads the numbers of the log streams of a group whose names begin with a prefix.
func streamIDs(tx *store.Tx, group int64, prefix string) ([]int64, error) {
	return store.Column[int64](tx, `SELECT id FROM loggroup_stream WHERE group_id = ? AND name >= ? AND SUBSTR(name, 1, ?) = ?`,
		group, prefix, utf8.RuneCountInString(prefix), prefix)
}

// namesByID finds the names of log streams.
var namesByID = store.NewIn[int64](`SELECT id, name FROM loggroup_stream WHERE id IN `, ``)

// streamNames gives the names of those log streams that exist.
func streamNames(tx *store.Tx, ids []int64) (map[int64]string, error) {
	names := make(map[int64]string, len(ids))
	err := namesByID.Each(tx, ids, nil, func(scan store.Scan) error {
		var id int64
		var name string
		err := scan(&id, &name)
		names[id] = name
		return err
	})
	return names, err
}

// deleteStream removes a log stream and leaves its events to be swept.
func deleteStream(tx *store.Tx, s *Stream) error {
	n, err := tx.Exec(`DELETE FROM loggroup_stream WHERE id = ?`, s.id)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.Exec(`INSERT INTO loggroup_gone (group_id, stream_id, gone_at) VALUES (?, ?, ?)`, s.group, s.id, tx.Micros())
	return err
}
