package bus

import (
	"time"

	"github.com/casestream/casestream/store"
)

// readBacklog counts the deliveries that wait and finds the first one.
func readBacklog(tx *store.Tx) (l Backlog, err error) {
	var accepted int64
	found, err := tx.Get(`SELECT accepted_at FROM bus_delivery ORDER BY position LIMIT 1`, nil, &accepted)
	if err != nil || !found {
		return l, err
	}
	l.Oldest = time.UnixMicro(accepted).UTC()
	_, err = tx.Get(`SELECT COUNT(*) FROM (SELECT 1 FROM bus_delivery LIMIT ?) waiting`, []any{maxBacklog}, &l.Pending)
	return l, err
}
