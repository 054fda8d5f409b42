package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/pattern/patterntest"
)

// patternCmd is `casestream pattern`.
type patternCmd struct {
	Test patternTestCmd `cmd:"" help:"Say whether an event satisfies an event pattern, or judge a file of cases."`
}

// patternTestCmd is `casestream pattern test`.
type patternTestCmd struct {
	Pattern string `placeholder:"F" help:"The event pattern: a file, - for the standard input, or the JSON text itself."`
	Event   string `placeholder:"F" help:"The event, given like the pattern: any JSON object."`
	Explain bool   `help:"Say which path failed first, and why."`
	Cases   string `placeholder:"F" help:"Judge a file of cases instead (- for the standard input): one JSON object a line, {\"name\", \"pattern\", \"event\", \"expect\"}."`
}

// Help is what --help adds.
func (*patternTestCmd) Help() string {
	return `Needs no server. The exit code is 0 for a match, 1 for none, and 2 for a pattern that is refused or an event that is no JSON object.

In a file of cases, pattern and event are JSON, or strings that hold JSON text; expect is match, nomatch or invalid. Each case that differs is printed, with the
reason, and in the end how many passed and failed. The exit code is 0 when all passed, 1 when some failed, and 2 for a file that holds something else.`
}

// The exit codes of `casestream pattern test` beside 0.
const (
	exitNo    exit = 1
	exitWrong exit = 2
)

// Run judges one event, or a file of cases.
func (c *patternTestCmd) Run(ctx context.Context, s streams) error {
	yes, err := false, error(nil)
	switch {
	case c.Cases != "" && c.Pattern == "" && c.Event == "":
		yes, err = c.cases(ctx, s)
	case c.Cases == "" && c.Pattern != "" && c.Event != "":
		yes, err = c.one(ctx, s)
	default:
		err = errors.New("want --pattern and --event, or --cases alone")
	}
	var refused *pattern.Error
	switch {
	case errors.As(err, &refused):
		fmt.Fprintln(s.err, refused) // AWS's own words, and nothing before them
		return exitWrong
	case errors.Is(err, context.Canceled):
		return exitWrong // neither yes nor no
	case err != nil:
		fmt.Fprintln(s.err, "casestream:", err)
		return exitWrong
	case !yes:
		return exitNo
	}
	return nil
}

// one tells whether the event satisfies the pattern.
func (c *patternTestCmd) one(ctx context.Context, s streams) (bool, error) {
	if c.Pattern == "-" && c.Event == "-" {
		return false, errors.New("--pattern and --event cannot both be the standard input")
	}
	source, err := given(ctx, c.Pattern, s.in)
	if err != nil {
		return false, err
	}
	p, err := pattern.Compile(string(source))
	if err != nil {
		return false, err
	}
	event, err := given(ctx, c.Event, s.in)
	if err != nil {
		return false, err
	}
	e, err := p.Explain(event)
	if err != nil {
		return false, err
	}
	text := map[bool]string{true: "match", false: "no match"}[e.Matched]
	if c.Explain {
		text = e.String()
	}
	_, err = fmt.Fprintln(s.out, text)
	return e.Matched, err
}

// cases tells whether all cases of the file get the verdict that they expect.
func (c *patternTestCmd) cases(ctx context.Context, s streams) (bool, error) {
	var in io.Reader
	if c.Cases == "-" {
		in = interruptible(ctx, s.in)
	} else {
		f, err := os.Open(c.Cases)
		if err != nil {
			return false, err
		}
		defer f.Close()
		in = f
	}
	t, err := patterntest.Run(ctx, in, s.out)
	if err != nil {
		return false, err
	}
	_, err = fmt.Fprintf(s.out, "%d passed, %d failed\n", t.Passed, t.Failed)
	return t.Failed == 0, err
}

// given reads what an argument stands for.
func given(ctx context.Context, arg string, stdin io.Reader) ([]byte, error) {
	switch {
	case arg == "-":
		return io.ReadAll(interruptible(ctx, stdin))
	case strings.HasPrefix(strings.TrimLeft(arg, " \t\r\n"), "{"):
		return []byte(arg), nil
	}
	return os.ReadFile(arg)
}

// interruptible reads until the context ends, also where nothing comes, as from a terminal.
func interruptible(ctx context.Context, in io.Reader) io.Reader {
	out, to := io.Pipe()
	go func() {
		_, err := io.Copy(to, in)
		to.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { to.CloseWithError(ctx.Err()) })
	return out
}
