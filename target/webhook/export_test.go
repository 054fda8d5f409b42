package webhook

import (
	"strings"
	"testing"
	"time"
)

// What tests look at by itself.
var (
	Public     = public
	RetryAfter = retryAfter
	MergeBody  = mergeBody
)

// TokenIsSound wants a token that was read to fit into a header, and to live neither in the past nor for ever.
func TokenIsSound(t *testing.T, text []byte) {
	t.Helper()
	now := time.Unix(1e9, 0)
	k, ok := readToken(text, now)
	if !ok {
		return
	}
	if k.text == "" || strings.ContainsFunc(k.text, isControl) || k.until.Before(now) || k.until.After(now.Add(24*time.Hour)) {
		t.Errorf("%q gives %+v", text, k)
	}
}
