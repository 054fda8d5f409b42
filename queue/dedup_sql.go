package queue

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/casestream/casestream/store"
)

// dedupWindow is how long a deduplication id is remembered, counted from the first message that had it.
const dedupWindow = 5 * time.Minute

// dedupKey says where a deduplication id counts.
type dedupKey struct {
	bin       int64
	scope, id string
}

// keyOf gives the key of a message.
func keyOf(o outgoing) dedupKey {
	k := dedupKey{bin: o.q.bin, id: o.m.dedup}
	if o.q.groupDedup {
		k.scope = o.m.GroupID
	}
	return k
}

// compare orders keys, so that everybody takes them in the same order.
func (k dedupKey) compare(l dedupKey) int {
	return cmp.Or(cmp.Compare(k.bin, l.bin), cmp.Compare(k.scope, l.scope), cmp.Compare(k.id, l.id))
}

// sendFIFO makes messages that are already written receivable in their groups, and takes back those that
// repeat an earlier one. What was moved here from another queue repeats nothing, whatever id it has.
func (s *Queues) sendFIFO(tx *store.Tx, fifo []outgoing) error {
	first := make(map[dedupKey]*Message, len(fifo))
	var keys []dedupKey
	for _, o := range fifo {
		if k := keyOf(o); !o.m.moved && first[k] == nil {
			first[k] = o.m
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, dedupKey.compare)
	kept, err := upsertDedup(tx, keys, first)
	if err != nil {
		return err
	}
	var repeated []int64
	var repeats []outgoing
	args := fifoInsert.Args(len(fifo))
	for _, o := range fifo {
		k := kept[keyOf(o)]
		o.m.Sequence = sequence(o.m.seq)
		if o.m.moved || k.seq == o.m.seq {
			args = append(args, o.q.bin, o.m.GroupID, o.m.seq, o.m.visible)
			continue
		}
		repeated = append(repeated, o.m.seq)
		repeats = append(repeats, o)
		o.m.ID, o.m.Sequence = k.messageID, sequence(k.seq)
	}
	if err := fifoInsert.Exec(tx, args); err != nil {
		return err
	}
	if err := messageDelete.Exec(tx, repeated); err != nil {
		return err
	}
	dull := make(map[int64][]string)
	for _, o := range repeats { // the group may have been made for a message that does not come
		dull[o.q.bin] = append(dull[o.q.bin], o.m.GroupID)
	}
	for _, bin := range slices.Sorted(maps.Keys(dull)) {
		slices.Sort(dull[bin])
		if err := refreshGroups(tx, bin, slices.Compact(dull[bin])); err != nil {
			return err
		}
	}
	return nil
}

// original is the message that holds a deduplication id.
type original struct {
	seq       int64
	messageID string
}

// dedupInsert remembers deduplication ids, except where an earlier message's is remembered still.
var dedupInsert = store.NewMany(`INSERT INTO queue_dedup (bin, scope, dedup_id, expires_at, seq, message_id) VALUES `, `(?, ?, ?, ?, ?, ?)`,
	strings.ReplaceAll(` ON CONFLICT (bin, scope, dedup_id) DO UPDATE SET
		seq = CASE WHEN past THEN excluded.seq ELSE queue_dedup.seq END,
		message_id = CASE WHEN past THEN excluded.message_id ELSE queue_dedup.message_id END,
		expires_at = CASE WHEN past THEN excluded.expires_at ELSE queue_dedup.expires_at END
		RETURNING bin, scope, dedup_id, seq, message_id`,
		"past", fmt.Sprintf("queue_dedup.expires_at <= excluded.expires_at - %d", dedupWindow.Microseconds())))

// upsertDedup remembers the deduplication ids of messages, given in the order of keys. It gives for each
// the message that holds it now. Of two transactions with the same id one waits for the other.
func upsertDedup(tx *store.Tx, keys []dedupKey, first map[dedupKey]*Message) (map[dedupKey]original, error) {
	expires := any(tx.Now().Add(dedupWindow).UnixMicro())
	args := dedupInsert.Args(len(keys))
	for _, k := range keys {
		args = append(args, k.bin, k.scope, k.id, expires, first[k].seq, first[k].ID)
	}
	kept := make(map[dedupKey]original, len(keys))
	err := dedupInsert.Each(tx, args, func(scan store.Scan) error {
		var k dedupKey
		var o original
		err := scan(&k.bin, &k.scope, &k.id, &o.seq, &o.messageID)
		kept[k] = o
		return err
	})
	return kept, err
}
