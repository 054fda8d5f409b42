//go:build unix

package main

import (
	"syscall"
	"time"
)

// cpu is the time that the processors have spent on this process, its own and the system's on its behalf: unlike
// the wall's time it does not grow while other processes have the processors, and garbage collection is in it.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it cannot fail for the process itself
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
