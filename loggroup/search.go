package loggroup

import (
	"slices"

	"github.com/casestream/casestream/store"
)

// Bounds of what one call of Search looks at. Who wants to see more goes on where it has stopped.
const (
	searchEvents = 10_000
	searchBytes  = 16 << 20
)

// Search says which events of a group are looked for.
type Search struct {
	Streams  []string // names; nil: all of Prefix
	Prefix   string   // of the streams' names
	From, To int64    // times, in milliseconds, both with them
	Filter   *Filter
	After    Position // where an earlier call has stopped
	Limit    int      // 0: as many as an answer may have
}

// Search finds events of a group, in their order. It gives where to go on, nil at the end: it may find nothing and
// yet not have seen all.
func (g *Groups) Search(tx *store.Tx, group *Group, q Search) (found []Stored, next *Position, err error) {
	streams, all, err := g.searched(tx, group, q)
	if err != nil || !all && len(streams) == 0 {
		return nil, nil, err
	}
	s := open(max(q.From, group.oldest(tx.Now())), q.To).behind(q.After)
	statement, of := groupForward, group.id
	if !all && len(streams) == 1 {
		statement, of = streamForward, streams[0]
	}
	slices.Sort(streams)
	var ids []int64 // the streams of what was found
	seen, scanned, bytes, last := 0, 0, 0, q.After
	err = walk(tx, statement, of, s, searchEvents+1, func(r *row) error {
		if len(found) == limitOf(q.Limit) || seen == searchEvents || scanned > searchBytes {
			next = &Position{last.Time, last.Seq}
			return store.ErrEnough
		}
		seen++
		scanned += len(r.message)
		if _, in := slices.BinarySearch(streams, r.stream); (all || in) && q.Filter.Match(r.message) {
			if bytes += len(r.message) + eventBytes; bytes > maxBytes && len(found) > 0 {
				next = &Position{last.Time, last.Seq}
				return store.ErrEnough
			}
			found, ids = append(found, r.keep()), append(ids, r.stream)
		}
		last = r.Position
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	found, err = named(tx, found, ids)
	return found, next, err
}

// searched gives the numbers of the streams that a search is about; all: every one of the group.
func (g *Groups) searched(tx *store.Tx, group *Group, q Search) (ids []int64, all bool, err error) {
	if q.Streams == nil {
		if q.Prefix == "" {
			return nil, true, nil
		}
		if !storable(q.Prefix) {
			return nil, false, nil
		}
		ids, err = streamIDs(tx, group.id, q.Prefix)
		return ids, false, err
	}
	for _, name := range q.Streams {
		s, err := g.Stream(tx, group, name)
		if err != nil {
			return nil, false, err
		}
		ids = append(ids, s.id)
	}
	return ids, false, nil
}

// named gives events the names of their streams, and leaves out those whose stream was deleted.
func named(tx *store.Tx, list []Stored, streams []int64) ([]Stored, error) {
	ids := slices.Clone(streams)
	slices.Sort(ids)
	names, err := streamNames(tx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	kept := list[:0]
	for i := range list {
		if name, ok := names[streams[i]]; ok {
			list[i].Stream = name
			kept = append(kept, list[i])
		}
	}
	return kept, nil
}
