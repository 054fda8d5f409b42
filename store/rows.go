package store

import (
	"cmp"
	"database/sql"
	"errors"
)

// Scan reads the columns of one row, as (*sql.Rows).Scan does.
type Scan = func(dest ...any) error

// RawBytes takes a column's bytes without a copy: they are good until the function that reads the row returns.
type RawBytes = sql.RawBytes

// ErrEnough ends Each early when its row returns it: Each itself succeeds then.
var ErrEnough = errors.New("enough rows")

// Each runs a statement and calls row for each row that it gives; row reads the columns by scan and runs no
// statement itself. The first error of row ends the reading and comes back as it is. What the database fails
// with fails the transaction too, whatever row makes of it.
func (tx *Tx) Each(query string, args []any, row func(scan Scan) error) error {
	rows, err := tx.query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close() // a panic of row must not leave the connection busy
	scan := tx.scan(rows)
	for err == nil && rows.Next() {
		err = row(scan)
	}
	if errors.Is(err, ErrEnough) {
		err = nil
	}
	if failed := errors.Join(rows.Close(), rows.Err()); failed != nil {
		return cmp.Or(err, tx.note(failed))
	}
	return err
}

// scan reads the columns of the current row. A failure fails the transaction.
func (tx *Tx) scan(rows *sql.Rows) Scan {
	return func(dest ...any) error {
		if err := rows.Scan(dest...); err != nil {
			return tx.note(err)
		}
		return nil
	}
}

// List gives what read makes of each row that a statement gives, in the order of the rows.
func List[T any](tx *Tx, query string, args []any, read func(scan Scan) (T, error)) ([]T, error) {
	var list []T
	err := tx.Each(query, args, func(scan Scan) error {
		v, err := read(scan)
		if err == nil {
			list = append(list, v)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// Column gives the one column of the rows that a statement gives.
func Column[T any](tx *Tx, query string, args ...any) ([]T, error) {
	return List(tx, query, args, func(scan Scan) (v T, err error) {
		err = scan(&v)
		return v, err
	})
}
