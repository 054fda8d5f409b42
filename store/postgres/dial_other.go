//go:build !linux

package postgres

import (
	"context"
	"syscall"
)

// abandon leaves it to the system when it gives a connection up.
func abandon(context.Context, string, string, syscall.RawConn) error { return nil }
