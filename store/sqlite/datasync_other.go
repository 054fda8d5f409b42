//go:build !linux

package sqlite

import "os"

// datasync waits until the disk has a file.
func datasync(f *os.File) error { return f.Sync() }
