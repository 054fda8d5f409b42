package customerprofiles

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// A page token names its list and the key that the last page ended with. Clients must not read it, and what
// they send back is not trusted: at worst it leads to another place in the same list.

// sealToken makes the token of a list that goes on behind a key.
func sealToken(list, key string) *string {
	token := base64.RawURLEncoding.EncodeToString([]byte(list + "/" + key))
	return &token
}

// openToken gives the key behind which a list goes on, empty for its beginning.
func openToken(list string, token *string) (string, error) {
	if token == nil {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(*token)
	key, ours := strings.CutPrefix(string(text), list+"/")
	if err != nil || !ours || strings.ContainsRune(key, 0) || !utf8.ValidString(key) {
		return "", invalid("The NextToken is not valid for this request.")
	}
	return key, nil
}

// pageSize gives how many items a page has.
func pageSize(asked *int32, usual int) int {
	if asked == nil {
		return usual
	}
	return int(*asked)
}

// cut leaves a page of at most size items of a list that was read one item further, and says whether there
// is more.
func cut[T any](list []T, size int) ([]T, bool) {
	if len(list) > size {
		return list[:size], true
	}
	return list, false
}
