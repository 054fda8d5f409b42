// Command bench measures a Casestream server from outside, through plain net/http clients with keep-alive,
// beside the ceiling that this machine sets: a trivial handler that decodes the same request and answers
// with canned bytes, and the number of fsyncs that the disk can do. What it prints are ratios of one run:
// absolute numbers say little about another machine.
//
//	main.go    the run and its table · process.go starts servers · ceiling.go the trivial handler
//	load.go    connections, latencies · disk.go fsyncs, with sync_linux.go and sync_other.go
//	work.go    the road from an update to its consumer · cases.go the operations on cases
//	queues.go  SQS beside other servers, peers.go, and its table · queue_work.go the pieces of work
//	backlog.go SQS at many stored messages, and after them · idle.go receivers that wait
//	events.go  buses and events of the road from PutEvents to a consumer · flow.go the events on it · events_table.go its rows
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
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
	cases := flag.String("cases", "1000,1000000", "numbers of stored cases at which the operations on cases are measured; empty: none")
	rules := flag.String("rules", "1,100,5000", "numbers of rules on the bus at which PutEvents is measured; empty: none")
	entries := flag.String("entries", "1,10", "numbers of events in a PutEvents")
	parts := flag.String("parts", "roads,queues,events,cases", "what to measure: of roads, queues, events, cases, backlog and idle")
	others := flag.String("peers", strings.Join(peerNames(), ","), "other servers to measure beside, where they are installed; empty: none")
	backlog := flag.String("backlog", "1000,100000,5000000", "numbers of messages in a queue at which it is measured")
	flag.IntVar(&b.idle, "idle", 10000, "receivers that wait")
	flag.IntVar(&b.runs, "runs", 1, "rounds of the queues, of which medians are shown")
	flag.IntVar(&b.body, "body", 1200, "size of a queue's message: by default about that of a case event")
	flag.DurationVar(&b.span, "d", 3*time.Second, "how long each measurement lasts")
	flag.StringVar(&b.binary, "binary", "bin/casestream", "the server to measure")
	flag.StringVar(&b.store, "store", "", "its --store; default: SQLite in a temporary folder")
	flag.StringVar(&b.dir, "dir", "", "folder for the data, on the disk to measure; default: the system's temporary folder")
	flag.StringVar(&b.profiles, "profiles", "", "folder for a CPU profile of the server in each measurement")
	flag.StringVar(&b.only, "only", "", "measure only the work whose name begins like this")
	flag.Parse()
	if *ceiling != "" {
		fail(serveCeiling(*ceiling, b.body))
		return
	}
	var err error
	b.peers, err = named(*others)
	fail(err)
	b.parts, b.backlog = strings.Split(*parts, ","), numbers(*backlog)
	b.conns, b.cases, b.rules, b.entries = numbers(*conns), numbers(*cases), numbers(*rules), numbers(*entries)
	fail(b.run(ctx))
}

// numbers reads a list of numbers.
func numbers(list string) (all []int) {
	for s := range strings.SplitSeq(list, ",") {
		if s == "" {
			continue
		}
		n, err := strconv.Atoi(s)
		fail(err)
		all = append(all, n)
	}
	return all
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
	parts              []string
	conns, cases       []int
	rules, entries     []int
	backlog            []int
	idle, runs, body   int
	peers              []peer
	span               time.Duration
	binary, store, dir string
	profiles, only     string
}

// run measures what was asked for, each part on a server with an empty store.
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
	parts := []struct {
		name    string
		measure func() error
	}{
		{"roads", func() error { return b.served(ctx, filepath.Join(dir, "roads"), b.measureRoads) }},
		{"queues", func() error { return b.measureQueues(ctx, dir) }},
		{"events", func() error { return b.served(ctx, filepath.Join(dir, "events"), b.measureEvents) }},
		{"cases", func() error { return b.served(ctx, filepath.Join(dir, "cases"), b.measureCases) }},
		{"backlog", func() error { return b.measureBacklog(ctx, dir) }},
		{"idle", func() error { return b.measureIdle(ctx, dir) }},
	}
	for _, p := range parts {
		if slices.Contains(b.parts, p.name) {
			if err := p.measure(); err != nil {
				return err
			}
		}
	}
	return nil
}

