package queue

import (
	"math"
	"slices"
	"time"

	"github.com/casestream/casestream/store"
)

// A step on FIFO queues looks at so many groups, and at so many messages of each.
const groupsAStep, messagesAGroup = 20, 25

// anyExpired says whether a queue has messages that the sweep would remove.
func anyExpired(tx *store.Tx, q *Queue) (bool, error) {
	query := `SELECT 1 FROM queue_slot WHERE bin = ? AND visible_at <= ? LIMIT 1`
	if q.FIFO {
		query = `SELECT 1 FROM queue_group WHERE bin = ? AND next_at <= ? LIMIT 1`
	}
	var one int64
	return tx.Get(query, []any{q.bin, q.oldest(tx)}, &one)
}

// oldest is the instant before which messages were sent that are past their retention now.
func (q *Queue) oldest(tx *store.Tx) int64 { return tx.Now().Add(-q.Retention).UnixMicro() }

// expiredSlots lists messages that have been visible for the whole of their retention. Those that were
// hidden in between are older than that tells, and are dropped when they are next received.
func expiredSlots(tx *store.Tx, q *Queue) ([]int64, error) {
	return store.Column[int64](tx, `SELECT seq FROM queue_slot WHERE bin = ? AND visible_at <= ? ORDER BY visible_at, seq LIMIT ? /*skip locked*/`,
		q.bin, q.oldest(tx), sweepStep)
}

// expireGroups removes expired messages from the heads of some groups, and says whether there may be more.
func (s *Queues) expireGroups(tx *store.Tx, q *Queue) (more bool, err error) {
	groups, err := readyGroups(tx, q.bin, q.oldest(tx), groupsAStep)
	if err != nil {
		return false, err
	}
	for _, group := range groups {
		seqs, err := store.Column[int64](tx, `SELECT seq FROM queue_fifo WHERE bin = ? AND group_id = ? AND visible_at <= ? ORDER BY seq LIMIT ?`,
			q.bin, group, q.oldest(tx), messagesAGroup)
		if err != nil {
			return false, err
		}
		if err := deleteFromGroup(tx, q.bin, group, seqs); err != nil {
			return false, err
		}
		if err := refreshGroup(tx, q.bin, group); err != nil {
			return false, err
		}
		tx.AfterCommit(func() { s.count.expired.Add(int64(len(seqs))) })
	}
	if len(groups) > 0 {
		tx.AfterCommit(func() { s.lobby.wake(q.ID, len(groups)) }) // what waited behind them
	}
	return len(groups) > 0, nil
}

// goneBins lists the bins that no queue uses any more.
func goneBins(tx *store.Tx) ([]int64, error) {
	return store.Column[int64](tx, `SELECT id FROM queue_bin WHERE gone_at > 0 ORDER BY id`)
}

// emptyBin removes some of what a bin holds, and says whether there may be more. The bin itself goes when
// it has been unused for a while.
func emptyBin(tx *store.Tx, bin int64, keep time.Duration) (more bool, err error) {
	seqs, err := store.Column[int64](tx, `SELECT seq FROM queue_slot WHERE bin = ? LIMIT ?`, bin, sweepStep)
	if err != nil {
		return false, err
	}
	if len(seqs) > 0 {
		slices.Sort(seqs) // another node may empty it too
		_, err := deleteSlots(tx, bin, seqs)
		return true, err
	}
	if more, err := emptyGroups(tx, bin); more || err != nil {
		return more, err
	}
	// Its deduplication ids and attempts go in steps of their own, as all do within five minutes.
	_, err = tx.Exec(`DELETE FROM queue_bin WHERE id = ? AND gone_at <= ?`, bin, tx.Now().Add(-keep).UnixMicro())
	return false, err
}

// emptyGroups removes some messages of some groups of a bin, and says whether there were any.
func emptyGroups(tx *store.Tx, bin int64) (bool, error) {
	groups, err := readyGroups(tx, bin, math.MaxInt64, groupsAStep)
	if err != nil {
		return false, err
	}
	for _, group := range groups {
		seqs, err := store.Column[int64](tx, `SELECT seq FROM queue_fifo WHERE bin = ? AND group_id = ? ORDER BY seq LIMIT ?`, bin, group, messagesAGroup)
		if err != nil {
			return false, err
		}
		if err := deleteFromGroup(tx, bin, group, seqs); err != nil {
			return false, err
		}
		if err := refreshGroup(tx, bin, group); err != nil {
			return false, err
		}
	}
	return len(groups) > 0, nil
}

// expiredDedup says whether deduplication ids are past their window.
func expiredDedup(tx *store.Tx) (bool, error) {
	var one int64
	return tx.Get(`SELECT 1 FROM queue_dedup WHERE expires_at <= ? LIMIT 1`, []any{tx.Micros()}, &one)
}

// deleteDedup removes some deduplication ids that are past their window, and says whether there are more.
func deleteDedup(tx *store.Tx) (more bool, err error) {
	until := tx.Micros()
	more, err = tx.Get(`SELECT expires_at FROM queue_dedup WHERE expires_at <= ? ORDER BY expires_at LIMIT 1 OFFSET ?`, []any{until, sweepStep}, &until)
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(`DELETE FROM queue_dedup WHERE expires_at <= ?`, until)
	return more, err
}
