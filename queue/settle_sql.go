package queue

import (
	"slices"

	"github.com/casestream/casestream/store"
)

// deleteSlots deletes messages of a standard queue, and gives how many there were. A handle says what its
// sender made it say: only what has its place in this queue is deleted.
func deleteSlots(tx *store.Tx, bin int64, seqs []int64) (int, error) {
	there := make([]int64, 0, len(seqs))
	err := slotDelete.Each(tx, seqs, []any{bin}, func(scan store.Scan) error {
		var seq int64
		err := scan(&seq)
		there = append(there, seq)
		return err
	})
	if err != nil {
		return 0, err
	}
	slices.Sort(there)
	return len(there), messageDelete.Exec(tx, there)
}

// updateVisible changes when a message of a standard queue is visible, and says whether it exists.
func updateVisible(tx *store.Tx, bin, seq, at int64) (bool, error) {
	n, err := tx.Exec(`UPDATE queue_slot SET visible_at = ? WHERE bin = ? AND seq = ? AND receives > 0`, at, bin, seq)
	return n > 0, err
}

// groupSelect gives the groups of messages.
var groupSelect = store.NewIn[int64](`SELECT seq, group_id FROM queue_message WHERE group_id IS NOT NULL AND seq IN `, ``)

// findGroups reads the groups of messages of FIFO queues; a message that is gone has none.
func findGroups(tx *store.Tx, list []*delivery) error {
	seqs := make([]int64, len(list))
	for i, d := range list {
		seqs[i] = d.handle.seq
	}
	groups := make(map[int64]string, len(list))
	err := groupSelect.Each(tx, seqs, nil, func(scan store.Scan) error {
		var seq int64
		var group string
		err := scan(&seq, &group)
		groups[seq] = group
		return err
	})
	for _, d := range list {
		d.group = groups[d.handle.seq]
	}
	return err
}
