package queue

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/casestream/casestream/store"
)

// The inserts of a send.
var (
	messageInsert = store.NewMany(`INSERT INTO queue_message (message_id, sent_at, sender, trace, group_id, dedup_id, attributes, body) VALUES `,
		`(?, ?, ?, ?, ?, ?, ?, ?)`, ` RETURNING seq`)
	slotInsert = store.NewMany(`INSERT INTO queue_slot (seq, bin, visible_at, tenant) VALUES `, `(?, ?, ?, ?)`, ``)
	// An existing group is written as it is: that holds it until the transaction ends.
	groupInsert = store.NewMany(`INSERT INTO queue_group (bin, group_id, next_at) VALUES `, `(?, ?, ?)`,
		` ON CONFLICT (bin, group_id) DO UPDATE SET next_at = queue_group.next_at`)
	fifoInsert = store.NewMany(`INSERT INTO queue_fifo (bin, group_id, seq, visible_at) VALUES `, `(?, ?, ?, ?)`, ``)
)

// insertMessages writes what was sent, and numbers the messages in their order.
func insertMessages(tx *store.Tx, list []outgoing) error {
	now := any(tx.Micros())
	args := messageInsert.Args(len(list))
	for _, o := range list {
		attributes, err := attributesColumn(o.m.Attributes)
		if err != nil {
			return err
		}
		args = append(args, o.m.ID, now, o.m.SenderID, orNull(o.m.TraceHeader), orNull(o.m.GroupID), orNull(o.m.dedup), attributes, o.m.Body)
	}
	seqs := make([]int64, 0, len(list))
	err := messageInsert.Each(tx, args, func(scan store.Scan) error {
		var seq int64
		err := scan(&seq)
		seqs = append(seqs, seq)
		return err
	})
	if err != nil {
		return err
	}
	// Both databases count rows up in the order in which VALUES has them, and give them in any.
	slices.Sort(seqs)
	for i, seq := range seqs {
		list[i].m.seq = seq
	}
	return nil
}

// insertSlots makes the standard queues' messages receivable.
func (s *Queues) insertSlots(tx *store.Tx, list []outgoing) error {
	args := slotInsert.Args(len(list))
	for _, o := range list {
		if !o.q.FIFO {
			args = append(args, o.m.seq, o.q.bin, o.m.visible, orNull(s.memory.tenantOf(o)))
		}
	}
	return slotInsert.Exec(tx, args)
}

// lockGroups holds the message groups that the messages belong to, and makes those that have none yet.
// Everybody takes groups in the same order, so that no two wait for each other.
func lockGroups(tx *store.Tx, fifo []outgoing) error {
	sorted := slices.Clone(fifo)
	slices.SortStableFunc(sorted, func(a, b outgoing) int {
		return cmp.Or(cmp.Compare(a.q.bin, b.q.bin), cmp.Compare(a.m.GroupID, b.m.GroupID))
	})
	args := groupInsert.Args(len(sorted))
	for i, o := range sorted {
		if i > 0 && o.q.bin == sorted[i-1].q.bin && o.m.GroupID == sorted[i-1].m.GroupID {
			continue
		}
		args = append(args, o.q.bin, o.m.GroupID, o.m.visible)
	}
	return groupInsert.Exec(tx, args)
}

// attributesColumn writes a message's attributes as their column holds them.
func attributesColumn(list []Attribute) (any, error) {
	if len(list) == 0 {
		return nil, nil
	}
	b, err := json.Marshal(list)
	return string(b), err
}

// orNull gives a text as its column holds it: NULL where there is none.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
