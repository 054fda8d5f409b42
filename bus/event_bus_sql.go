package bus

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/casestream/casestream/store"
)

// busColumns are what scanBus reads.
const busColumns = `name, policy, settings, tags, created_at, modified_at`

// scanBus reads a row of busColumns.
func scanBus(scan store.Scan) (e EventBus, err error) {
	var created, modified int64
	var settings, tags string
	if err := scan(&e.Name, &e.Policy, &settings, &tags, &created, &modified); err != nil {
		return EventBus{}, err
	}
	if err := json.Unmarshal([]byte(settings), &e.Settings); err != nil {
		return EventBus{}, fmt.Errorf("settings of bus %s: %w", e.Name, err)
	}
	if err := json.Unmarshal([]byte(tags), &e.Tags); err != nil {
		return EventBus{}, fmt.Errorf("tags of bus %s: %w", e.Name, err)
	}
	if created > 0 {
		e.Created, e.Modified = time.UnixMicro(created).UTC(), time.UnixMicro(modified).UTC()
	}
	return e, nil
}

// getBus reads one bus and says whether there is such a bus.
func getBus(tx *store.Tx, name string) (e EventBus, found bool, err error) {
	list, err := store.List(tx, `SELECT `+busColumns+` FROM bus WHERE name = ?`, []any{name}, scanBus)
	if err != nil || len(list) == 0 {
		return EventBus{}, false, err
	}
	return list[0], true, nil
}

// listBuses reads the buses whose name begins with prefix, in byte order, which databases do not agree on.
func listBuses(tx *store.Tx, prefix string) ([]EventBus, error) {
	list, err := store.List(tx, `SELECT `+busColumns+` FROM bus`, nil, scanBus)
	list = slices.DeleteFunc(list, func(e EventBus) bool { return !strings.HasPrefix(e.Name, prefix) })
	slices.SortFunc(list, func(a, b EventBus) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// holdBus keeps others from changing a bus or its rules until the transaction ends, and changes nothing.
func holdBus(tx *store.Tx, name string) error {
	_, err := tx.Exec(`UPDATE bus SET changes = changes WHERE name = ?`, name)
	return err
}

// countBuses counts the buses.
func countBuses(tx *store.Tx) (n int, err error) {
	_, err = tx.Get(`SELECT COUNT(*) FROM bus`, nil, &n)
	return n, err
}

// insertBus makes a bus without rules, and says no where there is one of its name.
func insertBus(tx *store.Tx, e EventBus, at version) (made bool, err error) {
	settings, err := json.Marshal(e.Settings)
	if err != nil {
		return false, err
	}
	tags, err := json.Marshal(e.Tags)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(`INSERT INTO bus (name, changes, version, rules, wildcard_rules, policy, settings, tags, created_at, modified_at)
		VALUES (?, ?, ?, 0, 0, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`,
		e.Name, at.change, at.nonce, e.Policy, string(settings), string(tags), tx.Micros(), tx.Micros())
	return n > 0, err
}

// touchBus notes that a bus changes now, and holds its row until the transaction ends. The default bus, which was
// never made, counts as made when it is first changed.
func touchBus(tx *store.Tx, name string) error {
	_, err := tx.Exec(`UPDATE bus SET modified_at = ?, created_at = CASE WHEN created_at = 0 THEN ? ELSE created_at END WHERE name = ?`,
		tx.Micros(), tx.Micros(), name)
	return err
}

// updateBusSettings stores the settings of a bus.
func updateBusSettings(tx *store.Tx, name string, s BusSettings) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE bus SET settings = ? WHERE name = ?`, string(text), name)
	return err
}

// updateBusTags stores the tags of a bus.
func updateBusTags(tx *store.Tx, name string, tags map[string]string) error {
	text, err := json.Marshal(tags)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE bus SET tags = ? WHERE name = ?`, string(text), name)
	return err
}

// updateBusPolicy stores the policy of a bus; "" is none.
func updateBusPolicy(tx *store.Tx, name, policy string) error {
	_, err := tx.Exec(`UPDATE bus SET policy = ? WHERE name = ?`, policy, name)
	return err
}

// deleteBus removes a bus that has no rules, and says no where there is none.
func deleteBus(tx *store.Tx, name string) (gone bool, err error) {
	n, err := tx.Exec(`DELETE FROM bus WHERE name = ? AND rules = 0`, name)
	return n > 0, err
}
