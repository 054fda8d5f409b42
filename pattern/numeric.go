package pattern

import (
	"math"
	"strconv"
)

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

// floats gives the ends as doubles, infinite ones where an end is missing.
func (r numericRange) floats() (low, high float64) {
	low, high = math.Inf(-1), math.Inf(1)
	if r.from != "" {
		low, _ = strconv.ParseFloat(r.from, 64) // it can: an end is exactly a double
	}
	if r.to != "" {
		high, _ = strconv.ParseFloat(r.to, 64)
	}
	return low, high
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
	r := numericRange{low: firstPlace, high: lastPlace}
	switch op {
	case "=":
		text := c.bound("equals")
		c.closeNumeric(tooManyElements)
		n := c.comparable(text)
		r = numericRange{low: n.place(), high: n.place(), withLow: true, withHigh: true, point: &n}
	case "<", "<=":
		text := c.bound(op)
		c.closeNumeric(tooManyElements)
		r.setHigh(c.comparable(text), op)
	case ">", ">=":
		r.withLow = op == ">="
		c.upward(r, c.bound(op))
		return
	default:
		c.fail("Unrecognized numeric range operator: %s", op)
	}
	c.add(r)
}

// upward reads the upper bound that may follow a lower one, whose number is text.
func (c *compiler) upward(r numericRange, text string) {
	switch c.next() {
	case endArray:
		r.setLow(c.comparable(text))
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
	c.next()
	high := c.bound(op)
	c.closeNumeric("Too many terms in numeric range expression")
	r.setLow(c.comparable(text))
	r.setHigh(c.comparable(high), op)
	if !r.low.before(r.high) {
		c.fail("Bottom must be less than top")
	}
	c.add(r)
}

// setLow makes n the lower end.
func (r *numericRange) setLow(n exactNumber) { r.low, r.from = n.place(), n.text }

// setHigh makes n the upper end, which belongs to the range if op says so.
func (r *numericRange) setHigh(n exactNumber, op string) {
	r.high, r.withHigh, r.to = n.place(), op == "<=", n.text
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
func (c *compiler) comparable(text string) exactNumber {
	if c.err != nil {
		return exactNumber{}
	}
	n := parseOperand(text)
	if !n.double {
		c.fail("Cannot compare number : %s", text)
	}
	return n
}
