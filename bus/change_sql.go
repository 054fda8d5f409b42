package bus

import "github.com/casestream/casestream/store"

// updateVersion counts a change of a bus, sets its version and gives the number of the change. It says whether
// there is such a bus.
func updateVersion(tx *store.Tx, bus string, nonce int64) (change int64, found bool, err error) {
	found, err = tx.Get(`UPDATE bus SET changes = changes + 1, version = ? WHERE name = ? RETURNING changes`, []any{nonce, bus}, &change)
	return change, found, err
}

// getState reads a bus's version and its policy, and says whether there is such a bus. It is the one statement
// that every publish pays for.
func getState(tx *store.Tx, bus string) (v version, policy string, found bool, err error) {
	found, err = tx.Get(`SELECT changes, version, policy FROM bus WHERE name = ?`, []any{bus}, &v.change, &v.nonce, &policy)
	return v, policy, found, err
}

// getVersion reads a bus's version and says whether there is such a bus.
func getVersion(tx *store.Tx, bus string) (v version, found bool, err error) {
	found, err = tx.Get(`SELECT changes, version FROM bus WHERE name = ?`, []any{bus}, &v.change, &v.nonce)
	return v, found, err
}

// insertChange logs a change: at is the version that the bus has since.
func insertChange(tx *store.Tx, bus string, at version, rule ruleID) error {
	_, err := tx.Exec(`INSERT INTO bus_change (bus, number, version, rule, rule_number) VALUES (?, ?, ?, ?, ?)`,
		bus, at.change, at.nonce, rule.name, rule.number)
	return err
}

// deleteChanges removes the changes before one from the log.
func deleteChanges(tx *store.Tx, bus string, before int64) error {
	_, err := tx.Exec(`DELETE FROM bus_change WHERE bus = ? AND number < ?`, bus, before)
	return err
}

// addRules adds to the numbers of a bus's rules and of those with a wildcard, and gives what they are then.
func addRules(tx *store.Tx, bus string, rules, wildcards int) (nowRules, nowWildcards int, err error) {
	_, err = tx.Get(`UPDATE bus SET rules = rules + ?, wildcard_rules = wildcard_rules + ? WHERE name = ? RETURNING rules, wildcard_rules`,
		[]any{rules, wildcards, bus}, &nowRules, &nowWildcards)
	return nowRules, nowWildcards, err
}
