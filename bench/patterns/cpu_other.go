//go:build !unix

package main

import "time"

// began is where this process's time starts.
var began = time.Now()

// cpu is the wall's time, where the system does not tell the processor's.
func cpu() time.Duration { return time.Since(began) }
