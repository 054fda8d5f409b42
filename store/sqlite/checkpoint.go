package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"time"
)

// The log is copied into the file in the background, in steps, so that no commit waits for the whole of
// it. It can start over only when all of it is copied, which under load never happens by itself: past largeLog
// writers are held up for the little that has come during the last step. A log that starts over overwrites what
// the disk has set aside already; one that grows makes every wait for the disk longer. Holding writers up has to wait for
// readers too, with the writers behind it: it waits for forceWait, and when somebody reads for longer (a backup, say)
// it is not tried again before forceAgain, so that writers go on.
const (
	checkpointEvery = 100 * time.Millisecond
	smallLog        = 4 << 20
	largeLog        = 48 << 20
	forceWait       = 100 * time.Millisecond
	forceAgain      = 10 * time.Second
)

// frame is what a page takes in the log.
const frame = 4096 + 24

// checkpoint copies the log into the file when there is enough of it, until ctx ends. Past large bytes of log it
// makes writers wait.
func checkpoint(ctx context.Context, path string, large int64) error {
	db, err := open(path, forceWait, "synchronous(FULL)", "cache_size(-500)", "wal_autocheckpoint(0)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	var last int64
	var force time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		info, err := os.Stat(path + "-wal")
		if err != nil || info.Size() < smallLog {
			continue
		}
		// The file keeps its size when the log starts over: its time tells whether it was written to.
		if at := info.ModTime().UnixNano(); at == last {
			continue
		} else {
			last = at
		}
		frames, _, err := run(ctx, db, "PASSIVE")
		if err == nil && frames*frame > large && time.Now().After(force) {
			var busy bool
			if _, busy, err = run(ctx, db, "RESTART"); busy {
				force = time.Now().Add(forceAgain)
			}
		}
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("checkpoint: %w", err)
		}
	}
}

// run copies the log, and says how many frames it has. Busy says that the log cannot start over yet.
func run(ctx context.Context, db *sql.DB, how string) (frames int64, busy bool, err error) {
	var copied int64
	err = db.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+how+")").Scan(&busy, &frames, &copied)
	return frames, busy, err
}
