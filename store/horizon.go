package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Horizon tells which writing transactions a snapshot sees: what a later transaction needs to know to go on
// where an earlier one stopped, as if nothing had changed between. Its text may go into page tokens.
type Horizon struct {
	below int64   // numbers below are seen
	next  int64   // numbers from here on are not
	open  []int64 // numbers between the two that are not, in order
}

// Sees says whether the snapshot sees what the transaction with the number wrote.
func (h Horizon) Sees(number int64) bool {
	if number < h.below || number >= h.next {
		return number < h.below
	}
	_, open := slices.BinarySearch(h.open, number)
	return !open
}

// Below gives a number below which all transactions are over: the snapshot sees what they wrote, unless they failed.
func (h Horizon) Below() int64 { return h.below }

// Ordered says whether transactions that write come one after another: their numbers, and what identity columns count, are
// in the order of their commits then. Where they do not, one may draw its number or count first and commit last.
func (db *DB) Ordered() bool { return db.conns.TxNumber == "" }

// Including gives the horizon that also sees a transaction, because a row that it wrote was read. Where the store
// numbers transactions itself a snapshot may be newer than the horizon, by a commit that nobody was told of yet; all
// commits before that one are in it too.
func (h Horizon) Including(number int64) Horizon {
	if h.Sees(number) {
		return h
	}
	return Horizon{below: number + 1, next: number + 1}
}

// String gives the horizon's text, in the form that PostgreSQL has for snapshots: below:next:open,open.
func (h Horizon) String() string {
	open := make([]string, len(h.open))
	for i, n := range h.open {
		open[i] = strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%d:%d:%s", h.below, h.next, strings.Join(open, ","))
}

// ParseHorizon reads the text of a horizon.
func ParseHorizon(text string) (h Horizon, err error) {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return h, fmt.Errorf("horizon %q: want three parts", text)
	}
	if h.below, err = strconv.ParseInt(parts[0], 10, 64); err != nil {
		return h, fmt.Errorf("horizon %q: %w", text, err)
	}
	if h.next, err = strconv.ParseInt(parts[1], 10, 64); err != nil {
		return h, fmt.Errorf("horizon %q: %w", text, err)
	}
	if parts[2] == "" {
		return h, nil
	}
	for s := range strings.SplitSeq(parts[2], ",") {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return h, fmt.Errorf("horizon %q: %w", text, err)
		}
		h.open = append(h.open, n)
	}
	slices.Sort(h.open)
	return h, nil
}

// Number gives the number of a writing transaction, to be stored with what it writes. A later transaction of
// the same database has another one, which need not be greater.
func (tx *Tx) Number() (number int64, err error) {
	if tx.db.conns.TxNumber == "" {
		return tx.number, nil
	}
	if tx.number == 0 {
		_, err = tx.Get(tx.db.conns.TxNumber, nil, &tx.number)
	}
	return tx.number, err
}

// Horizon gives what a reading transaction sees. Where the store numbers transactions itself it may see one more:
// see Including.
func (tx *Tx) Horizon() (Horizon, error) {
	if tx.db.conns.Snapshot == "" {
		return Horizon{below: tx.seen + 1, next: tx.seen + 1}, nil
	}
	var text string
	if _, err := tx.Get(tx.db.conns.Snapshot, nil, &text); err != nil {
		return Horizon{}, err
	}
	return ParseHorizon(text)
}

// epochShift leaves room for so many transactions, as bits, between two openings of a database.
const epochShift = 40

// startNumbers begins a new epoch of transaction numbers, where the database has none of its own: all of this
// opening's are greater than those of the openings before, whatever the clock says.
func (db *DB) startNumbers(ctx context.Context) error {
	if db.conns.Snapshot != "" {
		return nil
	}
	var epoch int64
	err := db.writer.write(ctx, func(tx *Tx) error {
		_, err := tx.Get(`UPDATE store_epoch SET epoch = epoch + 1 WHERE id = 1 RETURNING epoch`, nil, &epoch)
		return err
	})
	if err != nil {
		return fmt.Errorf("start the epoch: %w", err)
	}
	db.committed.Store(epoch << epochShift)
	return nil
}
