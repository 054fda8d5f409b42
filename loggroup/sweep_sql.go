package loggroup

import "github.com/casestream/casestream/store"

// listExpired reads the numbers of events that a group does not keep any more, as its row says now.
func listExpired(tx *store.Tx, group *Group, limit int) ([]int64, error) {
	now, found, err := getGroup(tx, group.Name)
	if err != nil || !found || now.id != group.id || now.RetentionDays == 0 {
		return nil, err
	}
	return store.Column[int64](tx, `SELECT seq FROM loggroup_event WHERE group_id = ? AND time < ? ORDER BY time, seq LIMIT ?`,
		group.id, now.oldest(tx.Now()), limit)
}

// grave is a deleted group or stream.
type grave struct{ id, group, stream, at int64 }

// listGone reads the deleted groups and streams whose events are not all removed.
func listGone(tx *store.Tx) ([]grave, error) {
	return store.List(tx, `SELECT id, group_id, stream_id, gone_at FROM loggroup_gone ORDER BY id`, nil, func(scan store.Scan) (g grave, err error) {
		err = scan(&g.id, &g.group, &g.stream, &g.at)
		return g, err
	})
}

// listBuried reads the numbers of events of a deleted group or stream.
func listBuried(tx *store.Tx, g grave, limit int) ([]int64, error) {
	if g.stream != 0 {
		return store.Column[int64](tx, `SELECT seq FROM loggroup_event WHERE stream_id = ? ORDER BY time, seq LIMIT ?`, g.stream, limit)
	}
	return store.Column[int64](tx, `SELECT seq FROM loggroup_event WHERE group_id = ? ORDER BY time, seq LIMIT ?`, g.group, limit)
}

// eventDeletion removes events by their numbers.
var eventDeletion = store.NewIn[int64](`DELETE FROM loggroup_event WHERE seq IN `, ``)

// deleteGone forgets a deleted group or stream, with the streams that were made in a group while it went.
func deleteGone(tx *store.Tx, g grave) error {
	n, err := tx.Exec(`DELETE FROM loggroup_gone WHERE id = ?`, g.id)
	if err != nil || n == 0 || g.stream != 0 {
		return err
	}
	_, err = tx.Exec(`DELETE FROM loggroup_stream WHERE group_id = ?`, g.group)
	return err
}
