package main

import (
	"os"
	"syscall"
)

// fdatasync waits for a file's data as the server's store does.
func fdatasync(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }
