package pattern

// The reasons that several operators share.
const (
	oneKey          = "Only one key allowed in match expression"
	tooManyElements = "Too many elements in numeric expression" // AWS says so for anything-but too
)

// expression reads {"<operator>": <operand>} behind its brace and adds the matcher.
func (c *compiler) expression() {
	if c.next() != fieldName {
		c.fail("Match expression name not found")
		return
	}
	name := c.name
	switch name {
	case "exactly":
		c.add(exactString(c.operand("exact"))) // and no other spelling of an address
	case "prefix", "suffix":
		c.affix(name)
	case "equals-ignore-case":
		c.add(foldEqual(fold(c.operand(name))))
	case "wildcard":
		c.add(c.wildcard(c.operand(name)))
	case "cidr":
		c.add(c.cidr(c.operand("prefix")))
	case "exists":
		c.exists()
	case "numeric":
		c.numeric()
		c.close(tooManyElements)
		return
	case "anything-but":
		c.anythingBut()
		c.close(tooManyElements)
		return
	default:
		c.fail("Unrecognized match type %s", name)
	}
	c.close(oneKey)
}

// operand reads an operator's operand, which must be a string.
func (c *compiler) operand(name string) string {
	if c.next() != stringToken {
		c.fail("%s match pattern must be a string", name)
		return ""
	}
	return c.text()
}

// close demands the end of the object; reason is for a second key.
func (c *compiler) close(reason string) {
	if c.next() != endObject {
		c.fail("%s", reason)
	}
}

// affix reads the operand of prefix or suffix: a string, or a string that is compared without case.
func (c *compiler) affix(name string) {
	switch c.next() {
	case stringToken:
		if name == "prefix" {
			c.add(prefix(c.text()))
		} else {
			c.add(suffix(c.text()))
		}
	case startObject:
		if c.next() != fieldName {
			c.fail("%s expression name not found", map[string]string{"prefix": "Prefix", "suffix": "Suffix"}[name])
			return
		}
		if c.name != "equals-ignore-case" {
			c.fail("Unsupported %s pattern: %s", name, c.name)
			return
		}
		folded := fold(c.operand(c.name))
		if name == "prefix" {
			c.add(foldPrefix(folded))
		} else {
			c.add(foldSuffix(folded))
		}
		c.close(oneKey)
	default:
		c.fail("%s match pattern must be a string", name)
	}
}

// exists reads the operand of exists.
func (c *compiler) exists() {
	switch c.next() {
	case trueToken:
		c.add(present{})
	case falseToken:
		c.absent = true
	default:
		c.fail("exists match pattern must be either true or false.")
	}
}
