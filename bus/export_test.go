package bus

import (
	"encoding/json"
	"time"

	"github.com/casestream/casestream/store"
)

// Envelope shows tests the bytes of an event.
func Envelope(ev *Event) []byte { return envelope(ev, "111122223333", "eu-west-2", time.Unix(0, 0)) }

// Table is a ruleTable that tests fill with names.
type Table struct{ t ruleTable }

// With gives the table with another name of a number, or, where the name is empty, with none.
func (t Table) With(number int64, name string) Table {
	if name == "" {
		return Table{t.t.with(number, nil)}
	}
	return Table{t.t.with(number, &compiledRule{name: name})}
}

// Get gives the name of a number.
func (t Table) Get(number int64) string {
	if r := t.t.get(number); r != nil {
		return r.name
	}
	return ""
}

// Empty says whether the table holds no page any more.
func (t Table) Empty() bool { return t.t.root == nil }

// CompactDetail shows tests what becomes of a detail from outside.
func CompactDetail(text []byte) ([]byte, error) { return compactDetail(text) }

// PutStatement shows tests a policy with another statement.
func PutStatement(policy, id, statement string) (string, error) {
	return editStatements(policy, putStatement(id, json.RawMessage(statement)))
}

// RemoveStatement shows tests a policy without a statement.
func RemoveStatement(policy, id string) (string, error) {
	return editStatements(policy, removeStatement(id))
}

// ArchivedAndBack shows tests the bytes of an event that was archived and comes back, and those that it has in a replay.
func ArchivedAndBack(ev *Event, replay string) (same, replayed []byte, err error) {
	a := archived{event: Envelope(ev)}
	back, err := a.unarchive()
	if err != nil {
		return nil, nil, err
	}
	same = Envelope(back)
	back.replay = replay
	return same, Envelope(back), nil
}

// Cursor shows tests what becomes of the text of a cursor; no, when it is none.
func Cursor(text string) (string, bool) {
	c, err := parseCursor(text)
	return c.String(), err == nil
}

// SettleTogether settles outcomes in one transaction, as those that come at the same time are.
func (b *Bus) SettleTogether(tx *store.Tx, list ...Outcome) error {
	var calls []*store.BatchCall[Outcome, struct{}]
	for _, o := range list {
		calls = append(calls, &store.BatchCall[Outcome, struct{}]{In: o})
	}
	return b.settleBatch(tx, calls)
}

// ReplayWake is signalled when there is something to do for RunReplays.
func (b *Bus) ReplayWake() <-chan struct{} { return b.woken }
