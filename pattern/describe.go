package pattern

import (
	"encoding/json"
	"net/netip"
	"strconv"
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
		return "an IP address in " + netip.Prefix(m).String()
	case numericRange:
		return "a number " + m.inWords()
	case anythingBut:
		return "a value that is not " + m.inWords()
	case prefix, foldPrefix:
		return "a string that begins with " + operand(m)
	case suffix, foldSuffix:
		return "a string that ends with " + operand(m)
	case wildcard:
		return "a string like " + operand(m)
	}
	return operand(m)
}

// operand writes what a matcher was made of.
func operand(m matcher) string {
	switch m := m.(type) {
	case literal:
		return map[kind]string{kindTrue: "true", kindFalse: "false", kindNull: "null"}[kind(m)]
	case exactString:
		return quote(string(m))
	case exactAddress:
		return quote(m.text)
	case exactNumber:
		return number(m).inWords()
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

// inWords writes the number.
func (n number) inWords() string {
	if !n.exact {
		return cut(n.text)
	}
	return float(n.float)
}

// float writes a double as JSON does.
func float(f float64) string {
	text, err := json.Marshal(f)
	if err != nil {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return string(text)
}

// inWords writes the ends of the range.
func (r numericRange) inWords() string {
	if r.low.set && r.high.set && r.low.at == r.high.at {
		return "= " + float(r.low.at)
	}
	var ends []string
	if r.low.set {
		ends = append(ends, r.low.sign(">")+" "+float(r.low.at))
	}
	if r.high.set {
		ends = append(ends, r.high.sign("<")+" "+float(r.high.at))
	}
	return strings.Join(ends, " and ")
}

// sign completes a comparison.
func (b bound) sign(op string) string {
	if b.inclusive {
		return op + "="
	}
	return op
}

// inWords lists what is excluded. All matchers of one anything-but are of one kind.
func (a anythingBut) inWords() string {
	list := make([]string, min(len(a), maxListed))
	for i := range list {
		list[i] = operand(a[i])
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
	for _, c := range f {
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
