package policy

import (
	"errors"
	"fmt"
	"strings"
)

// verdict is what is known of a condition. They are ordered: both or takes the larger, both and the smaller.
type verdict int

// The verdicts.
const (
	no verdict = iota
	unsure
	yes
)

// negate turns a verdict round; what is unsure stays so.
func (v verdict) negate() verdict { return yes - v }

// quantifier says how an operator treats a key with several values.
type quantifier int

// The quantifiers.
const (
	single    quantifier = iota // no prefix: one of the values fits (or none, for a negated operator)
	anyValue                    // ForAnyValue
	allValues                   // ForAllValues
)

// condition is one line of a Condition block: an operator, a key and the values.
type condition struct {
	quantifier quantifier
	ifExists   bool
	null       bool // the Null operator, which looks at the key only
	operator   operator
	key        string // in lower case
	values     []text
}

// contextKeys holds the condition keys of a request, in lower case.
type contextKeys map[string][]string

// newContext folds the names of the keys.
func newContext(m map[string][]string) contextKeys {
	c := make(contextKeys, len(m))
	for k, v := range m {
		k = strings.ToLower(k)
		c[k] = append(c[k], v...)
	}
	return c
}

// readConditions reads {"Operator": {"key": values}}.
func readConditions(v any, variables bool) ([]condition, error) {
	block, ok := v.(object)
	if !ok {
		return nil, errors.New("must be an object")
	}
	var list []condition
	for _, m := range block {
		keys, ok := m.value.(object)
		if !ok {
			return nil, fmt.Errorf("%s must be an object", m.key)
		}
		seen := map[string]bool{}
		for _, k := range keys {
			c := newCondition(m.key)
			c.key = strings.ToLower(k.key)
			if seen[c.key] {
				return nil, fmt.Errorf("%s: the key %q is there twice", m.key, k.key)
			}
			seen[c.key] = true
			values, err := texts(k.value, true)
			c.values = make([]text, len(values))
			for i := range values {
				if err == nil {
					c.values[i], err = readText(values[i], variables)
				}
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", m.key, k.key, err)
			}
			list = append(list, c)
		}
	}
	return list, nil
}

// newCondition reads an operator's name with its prefix and suffix. Case does not matter. An operator that
// is not known has no function: its conditions are never sure.
func newCondition(name string) condition {
	name = strings.ToLower(name)
	var c condition
	if rest, ok := strings.CutPrefix(name, "foranyvalue:"); ok {
		c.quantifier, name = anyValue, rest
	} else if rest, ok := strings.CutPrefix(name, "forallvalues:"); ok {
		c.quantifier, name = allValues, rest
	}
	name, c.ifExists = strings.CutSuffix(name, "ifexists")
	c.null = name == "null" && !c.ifExists && c.quantifier == single
	c.operator = operators[name]
	return c
}

// holds gives the verdict on all conditions together.
func holds(list []condition, ctx contextKeys) verdict {
	v := yes
	for i := range list {
		v = min(v, list[i].holds(ctx))
		if v == no {
			break
		}
	}
	return v
}

// holds gives the verdict on one condition. A missing key makes it false, but for negated operators,
// IfExists and ForAllValues, which a missing key makes true: that is IAM's rule.
func (c *condition) holds(ctx contextKeys) verdict {
	got, there := ctx[c.key]
	there = there && len(got) > 0
	if c.null {
		return c.isNull(there, ctx)
	}
	op := c.operator
	if op.match == nil {
		return unsure
	}
	if !there {
		if c.ifExists || c.quantifier == allValues || op.negated && c.quantifier == single {
			return yes
		}
		return no
	}
	one, all := no, yes
	for _, g := range got {
		v := no
		for i := range c.values {
			if want, ok := c.values[i].fill(ctx); ok {
				v = max(v, op.match(g, want))
			} else {
				v = max(v, unsure)
			}
		}
		if op.negated && c.quantifier != single {
			v = v.negate()
		}
		one, all = max(one, v), min(all, v)
	}
	switch {
	case c.quantifier == allValues:
		return all
	case op.negated && c.quantifier == single:
		return one.negate()
	}
	return one
}

// isNull is the Null operator: "true" wants the key to be missing, "false" wants it there.
func (c *condition) isNull(there bool, ctx contextKeys) verdict {
	v := no
	for i := range c.values {
		want, _ := c.values[i].fill(ctx)
		switch strings.ToLower(want) {
		case "true":
			if !there {
				return yes
			}
		case "false":
			if there {
				return yes
			}
		default:
			v = unsure
		}
	}
	return v
}
