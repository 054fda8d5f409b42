package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/casestream/casestream/client/transfer"
)

// casesCmd is `casestream cases`.
type casesCmd struct {
	Export exportCmd `cmd:"" help:"Write a domain's configuration and cases into a file."`
	Import importCmd `cmd:"" help:"Bring the configuration and the cases of a file into a domain."`
}

// moved is what export and import have in common.
type moved struct {
	File        string `arg:"" type:"path" help:"The file: one JSON object a line."`
	DomainID    string `required:"" help:"The Cases domain."`
	Connections int    `default:"4" help:"Connections to work over."`
	State       string `type:"path" help:"File that says how far it is. Default: FILE.position."`
	Remote      remote `embed:""`
}

// domain gives the domain, and where the position is kept.
func (m *moved) domain() (d *transfer.Domain, state string, err error) {
	c, err := m.Remote.client(m.Connections)
	return &transfer.Domain{Client: c, ID: m.DomainID}, cmp.Or(m.State, m.File+".position"), err
}

// errInterrupted ends a command whose work is not complete.
var errInterrupted = errors.New("interrupted: the same command goes on from here")

// exportCmd is `casestream cases export`.
type exportCmd struct {
	Moved moved `embed:""`
}

// Help is what --help adds.
func (*exportCmd) Help() string {
	return `Fields with their options, layouts, case rules and templates come first, then the cases in the order of their creation, each with its values, tags and
related items. When it is interrupted, the same command goes on where it ended. Not in the file: the history, deleted fields and their values.
Cases that change while they are exported are written as they are at that moment.`
}

// Run exports until it is done or interrupted.
func (c *exportCmd) Run(ctx context.Context, s streams) error {
	from, state, err := c.Moved.domain()
	if err != nil {
		return err
	}
	p := newProgress(s.err, "cases", 0, 0)
	e := transfer.Export{
		From: from, File: c.Moved.File, State: state, Connections: c.Moved.Connections,
		Total: func(n int) { p.expect(int64(n)) }, Done: func() { p.add(1) },
	}
	err = e.Run(ctx)
	p.end()
	if errors.Is(err, context.Canceled) {
		return errInterrupted
	}
	return err
}

// importCmd is `casestream cases import`.
type importCmd struct {
	Moved    moved  `embed:""`
	Map      string `type:"path" help:"Write which case became which to this file, one JSON object a line: {\"caseId\", \"newCaseId\"}."`
	LeaveOut bool   `help:"Go on without the related items that the server refuses, and say which; otherwise the first one ends the import."`
}

// Help is what --help adds.
func (*importCmd) Help() string {
	return `Fields, layouts, case rules and templates are found by their names, system fields by their ids; what lacks is made, what is there stays as it is. Templates that
the import makes demand nothing until all cases are there. When it is interrupted, the same command goes on where it ended and makes nothing twice.

Not carried over, because the API does not let a client set it: what the service sets itself (ids, reference numbers, the times of cases and items, who updated a
case last), the history, and SLAs that have ended; one that is active gets the minutes that it has left. Links between cases are carried over when both are in the file.`
}

// maxNotes bounds how many lines tell of what is left out: many cases have an SLA that has ended.
const maxNotes = 20

// Run imports until it is done or interrupted.
func (c *importCmd) Run(ctx context.Context, s streams) error {
	to, state, err := c.Moved.domain()
	if err != nil {
		return err
	}
	p := newProgress(s.err, "lines", 0, 0)
	var left atomic.Int64
	m := transfer.Import{
		To: to, File: c.Moved.File, State: state, Map: c.Map, Connections: c.Moved.Connections, LeaveOut: c.LeaveOut,
		Total: func(n int) { p.expect(int64(n)) }, Done: func() { p.add(1) },
		Left: func(line int, what string) {
			switch n := left.Add(1); {
			case n <= maxNotes:
				p.note("line %d: left out: %s", line, what)
			case n == maxNotes+1:
				p.note("…")
			}
		},
	}
	err = m.Run(ctx)
	p.end()
	if n := left.Load(); n > 0 {
		fmt.Fprintf(s.err, "%d related items were left out.\n", n)
	}
	switch {
	case errors.Is(err, transfer.ErrComplete):
		fmt.Fprintf(s.err, "%s is imported already; without %s it would be imported again.\n", c.Moved.File, state)
		return nil
	case errors.Is(err, context.Canceled):
		return errInterrupted
	}
	return err
}
