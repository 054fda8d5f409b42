package loggroup

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Filter is a filter pattern of CloudWatch Logs, compiled. A nil one matches everything. It may be used by many at once.
type Filter struct {
	all, none, any [][]byte // terms that a message must have, must not have, or of which it must have one
	json           condition
}

// ParseFilter compiles a filter pattern: terms, or a JSON pattern in braces. Patterns for space-delimited events, in
// brackets, and regular expressions are refused, and the error, a fault.Invalid, says so.
func ParseFilter(pattern string) (*Filter, error) {
	pattern = strings.TrimSpace(pattern)
	switch {
	case pattern == "":
		return nil, nil
	case pattern[0] == '{':
		c, err := parseJSONPattern(pattern)
		if err != nil {
			return nil, err
		}
		return &Filter{json: c}, nil
	case pattern[0] == '[':
		return nil, badFilter("patterns for space-delimited log events are not supported by this version of Casestream")
	case pattern[0] == '%':
		return nil, badFilter("regular expressions are not supported by this version of Casestream")
	}
	return parseTerms(pattern)
}

// badFilter says what is wrong with a filter pattern.
func badFilter(why string) error { return invalid("Invalid filter pattern: " + why + ".") }

// parseTerms compiles a pattern of terms with spaces between them.
func parseTerms(pattern string) (*Filter, error) {
	f := &Filter{}
	for rest := pattern; rest != ""; rest = strings.TrimLeft(rest, " \t\r\n") {
		list := &f.all
		switch rest[0] {
		case '?':
			list, rest = &f.any, rest[1:]
		case '-':
			list, rest = &f.none, rest[1:]
		}
		term, behind, err := nextTerm(rest)
		if err != nil {
			return nil, err
		}
		*list, rest = append(*list, []byte(term)), behind
	}
	if len(f.all)+len(f.none) > 0 {
		f.any = nil // as AWS has it: beside other terms, those with a question mark are ignored
	}
	return f, nil
}

// nextTerm reads the term that a text begins with: a word, or a phrase in quotes.
func nextTerm(s string) (term, rest string, err error) {
	if strings.HasPrefix(s, `"`) {
		return quotedText(s)
	}
	end := strings.IndexAny(s, " \t\r\n")
	if end < 0 {
		end = len(s)
	}
	term, rest = s[:end], s[end:]
	if term == "" {
		return "", "", badFilter("a term is missing behind - or ?")
	}
	for _, c := range []byte(term) {
		if !isWord(c) {
			return "", "", invalid("Invalid character(s) in term '" + term + "'")
		}
	}
	return term, rest, nil
}

// isWord says whether a term without quotes may have a character; letters beyond ASCII are among them.
func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= utf8.RuneSelf
}

// quotedText reads the text in quotes that s begins with, in which a backslash stands before quotes and backslashes.
func quotedText(s string) (text, rest string, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return b.String(), s[i+1:], nil
		case c == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", badFilter("the quotes at " + strconv.Quote(cutText(s)) + " do not end")
}

// cutText makes a text short enough for a message.
func cutText(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// Match says whether a message matches.
func (f *Filter) Match(message []byte) bool {
	if f == nil {
		return true
	}
	if f.json != nil {
		return matchJSON(f.json, message)
	}
	for _, term := range f.none {
		if bytes.Contains(message, term) {
			return false
		}
	}
	for _, term := range f.all {
		if !bytes.Contains(message, term) {
			return false
		}
	}
	for _, term := range f.any {
		if bytes.Contains(message, term) {
			return true
		}
	}
	return len(f.any) == 0
}
