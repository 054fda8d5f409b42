package pattern

// bound is one end of a numeric range.
type bound struct {
	at        float64
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
	if !n.exact {
		return false
	}
	if r.low.set && (n.float < r.low.at || n.float == r.low.at && !r.low.inclusive) {
		return false
	}
	return !r.high.set || n.float < r.high.at || n.float == r.high.at && r.high.inclusive
}

// numeric reads the operand of numeric: one comparison, or a lower bound followed by an upper one. What is
// wrong with the numbers is said at the end.
func (c *compiler) numeric() {
	if c.next() != startArray {
		c.fail("Value of numeric must be an array.")
		return
	}
	if c.next() != stringToken {
		c.fail("Invalid member in numeric match: %s", c.text())
		return
	}
	op := c.text()
	c.next()
	switch op {
	case "=":
		text := c.bound("equals")
		c.closeNumeric(tooManyElements)
		n := c.comparable(text)
		c.add(numericRange{low: bound{n, true, true}, high: bound{n, true, true}})
	case "<", "<=":
		text := c.bound(op)
		c.closeNumeric(tooManyElements)
		c.add(numericRange{high: bound{c.comparable(text), true, op == "<="}})
	case ">", ">=":
		c.upward(op)
	default:
		c.fail("Unrecognized numeric range operator: %s", op)
	}
}

// upward reads a lower bound and the upper one that may follow; op is the first operator.
func (c *compiler) upward(op string) {
	lowText, inclusive := c.bound(op), op == ">="
	switch c.next() {
	case endArray:
		c.add(numericRange{low: bound{c.comparable(lowText), true, inclusive}})
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
	c.next()
	highText := c.bound(op)
	c.closeNumeric("Too many terms in numeric range expression")
	low, high := c.comparable(lowText), c.comparable(highText)
	if low >= high {
		c.fail("Bottom must be less than top")
	}
	c.add(numericRange{low: bound{low, true, inclusive}, high: bound{high, true, op == "<="}})
}

// bound gives the number behind the operator op, the current token.
func (c *compiler) bound(op string) string {
	if c.tok != numberToken {
		c.fail("Value of %s must be numeric", op)
	}
	return c.scalar
}

// closeNumeric demands the end of the list.
func (c *compiler) closeNumeric(reason string) {
	if c.next() != endArray {
		c.fail("%s", reason)
	}
}

// comparable converts a number, which must be exactly a double.
func (c *compiler) comparable(text string) float64 {
	if c.err != nil {
		return 0
	}
	n := parseNumber(text)
	if !n.exact {
		c.fail("Cannot compare number : %s", text)
	}
	return n.float
}
