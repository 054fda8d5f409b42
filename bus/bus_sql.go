package bus

import (
	"slices"
	"strings"
	"time"

	"github.com/casestream/casestream/store"
)

// updateVersion sets a bus's version and says whether there is such a bus.
func updateVersion(tx *store.Tx, name string, version int64) (bool, error) {
	n, err := tx.Exec(`UPDATE bus SET version = ? WHERE name = ?`, version, name)
	return n > 0, err
}

// getVersion reads a bus's version and says whether there is such a bus. It is the one statement that every
// publish pays for.
func getVersion(tx *store.Tx, name string) (version int64, found bool, err error) {
	found, err = tx.Get(`SELECT version FROM bus WHERE name = ?`, []any{name}, &version)
	return version, found, err
}

// listBuses reads the buses whose name begins with prefix, in byte order, which databases do not agree on.
func listBuses(tx *store.Tx, prefix string) ([]EventBus, error) {
	rows, err := tx.Query(`SELECT name, created_at, modified_at FROM bus`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []EventBus
	for rows.Next() {
		var e EventBus
		var created, modified int64
		if err := rows.Scan(&e.Name, &created, &modified); err != nil {
			return nil, err
		}
		if created > 0 {
			e.Created, e.Modified = time.UnixMicro(created).UTC(), time.UnixMicro(modified).UTC()
		}
		if strings.HasPrefix(e.Name, prefix) {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b EventBus) int { return strings.Compare(a.Name, b.Name) })
	return list, rows.Err()
}
