package policy

import (
	"fmt"
	"strings"
)

// variableVersion is the version of documents in which ${…} is a variable; it is plain text in the older one.
const variableVersion = "2012-10-17"

// text is a text of a policy in which variables may stand for what a request's condition keys say.
type text struct {
	plain string // what it says, where there are no variables
	parts []part // else its parts
}

// part is a part of a text: something that stands there, or a variable.
type part struct {
	plain    string
	key      string // of the variable, in lower case; empty: it is none
	fallback *string
}

// readText reads a text, with its variables where the document may have some: ${key}, ${key, 'what stands
// in for a key that is missing'}, and ${$}, which is a $.
func readText(s string, variables bool) (text, error) {
	if !variables || !strings.Contains(s, "${") {
		return text{plain: s}, nil
	}
	var t text
	for rest := s; rest != ""; {
		before, after, found := strings.Cut(rest, "${")
		if before != "" {
			t.parts = append(t.parts, part{plain: before})
		}
		if !found {
			break
		}
		inside, behind, closed := strings.Cut(after, "}")
		p, err := readVariable(inside)
		if err != nil || !closed {
			return text{}, fmt.Errorf("%q: ${%s is no variable", s, inside)
		}
		t.parts = append(t.parts, p)
		rest = behind
	}
	return t, nil
}

// readVariable reads what stands between the braces of a variable.
func readVariable(s string) (part, error) {
	if s == "$" {
		return part{plain: "$"}, nil
	}
	key, fallback, has := strings.Cut(s, ",")
	p := part{key: strings.ToLower(strings.TrimSpace(key))}
	if has {
		fallback = strings.TrimSpace(fallback)
		quoted := len(fallback) >= 2 && fallback[0] == '\'' && fallback[len(fallback)-1] == '\''
		if !quoted {
			return part{}, fmt.Errorf("%q is not in quotes", fallback)
		}
		fallback = fallback[1 : len(fallback)-1]
		p.fallback = &fallback
	}
	if p.key == "" || strings.ContainsAny(p.key, "*?${'") {
		return part{}, fmt.Errorf("%q is no key", key)
	}
	return p, nil
}

// fill gives what a text says about a request; no, when a variable has not one value, or one that would be
// taken for a pattern: what the caller can choose must not say more than itself. A colon ends a part of an
// ARN, so that a value has some only where it is the whole text.
func (t *text) fill(ctx contextKeys) (string, bool) {
	if t.parts == nil {
		return t.plain, true
	}
	var b strings.Builder
	for _, p := range t.parts {
		value := p.plain
		if p.key != "" {
			switch got := ctx[p.key]; {
			case len(got) == 1:
				value = got[0]
			case len(got) == 0 && p.fallback != nil:
				value = *p.fallback
			default:
				return "", false
			}
			if strings.ContainsAny(value, "*?") || len(t.parts) > 1 && strings.Contains(value, ":") {
				return "", false
			}
		}
		b.WriteString(value)
	}
	return b.String(), true
}
