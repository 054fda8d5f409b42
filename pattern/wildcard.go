package pattern

// wildcardToken is one byte of a wildcard operand, and whether a star stands before it.
type wildcardToken struct {
	b    byte
	star bool
}

// wildcard is {"wildcard": …}: strings that the whole operand fits, its stars standing for any run of
// characters.
type wildcard struct {
	tokens  []wildcardToken
	endStar bool // the operand ends with a star
}

// matches walks both texts once and returns to the latest star where they part: an earlier star need not
// be tried again, because the latest one can take whatever it could have given up.
func (w wildcard) matches(v *value) bool {
	if v.kind != kindString {
		return false
	}
	text := v.text
	at, i := 0, 0 // the next token, the next byte
	starAt, starI := -1, 0
	for {
		switch {
		case at == len(w.tokens) && (w.endStar || i == len(text)):
			return true
		case at < len(w.tokens) && w.tokens[at].star && starAt != at:
			starAt, starI = at, i
		}
		if at < len(w.tokens) && i < len(text) && text[i] == w.tokens[at].b {
			at, i = at+1, i+1
			continue
		}
		if starAt < 0 || starI == len(text) {
			return false
		}
		starI++
		at, i = starAt, starI
	}
}

// wildcard reads an operand. Positions in the reasons count bytes and the opening quote.
func (c *compiler) wildcard(text string) matcher {
	if c.err != nil {
		return nil
	}
	var w wildcard
	star := false
	for i := 0; i < len(text); i++ {
		b := text[i]
		switch b {
		case '*':
			if star {
				c.fail("Consecutive wildcard characters at pos %d", i)
				return nil
			}
			star = true
			continue
		case '\\':
			if i++; i == len(text) || text[i] != '*' && text[i] != '\\' {
				c.fail("Invalid escape character at pos %d", i)
				return nil
			}
			b = text[i]
		}
		w.tokens = append(w.tokens, wildcardToken{b: b, star: star})
		star = false
	}
	w.endStar = star
	return w
}
