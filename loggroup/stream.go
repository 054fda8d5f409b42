package loggroup

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// Stream is a log stream of a group.
type Stream struct {
	Name    string
	Created time.Time
	// First and Last are the times of the oldest and the newest of its events, and Ingested is when the newest came, in
	// milliseconds; 0 where it has none.
	First, Last, Ingested int64

	id, group int64
}

// missingStream says that a log stream does not exist.
func missingStream(name string) error {
	return fault.Missing(SubjectStream, name, "The specified log stream does not exist.")
}

// isStreamName says whether a log stream can have a name.
func isStreamName(s string) bool {
	return s != "" && len(s) <= 512 && storable(s) && !strings.ContainsAny(s, ":*")
}

// CreateStream makes a log stream in a group.
func (g *Groups) CreateStream(tx *store.Tx, group, name string) error {
	if !isStreamName(name) {
		return invalid("Log stream names can have 512 characters at most, and neither : nor *.")
	}
	in, err := g.Group(tx, group)
	if err != nil {
		return err
	}
	made, err := insertStream(tx, in.id, name)
	if err == nil && !made {
		err = &fault.Error{Kind: fault.Conflict, Subject: SubjectStream, ID: name, Msg: "The specified log stream already exists"}
	}
	return err
}

// Stream gives a log stream of a group; a missing one is a fault.NotFound. What it says of events is left out.
func (g *Groups) Stream(tx *store.Tx, group *Group, name string) (*Stream, error) {
	if !isStreamName(name) {
		return nil, missingStream(name)
	}
	s, found, err := getStream(tx, group.id, name)
	if err == nil && !found {
		err = missingStream(name)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// EnsureStream gives a log stream of a group, and makes it where there is none.
func (g *Groups) EnsureStream(tx *store.Tx, group *Group, name string) (*Stream, error) {
	s, err := g.Stream(tx, group, name)
	if fault.KindOf(err) != fault.NotFound {
		return s, err
	}
	if _, err := insertStream(tx, group.id, name); err != nil {
		return nil, err
	}
	return g.Stream(tx, group, name)
}

// DeleteStream removes a log stream with its events.
func (g *Groups) DeleteStream(tx *store.Tx, group, name string) error {
	in, err := g.Group(tx, group)
	if err != nil {
		return err
	}
	s, err := g.Stream(tx, in, name)
	if err != nil {
		return err
	}
	return deleteStream(tx, s)
}

// StreamsQuery says which log streams a list has, and in which order.
type StreamsQuery struct {
	Prefix     string // of their names
	ByTime     bool   // by the time of their last event, and by name where that is the same; no prefix then
	Descending bool
	After      *Stream // of the last page: the Name, and with ByTime the Last, of its last stream; nil: begin
}

// Streams lists log streams of a group.
func (g *Groups) Streams(tx *store.Tx, group *Group, q StreamsQuery, limit int) ([]*Stream, error) {
	if !storable(q.Prefix) {
		return nil, nil
	}
	oldest := group.oldest(tx.Now())
	if !q.ByTime {
		return listStreams(tx, group.id, oldest, q, limit)
	}
	list, err := allStreams(tx, group.id, oldest)
	if err != nil {
		return nil, err
	}
	order := func(a, b *Stream) int {
		c := cmp.Or(cmp.Compare(a.Last, b.Last), strings.Compare(a.Name, b.Name))
		if q.Descending {
			return -c
		}
		return c
	}
	slices.SortFunc(list, order)
	if q.After != nil {
		list = slices.DeleteFunc(list, func(s *Stream) bool { return order(s, q.After) <= 0 })
	}
	return list[:min(limit, len(list))], nil
}
