//go:build !unix

package sqlite

// lock relies on SQLite's own locks where the system has no flock.
func lock(string) (unlock func() error, err error) { return func() error { return nil }, nil }
