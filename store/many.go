package store

import (
	"strings"
)

// texts is one statement for 1, 2, 4 … 64 rows. Statements are prepared once a text, so that there must be
// few of them: any number of rows is made up of these sizes.
type texts [7]string

// newTexts builds the texts: head, the rows with commas between them, tail.
func newTexts(head, row, tail string) (t texts) {
	for i := range t {
		t[i] = head + strings.Repeat(row+", ", 1<<i-1) + row + tail
	}
	return t
}

// fill gives the largest text that rows fill, and how many of them it takes.
func (t *texts) fill(rows int) (string, int) {
	i := len(t) - 1
	for i > 0 && 1<<i > rows {
		i--
	}
	return t[i], 1 << i
}

// cover gives the smallest text that has room for all rows, or the largest there is, and its room.
func (t *texts) cover(rows int) (string, int) {
	i := 0
	for i < len(t)-1 && 1<<i < rows {
		i++
	}
	return t[i], 1 << i
}

// Many is one statement for any number of rows of arguments: INSERT INTO t (a, b) VALUES (?, ?), (?, ?) …
// What it is run for may take several statements.
type Many struct {
	width int // arguments a row
	texts texts
}

// NewMany makes the statement of head, one row for each row of arguments, and tail. Only row has arguments.
func NewMany(head, row, tail string) *Many {
	return &Many{width: strings.Count(row, "?"), texts: newTexts(head, row, tail)}
}

// Args makes room for the arguments of so many rows.
func (m *Many) Args(rows int) []any { return make([]any, 0, rows*m.width) }

// Exec runs the statement for the rows that args holds one behind the other.
func (m *Many) Exec(tx *Tx, args []any) error {
	return m.split(args, func(query string, args []any) error {
		_, err := tx.Exec(query, args...)
		return err
	})
}

// Each is Exec for a statement that gives rows, as Tx.Each reads them.
func (m *Many) Each(tx *Tx, args []any, row func(scan Scan) error) error {
	return m.split(args, func(query string, args []any) error { return tx.Each(query, args, row) })
}

// split calls run with the texts that together take all rows.
func (m *Many) split(args []any, run func(query string, args []any) error) error {
	for len(args) > 0 {
		text, rows := m.texts.fill(len(args) / m.width)
		n := min(rows*m.width, len(args)) // of less than a row the database says what is missing
		if err := run(text, args[:n]); err != nil {
			return err
		}
		args = args[n:]
	}
	return nil
}

// In is one statement for the members of any list: SELECT … WHERE a = ? AND b IN (?, ?, …). A list that
// does not fill a text repeats its last member; one that is longer than all of them takes several statements.
type In[T any] struct {
	texts texts
}

// NewIn makes the statement of head, the list in its parentheses, and tail. head may have arguments, tail has
// none.
func NewIn[T any](head, tail string) *In[T] {
	return &In[T]{texts: newTexts(head+"(", "?", ")"+tail)}
}

// Exec runs the statement for a list; before are the arguments of its head.
func (in *In[T]) Exec(tx *Tx, list []T, before ...any) error {
	return in.split(list, before, func(query string, args []any) error {
		_, err := tx.Exec(query, args...)
		return err
	})
}

// Each is Exec for a statement that gives rows, as Tx.Each reads them.
func (in *In[T]) Each(tx *Tx, list []T, before []any, row func(scan Scan) error) error {
	return in.split(list, before, func(query string, args []any) error { return tx.Each(query, args, row) })
}

// split calls run with texts that together take the whole list.
func (in *In[T]) split(list []T, before []any, run func(query string, args []any) error) error {
	for len(list) > 0 {
		text, room := in.texts.cover(len(list))
		n := min(room, len(list))
		args := make([]any, len(before), len(before)+room)
		copy(args, before)
		for i := range room {
			args = append(args, list[min(i, n-1)])
		}
		if err := run(text, args); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}
