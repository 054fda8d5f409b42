package bus

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/casestream/casestream/store"
)

// replayColumns are what scanReplay reads.
const replayColumns = `name, bus, archive, archive_number, description, state, state_reason, filter_arns, event_start, event_end,
	replayed_to, last_position, last_replayed, started_at, ended_at`

// scanReplay reads a row of replayColumns.
func scanReplay(scan store.Scan) (r Replay, err error) {
	var filter string
	var from, to, last, started, ended int64
	err = scan(&r.Name, &r.Bus, &r.Archive, &r.number, &r.Description, &r.State, &r.Reason, &filter, &from, &to,
		&r.replayedTo, &r.lastPosition, &last, &started, &ended)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(filter), &r.FilterARNs); err != nil {
		return r, fmt.Errorf("rules of replay %s: %w", r.Name, err)
	}
	for at, micros := range map[*time.Time]int64{&r.From: from, &r.To: to, &r.LastReplayed: last, &r.Started: started, &r.Ended: ended} {
		*at = time.UnixMicro(micros).UTC()
	}
	if last == 0 {
		r.LastReplayed = time.Time{}
	}
	if ended == 0 {
		r.Ended = time.Time{}
	}
	return r, nil
}

// insertReplay stores a new replay; no, when its name is taken.
func insertReplay(tx *store.Tx, r *Replay) (bool, error) {
	filter, err := json.Marshal(r.FilterARNs)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(`INSERT INTO bus_replay (`+replayColumns+`) VALUES (?, ?, ?, ?, ?, ?, '', ?, ?, ?, 0, ?, 0, ?, 0) ON CONFLICT (name) DO NOTHING`,
		r.Name, r.Bus, r.Archive, r.number, r.Description, r.State, string(filter), r.From.UnixMicro(), r.To.UnixMicro(),
		r.lastPosition, r.Started.UnixMicro())
	return n > 0, err
}

// updateReplay stores how far a replay has come.
func updateReplay(tx *store.Tx, r *Replay) error {
	last, ended := int64(0), int64(0)
	if !r.LastReplayed.IsZero() {
		last = r.LastReplayed.UnixMicro()
	}
	if !r.Ended.IsZero() {
		ended = r.Ended.UnixMicro()
	}
	_, err := tx.Exec(`UPDATE bus_replay SET state = ?, state_reason = ?, replayed_to = ?, last_position = ?, last_replayed = ?, ended_at = ? WHERE name = ?`,
		r.State, r.Reason, r.replayedTo, r.lastPosition, last, ended, r.Name)
	return err
}

// cancelReplay lets a replay that has not ended end; no, when there is none.
func cancelReplay(tx *store.Tx, name string) (bool, error) {
	n, err := tx.Exec(`UPDATE bus_replay SET state = ? WHERE name = ? AND state IN (?, ?)`, ReplayCancelling, name, ReplayStarting, ReplayRunning)
	return n > 0, err
}

// activeReplays reads the names of the replays that have not ended, the oldest first.
func activeReplays(tx *store.Tx) ([]string, error) {
	return store.Column[string](tx, `SELECT name FROM bus_replay WHERE ended_at = 0 ORDER BY started_at, name`)
}

// claimReplay reads a replay that has not ended and holds it until the transaction ends; no, when there is none, or
// another node holds it.
func claimReplay(tx *store.Tx, name string) (Replay, bool, error) {
	return oneReplay(tx, `WHERE name = ? AND ended_at = 0 /*skip locked*/`, name)
}

// getReplay reads one replay.
func getReplay(tx *store.Tx, name string) (Replay, bool, error) {
	return oneReplay(tx, `WHERE name = ?`, name)
}

// oneReplay reads the replay that a condition holds for.
func oneReplay(tx *store.Tx, where, name string) (r Replay, found bool, err error) {
	list, err := store.List(tx, `SELECT `+replayColumns+` FROM bus_replay `+where, []any{name}, scanReplay)
	if err != nil || len(list) == 0 {
		return Replay{}, false, err
	}
	return list[0], true, nil
}

// listReplays reads all replays, in byte order of their names, which databases do not agree on.
func listReplays(tx *store.Tx) ([]Replay, error) {
	list, err := store.List(tx, `SELECT `+replayColumns+` FROM bus_replay`, nil, scanReplay)
	slices.SortFunc(list, func(a, b Replay) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// deleteReplays removes the replays that ended before an instant.
func deleteReplays(tx *store.Tx, before int64) error {
	_, err := tx.Exec(`DELETE FROM bus_replay WHERE ended_at > 0 AND ended_at < ?`, before)
	return err
}

// lastArchived gives the position of the last archived event.
func lastArchived(tx *store.Tx) (position int64, err error) {
	_, err = tx.Get(`SELECT COALESCE(MAX(position), 0) FROM bus_archived`, nil, &position)
	return position, err
}

// findSpan finds where the events of a replay's bus and times lie.
func findSpan(tx *store.Tx, r *Replay) (s span, err error) {
	_, err = tx.Get(`SELECT COALESCE(MIN(position) - 1, 0), COALESCE(MAX(position), 0) FROM bus_archived
		WHERE bus = ? AND event_time >= ? AND event_time <= ? AND position <= ?`,
		[]any{r.Bus, r.firstTime(), r.To.UnixMicro(), r.lastPosition}, &s.before, &s.last)
	return s, err
}

// nextArchived reads the next events that a replay is for, and takes it behind them. It says whether they are the
// last ones.
func nextArchived(tx *store.Tx, r *Replay) (list []archived, done bool, err error) {
	seen, bytes := 0, 0
	var raw store.RawBytes
	full := false
	err = tx.Each(`SELECT position, bus, archives, event_time, event FROM bus_archived WHERE position > ? AND position <= ? ORDER BY position LIMIT ?`,
		[]any{r.replayedTo, r.lastPosition, replayScan}, func(scan store.Scan) error {
			var a archived
			if err := scan(&a.position, &a.bus, &a.keepers, &a.time, &raw); err != nil {
				return err
			}
			seen++
			r.replayedTo = a.position
			if !r.mine(&a) {
				return nil
			}
			a.event = slices.Clone([]byte(raw))
			list = append(list, a)
			bytes += len(a.event)
			if full = len(list) == replayStep || bytes >= replayBytes; full {
				return store.ErrEnough
			}
			return nil
		})
	return list, seen < replayScan && !full, err
}
