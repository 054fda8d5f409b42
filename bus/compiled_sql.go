package bus

import (
	"github.com/casestream/casestream/store"
)

// loadRules reads the enabled rules of a bus with their targets, and the version that they belong to: in
// one statement, so that it is one state of the bus whatever others commit meanwhile.
func loadRules(tx *store.Tx, bus string) (list []loadedRule, version int64, err error) {
	err = tx.Each(`SELECT b.version, r.name, r.pattern, t.id, t.arn, t.settings FROM bus b
		LEFT JOIN bus_rule r ON r.bus = b.name AND r.state <> ?
		LEFT JOIN bus_target t ON t.bus = r.bus AND t.rule = r.name
		WHERE b.name = ? ORDER BY r.name, t.id`, []any{Disabled, bus}, func(scan store.Scan) error {
		var name, pattern, id, arn, settings *string
		if err := scan(&version, &name, &pattern, &id, &arn, &settings); err != nil {
			return err
		}
		if name == nil {
			return nil // a bus without rules
		}
		if len(list) == 0 || list[len(list)-1].name != *name {
			list = append(list, loadedRule{name: *name, pattern: *pattern})
		}
		if id == nil {
			return nil // a rule without targets
		}
		t, err := readTarget(*id, *arn, *settings)
		rule := &list[len(list)-1]
		rule.targets = append(rule.targets, t)
		return err
	})
	return list, version, err
}
