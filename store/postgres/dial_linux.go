package postgres

import (
	"context"
	"syscall"
)

// tcpUserTimeout is TCP_USER_TIMEOUT of Linux, which the standard library does not name.
const tcpUserTimeout = 0x12

// abandon has the system give a connection up when what was sent stays unacknowledged for half a minute:
// keep-alives are not sent while something is under way.
func abandon(_ context.Context, network, _ string, c syscall.RawConn) (err error) {
	if network != "tcp4" && network != "tcp6" {
		return nil
	}
	ctrlErr := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, 25_000)
	})
	if ctrlErr != nil {
		return ctrlErr
	}
	return err
}
