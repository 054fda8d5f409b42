// Command bench measures a Casestream server from outside, through plain net/http clients with keep-alive,
// beside the ceiling that this machine sets: a trivial handler that decodes the same request and answers
// with canned bytes, and the number of fsyncs that the disk can do. What it prints are ratios of one run:
// absolute numbers say little about another machine.
//
//	main.go    the run and its table · process.go starts servers · ceiling.go the trivial handler
//	load.go    connections, latencies · work.go the pieces of work · disk.go fsyncs
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// main runs the benchmark, or is the ceiling's server of one.
func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var b bench
	ceiling := flag.String("ceiling", "", "serve the ceiling on this address (used by the benchmark itself)")
	conns := flag.String("conns", "1,16,64", "numbers of connections")
	flag.DurationVar(&b.span, "d", 3*time.Second, "how long each measurement lasts")
	flag.StringVar(&b.binary, "binary", "bin/casestream", "the server to measure")
	flag.StringVar(&b.store, "store", "", "its --store; default: SQLite in a temporary folder")
	flag.StringVar(&b.dir, "dir", "", "folder for the data, on the disk to measure; default: the system's temporary folder")
	flag.StringVar(&b.profiles, "profiles", "", "folder for a CPU profile of the server in each measurement")
	flag.StringVar(&b.only, "only", "", "measure only the work whose name begins like this")
	flag.Parse()
	if *ceiling != "" {
		fail(serveCeiling(*ceiling))
		return
	}
	for _, c := range strings.Split(*conns, ",") {
		n, err := strconv.Atoi(c)
		fail(err)
		b.conns = append(b.conns, n)
	}
	fail(b.run(ctx))
}

// fail ends the program on an error.
func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	conns              []int
	span               time.Duration
	binary, store, dir string
	profiles, only     string
}

// run measures everything and prints the tables.
func (b *bench) run(ctx context.Context) error {
	dir, err := os.MkdirTemp(b.dir, "casestream-bench-")
	if err != nil {
		return err
	}
	defer func() { fail(os.RemoveAll(dir)) }()
	syncs, err := fsyncsPerSecond(dir, time.Second)
	if err != nil {
		return err
	}
	fmt.Printf("disk: %.0f fdatasync/s of one writer\n", syncs)

	top, err := startCeiling(ctx)
	if err != nil {
		return err
	}
	defer top.stop()
	srv, err := startServer(ctx, b.binary, b.store, dir)
	if err != nil {
		return err
	}
	defer srv.stop()
	fmt.Printf("server: start to /readyz %.0f ms, idle memory %.1f MB\n\n", float64(srv.ready.Microseconds())/1000, srv.rss())

	w, err := newWork(ctx, srv)
	if err != nil {
		return err
	}
	fmt.Printf("%-44s %6s %10s %9s %9s %9s\n", "work", "conns", "per second", "p50 ms", "p99 ms", "ceiling")
	for _, n := range b.conns {
		ceiling, err := load(ctx, n, b.span, w.sendTo(top.base))
		if err != nil {
			return fmt.Errorf("ceiling: %w", err)
		}
		show("ceiling: decode the request, canned answer", n, ceiling, ceiling)
		for i, piece := range []struct {
			name string
			run  func(context.Context, int, time.Duration) (result, error)
		}{
			{"SendMessage", w.send},
			{"ReceiveMessage(10) + DeleteMessageBatch(10)", w.drain},
			{"UpdateCase", w.updates},
			{"UpdateCase → received from the queue", w.updatesReceived},
		} {
			if !strings.HasPrefix(piece.name, b.only) {
				continue
			}
			profiled := func() error { return nil }
			if b.profiles != "" {
				profiled = srv.profile(filepath.Join(b.profiles, fmt.Sprintf("%d-%s-%d.pprof", i, strings.Fields(piece.name)[0], n)), b.span)
			}
			got, err := piece.run(ctx, n, b.span)
			err = errors.Join(err, profiled())
			if err != nil {
				return fmt.Errorf("%s: %w", piece.name, err)
			}
			show(piece.name, n, got, ceiling)
		}
		fmt.Println()
	}
	fmt.Printf("server: memory %.1f MB at the end\n", srv.rss())
	return nil
}

// show prints one row.
func show(name string, conns int, r, ceiling result) {
	fmt.Printf("%-44s %6d %10.0f %9.2f %9.2f %9.2f\n", name, conns, r.perSecond, r.p50, r.p99, r.perSecond/ceiling.perSecond)
}
