package loggroup

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// condition is a part of a JSON pattern that is true of a message or not.
type condition interface {
	// holds looks at the message, decoded.
	holds(message any) bool
}

// matchJSON says whether a message is a JSON object of which a condition is true.
func matchJSON(c condition, message []byte) bool {
	if message = bytes.TrimLeft(message, " \t\r\n"); len(message) == 0 || message[0] != '{' {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(message))
	d.UseNumber()
	var decoded any
	if d.Decode(&decoded) != nil || d.More() {
		return false
	}
	return c.holds(decoded)
}

// both holds where each of its parts does.
type both struct{ a, b condition }

func (c both) holds(m any) bool { return c.a.holds(m) && c.b.holds(m) }

// either holds where one of its parts does.
type either struct{ a, b condition }

func (c either) holds(m any) bool { return c.a.holds(m) || c.b.holds(m) }

// selector leads to values in a message: members, elements, and all elements of a list.
type selector []step

// step is one part of a selector: the member of a name, or, where index is not noIndex, an element.
type step struct {
	member string
	index  int
}

// Values of step.index that are no element's number.
const (
	noIndex  = -1
	allIndex = -2
)

// find shows the values that a selector leads to until one is taken, and says whether one was.
func (s selector) find(v any, take func(any) bool) bool {
	for i, st := range s {
		if st.index == noIndex {
			object, _ := v.(map[string]any)
			member, ok := object[st.member]
			if !ok {
				return false
			}
			v = member
			continue
		}
		list, _ := v.([]any)
		if st.index == allIndex {
			for _, element := range list {
				if s[i+1:].find(element, take) {
					return true
				}
			}
			return false
		}
		if st.index >= len(list) {
			return false
		}
		v = list[st.index]
	}
	return take(v)
}

// is compares values with a keyword: IS NULL, IS TRUE, IS FALSE.
type is struct {
	what selector
	want any // nil, true or false
}

func (c is) holds(m any) bool {
	return c.what.find(m, func(v any) bool {
		switch v.(type) {
		case nil, bool:
			return v == c.want
		}
		return false
	})
}

// absent is NOT EXISTS.
type absent struct{ what selector }

func (c absent) holds(m any) bool { return !c.what.find(m, func(any) bool { return true }) }

// comparison compares values with a number or a text, in which * stands for any characters. A value that is not
// there compares with nothing, not even by !=.
type comparison struct {
	what    selector
	op      string // = != < > <= >=
	text    string
	number  float64
	numeric bool // the operand is a number
}

func (c comparison) holds(m any) bool { return c.what.find(m, c.compare) }

// compare compares one value.
func (c comparison) compare(v any) bool {
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
		if n, err := strconv.ParseFloat(text, 64); err == nil && c.numeric {
			return c.order(n)
		}
	case bool:
		text = strconv.FormatBool(v)
	default:
		return false
	}
	switch c.op {
	case "=":
		return wild(c.text, text)
	case "!=":
		return !wild(c.text, text)
	}
	return false
}

// order compares a number with the operand.
func (c comparison) order(n float64) bool {
	switch c.op {
	case "=":
		return n == c.number
	case "!=":
		return n != c.number
	case "<":
		return n < c.number
	case ">":
		return n > c.number
	case "<=":
		return n <= c.number
	case ">=":
		return n >= c.number
	}
	return false
}

// wild says whether a text is as a pattern has it, in which * stands for any characters. It looks at each place of the
// text once for each part between stars at most.
func wild(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		if _, text, ok = strings.Cut(text, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}
