package pattern

// numericRange is {"numeric": …}: numbers between two ends, of which one may be missing. A number that no
// double holds exactly is in no range, and a string of digits is no number.
type numericRange struct {
	low, high         place  // firstPlace and lastPlace where an end is missing
	withLow, withHigh bool   // the end belongs to the range
	point             number // the only number in the range, if isPoint
	isPoint           bool
}

func (r numericRange) matches(v *value) bool {
	if v.kind != kindNumber {
		return false
	}
	p := v.number().place()
	if p.before(r.low) || r.high.before(p) || p == r.low && !r.withLow || p == r.high && !r.withHigh {
		return false
	}
	return v.exact()
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
	r := numericRange{low: firstPlace, high: lastPlace}
	switch op := c.text(); op {
	case "=":
		r.point, r.isPoint = c.bound("equals"), true
		r.low, r.high, r.withLow, r.withHigh = r.point.place(), r.point.place(), true, true
	case "<", "<=":
		r.high, r.withHigh = c.bound(op).place(), op == "<="
	case ">", ">=":
		r.low, r.withLow = c.bound(op).place(), op == ">="
		c.upward(r)
		return
	default:
		c.fail("Unrecognized numeric range operator: %s", op)
		return
	}
	c.add(r)
	if c.next() != endArray {
		c.fail(tooManyElements)
	}
}

// upward reads the upper bound that may follow a lower one.
func (c *compiler) upward(r numericRange) {
	switch c.next() {
	case endArray:
		c.add(r)
		return
	case stringToken:
	default:
		c.fail("Bad value in numeric range: %s", c.text())
		return
	}
	op := c.text()
	if op != "<" && op != "<=" {
		c.fail("Bad numeric range operator: %s", op)
		return
	}
	r.high, r.withHigh = c.bound(op).place(), op == "<="
	if c.next() != endArray {
		c.fail("Too many terms in numeric range expression")
		return
	}
	if !r.low.before(r.high) {
		c.fail("Bottom must be less than top")
		return
	}
	c.add(r)
}

// bound reads the number behind the operator op.
func (c *compiler) bound(op string) number {
	if c.next() != numberToken {
		c.fail("Value of %s must be numeric", op)
		return number{}
	}
	n := parseOperand(c.scalar)
	if !n.isDouble() {
		c.fail("Cannot compare number : %s", c.scalar)
	}
	return n.number
}
