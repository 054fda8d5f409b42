package connectcases

import (
	"context"
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

// openList gives the configuration that a list of a domain's entries is read from, and the place behind which
// the page begins.
func (s *Service) openList(ctx context.Context, domainID, list string, token *string) (*catalog, int64, error) {
	after, err := openPosition(token, list)
	if err != nil {
		return nil, 0, err
	}
	cat, err := s.readCatalog(ctx, domainID)
	return cat, after, err
}

// entryPage cuts a page out of a list of entries: what lies behind a place and is kept. It gives the token of
// the next page, nil when there is none.
func entryPage[T entries](from []T, list string, keep func(T) bool, after int64, asked *int32) (found []T, next *string) {
	size := pageSize(asked, 100)
	for _, item := range from {
		if item.entry().Position <= after || !keep(item) {
			continue
		}
		if len(found) == size {
			token := page.Token(list, strconv.FormatInt(found[size-1].entry().Position, 10))
			return found, &token
		}
		found = append(found, item)
	}
	return found, nil
}

// isLive keeps what is not deleted.
func isLive[T entries](e T) bool { return !e.entry().Deleted }
