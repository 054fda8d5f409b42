package pattern

import "slices"

// maxProduct is AWS's limit for the product of the lengths of all $or arrays.
const maxProduct = 1000

// The reasons for patterns that expand to too much; AWS's wording is not known.
const (
	tooManyAlternatives = "Too many combinations in $or: at most 1000 are allowed"
	tooManyLeaves       = "Rule is too complex - too many fields beside $or"
)

// or reads the array behind $or. Every alternative so far continues once with each of its elements.
func (c *compiler) or(prefix string) {
	c.metOr = true
	before := c.drafts
	if c.next() != startArray {
		c.fail("It must be an Array followed with $or.")
		return
	}
	product, elements := max(c.product, 1), 0
	inner := product // the product with the nested arrays of the elements
	var after [][]constraint
	for c.next() != endArray {
		if c.tok != startObject {
			c.fail("Only JSON object is allowed in array of $or relationship.")
			return
		}
		elements++
		c.product = inner
		if c.drafts = c.branch(before); c.err != nil {
			return
		}
		if c.object(prefix, true); c.err != nil {
			return
		}
		inner = c.product
		after = append(after, c.drafts...)
		if inner*elements > maxProduct {
			c.refuse(tooManyAlternatives)
			return
		}
	}
	if elements < 2 {
		c.fail("There must have at least 2 Objects in $or relationship.")
		return
	}
	c.product = inner * elements
	c.drafts = after
}

// branch copies alternatives, for an element of $or to go on with.
func (c *compiler) branch(drafts [][]constraint) [][]constraint {
	copies := make([][]constraint, len(drafts))
	for i, d := range drafts {
		if c.leaves += len(d); c.leaves > maxLeaves {
			c.refuse(tooManyLeaves)
			return nil
		}
		copies[i] = slices.Clone(d)
	}
	return copies
}

// reservedInsideOr tells which names may not be fields inside $or: the operators, those to come included, so
// that a misplaced operator is not taken for a field.
func reservedInsideOr(name string) bool {
	switch name {
	case "exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr",
		"=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case",
		"date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range",
		"ip-address-in-range", "ip-address-not-in-range":
		return true
	}
	return false
}
