package queue

import (
	"encoding/json"
	"fmt"

	"github.com/casestream/casestream/store"
)

// holdAttempt holds the row of an attempt and gives what it was given, and how long that is remembered. It makes
// the row where there is none.
func holdAttempt(tx *store.Tx, bin int64, id string) (list []taken, expires int64, err error) {
	var text string
	if _, err := tx.Get(`INSERT INTO queue_attempt (bin, attempt_id, expires_at, list) VALUES (?, ?, ?, '[]')
		ON CONFLICT (bin, attempt_id) DO UPDATE SET list = queue_attempt.list RETURNING list, expires_at`,
		[]any{bin, id, tx.Micros()}, &text, &expires); err != nil {
		return nil, 0, err
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, 0, fmt.Errorf("attempt %s: %w", id, err)
	}
	return list, expires, nil
}

// updateAttempt writes what an attempt was given.
func updateAttempt(tx *store.Tx, bin int64, id string, expires int64, list []taken) error {
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE queue_attempt SET expires_at = ?, list = ? WHERE bin = ? AND attempt_id = ?`, expires, string(text), bin, id)
	return err
}

// deleteAttempt forgets an attempt.
func deleteAttempt(tx *store.Tx, bin int64, id string) error {
	_, err := tx.Exec(`DELETE FROM queue_attempt WHERE bin = ? AND attempt_id = ?`, bin, id)
	return err
}

// expiredAttempts says whether attempts are past the time in which they may be tried again.
func expiredAttempts(tx *store.Tx) (bool, error) {
	var one int64
	return tx.Get(`SELECT 1 FROM queue_attempt WHERE expires_at <= ? LIMIT 1`, []any{tx.Micros()}, &one)
}

// deleteAttempts removes some attempts that nobody tries again, and says whether there are more.
func deleteAttempts(tx *store.Tx) (more bool, err error) {
	until := tx.Micros()
	more, err = tx.Get(`SELECT expires_at FROM queue_attempt WHERE expires_at <= ? ORDER BY expires_at LIMIT 1 OFFSET ?`, []any{until, sweepStep}, &until)
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(`DELETE FROM queue_attempt WHERE expires_at <= ?`, until)
	return more, err
}
