//go:build unix

package sqlite

import (
	"fmt"
	"os"
	"syscall"
)

// lock holds a file against other processes until the function that it gives is called. The kernel lets
// go of it when the process ends, however it ends.
func lock(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s is held by another process: is a server running on this data already? (%w)", path, err)
	}
	return f.Close, nil
}
