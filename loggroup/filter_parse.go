package loggroup

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// jsonParser reads a JSON pattern: { $.member = "text" && ( $.list[0] >= 1 || $.other NOT EXISTS ) }.
type jsonParser struct {
	rest string
}

// parseJSONPattern compiles a JSON pattern with its braces.
func parseJSONPattern(pattern string) (condition, error) {
	p := &jsonParser{rest: pattern[1:]}
	c, err := p.or()
	if err != nil {
		return nil, err
	}
	if !p.skip("}") {
		return nil, p.wrong("}, && or || is missing")
	}
	if p.space(); p.rest != "" {
		return nil, p.wrong("nothing may come behind the closing brace")
	}
	return c, nil
}

// wrong says what is wrong at the place that the parser has come to.
func (p *jsonParser) wrong(why string) error {
	if p.rest == "" {
		return badFilter(why + " at the end")
	}
	return badFilter(why + " at " + strconv.Quote(cutText(p.rest)))
}

// space passes over white space.
func (p *jsonParser) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// skip passes over white space and a token, if that comes next.
func (p *jsonParser) skip(token string) (ok bool) {
	p.space()
	p.rest, ok = strings.CutPrefix(p.rest, token)
	return ok
}

// word passes over white space and a keyword in capitals, if that comes next.
func (p *jsonParser) word(w string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.rest, w)
	if !ok || rest != "" && isWord(rest[0]) {
		return false
	}
	p.rest = rest
	return true
}

// or reads alternatives.
func (p *jsonParser) or() (condition, error) {
	c, err := p.and()
	for err == nil && p.skip("||") {
		var d condition
		if d, err = p.and(); err == nil {
			c = either{c, d}
		}
	}
	return c, err
}

// and reads conditions that must all hold. They bind more closely than alternatives.
func (p *jsonParser) and() (condition, error) {
	c, err := p.one()
	for err == nil && p.skip("&&") {
		var d condition
		if d, err = p.one(); err == nil {
			c = both{c, d}
		}
	}
	return c, err
}

// operators of comparisons; one that begins with another comes first.
var operators = []string{"!=", "<=", ">=", "=", "<", ">"}

// one reads a condition, or several in parentheses.
func (p *jsonParser) one() (condition, error) {
	if p.skip("(") {
		c, err := p.or()
		if err == nil && !p.skip(")") {
			err = p.wrong("), && or || is missing")
		}
		return c, err
	}
	what, err := p.selector()
	if err != nil {
		return nil, err
	}
	switch {
	case p.word("IS"):
		for word, want := range map[string]any{"NULL": nil, "TRUE": true, "FALSE": false} {
			if p.word(word) {
				return is{what, want}, nil
			}
		}
		return nil, p.wrong("NULL, TRUE or FALSE is missing")
	case p.word("NOT"):
		if !p.word("EXISTS") {
			return nil, p.wrong("EXISTS is missing")
		}
		return absent{what}, nil
	}
	i := slices.IndexFunc(operators, p.skip)
	if i < 0 {
		return nil, p.wrong("an operator is missing")
	}
	return p.operand(comparison{what: what, op: operators[i]})
}

// selector reads what a condition is about: $.member.other[0].more, $.["any name"], $.list[*].
func (p *jsonParser) selector() (selector, error) {
	if !p.skip("$") {
		return nil, p.wrong("a selector, which begins with $, is missing")
	}
	var s selector
	for {
		var st step
		var err error
		switch {
		case strings.HasPrefix(p.rest, `.["`), strings.HasPrefix(p.rest, `["`):
			p.rest = strings.TrimPrefix(p.rest, ".")
			st.index = noIndex
			if st.member, p.rest, err = quotedText(p.rest[1:]); err == nil && !p.skip("]") {
				err = p.wrong("] is missing")
			}
		case strings.HasPrefix(p.rest, "."):
			p.rest = p.rest[1:]
			st, err = p.member()
		case strings.HasPrefix(p.rest, "["):
			p.rest = p.rest[1:]
			st, err = p.index(s)
		case len(s) == 0:
			err = p.wrong("a member is missing behind $")
		default:
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		s = append(s, st)
	}
}

// member reads a member's name.
func (p *jsonParser) member() (step, error) {
	n := 0
	for n < len(p.rest) && (isWord(p.rest[n]) || p.rest[n] == '-') {
		n++
	}
	if n == 0 {
		return step{}, p.wrong("the name of a member is missing")
	}
	st := step{member: p.rest[:n], index: noIndex}
	p.rest = p.rest[n:]
	return st, nil
}

// index reads the number of an element, or a star for all of them, of which a selector has one at most.
func (p *jsonParser) index(before selector) (step, error) {
	inner, rest, ok := strings.Cut(p.rest, "]")
	n, err := strconv.ParseUint(inner, 10, 31)
	switch {
	case ok && inner == "*":
		if slices.ContainsFunc(before, func(st step) bool { return st.index == allIndex }) {
			return step{}, p.wrong("a selector can have one [*] only")
		}
		p.rest = rest
		return step{index: allIndex}, nil
	case !ok || err != nil:
		return step{}, p.wrong("the number of an element is missing")
	}
	p.rest = rest
	return step{index: int(n)}, nil
}

// operand reads what values are compared with: a text in quotes, or a number or a text without.
func (p *jsonParser) operand(c comparison) (condition, error) {
	p.space()
	before := p.rest
	if strings.HasPrefix(p.rest, `"`) {
		var err error
		if c.text, p.rest, err = quotedText(p.rest); err != nil {
			return nil, err
		}
	} else {
		end := strings.IndexFunc(p.rest, func(r rune) bool { return strings.ContainsRune(" \t\r\n(){}&|=<>!\"", r) })
		if end < 0 {
			end = len(p.rest)
		}
		c.text, p.rest = p.rest[:end], p.rest[end:]
		n, err := strconv.ParseFloat(c.text, 64)
		c.number, c.numeric = n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
	}
	switch {
	case p.rest == before:
		return nil, p.wrong("a value is missing")
	case strings.HasPrefix(before, "%"):
		p.rest = before
		return nil, p.wrong("regular expressions are not supported by this version of Casestream; found")
	case !c.numeric && c.op != "=" && c.op != "!=":
		p.rest = before
		return nil, p.wrong("a number must follow " + c.op)
	}
	return c, nil
}
