package bus

import "github.com/casestream/casestream/store"

// lockArchiveSweep reads how far the sweep of archives together has come and holds it; not ok when another node
// does.
func lockArchiveSweep(tx *store.Tx, bus string, of keepers) (to int64, ok bool, err error) {
	_, err = tx.Exec(`INSERT INTO bus_archive_sweep (bus, archives, swept_to) VALUES (?, ?, 0) ON CONFLICT (bus, archives) DO NOTHING`,
		bus, string(of))
	if err != nil {
		return 0, false, err
	}
	ok, err = tx.Get(`SELECT swept_to FROM bus_archive_sweep WHERE bus = ? AND archives = ? /*skip locked*/`, []any{bus, string(of)}, &to)
	return to, ok, err
}

// updateArchiveSweep stores how far a sweep has come.
func updateArchiveSweep(tx *store.Tx, bus string, of keepers, to int64) error {
	_, err := tx.Exec(`UPDATE bus_archive_sweep SET swept_to = ? WHERE bus = ? AND archives = ?`, to, bus, string(of))
	return err
}

// rewindArchiveSweep takes a sweep back to where events have come to it.
func rewindArchiveSweep(tx *store.Tx, bus string, of keepers, to int64) error {
	_, err := tx.Exec(`UPDATE bus_archive_sweep SET swept_to = ? WHERE bus = ? AND archives = ? AND swept_to > ?`, to, bus, string(of), to)
	return err
}

// aged is an archived event as the sweep sees it.
type aged struct {
	archived
	at int64 // when it came
}

// listAged reads the next events of all archives behind a position.
func listAged(tx *store.Tx, after int64, limit int) ([]aged, error) {
	return store.List(tx, `SELECT position, bus, archives, archived_at, size FROM bus_archived WHERE position > ? ORDER BY position LIMIT ?`,
		[]any{after, limit}, func(scan store.Scan) (a aged, err error) {
			err = scan(&a.position, &a.bus, &a.keepers, &a.at, &a.size)
			return a, err
		})
}

// archivedDeletion removes archived events.
var archivedDeletion = store.NewIn[int64](`DELETE FROM bus_archived WHERE position IN `, ``)

// archivedMove lets other archives keep events.
var archivedMove = store.NewIn[int64](`UPDATE bus_archived SET archives = ? WHERE position IN `, ``)

// deleteTally removes the tally of archives together if it is of nothing, and with it how far the sweep has come. A
// transaction that adds to the tally meanwhile adds to another row, or makes it anew.
func deleteTally(tx *store.Tx, bus string, of keepers) error {
	sum, shards := int64(0), []int(nil)
	err := tx.Each(`SELECT shard, events FROM bus_archive_tally WHERE bus = ? AND archives = ? ORDER BY shard /*for update*/`, []any{bus, string(of)},
		func(scan store.Scan) error {
			var shard int
			var events int64
			err := scan(&shard, &events)
			sum, shards = sum+events, append(shards, shard)
			return err
		})
	if err != nil || sum != 0 {
		return err
	}
	for _, shard := range shards {
		if _, err := tx.Exec(`DELETE FROM bus_archive_tally WHERE bus = ? AND archives = ? AND shard = ?`, bus, string(of), shard); err != nil {
			return err
		}
	}
	_, err = tx.Exec(`DELETE FROM bus_archive_sweep WHERE bus = ? AND archives = ?`, bus, string(of))
	return err
}
