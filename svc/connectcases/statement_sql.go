package connectcases

import (
	"strings"

	"github.com/casestream/casestream/store"
)

// statement is one statement for any number of rows. Statements are prepared once a text, so that the texts
// must be few: a number of rows is made up of the sizes 1, 2, 4 … 64.
type statement struct {
	width int       // arguments a row
	texts [7]string // texts[i] takes 1<<i rows
}

// newStatement builds the texts: head, the rows with commas between them, tail.
func newStatement(head, row, tail string) *statement {
	s := &statement{width: strings.Count(row, "?")}
	for i := range s.texts {
		s.texts[i] = head + strings.Repeat(row+", ", 1<<i-1) + row + tail
	}
	return s
}

// take gives the text for as many of the rows as one takes, and how many those are.
func (s *statement) take(rows int) (string, int) {
	i := len(s.texts) - 1
	for 1<<i > rows {
		i--
	}
	return s.texts[i], 1 << i
}

// cover gives the smallest text that has room for all rows, or the largest there is: for lists that may be
// filled up with one of their own.
func (s *statement) cover(rows int) (string, int) {
	i := 0
	for 1<<i < rows && i < len(s.texts)-1 {
		i++
	}
	return s.texts[i], 1 << i
}

// exec runs the statement for the rows that args hold one after the other.
func (s *statement) exec(tx *store.Tx, args []any) error {
	for len(args) > 0 {
		text, rows := s.take(len(args) / s.width)
		if _, err := tx.Exec(text, args[:rows*s.width]...); err != nil {
			return err
		}
		args = args[rows*s.width:]
	}
	return nil
}
