package queue

import (
	"time"

	"github.com/casestream/casestream/store"
)

// moveColumns are what scanMove reads.
const moveColumns = `id, queue, queue_name, destination, rate, status, reason, moved, to_move, last_seq, after_group, after_at, after_seq, started_at, due_at, ended_at`

// scanMove reads a row of moveColumns.
func scanMove(scan store.Scan) (*Move, error) {
	m := &Move{}
	var destination *string
	var started int64
	err := scan(&m.ID, &m.queueID, &m.queueName, &destination, &m.Rate, &m.Status, &m.Reason, &m.Moved, &m.ToMove, &m.lastSeq,
		&m.afterGroup, &m.afterAt, &m.afterSeq, &started, &m.due, &m.ended)
	if destination != nil {
		m.DestinationARN = *destination
	}
	m.Started = time.UnixMicro(started).UTC()
	return m, err
}

// insertMove stores a new task, and forgets those that are too many. The caller holds the queue's row.
func insertMove(tx *store.Tx, m *Move) error {
	if _, err := tx.Exec(`INSERT INTO queue_move (`+moveColumns+`) VALUES (?, ?, ?, ?, ?, ?, '', 0, ?, ?, '', 0, 0, ?, ?, 0)`,
		m.ID, m.queueID, m.queueName, orNull(m.DestinationARN), m.Rate, m.Status, m.ToMove, m.lastSeq, m.Started.UnixMicro(), m.due); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM queue_move WHERE queue = ? AND ended_at > 0
		AND id NOT IN (SELECT id FROM queue_move WHERE queue = ? ORDER BY started_at DESC, id DESC LIMIT ?)`, m.queueID, m.queueID, MaxMoves)
	return err
}

// updateMove stores how far a task has come.
func updateMove(tx *store.Tx, m *Move) error {
	_, err := tx.Exec(`UPDATE queue_move SET status = ?, reason = ?, moved = ?, after_group = ?, after_at = ?, after_seq = ?, due_at = ?, ended_at = ? WHERE id = ?`,
		m.Status, m.Reason, m.Moved, m.afterGroup, m.afterAt, m.afterSeq, m.due, m.ended, m.ID)
	return err
}

// cancelMove has a task of a queue end that runs, and gives how many messages it has moved.
func cancelMove(tx *store.Tx, queueID int64, id string) (moved int64, found bool, err error) {
	found, err = tx.Get(`UPDATE queue_move SET status = ?, due_at = ? WHERE queue = ? AND id = ? AND status = ? RETURNING moved`,
		[]any{MoveCancelling, tx.Micros(), queueID, id, MoveRunning}, &moved)
	return moved, found, err
}

// anyMove says whether a task of a queue has not ended.
func anyMove(tx *store.Tx, queueID int64) (bool, error) {
	var one int64
	return tx.Get(`SELECT 1 FROM queue_move WHERE queue = ? AND ended_at = 0 LIMIT 1`, []any{queueID}, &one)
}

// listMoves reads the latest tasks of a queue, the newest first.
func listMoves(tx *store.Tx, queueID int64, limit int) ([]*Move, error) {
	return store.List(tx, `SELECT `+moveColumns+` FROM queue_move WHERE queue = ? ORDER BY started_at DESC, id DESC LIMIT ?`, []any{queueID, limit}, scanMove)
}

// dueMoves lists the tasks whose next step may be taken, those first that wait for longest.
func dueMoves(tx *store.Tx) ([]string, error) {
	return store.Column[string](tx, `SELECT id FROM queue_move WHERE ended_at = 0 AND due_at <= ? ORDER BY due_at, id`, tx.Micros())
}

// nextMove says when the next step of any task may be taken.
func nextMove(tx *store.Tx) (at int64, found bool, err error) {
	found, err = tx.Get(`SELECT due_at FROM queue_move WHERE ended_at = 0 ORDER BY due_at LIMIT 1`, nil, &at)
	return at, found, err
}

// claimMove reads a task whose next step may be taken and holds it until the transaction ends; nil where
// there is none any more, or another node holds it.
func claimMove(tx *store.Tx, id string) (*Move, error) {
	list, err := store.List(tx, `SELECT `+moveColumns+` FROM queue_move WHERE id = ? AND ended_at = 0 AND due_at <= ? /*skip locked*/`, []any{id, tx.Micros()}, scanMove)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// oldMoves says whether tasks are to be forgotten.
func oldMoves(tx *store.Tx) (bool, error) {
	var one int64
	return tx.Get(`SELECT 1 FROM queue_move WHERE ended_at > 0 AND ended_at <= ? LIMIT 1`, []any{tx.Now().Add(-moveKeep).UnixMicro()}, &one)
}

// deleteMoves forgets tasks. It leaves none.
func deleteMoves(tx *store.Tx) (more bool, err error) {
	_, err = tx.Exec(`DELETE FROM queue_move WHERE ended_at > 0 AND ended_at <= ?`, tx.Now().Add(-moveKeep).UnixMicro())
	return false, err
}
