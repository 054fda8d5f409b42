// Package patterntest holds event patterns to the verdicts that somebody expects of them, a case a line:
// `casestream pattern test --cases`. It is for the tests of rules; matching itself is the room pattern's.
//
//	patterntest.go  reading the lines, comparing, reporting · case.go  a line and its verdict
package patterntest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxLine bounds a line, so that a file of another kind does not fill the memory.
const maxLine = 64 << 20

// Tally counts cases.
type Tally struct {
	Passed, Failed int
}

// Run judges each line of a file of cases and writes those that get another verdict than they expect. A line
// that is not a case ends it with an error that has the line's number.
func Run(ctx context.Context, cases io.Reader, out io.Writer) (Tally, error) {
	var t Tally
	var j judge
	lines := bufio.NewScanner(cases)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	number := 1
	for ; lines.Scan(); number++ {
		if err := ctx.Err(); err != nil {
			return t, err
		}
		if blank(lines.Bytes()) {
			continue
		}
		c, err := parseCase(lines.Bytes())
		if err != nil {
			return t, fmt.Errorf("line %d: %w", number, err)
		}
		got, why := j.judge(c)
		if string(got) == c.Expect {
			t.Passed++
			continue
		}
		t.Failed++
		if err := report(out, c, number, got, why); err != nil {
			return t, err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return t, fmt.Errorf("line %d: it is longer than %d MiB", number, maxLine>>20)
	}
	return t, lines.Err()
}

// report writes a case that differs, and why it got its verdict.
func report(out io.Writer, c *testCase, number int, got verdict, why string) error {
	name := fmt.Sprintf("line %d", number)
	if c.Name != "" {
		name = fmt.Sprintf("%s (line %d)", c.Name, number)
	}
	if why != "" {
		why = "\n  " + strings.ReplaceAll(why, "\n", "\n  ")
	}
	_, err := fmt.Fprintf(out, "%s: expected %s, got %s%s\n", name, c.Expect, got, why)
	return err
}
