// Package api_test drives the built server with AWS's own Go SDK and, where an SDK would not go wrong, with
// requests written by hand. It is a module of its own so that AWS's clients of all services never enter the server's.
//
// Each test runs against the embedded SQLite store, and against PostgreSQL too when CASESTREAM_TEST_PG names a
// server. Tests share one server an engine and keep apart by names; those that count or change what belongs to
// the whole account start a server of their own.
//
//	main_test.go       builds the server · server_test.go starts and stops it · check_test.go refusals and lists
//	road_test.go       the documented set-up, and each event byte by byte · restart_test.go what survives
//	cases_*_test.go    Amazon Connect Cases, a file a noun; cases_*fixture_test.go have what they share
//	                   cases_operation_test.go asks the same of every operation, of which cases_operation_rows_test.go
//	                   has a row each; cases_documented_error_test.go provokes what single operations may answer
//	archive_test.go    EventBridge: archives and replays
//	rule_test.go       EventBridge: rules and patterns · target_test.go targets · put_events_test.go events and their delivery
//	remote_test.go     events that are carried to another account
//	queue_test.go      SQS: queues · message_test.go batch_test.go fifo_test.go poll_test.go messages
//	sqs_*_test.go      SQS in every form that it understands: sqs_operation_rows_test.go has a row for each operation,
//	                   sqs_error_rows_test.go for each error
//	query_test.go      SQS's legacy form and STS's XML · queue_fixture_test.go what tests with queues share
//	logs_test.go       CloudWatch Logs, and rules that deliver to log groups
//	neighbours_test.go Connect, Customer Profiles and STS
//	raw_test.go        requests by hand · auth_test.go malformed_test.go what the front door refuses
package api_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// executable is the built server.
var executable string

// TestMain builds the server, runs the tests and stops the shared servers.
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		// The tests wait for the server far more than they compute.
		if err := f.Value.Set("8"); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(run(m))
}

// run is TestMain with its clean-up.
func run(m *testing.M) (code int) {
	dir, err := os.MkdirTemp("", "casestream-api-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	executable = filepath.Join(dir, "casestream")
	build := exec.Command("go", "build", "-o", executable, "./cmd/casestream")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the server does not build: %v\n%s", err, out)
		return 1
	}
	defer func() {
		if err := stopShared(); err != nil {
			fmt.Fprintln(os.Stderr, "stop:", err)
			code = 1
		}
	}()
	return m.Run()
}
