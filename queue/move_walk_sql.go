package queue

import (
	"github.com/casestream/casestream/store"
)

// lastMessage gives the number of the newest message of all queues.
func lastMessage(tx *store.Tx) (seq int64, err error) {
	_, err = tx.Get(`SELECT COALESCE(MAX(seq), 0) FROM queue_message`, nil, &seq)
	return seq, err
}

// nextSlots lists and holds the messages that a task reaches next in a standard queue. What becomes visible
// again meanwhile lies ahead of it; what another transaction holds is passed over, as it is being received.
func nextSlots(tx *store.Tx, bin int64, m *Move, limit int) ([]*Received, error) {
	return store.List(tx, `SELECT seq, visible_at, source FROM queue_slot
		WHERE bin = ? AND (visible_at, seq) > (?, ?) AND visible_at <= ? AND seq <= ? ORDER BY visible_at, seq LIMIT ? /*skip locked*/`,
		[]any{bin, m.afterAt, m.afterSeq, tx.Micros(), m.lastSeq, limit}, scanReached)
}

// scanReached reads where a message lies that a task has reached.
func scanReached(scan store.Scan) (*Received, error) {
	r := &Received{}
	var source *string
	err := scan(&r.seq, &r.visible, &source)
	if source != nil {
		r.Source = *source
	}
	return r, err
}

// nextGroup gives the group of the message that a task reaches next in a FIFO queue.
func nextGroup(tx *store.Tx, bin int64, m *Move) (group string, found bool, err error) {
	found, err = tx.Get(`SELECT group_id FROM queue_fifo WHERE bin = ? AND (group_id, seq) > (?, ?) AND seq <= ? ORDER BY group_id, seq LIMIT 1`,
		[]any{bin, m.afterGroup, m.afterSeq, m.lastSeq}, &group)
	return group, found, err
}

// nextPlaces lists messages that a task reaches next in a FIFO queue, with their groups. It holds none.
func nextPlaces(tx *store.Tx, bin int64, m *Move, limit int) ([]*Received, error) {
	return store.List(tx, `SELECT group_id, source FROM queue_fifo WHERE bin = ? AND (group_id, seq) > (?, ?) AND seq <= ? ORDER BY group_id, seq LIMIT ?`,
		[]any{bin, m.afterGroup, m.afterSeq, m.lastSeq, limit}, func(scan store.Scan) (*Received, error) {
			r := &Received{}
			var source *string
			err := scan(&r.GroupID, &source)
			if source != nil {
				r.Source = *source
			}
			return r, err
		})
}

// visibleInGroup holds a group and lists its messages with numbers in a range, from the first to the one before the
// first that is hidden; none where the group is blocked.
func visibleInGroup(tx *store.Tx, bin int64, group string, after, last int64, limit int) ([]*Received, error) {
	var at int64
	found, err := tx.Get(`SELECT next_at FROM queue_group WHERE bin = ? AND group_id = ? /*for update*/`, []any{bin, group}, &at)
	if err != nil || !found || at > tx.Micros() {
		return nil, err
	}
	return store.List(tx, `SELECT seq, visible_at, source FROM queue_fifo WHERE bin = ? AND group_id = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
		[]any{bin, group, after, last, limit}, func(scan store.Scan) (*Received, error) {
			r, err := scanReached(scan)
			if err == nil && r.visible > tx.Micros() {
				err = store.ErrEnough
			}
			return r, err
		})
}
