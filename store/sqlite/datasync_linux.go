package sqlite

import (
	"errors"
	"os"
	"syscall"
)

// datasync waits until the disk has a file's bytes and its length, but not its timestamps, which nobody needs.
func datasync(f *os.File) error {
	for {
		if err := syscall.Fdatasync(int(f.Fd())); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
