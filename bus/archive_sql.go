package bus

import (
	"slices"
	"strings"
	"time"

	"github.com/casestream/casestream/store"
)

// lockAccount holds, until the transaction ends, what counts things of the whole account: the row of the bus
// that every account has.
func lockAccount(tx *store.Tx) error {
	_, err := tx.Get(`SELECT changes FROM bus WHERE name = ? /*for update*/`, []any{Default}, new(int64))
	return err
}

// archiveColumns are what scanArchive reads.
const archiveColumns = `name, bus, number, description, pattern, retention_days, created_at`

// scanArchive reads a row of archiveColumns.
func scanArchive(scan store.Scan) (a Archive, err error) {
	var created int64
	err = scan(&a.Name, &a.Bus, &a.number, &a.Description, &a.Pattern, &a.RetentionDays, &created)
	a.Created = time.UnixMicro(created).UTC()
	return a, err
}

// insertArchive stores a new archive; no, when its name is taken.
func insertArchive(tx *store.Tx, a Archive) (bool, error) {
	n, err := tx.Exec(`INSERT INTO bus_archive (`+archiveColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`,
		a.Name, a.Bus, a.number, a.Description, a.Pattern, a.RetentionDays, a.Created.UnixMicro())
	return n > 0, err
}

// updateArchive stores what can change of an archive; no, when it is gone.
func updateArchive(tx *store.Tx, a Archive) (bool, error) {
	n, err := tx.Exec(`UPDATE bus_archive SET description = ?, pattern = ?, retention_days = ? WHERE name = ? AND bus = ? AND number = ?`,
		a.Description, a.Pattern, a.RetentionDays, a.Name, a.Bus, a.number)
	return n > 0, err
}

// deleteArchive removes an archive; no, when it is gone.
func deleteArchive(tx *store.Tx, name string, number int64) (bool, error) {
	n, err := tx.Exec(`DELETE FROM bus_archive WHERE name = ? AND number = ?`, name, number)
	return n > 0, err
}

// countArchives counts the archives of all buses.
func countArchives(tx *store.Tx) (n int, err error) {
	_, err = tx.Get(`SELECT COUNT(*) FROM bus_archive`, nil, &n)
	return n, err
}

// skipChanges lets the next change of a bus have a number behind the last one that is used.
func skipChanges(tx *store.Tx, bus string, used int64) error {
	_, err := tx.Exec(`UPDATE bus SET changes = ? WHERE name = ? AND changes < ?`, used, bus, used)
	return err
}

// countArchivesOf counts the archives of a bus.
func countArchivesOf(tx *store.Tx, bus string) (n int, err error) {
	_, err = tx.Get(`SELECT COUNT(*) FROM bus_archive WHERE bus = ?`, []any{bus}, &n)
	return n, err
}

// getArchive reads one archive.
func getArchive(tx *store.Tx, name string) (Archive, error) {
	list, err := store.List(tx, `SELECT `+archiveColumns+` FROM bus_archive WHERE name = ?`, []any{name}, scanArchive)
	if err != nil {
		return Archive{}, err
	}
	if len(list) == 0 {
		return Archive{}, missingArchive(name)
	}
	return list[0], nil
}

// listArchives reads all archives, in byte order of their names, which databases do not agree on.
func listArchives(tx *store.Tx) ([]Archive, error) {
	list, err := store.List(tx, `SELECT `+archiveColumns+` FROM bus_archive`, nil, scanArchive)
	slices.SortFunc(list, func(a, b Archive) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// listTallies reads how many events archives keep together.
func listTallies(tx *store.Tx) ([]tallied, error) {
	return store.List(tx, `SELECT bus, archives, CAST(SUM(events) AS BIGINT), CAST(SUM(bytes) AS BIGINT) FROM bus_archive_tally
		GROUP BY bus, archives ORDER BY bus, archives`, nil, func(scan store.Scan) (t tallied, err error) {
		err = scan(&t.bus, &t.keepers, &t.events, &t.bytes)
		return t, err
	})
}

// addTally adds to how many events archives keep together.
func addTally(tx *store.Tx, t tallied, shard int) error {
	_, err := tx.Exec(`INSERT INTO bus_archive_tally (bus, archives, shard, events, bytes) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (bus, archives, shard) DO UPDATE SET events = bus_archive_tally.events + excluded.events,
			bytes = bus_archive_tally.bytes + excluded.bytes`,
		t.bus, string(t.keepers), shard, t.events, t.bytes)
	return err
}

// archivedRows appends archived events.
var archivedRows = store.NewMany(`INSERT INTO bus_archived (bus, archives, archived_at, event_time, size, event) VALUES `, `(?, ?, ?, ?, ?, ?)`, ``)

// insertArchived appends events in their order.
func insertArchived(tx *store.Tx, list []archived) error {
	args := archivedRows.Args(len(list))
	for i := range list {
		a := &list[i]
		args = append(args, a.bus, string(a.keepers), tx.Micros(), a.time, a.size, a.event)
	}
	return archivedRows.Exec(tx, args)
}
