package pattern

// bound is one end of a numeric range.
type bound struct {
	number
	set       bool
	inclusive bool
}

// numericRange is {"numeric": …}: numbers between two ends, of which one may be missing. A number that no
// double holds exactly is in no range, and a string of digits is no number.
type numericRange struct{ low, high bound }

func (r numericRange) matches(v *value) bool {
	if v.kind != kindNumber {
		return false
	}
	n := v.number()
	if r.low.set {
		if c := n.compare(r.low.number); c < 0 || c == 0 && !r.low.inclusive {
			return false
		}
	}
	if r.high.set {
		if c := n.compare(r.high.number); c > 0 || c == 0 && !r.high.inclusive {
			return false
		}
	}
	return n.exact(v.text)
}

// isPoint tells whether there is one number in the range.
func (r numericRange) isPoint() bool {
	return r.low.set && r.high.set && r.low.number == r.high.number
}

// numeric reads the operand of numeric: one comparison, or a lower bound followed by an upper one.
func (c *compiler) numeric() {
	if c.next() != startArray {
		c.fail("Value of numeric must be an array.")
		return
	}
	if c.next() != stringToken {
		c.fail("Invalid member in numeric match: %s", c.text())
		return
	}
	switch op := c.text(); op {
	case "=":
		n := c.bound("equals", true)
		c.add(numericRange{low: n, high: n})
	case "<", "<=":
		c.add(numericRange{high: c.bound(op, op == "<=")})
	case ">", ">=":
		c.upward(op)
		return
	default:
		c.fail("Unrecognized numeric range operator: %s", op)
		return
	}
	if c.next() != endArray {
		c.fail(tooManyElements)
	}
}

// upward reads a lower bound and the upper one that may follow; op is the first operator.
func (c *compiler) upward(op string) {
	low := c.bound(op, op == ">=")
	switch c.next() {
	case endArray:
		c.add(numericRange{low: low})
		return
	case stringToken:
	default:
		c.fail("Bad value in numeric range: %s", c.text())
		return
	}
	op = c.text()
	if op != "<" && op != "<=" {
		c.fail("Bad numeric range operator: %s", op)
		return
	}
	high := c.bound(op, op == "<=")
	if c.next() != endArray {
		c.fail("Too many terms in numeric range expression")
		return
	}
	if low.compare(high.number) >= 0 {
		c.fail("Bottom must be less than top")
		return
	}
	c.add(numericRange{low: low, high: high})
}

// bound reads the number behind the operator op.
func (c *compiler) bound(op string, inclusive bool) bound {
	if c.next() != numberToken {
		c.fail("Value of %s must be numeric", op)
		return bound{}
	}
	n := parseOperand(c.scalar)
	if !n.isDouble() {
		c.fail("Cannot compare number : %s", c.scalar)
	}
	return bound{number: n.number, set: true, inclusive: inclusive}
}
