package queue

import (
	"time"

	"github.com/casestream/casestream/store"
)

// oldestAge tells how long ago the oldest message of a queue was sent: that with the lowest number, for a message that
// moves to another queue keeps its own. Those past their retention do not count.
func oldestAge(tx *store.Tx, q *Queue) (time.Duration, error) {
	from := `queue_slot`
	if q.FIFO {
		from = `queue_fifo`
	}
	var sent int64
	found, err := tx.Get(`SELECT sent_at FROM queue_message WHERE seq = (SELECT MIN(seq) FROM `+from+` WHERE bin = ? AND visible_at > ?)`,
		[]any{q.bin, tx.Micros() - q.Retention.Microseconds()}, &sent)
	if err != nil || !found {
		return 0, err
	}
	return max(tx.Now().Sub(time.UnixMicro(sent)), 0), nil
}
