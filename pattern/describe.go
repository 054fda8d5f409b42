package pattern

import (
	"strings"
)

// wanted says in words what a constraint accepts, cut to the first few matchers, and how many there are.
func wanted(c *constraint) ([]string, int) {
	var list []string
	for _, m := range c.matchers[:min(len(c.matchers), maxListed)] {
		list = append(list, inWords(m))
	}
	count := len(c.matchers)
	if c.absent {
		if count++; len(list) == maxListed {
			list = list[:maxListed-1]
		}
		list = append(list, "no value")
	}
	return list, count
}

// inWords describes the values that a matcher accepts.
func inWords(m matcher) string {
	switch m := m.(type) {
	case present:
		return "any value"
	case cidr:
		return "an IP address in " + cut(m.text)
	case numericRange:
		return "a number " + m.inWords()
	case anythingBut:
		return "a value that is not " + m.inWords()
	case prefix, foldPrefix:
		return "a string that begins with " + written(m)
	case suffix, foldSuffix:
		return "a string that ends with " + written(m)
	case wildcard:
		return "a string like " + written(m)
	}
	return written(m)
}

// written writes what a matcher was made of.
func written(m matcher) string {
	switch m := m.(type) {
	case literal:
		return map[kind]string{kindTrue: "true", kindFalse: "false", kindNull: "null"}[kind(m)]
	case exactString:
		return quote(string(m))
	case exactAddress:
		return quote(m.text)
	case exactNumber:
		return cut(m.text)
	case prefix:
		return quote(string(m))
	case suffix:
		return quote(string(m))
	case foldEqual:
		return folded(m).inWords()
	case foldPrefix:
		return folded(m).inWords()
	case foldSuffix:
		return folded(m).inWords()
	case wildcard:
		return m.inWords()
	}
	return "something else"
}

// inWords writes the ends of the range.
func (r numericRange) inWords() string {
	if r.isPoint() {
		return "= " + cut(r.point.text)
	}
	var ends []string
	if r.from != "" {
		ends = append(ends, sign(">", r.withLow)+cut(r.from))
	}
	if r.to != "" {
		ends = append(ends, sign("<", r.withHigh)+cut(r.to))
	}
	return strings.Join(ends, " and ")
}

// sign completes a comparison.
func sign(op string, with bool) string {
	if with {
		return op + "= "
	}
	return op + " "
}

// inWords lists what is excluded. All matchers of one anything-but are of one kind.
func (a anythingBut) inWords() string {
	list := make([]string, min(len(a), maxListed))
	for i := range list {
		list[i] = written(a[i])
	}
	text := listed(list, len(a), " or ")
	switch a[0].(type) {
	case prefix:
		return "a string that begins with " + text
	case suffix:
		return "a string that ends with " + text
	case wildcard:
		return "a string like " + text
	}
	return text
}

// inWords writes an operand of equals-ignore-case in lower case.
func (f folded) inWords() string {
	var b strings.Builder
	b.WriteString(f.ascii)
	for _, c := range f.chars {
		if b.Len() > maxShown {
			break
		}
		b.WriteString(c.lower)
	}
	return quote(b.String()) + " in any case"
}

// inWords writes a wildcard's operand as the pattern has it.
func (w wildcard) inWords() string {
	var b strings.Builder
	for _, t := range w.tokens {
		if b.Len() > maxShown {
			break
		}
		if t.star {
			b.WriteByte('*')
		}
		if t.b == '*' || t.b == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(t.b)
	}
	if w.endStar && b.Len() <= maxShown {
		b.WriteByte('*')
	}
	return quote(b.String())
}
