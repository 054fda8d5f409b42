package queue

import (
	"slices"
	"strings"

	"github.com/casestream/casestream/store"
)

// An inserter holds one INSERT of rows in the sizes 1, 2, 4 … 64. Statements are prepared once a text, so
// that the set of texts must be small; any number of rows is a few of these sizes.
type inserter struct {
	width int
	texts [7]string // texts[i] inserts 1<<i rows
}

// newInserter builds the texts: head, then the rows, then tail. row is one row's values: "(?, ?)".
func newInserter(head, row, tail string) *inserter {
	in := &inserter{width: strings.Count(row, "?")}
	for i := range in.texts {
		in.texts[i] = head + strings.Repeat(row+", ", 1<<i-1) + row + tail
	}
	return in
}

// take gives the largest text for at most rows rows, and how many rows it inserts.
func (in *inserter) take(rows int) (string, int) {
	i := len(in.texts) - 1
	for 1<<i > rows {
		i--
	}
	return in.texts[i], 1 << i
}

// each calls run with statements that insert the rows which args hold one after the other.
func (in *inserter) each(args []any, run func(query string, args []any) error) error {
	for len(args) > 0 {
		text, rows := in.take(len(args) / in.width)
		if err := run(text, args[:rows*in.width]); err != nil {
			return err
		}
		args = args[rows*in.width:]
	}
	return nil
}

// exec inserts the rows that args hold.
func (in *inserter) exec(tx *store.Tx, args []any) error {
	return in.each(args, func(query string, args []any) error {
		_, err := tx.Exec(query, args...)
		return err
	})
}

// returning inserts the rows and calls got with the number that the database returns for each of them, in
// ascending order.
func (in *inserter) returning(tx *store.Tx, args []any, got func(n int64)) error {
	var numbers []int64
	return in.each(args, func(query string, args []any) (err error) {
		if numbers, err = listNumbers(tx, numbers[:0], query, args...); err != nil {
			return err
		}
		slices.Sort(numbers)
		for _, n := range numbers {
			got(n)
		}
		return nil
	})
}

// A chooser holds one statement that ends in "IN (…)" for lists of 1, 8 and 64 numbers; a shorter list is
// filled up with its last number.
type chooser struct {
	sizes [3]int
	texts [3]string
}

// newChooser builds the texts: head, the list, tail.
func newChooser(head, tail string) *chooser {
	c := &chooser{sizes: [3]int{1, 8, 64}}
	for i, n := range c.sizes {
		c.texts[i] = head + "(?" + strings.Repeat(", ?", n-1) + ")" + tail
	}
	return c
}

// each calls run with the statement and its arguments (those given, then the numbers), as often as the
// list needs.
func (c *chooser) each(numbers []int64, before []any, run func(query string, args []any) error) error {
	for len(numbers) > 0 {
		i := 0
		for i < len(c.sizes)-1 && len(numbers) > c.sizes[i] {
			i++
		}
		n := min(len(numbers), c.sizes[i])
		args := make([]any, 0, len(before)+c.sizes[i])
		args = append(args, before...)
		for _, v := range numbers[:n] {
			args = append(args, v)
		}
		for range c.sizes[i] - n {
			args = append(args, numbers[n-1])
		}
		if err := run(c.texts[i], args); err != nil {
			return err
		}
		numbers = numbers[n:]
	}
	return nil
}

// exec runs the statement for the whole list and gives how many rows it changed.
func (c *chooser) exec(tx *store.Tx, numbers []int64, before ...any) (changed int64, err error) {
	err = c.each(numbers, before, func(query string, args []any) error {
		n, err := tx.Exec(query, args...)
		changed += n
		return err
	})
	return changed, err
}

// listNumbers runs a query of one integer column and appends what it gives to list.
func listNumbers(tx *store.Tx, list []int64, query string, args ...any) ([]int64, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, rows.Err()
}
