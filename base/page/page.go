// Package page makes the tokens by which a client goes on in a list, and cuts lists into pages.
//
// A token names its list and the place that the last page ended at, with a checksum. Clients must not read
// it, and what they send back is not trusted: nonsense and the token of another list are refused; a forged
// one leads at worst to another place in the same list.
package page

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"unicode/utf8"
)

// separator stands between the parts of a token.
const separator = "\x1f"

// checksumLength is how many bytes the checksum has. It stands at the end: a token that begins with the name of
// its list never begins with "-", which command lines would take for an option.
const checksumLength = 4

// Token makes the token of a list from the parts of a place in it.
func Token(list string, parts ...string) string {
	text := []byte(strings.Join(append([]string{list}, parts...), separator))
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(text, crc32.ChecksumIEEE(text)))
}

// Open gives the n parts that a list's token holds, and says whether it is one. A nil or empty token is the
// list's beginning: n empty parts. Parts are valid UTF-8 without NUL, which databases can hold.
func Open(token *string, list string, n int) (parts []string, ok bool) {
	if token == nil || *token == "" {
		return make([]string, n), true
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(*token)
	if err != nil || strings.ContainsAny(*token, "\r\n") || len(b) < checksumLength { // base64 passes over line ends
		return nil, false
	}
	named, sum := b[:len(b)-checksumLength], b[len(b)-checksumLength:]
	if crc32.ChecksumIEEE(named) != binary.BigEndian.Uint32(sum) {
		return nil, false
	}
	text := string(named)
	parts = strings.Split(text, separator)
	if len(parts) != n+1 || parts[0] != list || strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
		return nil, false
	}
	return parts[1:], true
}

// Cut leaves a page of at most size items of a list that was read one item further, and says whether there
// is more.
func Cut[T any](list []T, size int) ([]T, bool) {
	if len(list) > size {
		return list[:size:size], true
	}
	return list, false
}
