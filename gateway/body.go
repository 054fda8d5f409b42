package gateway

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/casestream/casestream/wire"
)

// maxPooled is the size of the bodies that are read into buffers from a pool. Larger ones are read as they
// come, so that announcing a size costs the server nothing.
const maxPooled = 64 << 10

// buffers is the pool. What an operation decodes is copied out of a body, so that the buffer may serve the
// next request as soon as the answer is written.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// release gives a buffer back.
func release(b *[]byte) {
	if b != nil {
		buffers.Put(b)
	}
}

// readBody reads the whole body within its limit.
func (g *Gateway) readBody(x *exchange) error {
	r, limit := x.http, g.limit(x)
	n := r.ContentLength
	if n == 0 || r.Body == nil {
		return nil
	}
	if n > limit {
		return tooLarge(x, limit)
	}
	var err error
	if n > 0 && n <= maxPooled {
		x.body = buffers.Get().(*[]byte)
		if cap(*x.body) < int(n) {
			*x.body = make([]byte, n)
		}
		*x.body = (*x.body)[:n]
		x.req.Body = *x.body
		_, err = io.ReadFull(r.Body, x.req.Body)
	} else {
		var b bytes.Buffer
		var got int64
		got, err = b.ReadFrom(io.LimitReader(r.Body, limit+1))
		if got > limit {
			return tooLarge(x, limit)
		}
		if err == nil && n > 0 && got < n {
			err = io.ErrUnexpectedEOF
		}
		x.req.Body = b.Bytes()
	}
	if err != nil {
		return &wire.Error{
			Code: "IncompleteBody", Status: http.StatusBadRequest, Message: "The body did not arrive as a whole.",
			Header: http.Header{"Connection": {"close"}},
		}
	}
	return nil
}

// tooLarge answers a body over its limit. The rest of it is not read: the connection ends.
func tooLarge(x *exchange, limit int64) error {
	return &wire.Error{
		Code: "RequestEntityTooLarge", Status: http.StatusRequestEntityTooLarge,
		Message:    "The body is larger than " + strconv.FormatInt(limit, 10) + " bytes.",
		MessageKey: messageKey(x), Header: http.Header{"Connection": {"close"}},
	}
}
