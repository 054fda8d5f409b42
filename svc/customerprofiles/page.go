package customerprofiles

import "github.com/casestream/casestream/base/page"

// goOn gives the key behind which a list goes on, empty for its beginning.
func goOn(list string, token *string) (string, error) {
	parts, ok := page.Open(token, list, 1)
	if !ok {
		return "", invalid("The NextToken is not valid for this request.")
	}
	return parts[0], nil
}

// pageSize gives how many items a page has.
func pageSize(asked *int32, usual int) int {
	if asked == nil {
		return usual
	}
	return int(*asked)
}
