// Command casestream serves Amazon Connect Cases event streams, whole, to unmodified AWS clients.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/casestream/casestream/app"
)

// main runs the command line until it ends or a signal asks it to.
func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := app.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
