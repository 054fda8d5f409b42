//go:build !linux

package main

import "os"

// fdatasync waits for a file.
func fdatasync(f *os.File) error { return f.Sync() }
