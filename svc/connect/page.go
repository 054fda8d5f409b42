package connect

import (
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/page"
)

// goOn gives the id behind which a list goes on, empty for its beginning.
func goOn(list string, token *string) (string, error) {
	parts, ok := page.Open(token, list, 1)
	if !ok {
		return "", fault.New(fault.Invalid, "The NextToken is not valid for this request.")
	}
	return parts[0], nil
}
