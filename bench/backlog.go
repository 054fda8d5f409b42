package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// backlogBody is the size of the messages of a backlog.
const backlogBody = 200

// backlogWork measures one queue at different numbers of stored messages.
type backlogWork struct {
	*queueWork
	b   *bench
	dir string // the server's data
}

// measureBacklog measures send, receive and delete with more and more messages in the queue, then takes all of them out and
// measures once more: neither what is stored nor what was stored may make a difference.
func (b *bench) measureBacklog(ctx context.Context, dir string) error {
	dir = filepath.Join(dir, "backlog")
	srv, err := startServer(ctx, b.binary, b.store, dir)
	if err != nil {
		return err
	}
	defer srv.stop()
	queue, err := newQueueWork(ctx, "casestream", srv, false, backlogBody)
	if err != nil {
		return err
	}
	w := &backlogWork{queue, b, dir}
	fmt.Printf("%-22s %6s %10s %9s %9s %9s %9s %9s %9s %9s %9s %9s\n", "messages in the queue", "conns", "cycles/s",
		"send p50", "p99 ms", "recv p50", "p99 ms", "del p50", "p99 ms", "empty ms", "memory MB", "store MB")
	if err := w.rows(ctx, "none, new store"); err != nil {
		return err
	}
	for _, messages := range b.backlog {
		began, had := time.Now(), w.left
		if err := w.grow(ctx, messages); err != nil {
			return err
		}
		took := time.Since(began).Seconds()
		fmt.Fprintf(os.Stderr, "bench: %d messages sent in %.0f s, %.0f/s\n", w.left-had, took, float64(w.left-had)/took)
		if err := w.rows(ctx, strconv.Itoa(messages)); err != nil {
			return err
		}
	}
	if err := w.drain(ctx); err != nil {
		return err
	}
	if err := w.rows(ctx, "none, all taken out"); err != nil {
		return err
	}
	again := slices.Max(b.backlog) / 10
	if err := w.grow(ctx, again); err != nil {
		return err
	}
	return w.rows(ctx, fmt.Sprintf("%d, once more", again))
}

// grow sends messages until so many are in the queue.
func (w *backlogWork) grow(ctx context.Context, messages int) error {
	for w.left < messages {
		had := w.left
		if err := w.fill(ctx, messages, time.Minute); err != nil {
			return err
		}
		if w.left == had {
			return fmt.Errorf("nothing was sent in a minute")
		}
	}
	return nil
}

// rows measures and prints a row for each number of connections.
func (w *backlogWork) rows(ctx context.Context, name string) error {
	for _, n := range w.b.conns {
		got, err := w.cycles(ctx, n)
		if err != nil {
			return err
		}
		empty := "-"
		if w.left == 0 {
			receive := w.repeat(w.receive(w.pile, 1))
			r, err := load(ctx, n, w.b.span/2, receive)
			if err != nil {
				return err
			}
			empty = fmt.Sprintf("%.2f", r.p50)
		}
		fmt.Printf("%-22s %6d %10.0f", name, n, got[0].perSecond)
		for _, r := range got {
			fmt.Printf(" %9.2f %9.2f", r.p50, r.p99)
		}
		fmt.Printf(" %9s %9.0f %9.0f\n", empty, w.srv.rss(), w.stored(ctx))
	}
	return nil
}

// cycles measures sending, receiving and deleting by turns on n connections, so that as many messages stay as there were.
func (w *backlogWork) cycles(ctx context.Context, n int) (got [3]result, err error) {
	var series [3][][]time.Duration
	for i := range series {
		series[i] = make([][]time.Duration, n)
	}
	send, receive := w.send(w.pile), w.receive(w.pile, 1)
	all, err := load(ctx, n, w.b.span, func(ctx context.Context, c *conn, _ int) (int, error) {
		timed := func(i int, call func() error) error {
			began := time.Now()
			err := call()
			series[i][c.n] = append(series[i][c.n], time.Since(began))
			return err
		}
		var answer []byte
		if err := timed(0, func() error { _, err := c.do(ctx, send); return err }); err != nil {
			return 0, err
		}
		for range 100 {
			if err := timed(1, func() (err error) { answer, err = c.do(ctx, receive); return err }); err != nil {
				return 0, err
			}
			if found := w.find("ReceiptHandle", answer); len(found) > 0 {
				return 1, timed(2, func() error { return w.delete(ctx, c, w.pile, found[0]) })
			}
		}
		return 0, fmt.Errorf("a queue that holds a message for each receiver gives none: %s", answer)
	})
	for i := range got {
		got[i] = summarize(slices.Concat(series[i]...), int(all.perSecond*all.took.Seconds()+.5), all.took)
	}
	return got, err
}

// drain takes all messages out, and tells how fast in each tenth of them.
func (w *backlogWork) drain(ctx context.Context) error {
	const conns = 64
	tenth := w.left/10 + 1
	var taken atomic.Int64
	var marks [11]atomic.Int64 // when so many tenths were taken
	began := time.Now()
	for w.left > 0 {
		step := w.takeTen() // its signature lasts five minutes
		got, err := load(ctx, conns, time.Minute, func(ctx context.Context, c *conn, i int) (int, error) {
			n, err := step(ctx, c, i)
			if n > 0 {
				at := taken.Add(10)
				if k := at / int64(tenth); (at-10)/int64(tenth) < k && k < int64(len(marks)) {
					marks[k].Store(int64(time.Since(began)))
				}
			}
			return n, err
		})
		if err != nil {
			return err
		}
		if got.took < time.Minute { // nothing was left for anybody
			break
		}
	}
	fmt.Printf("taken out: %d messages in %.0f s, thousands a second in each tenth:", taken.Load(), time.Since(began).Seconds())
	for k := 1; k < len(marks); k++ {
		if span := time.Duration(marks[k].Load() - marks[k-1].Load()); span > 0 {
			fmt.Printf(" %.1f", float64(tenth)/span.Seconds()/1000)
		}
	}
	fmt.Println()
	w.left = 0
	return nil
}

// stored gives the size of the store in MB: of the files, or of the database where psql is installed.
func (w *backlogWork) stored(ctx context.Context) float64 {
	if w.b.store != "" {
		text, _ := output(ctx, "psql", w.b.store, "-Atc", "SELECT pg_database_size(current_database())")
		size, _ := strconv.ParseFloat(strings.TrimSpace(text), 64) // 0: unknown
		return size / 1e6
	}
	var size int64
	_ = filepath.WalkDir(w.dir, func(_ string, d fs.DirEntry, err error) error { // a file that goes meanwhile has no size
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil && !d.IsDir() {
			size += info.Size()
		}
		return nil
	})
	return float64(size) / 1e6
}
