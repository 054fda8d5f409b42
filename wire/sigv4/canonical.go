package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// scratch holds the buffers of one verification, so that a request costs no garbage.
type scratch struct {
	buf  []byte
	name []byte
	hash [2 * sha256.Size]byte // the body's, in hexadecimal digits
}

// scratches is the pool of them.
var scratches = sync.Pool{New: func() any { return &scratch{buf: make([]byte, 0, 2048), name: make([]byte, 0, 64)} }}

// maxKept bounds the buffers that go back to the pool.
const maxKept = 64 << 10

// release gives s back.
func (s *scratch) release() {
	if cap(s.buf) <= maxKept {
		scratches.Put(s)
	}
}

// canonical is what goes into a canonical request besides the request itself.
type canonical struct {
	signed    string // names of the signed headers
	payload   string // the payload's hash, or what stands for it
	presigned bool   // leave X-Amz-Signature out of the query string
	rawPath   bool   // S3: the path is not encoded a second time
	collapse  bool   // repeated slashes count as one
}

// appendCanonical appends the canonical request to b.
func (s *scratch) appendCanonical(b []byte, r *http.Request, c canonical) []byte {
	if r.Method == "" {
		b = append(b, http.MethodGet...)
	} else {
		b = append(b, r.Method...)
	}
	b = append(b, '\n')
	b = appendPath(b, r.URL.EscapedPath(), c)
	b = append(b, '\n')
	b = appendQuery(b, r.URL.RawQuery, c.presigned)
	b = append(b, '\n')
	for rest, more := c.signed, true; more; {
		var name string
		name, rest, more = strings.Cut(rest, ";")
		b = append(b, name...)
		b = append(b, ':')
		b = s.appendHeader(b, r, name)
		b = append(b, '\n')
	}
	b = append(b, '\n')
	b = append(b, c.signed...)
	b = append(b, '\n')
	return append(b, c.payload...)
}

// appendPath appends the path as it was sent, encoded once more for every service but S3.
func appendPath(b []byte, path string, c canonical) []byte {
	if path == "" {
		return append(b, '/')
	}
	if c.rawPath {
		return append(b, path...)
	}
	for i := 0; i < len(path); i++ {
		switch ch := path[i]; {
		case ch == '/':
			if !c.collapse || i == 0 || path[i-1] != '/' {
				b = append(b, ch)
			}
		case unreserved(ch):
			b = append(b, ch)
		default:
			b = appendEscaped(b, ch)
		}
	}
	return b
}

// unreserved says whether a byte stands for itself in a URI.
func unreserved(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// appendEscaped percent-encodes a byte.
func appendEscaped(b []byte, c byte) []byte {
	const digits = "0123456789ABCDEF"
	return append(b, '%', digits[c>>4], digits[c&15])
}

// appendQuery appends the parameters of a query string, sorted by name and value after encoding. A plus is
// a space, as it is for the operations that read the parameters.
func appendQuery(b []byte, raw string, presigned bool) []byte {
	if raw == "" {
		return b
	}
	var pairs [][2]string
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		k, v, _ := strings.Cut(pair, "=")
		k = reencode(k)
		if presigned && k == "X-Amz-Signature" {
			continue
		}
		pairs = append(pairs, [2]string{k, reencode(v)})
	}
	slices.SortFunc(pairs, func(x, y [2]string) int {
		if c := strings.Compare(x[0], y[0]); c != 0 {
			return c
		}
		return strings.Compare(x[1], y[1])
	})
	for i, p := range pairs {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(b, p[0]...)
		b = append(b, '=')
		b = append(b, p[1]...)
	}
	return b
}

// reencode brings the encoding of a name or a value into the canonical form. What is no valid encoding
// counts byte for byte.
func reencode(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = unreserved(s[i])
	}
	if plain {
		return s
	}
	decoded, err := url.QueryUnescape(s)
	if err != nil {
		decoded = s
	}
	b := make([]byte, 0, len(decoded)+16)
	for i := 0; i < len(decoded); i++ {
		if unreserved(decoded[i]) {
			b = append(b, decoded[i])
		} else {
			b = appendEscaped(b, decoded[i])
		}
	}
	return string(b)
}

// appendHeader appends the canonical value of a header. net/http keeps three of them outside the map.
func (s *scratch) appendHeader(b []byte, r *http.Request, name string) []byte {
	switch name {
	case "host":
		if r.Host != "" {
			return appendFolded(b, r.Host)
		}
		return appendFolded(b, r.URL.Host)
	case "content-length":
		return strconv.AppendInt(b, max(r.ContentLength, 0), 10)
	case "transfer-encoding":
		return append(b, strings.Join(r.TransferEncoding, ",")...)
	}
	for i, v := range s.header(r.Header, name) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendFolded(b, v)
	}
	return b
}

// header gives the values of a header whose name is in lower case, without the garbage of
// http.CanonicalHeaderKey.
func (s *scratch) header(h http.Header, name string) []string {
	key := s.name[:0]
	start := true
	for i := 0; i < len(name); i++ {
		c := name[i]
		if start && c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		key = append(key, c)
		start = c == '-'
	}
	s.name = key
	return h[string(key)]
}

// appendFolded trims a header's value and makes every run of spaces one space.
func appendFolded(b []byte, v string) []byte {
	v = strings.Trim(v, " \t")
	space := false
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c == ' ' || c == '\t' {
			if !space {
				b = append(b, ' ')
			}
			space = true
			continue
		}
		space = false
		b = append(b, c)
	}
	return b
}

// hashBody gives the hash of a body in hexadecimal digits; it is valid until s is released.
func (s *scratch) hashBody(body []byte) []byte {
	sum := sha256.Sum256(body)
	hex.Encode(s.hash[:], sum[:])
	return s.hash[:]
}

// appendToSign appends the string to sign for a canonical request.
func appendToSign(b []byte, stamp string, scope Scope, request []byte) []byte {
	b = append(b, algorithm...)
	b = append(b, '\n')
	b = append(b, stamp...)
	b = append(b, '\n')
	b = append(b, scope.Date...)
	b = append(b, '/')
	b = append(b, scope.Region...)
	b = append(b, '/')
	b = append(b, scope.Service...)
	b = append(b, '/')
	b = append(b, terminator...)
	b = append(b, '\n')
	sum := sha256.Sum256(request)
	return hex.AppendEncode(b, sum[:])
}
