package bus

import (
	"time"

	"github.com/casestream/casestream/store"
)

// ensureLane gives the number of a target's lane and makes the lane where there is none.
func ensureLane(tx *store.Tx, target string) (number int64, err error) {
	found, err := tx.Get(`SELECT number FROM bus_lane WHERE target = ?`, []any{target}, &number)
	if found || err != nil {
		return number, err
	}
	_, err = tx.Get(`INSERT INTO bus_lane (target, node, leased_until) VALUES (?, '', 0)
		ON CONFLICT (target) DO UPDATE SET target = excluded.target RETURNING number`, []any{target}, &number)
	return number, err
}

// freeLanes lists lanes that nobody holds and that have something to carry now.
func freeLanes(tx *store.Tx, limit int) ([]int64, error) {
	return store.Column[int64](tx, `SELECT number FROM bus_lane WHERE leased_until <= ?
		AND EXISTS (SELECT 1 FROM bus_delivery d WHERE d.lane = bus_lane.number AND d.due_at <= ?) ORDER BY number LIMIT ?`,
		tx.Micros(), tx.Micros(), limit)
}

// claimLane takes a lane for a node; no, when another one was faster.
func claimLane(tx *store.Tx, node string, until time.Time, number int64) (l Lane, ok bool, err error) {
	ok, err = tx.Get(`UPDATE bus_lane SET node = ?, leased_until = ? WHERE number = ? AND leased_until <= ? RETURNING number, target`,
		[]any{node, until.UnixMicro(), number, tx.Micros()}, &l.Number, &l.Target)
	return l, ok, err
}

// heldLanes renews leases.
var heldLanes = store.NewIn[int64](`UPDATE bus_lane SET leased_until = ? WHERE node = ? AND number IN `, ` RETURNING number`)

// holdLanes renews the leases that a node has on lanes, and lists them.
func holdLanes(tx *store.Tx, node string, until time.Time, lanes []int64) (held []int64, err error) {
	err = heldLanes.Each(tx, lanes, []any{until.UnixMicro(), node}, func(scan store.Scan) error {
		var number int64
		err := scan(&number)
		held = append(held, number)
		return err
	})
	return held, err
}

// freedLanes ends leases.
var freedLanes = store.NewIn[int64](`UPDATE bus_lane SET node = '', leased_until = 0 WHERE node = ? AND number IN `, ``)

// releaseLanes ends the leases that a node has on lanes.
func releaseLanes(tx *store.Tx, node string, lanes []int64) error {
	return freedLanes.Exec(tx, lanes, node)
}

// releaseAllLanes ends all leases of a node.
func releaseAllLanes(tx *store.Tx, node string) error {
	_, err := tx.Exec(`UPDATE bus_lane SET node = '', leased_until = 0 WHERE node = ?`, node)
	return err
}

// lockLane holds a lane's row until the transaction ends: who parks and who unparks take turns, and each sees what the
// other has done.
func lockLane(tx *store.Tx, lane int64) error {
	_, err := tx.Get(`SELECT number FROM bus_lane WHERE number = ? /*for update*/`, []any{lane}, new(int64))
	return err
}
