package pattern

// anythingBut takes every scalar that none of its matchers takes. It needs a scalar: a missing field, an
// empty array and an object are not "anything". Scalars of another type than the operands pass.
type anythingBut []matcher

func (a anythingBut) matches(v *value) bool {
	if a.sorted() {
		return v.kind != kindString || !containsText(a, v.text)
	}
	for _, m := range a {
		if m.matches(v) {
			return false
		}
	}
	return true
}

// sorted tells whether the operands are many texts, which are in ascending order then.
func (a anythingBut) sorted() bool {
	if len(a) <= fewTexts {
		return false
	}
	_, ok := a[0].(exactString)
	return ok
}

// notAnOperand is the reason for operands that anything-but cannot have.
const notAnOperand = "Value of anything-but must be an array or single string/number value."

// anythingBut reads the operand of anything-but: a string, a number, a list of either, or one operator.
func (c *compiler) anythingBut() {
	switch c.next() {
	case stringToken:
		c.add(anythingBut{exactString(c.text())})
	case numberToken:
		n := parseOperand(c.scalar)
		if !n.double {
			c.refuse("Cannot compare number : " + c.scalar)
		}
		c.add(anythingBut{n})
	case startArray:
		list := c.anythingButList()
		sortTexts(list)
		c.add(list)
	case startObject:
		c.anythingButOperator()
	default:
		c.fail(notAnOperand)
	}
}

// anythingButList reads a list of strings or of numbers.
func (c *compiler) anythingButList() anythingBut {
	var list anythingBut
	texts, numbers := 0, 0
	for c.next() != endArray {
		switch c.tok {
		case stringToken:
			texts++
			list = append(list, exactString(c.text()))
		case numberToken:
			numbers++
			n := parseOperand(c.scalar)
			if !n.double {
				c.refuse("Cannot compare number : " + c.scalar)
			}
			list = append(list, n)
		default:
			c.fail("Inside anything but list, start|null|boolean is not supported.")
		}
		if c.again() {
			return nil
		}
	}
	if (texts > 0) == (numbers > 0) {
		c.fail("Inside anything but list, either all values are number or string, mixed type is not supported")
	}
	return list
}

// again repeats the location in an error that was met inside a list of anything-but, as AWS does. It tells
// whether there was an error.
func (c *compiler) again() bool {
	if c.err == nil {
		return false
	}
	c.err.tail += "\n at " + location(c.src, c.pos)
	return true
}

// anythingButOperator reads {"<operator>": <string or list of strings>} behind its brace.
func (c *compiler) anythingButOperator() {
	if c.next() != fieldName {
		c.fail("Anything-But expression name not found")
		return
	}
	op := c.name
	if !c.excludes(op) {
		c.fail("Unsupported anything-but pattern: %s", op)
		return
	}
	var list anythingBut
	switch c.next() {
	case startArray:
		if c.plainOr && op != "equals-ignore-case" {
			c.fail("prefix/suffix match pattern must be a string")
		}
		list = c.excludedList(op)
	case stringToken, numberToken:
		list = append(list, c.excluded(op))
	default:
		c.fail(notAnOperand)
	}
	c.add(list)
	c.close(tooManyElements)
}

// excludes tells whether an operator may stand inside anything-but. Where $or is a field, AWS reads the pattern
// as it did before there was $or: without wildcards there, and without lists of prefixes and suffixes.
func (c *compiler) excludes(op string) bool {
	switch op {
	case "prefix", "suffix", "equals-ignore-case":
		return true
	}
	return op == "wildcard" && !c.plainOr
}

// excludedList reads a list of operands of op. Wildcards are looked at when all were read.
func (c *compiler) excludedList(op string) anythingBut {
	var list anythingBut
	var texts []string
	for c.next() != endArray {
		if op == "wildcard" && c.tok == stringToken {
			texts = append(texts, c.text())
		} else {
			list = append(list, c.excluded(op))
		}
		if c.again() {
			return nil
		}
	}
	for _, text := range texts {
		list = append(list, c.wildcard(text))
	}
	if len(list) == 0 {
		c.fail("Inside anything but list, either all values are number or string, mixed type is not supported")
	}
	return list
}

// excluded makes the matcher for the current token, an operand of op inside anything-but.
func (c *compiler) excluded(op string) matcher {
	if c.tok != stringToken {
		switch op {
		case "equals-ignore-case":
			c.fail("Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.")
		case "wildcard":
			c.fail("wildcard match pattern must be a string")
		default:
			c.fail("prefix/suffix match pattern must be a string")
		}
		return nil
	}
	text := c.text()
	switch op {
	case "equals-ignore-case":
		return foldEqual(fold(text))
	case "wildcard":
		return c.wildcard(text)
	}
	if text == "" {
		c.fail("Null prefix/suffix not allowed")
	}
	if op == "prefix" {
		return prefix(text)
	}
	return suffix(text)
}
