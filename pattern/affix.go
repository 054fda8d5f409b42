package pattern

// prefix takes strings that begin with it; the empty prefix takes every string and nothing else.
type prefix string

func (p prefix) matches(v *value) bool {
	return v.kind == kindString && len(v.text) >= len(p) && string(v.text[:len(p)]) == string(p)
}

// suffix takes strings that end with it; the empty suffix takes every string and nothing else.
type suffix string

func (s suffix) matches(v *value) bool {
	return v.kind == kindString && len(v.text) >= len(s) && string(v.text[len(v.text)-len(s):]) == string(s)
}
