package queue

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"

	"github.com/casestream/casestream/base/fault"
)

// handle is what a receipt handle says: which delivery of which message. It is checked without a table.
type handle struct {
	queueID  int64
	seq      int64
	receives uint32
	received int64 // microseconds: from here on its visibility timeouts count together
}

// A receipt handle is base64 of: form, queue, message, receive count, instant, random, checksum. The random
// part makes every delivery's handle a new one, even when a message is purged and sent again.
const (
	handleForm   = 1
	handleLength = 1 + 8 + 8 + 4 + 8 + 4 + 4
)

// String writes the handle.
func (h handle) String() string {
	var b [handleLength]byte
	b[0] = handleForm
	binary.BigEndian.PutUint64(b[1:], uint64(h.queueID))
	binary.BigEndian.PutUint64(b[9:], uint64(h.seq))
	binary.BigEndian.PutUint32(b[17:], h.receives)
	binary.BigEndian.PutUint64(b[21:], uint64(h.received))
	binary.BigEndian.PutUint32(b[29:], rand.Uint32())
	binary.BigEndian.PutUint32(b[33:], crc32.ChecksumIEEE(b[:33]))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// parseHandle reads a receipt handle that was issued by a queue.
func parseHandle(text string, queueID int64) (handle, error) {
	var b [handleLength + 2]byte
	if base64.RawURLEncoding.DecodedLen(len(text)) != handleLength {
		return handle{}, badHandle(text)
	}
	n, err := base64.RawURLEncoding.Strict().Decode(b[:], []byte(text))
	if err != nil || n != handleLength || b[0] != handleForm || binary.BigEndian.Uint32(b[33:]) != crc32.ChecksumIEEE(b[:33]) {
		return handle{}, badHandle(text)
	}
	h := handle{
		queueID:  int64(binary.BigEndian.Uint64(b[1:])),
		seq:      int64(binary.BigEndian.Uint64(b[9:])),
		receives: binary.BigEndian.Uint32(b[17:]),
		received: int64(binary.BigEndian.Uint64(b[21:])),
	}
	if h.queueID != queueID {
		return handle{}, &fault.Error{
			Kind: fault.Invalid, Subject: SubjectHandle, ID: text,
			Msg: "The receipt handle \"" + text + "\" is not valid for this queue.",
		}
	}
	return h, nil
}

// badHandle says that a text never was a receipt handle.
func badHandle(text string) error {
	return &fault.Error{
		Kind: fault.Invalid, Subject: SubjectHandle, ID: text,
		Msg: "The input receipt handle \"" + text + "\" is not a valid receipt handle.",
	}
}
