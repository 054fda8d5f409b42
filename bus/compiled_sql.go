package bus

import (
	"database/sql"

	"github.com/casestream/casestream/store"
)

// loadRules reads the enabled rules of a bus with their targets, and the version that they belong to: in
// one statement, so that it is one state of the bus whatever others commit meanwhile.
func loadRules(tx *store.Tx, bus string) (list []loadedRule, version int64, err error) {
	rows, err := tx.Query(`SELECT b.version, r.name, r.pattern, t.id, t.arn, t.settings FROM bus b
		LEFT JOIN bus_rule r ON r.bus = b.name AND r.state <> ?
		LEFT JOIN bus_target t ON t.bus = r.bus AND t.rule = r.name
		WHERE b.name = ? ORDER BY r.name, t.id`, Disabled, bus)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, pattern, id, arn, settings sql.NullString
		if err := rows.Scan(&version, &name, &pattern, &id, &arn, &settings); err != nil {
			return nil, 0, err
		}
		if !name.Valid {
			continue // a bus without rules
		}
		if len(list) == 0 || list[len(list)-1].name != name.String {
			list = append(list, loadedRule{name: name.String, pattern: pattern.String})
		}
		if id.Valid {
			t, err := readTarget(id.String, arn.String, settings.String)
			if err != nil {
				return nil, 0, err
			}
			rule := &list[len(list)-1]
			rule.targets = append(rule.targets, t)
		}
	}
	return list, version, rows.Err()
}
