package queue

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/casestream/casestream/store"
)

// The statements of receiving.
var (
	// Past their retention are the messages that became visible that long ago: they were sent even
	// earlier. Leaving them out keeps a receive from walking over what the sweep has not reached yet.
	slotClaim = `WITH due AS MATERIALIZED (SELECT seq FROM queue_slot WHERE bin = ? AND visible_at > ? AND visible_at <= ? ORDER BY visible_at, seq LIMIT ? /*skip locked*/)
		UPDATE queue_slot SET visible_at = ?, receives = receives + 1, first_received_at = CASE WHEN first_received_at = 0 THEN ? ELSE first_received_at END
		WHERE seq IN (SELECT seq FROM due) RETURNING seq, receives, first_received_at, source, tenant`
	messageSelect = store.NewIn[int64](`SELECT seq, message_id, sent_at, sender, trace, group_id, dedup_id, attributes, body FROM queue_message WHERE seq IN `, ``)
	messageDelete = store.NewIn[int64](`DELETE FROM queue_message WHERE seq IN `, ``)
	// The plus keeps SQLite from walking over the bin by its index: messages are found by their number.
	slotDelete = store.NewIn[int64](`DELETE FROM queue_slot WHERE +bin = ? AND seq IN `, ` RETURNING seq`)
)

// maxRounds bounds how often one receive claims again in place of messages that turned out to be expired
// or dead letters: who comes next goes on.
const maxRounds = 16

// claimStandard hides up to want messages of a standard queue and gives them in the order in which they
// were sent. dry says that there were no more.
func (s *Queues) claimStandard(tx *store.Tx, q *Queue, visibility time.Duration, want int) (out []*Received, dry bool, err error) {
	until := tx.Now().Add(visibility).UnixMicro()
	for range maxRounds {
		claimed, err := s.claimSlots(tx, q, until, want)
		if err != nil {
			return nil, false, err
		}
		dry = len(claimed) < want
		kept, err := s.sift(tx, q, claimed, func(seqs []int64) error {
			_, err := deleteSlots(tx, q.bin, seqs)
			return err
		})
		if err != nil {
			return nil, false, err
		}
		out = append(out, kept...)
		want -= len(kept)
		if dry || want == 0 || visibility == 0 && len(out) > 0 { // hidden for no time, they would be claimed twice
			break
		}
	}
	return out, dry, nil
}

// claimSlots hides the messages that have been visible for longest. Where the queue turns out to have groups,
// it is a fair one from the next time on.
func (s *Queues) claimSlots(tx *store.Tx, q *Queue, until int64, want int) ([]*Received, error) {
	if s.memory.grouped(q.bin) {
		return s.claimFair(tx, q, until, want)
	}
	from, err := s.floors.from(tx, s.db.Engine(), q, floorHolds)
	if err != nil {
		return nil, err
	}
	list, err := s.claimBetween(tx, q, from, tx.Micros(), until, want)
	if err != nil || len(list) == want {
		return list, err
	}
	lower, err := s.floors.from(tx, s.db.Engine(), q, dryHolds)
	if err != nil || lower >= from {
		return list, err
	}
	rest, err := s.claimBetween(tx, q, lower, from, until, want-len(list))
	return append(list, rest...), err
}

// claimBetween hides the messages that have been visible for longest, of those that became so after from and not after to.
func (s *Queues) claimBetween(tx *store.Tx, q *Queue, from, to, until int64, want int) ([]*Received, error) {
	args := []any{q.bin, from, to, want, until, tx.Micros()}
	return store.List(tx, slotClaim, args, func(scan store.Scan) (*Received, error) {
		m, tenant, err := scanSlot(scan)
		if tenant != nil {
			s.memory.group(q.bin)
		}
		return m, err
	})
}

// scanSlot reads one claimed row of queue_slot, and its tenant.
func scanSlot(scan store.Scan) (m *Received, tenant *string, err error) {
	m = &Received{}
	var first int64
	var source *string
	err = scan(&m.seq, &m.Receives, &first, &source, &tenant)
	m.FirstReceived = time.UnixMicro(first).UTC()
	if source != nil {
		m.Source = *source
	}
	return m, tenant, err
}

