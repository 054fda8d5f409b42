package sqlite

import (
	"context"
	"fmt"
	"os"
	"time"
)

// The log is copied into the file in the background, in steps, so that no commit waits for the whole of
// it. Only past hugeLog, when writers never paused long enough for the log to start over, they are made to.
// That has to wait for readers too, with the writers behind it: it waits for forceWait, and when somebody
// reads for longer (a backup, say) it is not tried again before forceAgain, so that writers go on.
const (
	checkpointEvery = 100 * time.Millisecond
	smallLog        = 4 << 20
	hugeLog         = 256 << 20
	forceWait       = 500 * time.Millisecond
	forceAgain      = 10 * time.Second
)

// checkpoint copies the log into the file when there is enough of it, until ctx ends. Past huge bytes of log
// it makes writers wait.
func checkpoint(ctx context.Context, path string, huge int64) error {
	db, err := open(path, forceWait, "cache_size(-500)", "wal_autocheckpoint(0)")
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
		how := "PASSIVE"
		if info.Size() > huge && time.Now().After(force) {
			how = "TRUNCATE"
		}
		var busy, frames, copied int
		err = db.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+how+")").Scan(&busy, &frames, &copied)
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("checkpoint: %w", err)
		}
		if busy != 0 {
			force = time.Now().Add(forceAgain)
		}
	}
}
