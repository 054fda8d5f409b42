package connectcases

import (
	"strconv"

	"github.com/casestream/casestream/base/page"
)

// openToken reads the n parts that a list's token holds; without a token they are empty.
func openToken(token *string, list string, n int) ([]string, error) {
	parts, ok := page.Open(token, list, n)
	if !ok {
		return nil, invalid("The nextToken is not valid for this request.")
	}
	return parts, nil
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

// pageOf cuts a page out of a list that is in memory: what lies behind a position, and passes the filter.
func pageOf[T any](list []T, position func(T) int64, keep func(T) bool, after int64, size int) (found []T, more bool) {
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
