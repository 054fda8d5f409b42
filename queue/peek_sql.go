package queue

import (
	"math"
	"time"

	"github.com/casestream/casestream/store"
)

// The statements of looking. They only read.
var (
	slotPeek = `SELECT seq, visible_at, receives, first_received_at, source FROM queue_slot
		WHERE bin = ? AND (visible_at, seq) > (?, ?) AND visible_at <= ? ORDER BY visible_at, seq LIMIT ?`
	groupPeek = `SELECT seq, visible_at, receives, first_received_at, source FROM queue_fifo
		WHERE bin = ? AND group_id = ? AND seq > ? ORDER BY seq LIMIT ?`
	namesSelect = store.NewIn[int64](`SELECT seq, message_id, group_id FROM queue_message WHERE seq IN `, ``)
)

// places lists so many messages behind p.Next, or fewer where there are no more.
func (p *peek) places(limit int) ([]Peeked, error) {
	if p.q.FIFO {
		return p.fifoPlaces(limit)
	}
	now := p.tx.Micros()
	from, until := Place{At: p.q.oldest(p.tx), Seq: math.MaxInt64}, int64(math.MaxInt64)
	switch visible, hidden := p.only(); {
	case visible:
		until = now
	case hidden:
		from.At = now
	}
	if p.Next.At > from.At {
		from = p.Next
	}
	return store.List(p.tx, slotPeek, []any{p.q.bin, from.At, from.Seq, until, limit}, func(scan store.Scan) (Peeked, error) {
		m, err := scanPeeked(scan)
		return p.place(m, Place{At: m.visible, Seq: m.seq}, 0), err
	})
}

// scanPeeked reads what a receive changes of a message.
func scanPeeked(scan store.Scan) (*Received, error) {
	m := &Received{}
	var first int64
	var source *string
	err := scan(&m.seq, &m.visible, &m.Receives, &first, &source)
	if first != 0 {
		m.FirstReceived = time.UnixMicro(first).UTC()
	}
	if source != nil {
		m.Source = *source
	}
	return m, err
}

// fifoPlaces is places for a FIFO queue: the rest of the group that the last place is in, then further groups.
func (p *peek) fifoPlaces(limit int) ([]Peeked, error) {
	var list []Peeked
	if group := p.query.GroupID; group != "" {
		return p.groupPlaces(list, group, limit)
	}
	if p.Next.Group != "" {
		var err error
		if list, err = p.groupPlaces(list, p.Next.Group, limit); err != nil {
			return nil, err
		}
	}
	at, after := p.Next.At, p.Next.Group
	for len(list) < limit {
		groups, err := groupsAfter(p.tx, p.q.bin, at, after, limit-len(list))
		if err != nil || len(groups) == 0 {
			return list, err
		}
		for _, g := range groups {
			if g.name == p.Next.Group { // it has moved since the walk came to it, and is in the list already
				continue
			}
			p.Looked++ // a group costs a statement
			if list, err = p.restOf(list, g, 0, limit); err != nil || len(list) == limit {
				return list, err
			}
		}
		last := groups[len(groups)-1]
		at, after = last.at, last.name
	}
	return list, nil
}

// groupPlaces adds the messages of a group behind p.Next. The place keeps the time at which the walk came to the group,
// though the group may have moved since, so that the walk goes on with the same groups.
func (p *peek) groupPlaces(list []Peeked, group string, limit int) ([]Peeked, error) {
	g := peekedGroup{name: group}
	found, err := p.tx.Get(`SELECT next_at FROM queue_group WHERE bin = ? AND group_id = ?`, []any{p.q.bin, group}, &g.next)
	if err != nil || !found {
		return list, err
	}
	if g.at = g.next; p.Next.Group == group {
		g.at = p.Next.At
		return p.restOf(list, g, p.Next.Seq, limit)
	}
	return p.restOf(list, g, 0, limit)
}

// restOf adds the messages of a group behind a number, so that the list has at most limit.
func (p *peek) restOf(list []Peeked, g peekedGroup, after int64, limit int) ([]Peeked, error) {
	err := p.tx.Each(groupPeek, []any{p.q.bin, g.name, after, limit - len(list)}, func(scan store.Scan) error {
		m, err := scanPeeked(scan)
		list = append(list, p.place(m, Place{At: g.at, Group: g.name, Seq: m.seq}, g.next))
		return err
	})
	return list, err
}

// peekedGroup is a message group: its name, when its first message is visible, and where the walk has met it.
type peekedGroup struct {
	name     string
	next, at int64
}

// groupsAfter lists groups in the order in which their first messages are visible.
func groupsAfter(tx *store.Tx, bin, at int64, group string, limit int) ([]peekedGroup, error) {
	return store.List(tx, `SELECT group_id, next_at FROM queue_group WHERE bin = ? AND (next_at, group_id) > (?, ?) ORDER BY next_at, group_id LIMIT ?`,
		[]any{bin, at, group, limit}, func(scan store.Scan) (g peekedGroup, err error) {
			err = scan(&g.name, &g.next)
			g.at = g.next
			return g, err
		})
}

// messageName is what a message is told by.
type messageName struct{ id, group string }

// messageNames reads the names of messages.
func messageNames(tx *store.Tx, list []Peeked) (map[int64]messageName, error) {
	seqs := make([]int64, len(list))
	for i, m := range list {
		seqs[i] = m.seq
	}
	names := make(map[int64]messageName, len(list))
	err := namesSelect.Each(tx, seqs, nil, func(scan store.Scan) error {
		var seq int64
		var n messageName
		var group *string
		err := scan(&seq, &n.id, &group)
		if group != nil {
			n.group = *group
		}
		names[seq] = n
		return err
	})
	return names, err
}

// sentAfter lists a queue's messages with numbers above one, in their order and without what was sent. It looks at so
// many messages of all queues, gives the number of the last one and says whether there may be more.
func sentAfter(tx *store.Tx, q *Queue, after int64, limit int) (list []*Received, last int64, full bool, err error) {
	seqs, err := store.Column[int64](tx, `SELECT seq FROM queue_message WHERE seq > ? ORDER BY seq LIMIT ?`, after, limit)
	if err != nil || len(seqs) == 0 {
		return nil, after, false, err
	}
	last = seqs[len(seqs)-1]
	query := `SELECT seq, visible_at, receives, first_received_at, source FROM queue_slot WHERE seq > ? AND seq <= ? AND bin = ? ORDER BY seq`
	if q.FIFO {
		query = `SELECT f.seq, f.visible_at, f.receives, f.first_received_at, f.source FROM queue_message m
			JOIN queue_fifo f ON f.group_id = m.group_id AND f.seq = m.seq WHERE m.seq > ? AND m.seq <= ? AND f.bin = ? ORDER BY f.seq`
	}
	list, err = store.List(tx, query, []any{after, last, q.bin}, scanPeeked)
	return list, last, len(seqs) == limit, err
}
