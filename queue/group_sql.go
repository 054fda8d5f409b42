package queue

import (
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/casestream/casestream/store"
)

// The statements of FIFO queues that take many messages of many groups. The casts tell PostgreSQL what a VALUES
// list is made of.
var (
	groupsHold = store.NewIn[string](`SELECT group_id FROM queue_group WHERE bin = ? AND group_id IN `, ` ORDER BY group_id /*by bytes*/ /*for update*/`)
	// Of each group its first messages, up to a number. The subselect keeps the walk from those behind them; in a
	// CROSS JOIN the order of the tables is SQLite's order, too.
	groupHeads = store.NewIn[string](`SELECT f.group_id, f.seq, f.visible_at, f.receives, f.first_received_at, f.source FROM queue_group g CROSS JOIN queue_fifo f
		WHERE f.bin = g.bin AND f.group_id = g.group_id AND f.seq <= COALESCE((SELECT x.seq FROM queue_fifo x WHERE x.bin = g.bin AND x.group_id = g.group_id
			ORDER BY x.seq LIMIT 1 OFFSET ?), 9223372036854775807)
		AND g.bin = ? AND g.group_id IN `, ` ORDER BY f.group_id, f.seq`)
	// A group without messages has no first one: -1 marks it to be deleted.
	groupsRefresh = store.NewIn[string](`UPDATE queue_group SET next_at = COALESCE((SELECT f.visible_at FROM queue_fifo f
			WHERE f.bin = queue_group.bin AND f.group_id = queue_group.group_id ORDER BY f.seq LIMIT 1), -1)
		WHERE bin = ? AND group_id IN `, ` RETURNING group_id, next_at`)
	groupsDelete = store.NewIn[string](`DELETE FROM queue_group WHERE bin = ? AND group_id IN `, ``)

	placesSelect = store.NewMany(`WITH v (bin, group_id, seq) AS (VALUES `, `(CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BIGINT))`,
		`) SELECT f.group_id, f.seq, f.visible_at, f.receives, f.first_received_at, f.source FROM v CROSS JOIN queue_fifo f
		WHERE f.bin = v.bin AND f.group_id = v.group_id AND f.seq = v.seq`)
	placesClaim = store.NewMany(`WITH v (bin, group_id, seq, until, now) AS (VALUES `,
		`(CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT))`,
		`) UPDATE queue_fifo SET visible_at = v.until, receives = receives + 1, first_received_at = CASE WHEN first_received_at = 0 THEN v.now ELSE first_received_at END
		FROM v WHERE queue_fifo.bin = v.bin AND queue_fifo.group_id = v.group_id AND queue_fifo.seq = v.seq`)
	placesHide = store.NewMany(`WITH v (bin, group_id, seq, until) AS (VALUES `,
		`(CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT))`,
		`) UPDATE queue_fifo SET visible_at = v.until FROM v WHERE queue_fifo.bin = v.bin AND queue_fifo.group_id = v.group_id AND queue_fifo.seq = v.seq`)
)

// placesDelete deletes 1, 2, 4 … 64 messages. Where they are named by a list of rows instead, SQLite reads all
// messages of the queue.
var placesDelete = func() (texts [7]string) {
	const place = `bin = ? AND group_id = ? AND seq = ?`
	for i := range texts {
		texts[i] = `DELETE FROM queue_fifo WHERE ` + strings.Repeat(place+` OR `, 1<<i-1) + place
	}
	return texts
}()

