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
	list, err := store.List(tx, `SELECT name, created_at, modified_at FROM bus`, nil, func(scan store.Scan) (e EventBus, err error) {
		var created, modified int64
		err = scan(&e.Name, &created, &modified)
		if created > 0 {
			e.Created, e.Modified = time.UnixMicro(created).UTC(), time.UnixMicro(modified).UTC()
		}
		return e, err
	})
	list = slices.DeleteFunc(list, func(e EventBus) bool { return !strings.HasPrefix(e.Name, prefix) })
	slices.SortFunc(list, func(a, b EventBus) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}
