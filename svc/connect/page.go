package connect

import (
	"encoding/base64"
	"strings"

	"github.com/casestream/casestream/base/fault"
)

// A page token names its list and the id that the last page ended with. Clients must not read it, and what
// they send back is not trusted: at worst it leads to another place in the same list.

// sealToken makes the token of a list that goes on behind an id.
func sealToken(list, id string) *string {
	token := base64.RawURLEncoding.EncodeToString([]byte(list + "/" + id))
	return &token
}

// openToken gives the id behind which a list goes on, empty for its beginning.
func openToken(list string, token *string) (string, error) {
	if token == nil || *token == "" {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(*token)
	id, ours := strings.CutPrefix(string(text), list+"/")
	if err != nil || !ours || checkText(id) != nil {
		return "", fault.New(fault.Invalid, "The NextToken is not valid for this request.")
	}
	return id, nil
}

// cut leaves a page of at most size items of a list that was read one item further, and says whether there
// is more.
func cut[T any](list []T, size int) ([]T, bool) {
	if len(list) > size {
		return list[:size], true
	}
	return list, false
}