// groupsOf gives the groups of messages, each once and in order.
func groupsOf(list []*Received) []string {
	groups := make([]string, len(list))
	for i, m := range list {
		groups[i] = m.GroupID
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}

// holdGroups holds the rows of groups, given in order.
func holdGroups(tx *store.Tx, bin int64, groups []string) error {
	return groupsHold.Each(tx, groups, []any{bin}, func(scan store.Scan) error {
		var group string
		return scan(&group)
	})
}

// refreshGroups puts into the rows of groups when their first messages are visible. The rows of groups
// without messages go.
func refreshGroups(tx *store.Tx, bin int64, groups []string) error {
	var empty []string
	err := groupsRefresh.Each(tx, groups, []any{bin}, func(scan store.Scan) error {
		var group string
		var at int64
		err := scan(&group, &at)
		if at < 0 {
			empty = append(empty, group)
		}
		return err
	})
	if err != nil {
		return err
	}
	return groupsDelete.Exec(tx, empty, bin)
}

// headsOf gives the visible messages at the heads of groups, at most depth of each, as they will be when they
// are received.
func headsOf(tx *store.Tx, bin int64, groups []string, depth int) (map[string][]*Received, error) {
	heads := make(map[string][]*Received, len(groups))
	blocked := make(map[string]bool)
	err := groupHeads.Each(tx, groups, []any{depth - 1, bin}, func(scan store.Scan) error {
		m, err := scanFIFO(scan)
		if err != nil {
			return err
		}
		if blocked[m.GroupID] = blocked[m.GroupID] || m.visible > tx.Micros(); blocked[m.GroupID] {
			return nil
		}
		m.Receives++
		if m.FirstReceived.IsZero() {
			m.FirstReceived = tx.Now()
		}
		heads[m.GroupID] = append(heads[m.GroupID], m)
		return nil
	})
	return heads, err
}

// getPlaces reads the rows of messages of a FIFO queue, in no order; what is gone is left out.
func getPlaces(tx *store.Tx, bin int64, wanted []*Received) (found []*Received, err error) {
	err = placesSelect.Each(tx, placeArgs(placesSelect, bin, wanted), func(scan store.Scan) error {
		m, err := scanFIFO(scan)
		found = append(found, m)
		return err
	})
	return found, err
}

// scanFIFO reads one row of queue_fifo.
func scanFIFO(scan store.Scan) (*Received, error) {
	m := &Received{}
	var first int64
	var source *string
	err := scan(&m.GroupID, &m.seq, &m.visible, &m.Receives, &first, &source)
	m.Sequence = sequence(m.seq)
	if first != 0 {
		m.FirstReceived = time.UnixMicro(first).UTC()
	}
	if source != nil {
		m.Source = *source
	}
	return m, err
}

// placeArgs gives the arguments of a statement that takes places.
func placeArgs(st *store.Many, bin int64, list []*Received) []any {
	args := st.Args(len(list))
	for _, m := range list {
		args = append(args, bin, m.GroupID, m.seq)
	}
	return args
}

// deletePlaces deletes messages of groups that this transaction holds. Their rows are left to refreshGroups.
func deletePlaces(tx *store.Tx, bin int64, list []*Received) error {
	for part := range slices.Chunk(list, 1<<(len(placesDelete)-1)) {
		size := bits.Len(uint(len(part) - 1))
		args := make([]any, 0, 3<<size)
		for i := range 1 << size { // the last one fills the text up
			m := part[min(i, len(part)-1)]
			args = append(args, bin, m.GroupID, m.seq)
		}
		if _, err := tx.Exec(placesDelete[size], args...); err != nil {
			return err
		}
	}
	seqs := make([]int64, len(list))
	for i, m := range list {
		seqs[i] = m.seq
	}
	return messageDelete.Exec(tx, seqs)
}

// claimPlaces hides messages of groups that this transaction holds until an instant.
func claimPlaces(tx *store.Tx, bin, until int64, list []*Received) error {
	args := placesClaim.Args(len(list))
	for _, m := range list {
		args = append(args, bin, m.GroupID, m.seq, until, tx.Micros())
		m.visible = until
	}
	return placesClaim.Exec(tx, args)
}

// hidePlaces makes messages of groups that this transaction holds visible when they say.
func hidePlaces(tx *store.Tx, bin int64, list []*Received) error {
	args := placesHide.Args(len(list))
	for _, m := range list {
		args = append(args, bin, m.GroupID, m.seq, m.visible)
	}
	return placesHide.Exec(tx, args)
}
