package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// queueTable gathers what rounds gave, by piece and server.
type queueTable struct {
	conns   int
	servers []string // in the order of the table, the ceiling first
	cells   map[queueCell][]queueRow
	commits []float64 // milliseconds of one commit's fsync, where there is one connection
	memory  map[string][]float64
	keeps   map[string]string // the servers' versions, and where they keep messages
}

// queueCell is a server's place in the table.
type queueCell struct{ piece, server string }

// queueRow is one measurement beside the ceiling of its round.
type queueRow struct {
	result
	ratio float64
}

// measureQueues measures SQS beside the ceilings of each piece of work and beside other servers: by turns, in rounds, each
// with new servers, for the machine is never the same for long. It prints medians.
func (b *bench) measureQueues(ctx context.Context, dir string) error {
	for _, n := range b.conns {
		t := &queueTable{conns: n, cells: make(map[queueCell][]queueRow), memory: make(map[string][]float64), keeps: make(map[string]string)}
		for run := range b.runs {
			if err := b.queueRound(ctx, filepath.Join(dir, fmt.Sprintf("queues-%d-%d", n, run)), t); err != nil {
				return err
			}
		}
		t.print(b.body, b.runs)
	}
	return nil
}

// queueServers starts the servers of a round, the ceiling first and ours second. What it gives stops them, whatever went wrong.
func (b *bench) queueServers(ctx context.Context, dir string, t *queueTable) (all []*queueWork, stop func(), err error) {
	var running []*process
	stop = func() {
		for _, p := range running {
			p.stop()
		}
	}
	top, err := startCeiling(ctx, b.body)
	if err != nil {
		return nil, stop, err
	}
	running = append(running, top)
	srv, err := startServer(ctx, b.binary, b.store, dir)
	if err != nil {
		return nil, stop, err
	}
	running = append(running, srv)
	ours, err := newQueueWork(ctx, "casestream", srv, false, b.body)
	if err != nil {
		return nil, stop, err
	}
	all = append(all, besideQueueWork(top, b.body), ours)
	t.keeps["casestream"] = "durable"
	for _, other := range b.peers {
		p, version, err := other.start(ctx, dir)
		if err != nil {
			return nil, stop, fmt.Errorf("%s: %w", other.name, err)
		}
		if p == nil {
			t.keeps[other.name] = "is not installed: " + other.install
			continue
		}
		running = append(running, p)
		t.keeps[other.name] = version + ", " + other.keeps
		if other.conns > 0 {
			t.keeps[other.name] += fmt.Sprintf(", with %d connections at most", other.conns)
		}
		w, err := newQueueWork(ctx, other.name, p, other.query, b.body)
		if err != nil {
			return nil, stop, err
		}
		w.most = other.conns
		all = append(all, w)
	}
	return all, stop, nil
}

// queueRound measures each piece of work once on each server, between two measurements of its ceiling.
func (b *bench) queueRound(ctx context.Context, dir string, t *queueTable) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	defer func() { fail(os.RemoveAll(dir)) }()
	all, stop, err := b.queueServers(ctx, dir, t)
	defer stop()
	if err != nil {
		return err
	}
	t.servers = t.servers[:0]
	for _, w := range all {
		t.servers = append(t.servers, w.name)
	}
	for i, p := range queuePieces {
		if !strings.HasPrefix(p.name, b.only) {
			continue
		}
		if t.conns == 1 {
			commit, err := commitTime(dir, b.span/4)
			if err != nil {
				return err
			}
			t.commits = append(t.commits, commit)
		}
		if err := b.queueTurn(ctx, all, p, i, t); err != nil {
			return err
		}
	}
	for _, w := range all[1:] {
		t.memory[w.name] = append(t.memory[w.name], w.srv.rss())
	}
	return nil
}

// queueTurn measures one piece of work once on each server. What another server fails at is told, and is no failure of the benchmark.
func (b *bench) queueTurn(ctx context.Context, all []*queueWork, p queuePiece, number int, t *queueTable) error {
	top, ours := all[0], all[1]
	got := make([]result, len(all))
	for i, w := range all {
		var err error
		measure := func() (result, error) { return w.measure(ctx, p, t.conns, b.span) }
		if w == ours {
			got[i], err = b.profiled(w.srv, fmt.Sprintf("queues-%d-%d", number, t.conns), measure)
		} else {
			got[i], err = measure()
		}
		if err != nil && (i < 2 || ctx.Err() != nil) {
			return err
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	}
	again, err := top.measure(ctx, p, t.conns, b.span)
	if err != nil {
		return err
	}
	got[0] = result{(got[0].perSecond + again.perSecond) / 2, (got[0].p50 + again.p50) / 2, (got[0].p99 + again.p99) / 2, again.took}
	for i, w := range all {
		if got[i].perSecond > 0 {
			cell := queueCell{p.name, w.name}
			t.cells[cell] = append(t.cells[cell], queueRow{got[i], got[i].perSecond / got[0].perSecond})
		}
	}
	return nil
}

// print prints the table.
func (t *queueTable) print(body, runs int) {
	fmt.Printf("queues, %d connections, messages of %d bytes, medians of %d\n", t.conns, body, runs)
	if t.conns == 1 {
		fmt.Printf("disk: %.3f ms to write %d KB into a log and wait for it\n", median(t.commits), commitSize/1024)
	}
	fmt.Printf("%-46s %-11s %9s %11s %8s %8s %8s %8s\n", "work", "server", "calls/s", "messages/s", "p50 ms", "p99 ms", "ceiling", "× fsync")
	for _, p := range queuePieces {
		for _, server := range t.servers {
			rows := t.cells[queueCell{p.name, server}]
			if len(rows) == 0 {
				continue
			}
			calls := median(each(rows, func(r queueRow) float64 { return r.perSecond }))
			p50 := median(each(rows, func(r queueRow) float64 { return r.p50 }))
			fsync := "-"
			if t.conns == 1 {
				fsync = fmt.Sprintf("%.1f", p50/median(t.commits))
			}
			fmt.Printf("%-46s %-11s %9.0f %11.0f %8.2f %8.2f %8.2f %8s\n", p.name, server, calls, calls/float64(p.calls)*float64(p.messages), p50,
				median(each(rows, func(r queueRow) float64 { return r.p99 })), median(each(rows, func(r queueRow) float64 { return r.ratio })), fsync)
		}
	}
	for _, name := range append([]string{"casestream"}, peerNames()...) {
		if text, ok := t.keeps[name]; ok {
			fmt.Printf("%s: %s", name, text)
			if len(t.memory[name]) > 0 {
				fmt.Printf(", %.0f MB at the end", median(t.memory[name]))
			}
			fmt.Println()
		}
	}
	fmt.Println()
}

// each gives a number of each row.
func each(rows []queueRow, number func(queueRow) float64) []float64 {
	all := make([]float64, len(rows))
	for i, r := range rows {
		all[i] = number(r)
	}
	return all
}

// median gives the middle of some numbers, 0 where there are none.
func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	all = slices.Sorted(slices.Values(all))
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

// peerNames are the names of the other servers.
func peerNames() (names []string) {
	for _, p := range peers {
		names = append(names, p.name)
	}
	return names
}
