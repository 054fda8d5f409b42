package wire

import (
	"errors"
	"regexp"
	"strings"
	"sync"
)

// Pattern is a regular expression of an AWS model. AWS's engines are Java's and match the whole string;
// Go's has no lookahead and no \u, so both are translated: a lookahead is understood where AWS uses it, at
// the start. It is compiled at its first use, which keeps the thousand patterns of the models out of
// start-up.
type Pattern struct {
	Source string

	once   sync.Once
	whole  *regexp.Regexp
	denied []*regexp.Regexp // what the string must not begin with
}

// Match says whether all of s fits.
func (p *Pattern) Match(s string) bool {
	p.once.Do(func() { _ = p.compile() }) // the generator has compiled every pattern that it wrote
	if p.whole == nil {
		return true
	}
	for _, d := range p.denied {
		if d.MatchString(s) {
			return false
		}
	}
	return p.whole.MatchString(s)
}

// Compile says whether the pattern can be understood.
func (p *Pattern) Compile() error {
	var err error
	p.once.Do(func() { err = p.compile() })
	if err == nil && p.whole == nil {
		err = errors.New("pattern was refused before")
	}
	return err
}

// compile fills the two fields, or neither.
func (p *Pattern) compile() error {
	rest := strings.TrimPrefix(p.Source, "^")
	var denied []*regexp.Regexp
	for strings.HasPrefix(rest, "(?!") {
		inner, after, ok := group(rest)
		if !ok {
			return errors.New("unbalanced lookahead")
		}
		re, err := regexp.Compile("^(?:" + translate(inner) + ")")
		if err != nil {
			return err
		}
		denied, rest = append(denied, re), after
	}
	if denied == nil {
		rest = p.Source
	}
	whole, err := regexp.Compile("^(?:" + translate(rest) + ")$")
	if err != nil {
		return err
	}
	p.whole, p.denied = whole, denied
	return nil
}

// group splits "(?!inner)after" at the parenthesis that closes it.
func group(s string) (inner, after string, ok bool) {
	depth, class := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return s[len("(?!"):i], s[i+1:], true
			}
		}
	}
	return "", "", false
}

// unicodeEscape finds \uXXXX, and the five and six digits that AWS writes for the last planes.
var unicodeEscape = regexp.MustCompile(`\\u(10000|10FFFF|[0-9A-Fa-f]{4})`)

// translate turns Java's spelling into Go's.
func translate(p string) string { return unicodeEscape.ReplaceAllString(p, `\x{$1}`) }