// sift reads the messages of claimed slots. It drops those past their retention, moves those that were
// received too often to the dead-letter queue and gives the rest, in order. drop deletes messages by number.
func (s *Queues) sift(tx *store.Tx, q *Queue, claimed []*Received, drop func(seqs []int64) error) ([]*Received, error) {
	if err := loadMessages(tx, claimed); err != nil {
		return nil, err
	}
	oldest := tx.Now().Add(-q.Retention)
	var kept, dead []*Received
	var expired []int64
	for _, m := range claimed {
		switch {
		case !m.Sent.After(oldest):
			expired = append(expired, m.seq)
		case q.Redrive != nil && m.Receives > q.Redrive.MaxReceives:
			dead = append(dead, m)
		default:
			kept = append(kept, m)
		}
	}
	if len(expired) > 0 {
		if err := drop(expired); err != nil {
			return nil, err
		}
		s.countExpired(tx, len(expired))
	}
	if len(dead) > 0 {
		moved, err := s.bury(tx, q, dead)
		if err != nil {
			return nil, err
		}
		if !moved { // nowhere to go: it stays, and goes on being delivered
			kept = append(kept, dead...)
			slices.SortFunc(kept, func(a, b *Received) int { return cmp.Compare(a.seq, b.seq) })
		}
	}
	return kept, nil
}

// countExpired counts messages that were dropped past their retention, once that is so.
func (s *Queues) countExpired(tx *store.Tx, n int) {
	tx.AfterCommit(func() { s.count.expired.Add(int64(n)) })
}

// loadMessages reads what was sent into claimed messages.
func loadMessages(tx *store.Tx, list []*Received) error {
	seqs := make([]int64, len(list))
	slices.SortFunc(list, func(a, b *Received) int { return cmp.Compare(a.seq, b.seq) })
	for i, m := range list {
		seqs[i] = m.seq
	}
	found := 0
	err := messageSelect.Each(tx, seqs, nil, func(scan store.Scan) error {
		found++
		return scanMessage(scan, list)
	})
	if err == nil && found != len(list) {
		err = fmt.Errorf("%d messages have a place in a queue and %d of them a body", len(list), found)
	}
	return err
}

// scanMessage reads one row of queue_message into its place in a list that is sorted by number.
func scanMessage(scan store.Scan, list []*Received) error {
	var seq, sent int64
	var messageID, sender, body string
	var trace, group, dedup, attributes *string
	if err := scan(&seq, &messageID, &sent, &sender, &trace, &group, &dedup, &attributes, &body); err != nil {
		return err
	}
	i, ok := slices.BinarySearchFunc(list, seq, func(m *Received, seq int64) int { return cmp.Compare(m.seq, seq) })
	if !ok {
		return fmt.Errorf("message %d was not asked for", seq)
	}
	m := list[i]
	m.ID, m.SenderID, m.Body, m.Sent = messageID, sender, body, time.UnixMicro(sent).UTC()
	for _, c := range []struct {
		from *string
		to   *string
	}{{trace, &m.TraceHeader}, {group, &m.GroupID}, {dedup, &m.DedupID}} {
		if c.from != nil {
			*c.to = *c.from
		}
	}
	if attributes != nil {
		if err := json.Unmarshal([]byte(*attributes), &m.Attributes); err != nil {
			return fmt.Errorf("attributes of message %s: %w", messageID, err)
		}
	}
	return nil
}

// nextVisible says when the next message that is hidden now comes back.
func nextVisible(tx *store.Tx, q *Queue) (at int64, found bool, err error) {
	query := `SELECT visible_at FROM queue_slot WHERE bin = ? AND visible_at > ? ORDER BY visible_at LIMIT 1`
	if q.FIFO {
		query = `SELECT next_at FROM queue_group WHERE bin = ? AND next_at > ? ORDER BY next_at LIMIT 1`
	}
	found, err = tx.Get(query, []any{q.bin, tx.Micros()}, &at)
	return at, found, err
}

// unclaim makes a message visible again as if it had not been received, unless it was received once more.
func unclaim(tx *store.Tx, q *Queue, m *Received) error {
	query := `UPDATE queue_slot SET visible_at = ?, receives = receives - 1, first_received_at = CASE WHEN receives = 1 THEN 0 ELSE first_received_at END
		WHERE bin = ? AND seq = ? AND receives = ?`
	args := []any{tx.Micros(), q.bin, m.seq, m.Receives}
	if q.FIFO {
		query = `UPDATE queue_fifo SET visible_at = ?, receives = receives - 1, first_received_at = CASE WHEN receives = 1 THEN 0 ELSE first_received_at END
		WHERE bin = ? AND group_id = ? AND seq = ? AND receives = ?`
		args = []any{tx.Micros(), q.bin, m.GroupID, m.seq, m.Receives}
	}
	_, err := tx.Exec(query, args...)
	return err
}
