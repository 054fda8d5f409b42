package queue

import (
	"slices"
	"time"

	"github.com/casestream/casestream/store"
)

// attemptKeep is how long a receive can be tried again, counted from the first time.
const attemptKeep = 5 * time.Minute

// taken is one message of an attempt, as JSON in the attempt's row.
type taken struct {
	Group    string `json:"g"`
	Seq      int64  `json:"s"`
	Receives int    `json:"r"`
	Visible  int64  `json:"v"` // microseconds; when it is another one, the message was changed since
	Handle   string `json:"h"`
}

// CheckAttempt says what is wrong with a ReceiveRequestAttemptId.
func (q *Queue) CheckAttempt(id string) error {
	const name = "ReceiveRequestAttemptId"
	if !q.FIFO {
		return parameterValue(id, name, "The request include parameter that is not valid for this queue type.")
	}
	if id == "" || !validID(id) {
		return badID(id, name)
	}
	return nil
}

// serveAttempt serves a receiver that says which attempt this is. It is given what the attempt was given before,
// with the same handles and hidden anew, unless some of that was deleted, came back or was hidden for another
// time since: then the attempt is one like any other.
func (s *Queues) serveAttempt(tx *store.Tx, h *share, c *receiver, room int) (dry bool, err error) {
	// The row is held until the end of the transaction: who tries again waits for the first try.
	before, expires, err := holdAttempt(tx, h.q.bin, c.In.opts.Attempt)
	if err != nil {
		return false, err
	}
	if len(before) > 0 && expires > tx.Micros() {
		if c.Out.list, err = retake(tx, h, before); err != nil {
			return false, err
		}
	}
	if len(c.Out.list) == 0 {
		expires = tx.Now().Add(attemptKeep).UnixMicro()
		if dry, err = s.claimFIFO(tx, h, []*receiver{c}, room); err != nil {
			return false, err
		}
	}
	if len(c.Out.list) == 0 {
		return dry, deleteAttempt(tx, h.q.bin, c.In.opts.Attempt)
	}
	list := make([]taken, len(c.Out.list))
	for i, m := range c.Out.list {
		if m.Handle == "" {
			m.Handle = h.q.handleOf(tx, m)
		}
		list[i] = taken{m.GroupID, m.seq, m.Receives, m.visible, m.Handle}
	}
	return dry, updateAttempt(tx, h.q.bin, c.In.opts.Attempt, expires, list)
}

// retake hides the messages of an attempt anew, and gives them in their old order; none where one was changed.
func retake(tx *store.Tx, h *share, before []taken) ([]*Received, error) {
	wanted := make([]*Received, len(before))
	for i, t := range before {
		wanted[i] = &Received{GroupID: t.Group, seq: t.Seq}
	}
	groups := groupsOf(wanted)
	if err := holdGroups(tx, h.q.bin, groups); err != nil {
		return nil, err
	}
	found, err := getPlaces(tx, h.q.bin, wanted)
	if err != nil {
		return nil, err
	}
	list := make([]*Received, 0, len(before))
	for _, t := range before {
		i := slices.IndexFunc(found, func(m *Received) bool {
			return m.seq == t.Seq && m.Receives == t.Receives && m.visible == t.Visible && m.visible > tx.Micros()
		})
		if i < 0 {
			return nil, nil
		}
		found[i].Handle = t.Handle
		found[i].visible = tx.Now().Add(h.visibility).UnixMicro()
		list = append(list, found[i])
	}
	if err := hidePlaces(tx, h.q.bin, list); err != nil {
		return nil, err
	}
	if err := refreshGroups(tx, h.q.bin, groups); err != nil {
		return nil, err
	}
	return list, loadMessages(tx, slices.Clone(list))
}

// handleOf makes the receipt handle of a delivery in this transaction.
func (q *Queue) handleOf(tx *store.Tx, m *Received) string {
	return handle{q.ID, m.seq, uint32(m.Receives), tx.Micros()}.String()
}
