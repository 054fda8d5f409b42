package main

import (
	"context"
	"fmt"
	"slices"
)

// measureEvents measures the road from PutEvents to a consumer, beside moto's server where there is one.
func (b *bench) measureEvents(ctx context.Context, srv *process) error {
	ours, err := newEventWork(ctx, srv, b.rules)
	if err != nil {
		return err
	}
	moto, stop, err := b.besideMoto(ctx)
	if err != nil {
		return fmt.Errorf("moto: %w", err)
	}
	defer stop()
	fmt.Printf("%-22s %6s %6s %10s %9s %9s %9s %13s %9s %9s %7s\n",
		"PutEvents → received", "rules", "conns", "events/s", "p50 ms", "p99 ms", "KB/event", "moto events/s", "p50 ms", "p99 ms", "times")
	for _, n := range b.conns {
		for _, entries := range b.entries {
			for _, rules := range b.rules {
				if err := b.measureEvent(ctx, srv, ours, moto, eventCount{entries, rules}, n); err != nil {
					return fmt.Errorf("PutEvents(%d), %d rules, %d connections: %w", entries, rules, n, err)
				}
			}
		}
	}
	return nil
}

// motoWork is moto's server, and what it has shown so far.
type motoWork struct {
	*eventWork
	shown map[motoRow]result
}

// motoRow is what makes a difference to moto.
type motoRow struct {
	eventCount
	conns int
}

// motoConns bounds the connections to moto. It works on one call at a time, for a tenth of a second an event:
// more of them only wait longer, and the benchmark with them.
const motoConns = 4

// besideMoto starts moto's server, if that is wanted and it is installed, and gives what stops it; nil where there is none.
func (b *bench) besideMoto(ctx context.Context) (*motoWork, func(), error) {
	if !slices.ContainsFunc(b.peers, func(p peer) bool { return p.name == "moto" }) {
		return nil, func() {}, nil
	}
	p, _, err := startMoto(ctx, "")
	if err != nil || p == nil {
		fmt.Println("moto is not installed: nothing to compare with")
		return nil, func() {}, err
	}
	w, err := newEventWork(ctx, p, b.rules)
	if err != nil {
		p.stop()
		return nil, func() {}, err
	}
	return &motoWork{w, make(map[motoRow]result)}, p.stop, nil
}

// measure measures moto, each row once.
func (m *motoWork) measure(ctx context.Context, c eventCount, n int, b *bench) (result, error) {
	row := motoRow{c, min(n, motoConns)}
	got, known := m.shown[row]
	if known {
		return got, nil
	}
	got, err := m.run(ctx, c, row.conns, b.span)
	m.shown[row] = got
	return got, err
}

// measureEvent measures one row and prints it.
func (b *bench) measureEvent(ctx context.Context, srv *process, ours *eventWork, moto *motoWork, c eventCount, n int) error {
	before := srv.written()
	got, err := b.profiled(srv, fmt.Sprintf("events-%d-%d-%d", c.entries, c.rules, n), func() (result, error) { return ours.run(ctx, c, n, b.span) })
	if err != nil {
		return err
	}
	perEvent := "-"
	if before > 0 {
		perEvent = fmt.Sprintf("%.1f", float64(srv.settled(before))/1024/(got.perSecond*got.took.Seconds()))
	}
	fmt.Printf("%-22s %6d %6d %10.0f %9.2f %9.2f %9s", fmt.Sprintf("%d a call", c.entries), c.rules, n, got.perSecond, got.p50, got.p99, perEvent)
	if moto == nil {
		fmt.Println()
		return nil
	}
	theirs, err := moto.measure(ctx, c, n, b)
	if err != nil {
		return fmt.Errorf("moto: %w", err)
	}
	fmt.Printf(" %13.1f %9.0f %9.0f %7.0f\n", theirs.perSecond, theirs.p50, theirs.p99, got.perSecond/theirs.perSecond)
	return nil
}
