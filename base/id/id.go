// Package id makes identifiers. New ids are UUIDs of version 7: AWS asks only for a UUID, and ids that
// grow with time keep the hot end of an index on few pages.
package id

import (
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"
)

// source hands out random bytes from a buffer: one system call for many ids.
var source struct {
	sync.Mutex
	buf  [4096]byte
	next int
	last int64 // the last millisecond<<12|sequence that was given
}

// New gives a UUID of version 7 (RFC 9562). Ids of one process grow strictly: within a millisecond the
// twelve bits behind the timestamp count on (RFC 9562 §6.2, method 3).
func New() string {
	now := time.Now()
	tick := now.UnixMilli()<<12 | int64(now.Nanosecond()%1e6)*4096/1e6
	var u [16]byte
	source.Lock()
	if tick <= source.last {
		tick = source.last + 1
	}
	source.last = tick
	random(u[8:])
	source.Unlock()
	ms, seq := tick>>12, tick&0xfff
	u[0], u[1], u[2], u[3], u[4], u[5] = byte(ms>>40), byte(ms>>32), byte(ms>>24), byte(ms>>16), byte(ms>>8), byte(ms)
	u[6], u[7] = 0x70|byte(seq>>8), byte(seq)
	u[8] = u[8]&0x3f | 0x80
	return format(u)
}

// random fills b; the caller holds the lock.
func random(b []byte) {
	if source.next == 0 || source.next+len(b) > len(source.buf) {
		rand.Read(source.buf[:]) // never fails: it ends the process when the system has no randomness
		source.next = 0
	}
	source.next += copy(b, source.buf[source.next:])
}

// format writes the 8-4-4-4-12 form.
func format(u [16]byte) string {
	var s [36]byte
	hex.Encode(s[0:8], u[0:4])
	hex.Encode(s[9:13], u[4:6])
	hex.Encode(s[14:18], u[6:8])
	hex.Encode(s[19:23], u[8:10])
	hex.Encode(s[24:36], u[10:16])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}
