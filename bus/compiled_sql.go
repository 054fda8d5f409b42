package bus

import (
	"github.com/casestream/casestream/store"
)

// loadedRule is a rule, or an archive, as it is stored.
type loadedRule struct {
	number            int64
	name              string
	pattern, schedule string // empty: none
	targets           []Target
	gone              bool  // deleted, or disabled: there is no more to it than its number
	change            int64 // by which its rows were found
	archive           bool
}

// addTarget reads a target of the rule, if the row has one.
func (l *loadedRule) addTarget(id, arn, settings *string) error {
	if id == nil {
		return nil
	}
	t, err := readTarget(*id, *arn, *settings)
	l.targets = append(l.targets, t)
	return err
}

// loadRules reads the enabled rules of a bus with their targets, its archives, and the version that they belong to: in
// one statement, so that it is one state of the bus whatever others commit meanwhile.
func loadRules(tx *store.Tx, bus string) (list []loadedRule, v version, err error) {
	err = tx.Each(`SELECT b.changes, b.version, 0 AS archive, r.number, r.name AS name, r.pattern, r.schedule, t.id AS target, t.arn, t.settings FROM bus b
		LEFT JOIN bus_rule r ON r.bus = b.name AND r.state <> ?
		LEFT JOIN bus_target t ON t.bus = r.bus AND t.rule = r.name
		WHERE b.name = ?
		UNION ALL SELECT b.changes, b.version, 1, a.number, a.name, a.pattern, '', NULL, NULL, NULL FROM bus b
		JOIN bus_archive a ON a.bus = b.name
		WHERE b.name = ? ORDER BY archive, name, target`, []any{Disabled, bus, bus}, func(scan store.Scan) error {
		var archive int
		var number *int64
		var name, pattern, schedule, id, arn, settings *string
		if err := scan(&v.change, &v.nonce, &archive, &number, &name, &pattern, &schedule, &id, &arn, &settings); err != nil {
			return err
		}
		if number == nil {
			return nil // a bus without rules
		}
		if len(list) == 0 || list[len(list)-1].number != *number {
			list = append(list, loadedRule{number: *number, name: *name, pattern: *pattern, schedule: *schedule, archive: archive == 1})
		}
		return list[len(list)-1].addTarget(id, arn, settings)
	})
	return list, v, err
}

// loadChanges reads the rules and archives of a bus that have changed since a version, each as it is now, and the version
// that it is now: in one statement, as loadRules does. It is not ok when the log does not lead from the one
// version to the other without a gap: since is too old, or that of a transaction that rolled back.
//
// No log is as long as what is asked for. The upper end is there for PostgreSQL: it takes a range between two
// parameters for a short one, and looks the rules up, where it would read them all to be ready for a long one.
func loadChanges(tx *store.Tx, bus string, since version) (list []loadedRule, now version, ok bool, err error) {
	last := since.change - 1
	ok = true
	known := make(map[int64]int) // where in the list a rule is, by its number
	err = tx.Each(`SELECT b.changes, b.version, c.number, c.version, c.rule, c.rule_number, COALESCE(r.pattern, a.pattern), COALESCE(r.schedule, ''), a.number,
			t.id, t.arn, t.settings FROM bus b
		JOIN bus_change c ON c.bus = b.name AND c.number BETWEEN ? AND ?
		LEFT JOIN bus_rule r ON r.bus = c.bus AND r.name = c.rule AND r.number = c.rule_number AND r.state <> ?
		LEFT JOIN bus_archive a ON a.bus = c.bus AND a.number = c.rule_number
		LEFT JOIN bus_target t ON t.bus = r.bus AND t.rule = r.name
		WHERE b.name = ? ORDER BY c.number, t.id`, []any{since.change, since.change + keptChanges + 2*trimEvery, Disabled, bus}, func(scan store.Scan) error {
		var c version
		var rule ruleID
		var pattern, schedule, id, arn, settings *string
		var archive *int64
		if err := scan(&now.change, &now.nonce, &c.change, &c.nonce, &rule.name, &rule.number, &pattern, &schedule, &archive, &id, &arn, &settings); err != nil {
			return err
		}
		if c.change > last+1 || c.change == since.change && c.nonce != since.nonce {
			ok = false
			return store.ErrEnough
		}
		last = c.change
		if c.change == since.change || rule.number == 0 {
			return nil
		}
		i, seen := known[rule.number]
		if !seen {
			i = len(list)
			known[rule.number] = i
			l := loadedRule{number: rule.number, name: rule.name, gone: pattern == nil, change: c.change, archive: archive != nil}
			if !l.gone {
				l.pattern, l.schedule = *pattern, *schedule
			}
			list = append(list, l)
		}
		if list[i].change != c.change {
			return nil // read already, by an earlier change
		}
		return list[i].addTarget(id, arn, settings)
	})
	return list, now, ok && last >= since.change && last == now.change, err
}
