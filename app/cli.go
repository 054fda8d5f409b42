// Package app puts the rooms together, starts and stops them, and holds the subcommands of the command
// line. It is the only room that knows everybody, and nothing imports it but cmd/casestream.
//
//	cli.go     the command line · config.go the settings of a server · quotas.go those of the services
//	server.go  builds, starts and stops a server · services.go the list of services and targets · remotes.go targets outside the store
//	keys.go    the access key that a server makes at its first run
//	remote.go  the server that a command calls · progress.go how far a long command is
//	simulate.go `casestream simulate` · cases.go `casestream cases export` and `import`
//	pattern.go `casestream pattern test`
//	events.go  `casestream events` · event_print.go how they look · own.go the calls behind them
//	listen.go  `casestream listen` · listen_keys.go its keys · follow.go reads what comes
//	queue.go   `casestream queue` · queue_redrive.go its redrive · queue_print.go how messages look · queue_call.go the calls of SQS
//	demo.go    `casestream demo` · env.go `casestream env` · debug.go profiles
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/svc/connectcases"
)

// Version is the release that this tree is on its way to.
var Version = "0.1.0-dev"

// cli is the command line.
type cli struct {
	Serve    serveCmd    `cmd:"" help:"Serve the AWS APIs until told to stop."`
	Demo     demoCmd     `cmd:"" help:"See a case event arrive: set everything up in a temporary place, through the public API, and show each event."`
	Env      envCmd      `cmd:"" help:"Print what a shell must export for AWS clients to find the server: eval \"$(casestream env)\"."`
	Simulate simulateCmd `cmd:"" help:"Fill a server with believable case life, through the public API."`
	Cases    casesCmd    `cmd:"" help:"Bring cases in and out, as JSON lines."`
	Pattern  patternCmd  `cmd:"" help:"Test event patterns."`
	Events   eventsCmd   `cmd:"" help:"See what became of events, and send them again."`
	Listen   listenCmd   `cmd:"" help:"Show events as they come; forward them to a URL."`
	Queue    queueCmd    `cmd:"" help:"Look into SQS queues without receiving, follow what arrives, purge, and move dead letters back."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// streams are what a command may read from and write to.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// exit is an exit code. It unwinds Main when kong asks to end the process, after --help for one, and is the
// error of a command that has said all there is to say.
type exit int

// Error names the code.
func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// gcPercent lets the heap of a small server grow further between collections than Go's default of 100: what
// lives long is a few megabytes of caches, so the price is little memory, and the collector runs half as often.
const gcPercent = 200

// Main runs the command line and gives the exit code: 0 done, 1 failed, 2 wrongly called, unless the command has codes of its own.
func Main(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if p := recover(); p != nil {
			e, ok := p.(exit)
			if !ok {
				panic(p)
			}
			code = int(e)
		}
	}()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	var c cli
	parser, err := kong.New(&c, kong.Name("casestream"),
		kong.Description("Amazon Connect Cases event streams that you run yourself, for unmodified AWS clients."),
		kong.Writers(stdout, stderr), kong.UsageOnError(), kong.Exit(func(n int) { panic(exit(n)) }),
		kong.Vars{"data": dataDefault(), "quotas": strings.Join(quotaNames[connectcases.Quotas](), ", "), "events_quotas": strings.Join(quotaNames[bus.Quotas](), ", ")}, kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(streams{stdin, stdout, stderr}))
	if err != nil {
		fmt.Fprintln(stderr, "casestream:", err)
		return 1
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(stderr, "casestream:", err)
		return 2
	}
	err = command.Run()
	var own exit
	switch {
	case err == nil || errors.Is(err, context.Canceled):
		return 0
	case errors.As(err, &own):
		return int(own)
	}
	fmt.Fprintln(stderr, "casestream:", err)
	return 1
}

// versionCmd is `casestream version`.
type versionCmd struct{}

// Run prints the release, the commit that it was built from and the toolchain.
func (versionCmd) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, versionLine())
	return err
}

// versionLine is what `casestream version` and /version say.
func versionLine() string {
	line := "casestream " + Version
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				line += " " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return line + " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH
}
