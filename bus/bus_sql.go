package bus

import (
	"slices"
	"strings"
	"time"

	"github.com/casestream/casestream/store"
)

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
