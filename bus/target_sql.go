package bus

import (
	"encoding/json"
	"fmt"

	"github.com/casestream/casestream/store"
)

// readTarget puts a target together from its columns.
func readTarget(id, arn, settings string) (Target, error) {
	t := Target{ID: id, ARN: arn}
	if err := json.Unmarshal([]byte(settings), &t); err != nil {
		return Target{}, fmt.Errorf("settings of target %s: %w", id, err)
	}
	return t, nil
}

// putTarget inserts a target, or replaces the one of its id.
func putTarget(tx *store.Tx, bus, rule string, t Target) error {
	settings, err := json.Marshal(t)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO bus_target (bus, rule, id, arn, settings) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (bus, rule, id) DO UPDATE SET arn = excluded.arn, settings = excluded.settings`,
		bus, rule, t.ID, t.ARN, string(settings))
	return err
}

// countTargets counts the targets of a rule.
func countTargets(tx *store.Tx, bus, rule string) (n int, err error) {
	_, err = tx.Get(`SELECT COUNT(*) FROM bus_target WHERE bus = ? AND rule = ?`, []any{bus, rule}, &n)
	return n, err
}

// listTargets reads the targets of a rule, in the order of their ids.
func listTargets(tx *store.Tx, bus, rule string) ([]Target, error) {
	return store.List(tx, `SELECT id, arn, settings FROM bus_target WHERE bus = ? AND rule = ? ORDER BY id`, []any{bus, rule}, func(scan store.Scan) (Target, error) {
		var id, arn, settings string
		if err := scan(&id, &arn, &settings); err != nil {
			return Target{}, err
		}
		return readTarget(id, arn, settings)
	})
}

// deleteTarget removes a target.
func deleteTarget(tx *store.Tx, bus, rule, id string) error {
	_, err := tx.Exec(`DELETE FROM bus_target WHERE bus = ? AND rule = ? AND id = ?`, bus, rule, id)
	return err
}

// listRuleNames reads the names of the rules that have a target of an ARN, after a name and in order.
func listRuleNames(tx *store.Tx, bus, arn, after string, limit int) ([]string, error) {
	return store.Column[string](tx, `SELECT DISTINCT rule FROM bus_target WHERE bus = ? AND arn = ? AND rule > ? ORDER BY rule LIMIT ?`,
		bus, arn, after, limit)
}
