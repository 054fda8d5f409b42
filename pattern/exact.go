package pattern

// kind is the JSON type of a scalar.
type kind byte

// The kinds of scalars.
const (
	kindString kind = iota
	kindNumber
	kindTrue
	kindFalse
	kindNull
)

// value is a scalar of an event.
type value struct {
	kind  kind
	known known  // what was found out about it
	text  []byte // a string's decoded characters, else the literal as written
	num   number // see number
}

// known is what was found out about a value, which costs too much to find out again for each rule.
type known byte

// What may be known of a value.
const (
	knownNumber    known = 1 << iota // num
	knownExactness                   // whether it is isExact
	isExact                          // a double is exactly the number
)

// literal takes true, false or null: the same literal, never the string of the same text.
type literal kind

func (l literal) matches(v *value) bool { return v.kind == kind(l) }

// exactString takes the same code points; nothing is folded or normalised.
type exactString string

func (s exactString) matches(v *value) bool {
	return v.kind == kindString && string(v.text) == string(s)
}

// exactAddress takes every spelling of an IP address.
type exactAddress struct {
	text string
	addr address
}

func (a exactAddress) matches(v *value) bool {
	if v.kind != kindString {
		return false
	}
	addr, ok := v.address()
	return ok && addr == a.addr
}

// exactText is the matcher for a string in a match list.
func exactText(s string) matcher {
	if addr, ok := parseAddress(s); ok {
		return exactAddress{text: s, addr: addr}
	}
	return exactString(s)
}
