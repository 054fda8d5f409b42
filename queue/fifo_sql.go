package queue

import (
	"time"

	"github.com/casestream/casestream/store"
)

// The statements of FIFO queues that take lists.
var (
	fifoClaim = store.NewIn[int64](`UPDATE queue_fifo SET visible_at = ?, receives = receives + 1, first_received_at = CASE WHEN first_received_at = 0 THEN ? ELSE first_received_at END
		WHERE bin = ? AND group_id = ? AND seq IN `, ``)
	fifoDelete = store.NewIn[int64](`DELETE FROM queue_fifo WHERE bin = ? AND group_id = ? AND seq IN `, ``)
)

// claimFIFO hides up to want messages of a FIFO queue: from each group that is not blocked those at its
// head that are visible, one group after the other. A group is blocked while its first message is hidden.
// dry says that there were no more.
func (s *Queues) claimFIFO(tx *store.Tx, q *Queue, visibility time.Duration, want int) (out []*Received, dry bool, err error) {
	until := tx.Now().Add(visibility).UnixMicro()
	for range maxRounds {
		groups, err := readyGroups(tx, q.bin, tx.Micros(), want)
		if err != nil {
			return nil, false, err
		}
		dry = len(groups) < want
		for _, group := range groups {
			if want == 0 {
				return out, false, nil
			}
			kept, err := s.claimGroup(tx, q, group, until, want)
			if err != nil {
				return nil, false, err
			}
			out = append(out, kept...)
			want -= len(kept)
			dry = dry && len(kept) > 0 // behind a head of expired messages and dead letters there may be others
		}
		dry = dry && want > 0
		if dry || want == 0 || visibility == 0 && len(out) > 0 { // hidden for no time, they would be claimed twice
			break
		}
	}
	return out, dry, nil
}

// claimGroup hides up to want messages at the head of a group that this transaction holds.
func (s *Queues) claimGroup(tx *store.Tx, q *Queue, group string, until int64, want int) ([]*Received, error) {
	head, err := groupHead(tx, q.bin, group, want)
	if err != nil {
		return nil, err
	}
	kept, err := s.siftGroup(tx, q, group, head)
	if err != nil {
		return nil, err
	}
	seqs := make([]int64, len(kept))
	for i, m := range kept {
		seqs[i] = m.seq
	}
	if err := fifoClaim.Exec(tx, seqs, until, tx.Micros(), q.bin, group); err != nil {
		return nil, err
	}
	return kept, refreshGroup(tx, q.bin, group)
}

// siftGroup is sift for messages of one group. They are counted as received, and not claimed yet.
func (s *Queues) siftGroup(tx *store.Tx, q *Queue, group string, head []*Received) ([]*Received, error) {
	kept, err := s.sift(tx, q, head, func(seqs []int64) error { return deleteFromGroup(tx, q.bin, group, seqs) })
	for _, m := range kept {
		m.Sequence = sequence(m.seq)
	}
	return kept, err
}

// readyGroups lists and holds the groups whose first message is visible, the longest waiting first.
// Groups that another transaction holds are passed over.
func readyGroups(tx *store.Tx, bin, now int64, limit int) ([]string, error) {
	return store.Column[string](tx, `SELECT group_id FROM queue_group WHERE bin = ? AND next_at <= ? ORDER BY next_at LIMIT ? /*skip locked*/`, bin, now, limit)
}

// groupHead gives the visible messages at a group's head, as they will be when they are received.
func groupHead(tx *store.Tx, bin int64, group string, limit int) ([]*Received, error) {
	return store.List(tx, `SELECT seq, visible_at, receives, first_received_at, source FROM queue_fifo WHERE bin = ? AND group_id = ? ORDER BY seq LIMIT ?`,
		[]any{bin, group, limit}, func(scan store.Scan) (*Received, error) {
			m := &Received{}
			var first int64
			var source *string
			if err := scan(&m.seq, &m.visible, &m.Receives, &first, &source); err != nil {
				return nil, err
			}
			if m.visible > tx.Micros() {
				return nil, store.ErrEnough
			}
			m.Receives++
			m.FirstReceived = tx.Now()
			if first != 0 {
				m.FirstReceived = time.UnixMicro(first).UTC()
			}
			if source != nil {
				m.Source = *source
			}
			return m, nil
		})
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
