package main

import (
	"os"
	"path/filepath"
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
