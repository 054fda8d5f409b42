package pattern

// numericRange is {"numeric": …}: numbers between two ends, of which one may be missing. A number that no
// double holds exactly is in no range, and a string of digits is no number.
type numericRange struct {
	low, high         place        // firstPlace and lastPlace where an end is missing
	withLow, withHigh bool         // the end belongs to the range
	from, to          string       // the ends as written, nothing where one is missing
	point             *exactNumber // of {"numeric": ["=", …]}
}

// isPoint tells whether there is one number in the range.
func (r numericRange) isPoint() bool { return r.point != nil }

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
		n := c.bound("equals")
		r = numericRange{low: n.place(), high: n.place(), withLow: true, withHigh: true, point: &n}
	case "<", "<=":
		r.setHigh(c.bound(op), op)
	case ">", ">=":
		n := c.bound(op)
		r.low, r.withLow, r.from = n.place(), op == ">=", n.text
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
	r.setHigh(c.bound(op), op)
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

// setHigh sets the upper end.
func (r *numericRange) setHigh(n exactNumber, op string) {
	r.high, r.withHigh, r.to = n.place(), op == "<=", n.text
}

// bound reads the number behind the operator op.
func (c *compiler) bound(op string) exactNumber {
	if c.next() != numberToken {
		c.fail("Value of %s must be numeric", op)
		return exactNumber{}
	}
	n := parseOperand(c.scalar)
	if !n.double {
		c.fail("Cannot compare number : %s", c.scalar)
	}
	return n
}
