package queue

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/casestream/casestream/store"
)

// getVersion gives the version of a queue's settings, and says whether the queue exists.
func getVersion(tx *store.Tx, name string) (version int64, found bool, err error) {
	found, err = tx.Get(`SELECT version FROM queue WHERE name = ?`, []any{name}, &version)
	return version, found, err
}

// getQueue reads a queue that exists.
func (s *Queues) getQueue(tx *store.Tx, name string) (*Queue, error) {
	q := &Queue{Name: name, ARN: s.cfg.ARNs.Make("sqs", name)}
	var groupDedup, created, modified, purged int64
	var tags, attributes string
	found, err := tx.Get(`SELECT id, version, bin, group_dedup, created_at, modified_at, purged_at, tags, attributes FROM queue WHERE name = ?`,
		[]any{name}, &q.ID, &q.version, &q.bin, &groupDedup, &created, &modified, &purged, &tags, &attributes)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fmt.Errorf("queue %s went away within a transaction", name)
	}
	q.groupDedup = groupDedup != 0
	q.Created, q.Modified, q.purged = time.UnixMicro(created).UTC(), time.UnixMicro(modified).UTC(), time.UnixMicro(purged).UTC()
	if err := json.Unmarshal([]byte(tags), &q.Tags); err != nil {
		return nil, fmt.Errorf("tags of queue %s: %w", name, err)
	}
	if err := json.Unmarshal([]byte(attributes), &q.set); err != nil {
		return nil, fmt.Errorf("attributes of queue %s: %w", name, err)
	}
	if err := q.parse(); err != nil {
		return nil, fmt.Errorf("attributes of queue %s: %w", name, err)
	}
	return q, nil
}

// newVersion draws a version that no queue has had.
func newVersion() int64 { return rand.Int64() }

// insertQueue adds a queue with an empty bin. It says no when there is one of the name; the transaction
// must not commit then, or the bin stays.
func insertQueue(tx *store.Tx, name string, groupDedup bool, attributes, tags map[string]string) (made bool, err error) {
	bin, err := insertBin(tx)
	if err != nil {
		return false, err
	}
	a, t, err := jsonOf(attributes, tags)
	if err != nil {
		return false, err
	}
	scope := 0
	if groupDedup {
		scope = 1
	}
	n, err := tx.Exec(`INSERT INTO queue (name, version, bin, group_dedup, created_at, modified_at, purged_at, tags, attributes, dead_letters)
		VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?) ON CONFLICT (name) DO NOTHING`, name, newVersion(), bin, scope, tx.Micros(), tx.Micros(), t, a, deadLetters(attributes))
	return n > 0, err
}

// updateQueue writes a queue's attributes and tags.
func updateQueue(tx *store.Tx, id int64, attributes, tags map[string]string) error {
	a, t, err := jsonOf(attributes, tags)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE queue SET version = ?, modified_at = ?, tags = ?, attributes = ?, dead_letters = ? WHERE id = ?`,
		newVersion(), tx.Micros(), t, a, deadLetters(attributes), id)
	return err
}

// deadLetters gives the ARN of the dead-letter queue that attributes name, as its column holds it.
func deadLetters(attributes map[string]string) any {
	r, err := parseRedrive(attributes[attrRedrive])
	if err != nil {
		return nil
	}
	return r.TargetARN
}

// listSources lists the names of queues whose dead-letter queue has an ARN, after a name and in order.
func listSources(tx *store.Tx, deadLetterARN, after string, limit int) ([]string, error) {
	return store.Column[string](tx, `SELECT name FROM queue WHERE dead_letters = ? AND name > ? ORDER BY name LIMIT ?`, deadLetterARN, after, limit)
}

// jsonOf writes attributes and tags as their columns hold them.
func jsonOf(attributes, tags map[string]string) (a, t string, err error) {
	if tags == nil {
		tags = map[string]string{}
	}
	if attributes == nil {
		attributes = map[string]string{}
	}
	ab, err := json.Marshal(attributes)
	if err != nil {
		return "", "", err
	}
	tb, err := json.Marshal(tags)
	return string(ab), string(tb), err
}

// insertBin adds an empty bin and gives its number.
func insertBin(tx *store.Tx) (int64, error) {
	var bin int64
	_, err := tx.Get(`INSERT INTO queue_bin (gone_at) VALUES (0) RETURNING id`, nil, &bin)
	return bin, err
}

// replaceBin gives a queue an empty bin and leaves the old one to be swept.
func replaceBin(tx *store.Tx, q *Queue) error {
	bin, err := insertBin(tx)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE queue SET version = ?, bin = ?, purged_at = ? WHERE id = ?`, newVersion(), bin, tx.Micros(), q.ID); err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE queue_bin SET gone_at = ? WHERE id = ?`, tx.Micros(), q.bin)
	return err
}

// deleteQueue removes a queue with its message move tasks and leaves its bin to be swept.
func deleteQueue(tx *store.Tx, q *Queue) error {
	if _, err := tx.Exec(`DELETE FROM queue WHERE id = ?`, q.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM queue_move WHERE queue = ?`, q.ID); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE queue_bin SET gone_at = ?, name = ? WHERE id = ?`, tx.Micros(), q.Name, q.bin)
	return err
}

// lockQueue holds a queue's row, so that changes of its settings come one after the other.
func lockQueue(tx *store.Tx, name string) error {
	var id int64
	_, err := tx.Get(`SELECT id FROM queue WHERE name = ? /*for update*/`, []any{name}, &id)
	return err
}

// deletedAfter says whether a queue of the name was deleted after an instant.
func deletedAfter(tx *store.Tx, name string, at int64) (bool, error) {
	var n int64
	_, err := tx.Get(`SELECT COUNT(*) FROM queue_bin WHERE gone_at > ? AND name = ?`, []any{at, name}, &n)
	return n > 0, err
}

// listNames lists the names of queues that begin with a prefix, after a name and in order.
func listNames(tx *store.Tx, prefix, after string, limit int) ([]string, error) {
	return store.Column[string](tx, `SELECT name FROM queue WHERE SUBSTR(name, 1, ?) = ? AND name > ? ORDER BY name LIMIT ?`,
		len(prefix), prefix, after, limit)
}

// countStandard counts a standard queue's messages. Those past their retention are not there any more,
// though the sweep may have left their rows.
func countStandard(tx *store.Tx, q *Queue, now int64) (c Counts, err error) {
	if _, err = tx.Get(`SELECT COUNT(*) FROM queue_slot WHERE bin = ? AND visible_at > ? AND visible_at <= ?`,
		[]any{q.bin, now - q.Retention.Microseconds(), now}, &c.Visible); err != nil {
		return c, err
	}
	_, err = tx.Get(`SELECT COALESCE(SUM(CASE WHEN receives > 0 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN receives = 0 THEN 1 ELSE 0 END), 0)
		FROM queue_slot WHERE bin = ? AND visible_at > ?`, []any{q.bin, now}, &c.InFlight, &c.Delayed)
	return c, err
}

// countFIFO counts a FIFO queue's messages.
func countFIFO(tx *store.Tx, q *Queue, now int64) (c Counts, err error) {
	_, err = tx.Get(`SELECT COALESCE(SUM(CASE WHEN visible_at <= ? AND visible_at > ? THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN visible_at > ? AND receives > 0 THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN visible_at > ? AND receives = 0 THEN 1 ELSE 0 END), 0) FROM queue_fifo WHERE bin = ?`,
		[]any{now, now - q.Retention.Microseconds(), now, now, q.bin}, &c.Visible, &c.InFlight, &c.Delayed)
	return c, err
}
