package bus

import (
	"time"

	"github.com/casestream/casestream/store"
)

// insertSchedule says when a rule's schedule is due; one that runs already is left alone.
func insertSchedule(tx *store.Tx, d due) error {
	_, err := tx.Exec(`INSERT INTO bus_schedule (rule_number, due_at, started_at) VALUES (?, ?, ?) ON CONFLICT (rule_number) DO NOTHING`,
		d.rule, d.at.UnixMicro(), d.start.UnixMicro())
	return err
}

// putDue is the statement of putSchedules.
var putDue = store.NewMany(`INSERT INTO bus_schedule (rule_number, due_at, started_at) VALUES `, `(?, ?, ?)`,
	` ON CONFLICT (rule_number) DO UPDATE SET due_at = excluded.due_at`)

// putSchedules sets when schedules that the transaction has claimed are due again. It keeps their rows: who waits
// for one, to delete it, finds it.
func putSchedules(tx *store.Tx, list []due) error {
	args := putDue.Args(len(list))
	for _, d := range list {
		args = append(args, d.rule, d.at.UnixMicro(), d.start.UnixMicro())
	}
	return putDue.Exec(tx, args)
}

// deleteSchedule ends a rule's schedule, if it runs.
func deleteSchedule(tx *store.Tx, rule int64) error {
	_, err := tx.Exec(`DELETE FROM bus_schedule WHERE rule_number = ?`, rule)
	return err
}

// nextDue tells when the next schedule is due; the zero time when none runs.
func nextDue(tx *store.Tx) (at time.Time, err error) {
	var micros int64
	found, err := tx.Get(`SELECT due_at FROM bus_schedule ORDER BY due_at LIMIT 1`, nil, &micros)
	if found {
		at = time.UnixMicro(micros).UTC()
	}
	return at, err
}

// scanDue reads a row of bus_schedule.
func scanDue(scan store.Scan) (d due, err error) {
	var at, start int64
	err = scan(&d.rule, &at, &start)
	d.at, d.start = time.UnixMicro(at).UTC(), time.UnixMicro(start).UTC()
	return d, err
}

// claimDue takes up to limit schedules that are due, the earliest first, and passes over those that another node
// has taken.
func claimDue(tx *store.Tx, limit int) ([]due, error) {
	return store.List(tx, `SELECT rule_number, due_at, started_at FROM bus_schedule WHERE due_at <= ?
		ORDER BY due_at, rule_number LIMIT ? /*skip locked*/`, []any{tx.Micros(), limit}, scanDue)
}

// claimOneDue takes the schedule of one rule, if it is due and no other node has taken it.
func claimOneDue(tx *store.Tx, rule int64) ([]due, error) {
	return store.List(tx, `SELECT rule_number, due_at, started_at FROM bus_schedule WHERE rule_number = ? AND due_at <= ? /*skip locked*/`,
		[]any{rule, tx.Micros()}, scanDue)
}

// listDue lists rules whose schedules are due, the earliest first.
func listDue(tx *store.Tx, limit int) ([]int64, error) {
	return store.Column[int64](tx, `SELECT rule_number FROM bus_schedule WHERE due_at <= ? ORDER BY due_at, rule_number LIMIT ?`, tx.Micros(), limit)
}
