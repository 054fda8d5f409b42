package main

import (
	"os"
	"path/filepath"
	"slices"
	"time"
)

// fsyncsPerSecond appends 4 KB and waits for the disk, again and again.
func fsyncsPerSecond(dir string, span time.Duration) (float64, error) {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	page := make([]byte, 4096)
	n, began := 0, time.Now()
	for time.Since(began) < span {
		if _, err := f.Write(page); err != nil {
			return 0, err
		}
		if err := fdatasync(f); err != nil {
			return 0, err
		}
		n++
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

// What a commit of one message writes to the log, in pages of 4 KB with their heads, and how long a log grows before it is
// written again from its beginning.
const (
	commitSize = 4 * (4096 + 24)
	logSize    = 1000 * (4096 + 24)
)

// commitTime gives the median, in milliseconds, of what no commit of a message can be faster than: writing as much as one
// writes into a log that has its size already, and waiting for the disk.
func commitTime(dir string, span time.Duration) (float64, error) {
	f, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if _, err := f.Write(make([]byte, logSize)); err != nil {
		return 0, err
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	commit := make([]byte, commitSize)
	var all []time.Duration
	for began, at := time.Now(), int64(0); time.Since(began) < span; at = (at + commitSize) % (logSize - commitSize) {
		t := time.Now()
		if _, err := f.WriteAt(commit, at); err != nil {
			return 0, err
		}
		if err := fdatasync(f); err != nil {
			return 0, err
		}
		all = append(all, time.Since(t))
	}
	slices.Sort(all)
	return float64(all[len(all)/2].Microseconds()) / 1000, nil
}