// served runs one part of the benchmark beside a server of its own.
func (b *bench) served(ctx context.Context, dir string, part func(context.Context, *process) error) error {
	srv, err := startServer(ctx, b.binary, b.store, dir, "--events-quota", fmt.Sprintf("rules-per-bus=%d", slices.Max(append(b.rules, 300))))
	if err != nil {
		return err
	}
	defer srv.stop()
	fmt.Printf("server: start to /readyz %.0f ms, idle memory %.1f MB\n\n", float64(srv.ready.Microseconds())/1000, srv.rss())
	if err := part(ctx, srv); err != nil {
		return err
	}
	fmt.Printf("server: memory %.1f MB at the end\n\n", srv.rss())
	return nil
}

// profiled runs a measurement, with a CPU profile of the server where profiles are kept.
func (b *bench) profiled(srv *process, name string, run func() (result, error)) (result, error) {
	if b.profiles == "" {
		return run()
	}
	written := srv.profile(filepath.Join(b.profiles, name+".pprof"), b.span)
	r, err := run()
	return r, errors.Join(err, written())
}

// measureRoads measures updates on their way to a consumer, beside the ceiling of a SendMessage.
func (b *bench) measureRoads(ctx context.Context, srv *process) error {
	top, err := startCeiling(ctx, b.body)
	if err != nil {
		return err
	}
	defer top.stop()
	w, err := newWork(ctx, srv)
	if err != nil {
		return err
	}
	fmt.Printf("%-44s %6s %10s %9s %9s %9s\n", "work", "conns", "per second", "p50 ms", "p99 ms", "ceiling")
	beside := besideQueueWork(top, b.body)
	send := beside.repeat(beside.send(beside.pile))
	for _, n := range b.conns {
		ceiling, err := load(ctx, n, b.span, send)
		if err != nil {
			return fmt.Errorf("ceiling: %w", err)
		}
		show("ceiling: decode the request, canned answer", n, ceiling, ceiling)
		for i, p := range w.pieces() {
			if !strings.HasPrefix(p.name, b.only) {
				continue
			}
			got, err := b.profiled(srv, fmt.Sprintf("roads-%d-%d", i, n), func() (result, error) { return p.run(ctx, n, b.span) })
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			show(p.name, n, got, ceiling)
		}
		fmt.Println()
	}
	return nil
}

// measureCases measures the operations on cases, at each number of stored cases.
func (b *bench) measureCases(ctx context.Context, srv *process) error {
	w, err := newCaseWork(ctx, srv)
	if err != nil {
		return err
	}
	for _, cases := range b.cases {
		if err := w.grow(ctx, cases, os.Stderr); err != nil {
			return err
		}
		if w.seed.QueueURL == "" {
			if err := w.seed.Stream(ctx); err != nil {
				return err
			}
		}
		fmt.Printf("%-44s %6s %10s %9s %9s %9s\n", fmt.Sprintf("with %d cases", cases), "conns", "per second", "p50 ms", "p99 ms", "KB/write")
		for _, n := range b.conns {
			for i, p := range w.pieces() {
				if strings.HasPrefix(p.name, b.only) {
					if err := b.measureCase(ctx, w, p, n, fmt.Sprintf("cases-%d-%d-%d", cases, i, n)); err != nil {
						return fmt.Errorf("%s: %w", p.name, err)
					}
				}
			}
		}
		fmt.Printf("server: memory %.1f MB\n\n", srv.rss())
	}
	return nil
}

// measureCase measures one piece of work and prints its row, for writes with what one of them sends to the disk.
func (b *bench) measureCase(ctx context.Context, w *caseWork, p piece, n int, name string) error {
	before := w.srv.written()
	got, err := b.profiled(w.srv, name, func() (result, error) { return p.run(ctx, n, b.span) })
	if err != nil {
		return err
	}
	perWrite := "-"
	if p.writes && before > 0 {
		perWrite = fmt.Sprintf("%.1f", float64(w.srv.settled(before))/1024/(got.perSecond*got.took.Seconds()))
	}
	fmt.Printf("%-44s %6d %10.0f %9.2f %9.2f %9s\n", p.name, n, got.perSecond, got.p50, got.p99, perWrite)
	return nil
}

// show prints one row.
func show(name string, conns int, r, ceiling result) {
	fmt.Printf("%-44s %6d %10.0f %9.2f %9.2f %9.2f\n", name, conns, r.perSecond, r.p50, r.p99, r.perSecond/ceiling.perSecond)
}
