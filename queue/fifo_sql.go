package queue

import "github.com/casestream/casestream/store"

// fifoDelete deletes messages of one group.
var fifoDelete = store.NewIn[int64](`DELETE FROM queue_fifo WHERE bin = ? AND group_id = ? AND seq IN `, ``)

// readyGroups lists and holds the groups whose first message is visible, the longest waiting first.
// Groups that another transaction holds are passed over.
func readyGroups(tx *store.Tx, bin, now int64, limit int) ([]string, error) {
	return store.Column[string](tx, `SELECT group_id FROM queue_group WHERE bin = ? AND next_at <= ? ORDER BY next_at LIMIT ? /*skip locked*/`, bin, now, limit)
}

// holdGroup holds a group's row, and says whether the group has one.
func holdGroup(tx *store.Tx, bin int64, group string) (bool, error) {
	var at int64
	return tx.Get(`SELECT next_at FROM queue_group WHERE bin = ? AND group_id = ? /*for update*/`, []any{bin, group}, &at)
}

// refreshGroup puts into a group's row when its first message is visible; a group without messages goes.
func refreshGroup(tx *store.Tx, bin int64, group string) error {
	var at int64
	found, err := tx.Get(`SELECT visible_at FROM queue_fifo WHERE bin = ? AND group_id = ? ORDER BY seq LIMIT 1`, []any{bin, group}, &at)
	if err != nil {
		return err
	}
	if found {
		_, err = tx.Exec(`UPDATE queue_group SET next_at = ? WHERE bin = ? AND group_id = ?`, at, bin, group)
	} else {
		_, err = tx.Exec(`DELETE FROM queue_group WHERE bin = ? AND group_id = ?`, bin, group)
	}
	return err
}

// deleteFromGroup deletes messages of a group that this transaction holds. Its row is left to refreshGroup.
func deleteFromGroup(tx *store.Tx, bin int64, group string, seqs []int64) error {
	if err := fifoDelete.Exec(tx, seqs, bin, group); err != nil {
		return err
	}
	return messageDelete.Exec(tx, seqs)
}

// shiftDelay gives the messages of a FIFO queue that nobody has received another delay.
func shiftDelay(tx *store.Tx, bin, by int64) error {
	if _, err := tx.Exec(`UPDATE queue_fifo SET visible_at = visible_at + ? WHERE bin = ? AND receives = 0`, by, bin); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE queue_group SET next_at = (SELECT f.visible_at FROM queue_fifo f WHERE f.bin = queue_group.bin AND f.group_id = queue_group.group_id ORDER BY f.seq LIMIT 1)
		WHERE bin = ? AND EXISTS (SELECT 1 FROM queue_fifo f WHERE f.bin = queue_group.bin AND f.group_id = queue_group.group_id)`, bin)
	return err
}
