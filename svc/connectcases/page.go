package connectcases

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// A page token names the list that it belongs to and the place to go on from. Clients must not read it;
// what they send back is not trusted: a token of another list, or one that was tampered with, is refused or
// at worst leads to another place in the same list.

// separator stands between the parts of a token.
const separator = "\x1f"

// sealToken makes the token of a list from the parts of a place in it.
func sealToken(list string, parts ...string) *string {
	token := base64.RawURLEncoding.EncodeToString([]byte(strings.Join(append([]string{list}, parts...), separator)))
	return &token
}

// openToken reads the n parts that a list's token holds; without a token they are empty.
func openToken(token *string, list string, n int) ([]string, error) {
	if token == nil || *token == "" {
		return make([]string, n), nil
	}
	text, err := base64.RawURLEncoding.DecodeString(*token)
	parts := strings.Split(string(text), separator)
	if err != nil || len(parts) != n+1 || parts[0] != list || slices.ContainsFunc(parts, unstorable) {
		return nil, invalid("The nextToken is not valid for this request.")
	}
	return parts[1:], nil
}

// unstorable says whether a part of a token cannot have come from us.
func unstorable(part string) bool {
	return strings.ContainsRune(part, 0) || strings.ToValidUTF8(part, "") != part
}

// openPosition is openToken for lists that count their places.
func openPosition(token *string, list string) (int64, error) {
	parts, err := openToken(token, list, 1)
	if err != nil || parts[0] == "" {
		return 0, err
	}
	position, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return 0, invalid("The nextToken is not valid for this request.")
	}
	return position, nil
}

// pageSize gives how many results a page has: what was asked for, within the list's largest page.
func pageSize(asked *int32, most int) int {
	if asked == nil {
		return most
	}
	return max(1, min(int(*asked), most))
}

// page cuts a page out of a list that is in memory: what lies behind a position, and passes the filter.
func page[T any](list []T, position func(T) int64, keep func(T) bool, after int64, size int) (found []T, more bool) {
	for _, item := range list {
		if position(item) <= after || !keep(item) {
			continue
		}
		if len(found) == size {
			return found, true
		}
		found = append(found, item)
	}
	return found, false
}
