package bus

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/casestream/casestream/store"
)

// ruleColumns are what scanRule reads.
const ruleColumns = `bus, name, number, wildcard, state, pattern, schedule, description, role_arn, tags, created_at, modified_at`

// scanRule reads a row of ruleColumns.
func scanRule(scan store.Scan) (Rule, error) {
	var r Rule
	var tags string
	var created, modified int64
	if err := scan(&r.Bus, &r.Name, &r.number, &r.wildcard, &r.State, &r.Pattern, &r.Schedule, &r.Description, &r.RoleARN, &tags, &created, &modified); err != nil {
		return Rule{}, err
	}
	if err := json.Unmarshal([]byte(tags), &r.Tags); err != nil {
		return Rule{}, fmt.Errorf("tags of rule %s: %w", r.Name, err)
	}
	r.Created, r.Modified = time.UnixMicro(created).UTC(), time.UnixMicro(modified).UTC()
	return r, nil
}

// putRule inserts a rule, or changes one of the same name.
func putRule(tx *store.Tx, r Rule) error {
	tags, err := json.Marshal(r.Tags)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO bus_rule (bus, name, number, wildcard, state, pattern, schedule, description, role_arn, tags, created_at, modified_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (bus, name) DO UPDATE SET wildcard = excluded.wildcard, state = excluded.state, pattern = excluded.pattern,
			schedule = excluded.schedule, description = excluded.description, role_arn = excluded.role_arn, modified_at = excluded.modified_at`,
		r.Bus, r.Name, r.number, r.wildcard, r.State, r.Pattern, r.Schedule, r.Description, r.RoleARN, string(tags), tx.Micros(), tx.Micros())
	return err
}

// getRule reads one rule.
func getRule(tx *store.Tx, bus, name string) (Rule, error) {
	list, err := store.List(tx, `SELECT `+ruleColumns+` FROM bus_rule WHERE bus = ? AND name = ?`, []any{bus, name}, scanRule)
	if err != nil {
		return Rule{}, err
	}
	if len(list) == 0 {
		return Rule{}, missingRule(bus, name)
	}
	return list[0], nil
}

// lastRune is behind every other, so that what begins with a prefix is less than prefix + lastRune.
const lastRune = "\U0010FFFF"

// listRules reads the rules of a bus whose name begins with prefix, after a name and in order.
func listRules(tx *store.Tx, bus, prefix, after string, limit int) ([]Rule, error) {
	return store.List(tx, `SELECT `+ruleColumns+` FROM bus_rule WHERE bus = ? AND name > ? AND name >= ? AND name < ? ORDER BY name LIMIT ?`,
		[]any{bus, after, prefix, prefix + lastRune, limit}, scanRule)
}

// updateRuleState sets a rule's state and gives what counts about the rule. It says whether there is such a rule.
func updateRuleState(tx *store.Tx, bus, name, state string) (r Rule, found bool, err error) {
	r.Name, r.State = name, state
	found, err = tx.Get(`UPDATE bus_rule SET state = ?, modified_at = ? WHERE bus = ? AND name = ? RETURNING number, schedule`,
		[]any{state, tx.Micros(), bus, name}, &r.number, &r.Schedule)
	return r, found, err
}

// updateRuleTags stores the tags of a rule.
func updateRuleTags(tx *store.Tx, bus, name string, tags map[string]string) error {
	text, err := json.Marshal(tags)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE bus_rule SET tags = ? WHERE bus = ? AND name = ?`, string(text), bus, name)
	return err
}

// deleteRule removes a rule and gives what counts about it. It says whether there was such a rule.
func deleteRule(tx *store.Tx, bus, name string) (r Rule, found bool, err error) {
	r.Name = name
	found, err = tx.Get(`DELETE FROM bus_rule WHERE bus = ? AND name = ? RETURNING number, wildcard, schedule`,
		[]any{bus, name}, &r.number, &r.wildcard, &r.Schedule)
	return r, found, err
}
