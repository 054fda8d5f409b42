package connectcases

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/store"
)

// searchToken is what a page of a search hands to the next one: which search it is, what its first page saw and
// counted, and where the page ended.
type searchToken struct {
	hash    string
	at      time.Time
	horizon store.Horizon
	total   *int64
	after   spot
}

// tokenName keeps the tokens of searches apart from those of lists.
const tokenName = "cases-search"

// noValue stands in a token for a key that is none.
const noValue = "-"

// String gives the token's text.
func (t searchToken) String() string {
	total := ""
	if t.total != nil {
		total = strconv.FormatInt(*t.total, 10)
	}
	keys := make([]string, len(t.after.keys))
	for i, k := range t.after.keys {
		if keys[i] = noValue; k != nil {
			keys[i] = base64.RawStdEncoding.EncodeToString(k)
		}
	}
	return page.Token(tokenName, t.hash, strconv.FormatInt(t.at.UnixMicro(), 10), t.horizon.String(), total,
		strings.Join(keys, " "), strconv.FormatInt(t.after.no, 10))
}

// openSearch reads the token of a search with a hash and an order; nil where there is none.
func openSearch(token *string, hash string, sorts []sortBy) (*searchToken, error) {
	if token == nil || *token == "" {
		return nil, nil
	}
	t, ok := parseSearchToken(token, sorts)
	if !ok || t.hash != hash {
		return nil, invalid("The nextToken is not valid for this request.")
	}
	return t, nil
}

// parseSearchToken reads what String wrote.
func parseSearchToken(token *string, sorts []sortBy) (*searchToken, bool) {
	parts, ok := page.Open(token, tokenName, 6)
	if !ok {
		return nil, false
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return nil, false
	}
	t := &searchToken{hash: parts[0], at: time.UnixMicro(at).UTC()}
	if t.horizon, err = store.ParseHorizon(parts[2]); err != nil {
		return nil, false
	}
	if parts[3] != "" {
		total, err := strconv.ParseInt(parts[3], 10, 64)
		if err != nil || total < 0 {
			return nil, false
		}
		t.total = &total
	}
	if t.after.no, err = strconv.ParseInt(parts[5], 10, 64); err != nil {
		return nil, false
	}
	keys := strings.Split(parts[4], " ")
	if len(keys) != len(sorts) {
		return nil, false
	}
	for i, k := range keys {
		if k == noValue && !sorts[i].byUpdate() {
			t.after.keys = append(t.after.keys, nil)
			continue
		}
		key, err := base64.RawStdEncoding.Strict().DecodeString(k)
		if err != nil || len(key) > maxKey || sorts[i].byUpdate() && len(key) != 8 {
			return nil, false
		}
		t.after.keys = append(t.after.keys, key)
	}
	return t, true
}
