package queue

import (
	"cmp"
	"slices"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// The statements that move a dead letter.
var (
	slotMove = store.NewIn[int64](`UPDATE queue_slot SET bin = ?, visible_at = ?, receives = receives - 1, source = ? WHERE +bin = ? AND seq IN `, ``)
	fifoCopy = `INSERT INTO queue_message (message_id, sent_at, sender, trace, group_id, dedup_id, attributes, body)
		SELECT message_id, CAST(? AS BIGINT), sender, trace, group_id, dedup_id, attributes, body FROM queue_message WHERE seq = ? RETURNING seq`
)

// bury moves messages that were received too often to the queue's dead-letter queue. The receive that
// found them does not count. It says whether there was a queue to move them to.
func (s *Queues) bury(tx *store.Tx, q *Queue, dead []*Received) (moved bool, err error) {
	target, err := s.ByARN(tx, q.Redrive.TargetARN)
	if fault.KindOf(err) == fault.NotFound || err == nil && (target.ID == q.ID || target.FIFO != q.FIFO) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if q.FIFO {
		// Receivers of several queues may have the same one for dead letters: all take its groups in the same order.
		slices.SortStableFunc(dead, func(a, b *Received) int { return cmp.Compare(a.GroupID, b.GroupID) })
		for _, m := range dead {
			if err := buryFIFO(tx, q, target, m); err != nil {
				return false, err
			}
		}
	} else {
		seqs := make([]int64, len(dead))
		for i, m := range dead {
			seqs[i] = m.seq
		}
		if err := slotMove.Exec(tx, seqs, target.bin, tx.Micros(), q.ARN, q.bin); err != nil {
			return false, err
		}
	}
	tx.AfterCommit(func() {
		s.count.dead.Add(int64(len(dead)))
		s.lobby.wake(target.ID, len(dead))
		s.tellMoved(target, tx.Now(), dead, q.ARN)
	})
	return true, nil
}

// buryFIFO moves one message to the end of its group in a FIFO queue, where it has a new number and a new
// age, which it gives the message. Its group in the old queue is held by this transaction.
func buryFIFO(tx *store.Tx, q, target *Queue, m *Received) error {
	if err := groupInsert.Exec(tx, []any{target.bin, m.GroupID, tx.Micros()}); err != nil {
		return err
	}
	var seq int64
	if _, err := tx.Get(fifoCopy, []any{tx.Micros(), m.seq}, &seq); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO queue_fifo (bin, group_id, seq, visible_at, receives, first_received_at, source) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		target.bin, m.GroupID, seq, tx.Micros(), m.Receives-1, m.FirstReceived.UnixMicro(), q.ARN); err != nil {
		return err
	}
	err := deleteFromGroup(tx, q.bin, m.GroupID, []int64{m.seq})
	m.seq, m.Sent = seq, tx.Now()
	return err
}
