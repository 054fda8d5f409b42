package pattern

import (
	"strconv"
	"strings"
)

// address is an IP address; an IPv4-mapped IPv6 address is the IPv4 one.
type address struct {
	bytes [16]byte // of IPv4 the last four, the others 0
	four  bool
}

// masked gives the address with the bits behind the first of its own family's bits zeroed.
func (a address) masked(bits int) address {
	if a.four {
		bits += 96
	}
	for i := range a.bytes {
		switch keep := bits - 8*i; {
		case keep <= 0:
			a.bytes[i] = 0
		case keep < 8:
			a.bytes[i] &= 0xff << (8 - keep)
		}
	}
	return a
}

// cidr is {"cidr": "<address>/<bits>"}: strings that are addresses in the block, of the same family.
type cidr struct {
	first address
	bits  int
	text  string // as written
}

func (c cidr) matches(v *value) bool {
	if v.kind != kindString {
		return false
	}
	addr, ok := v.address()
	return ok && addr.four == c.first.four && addr.masked(c.bits) == c.first
}

// address gives the IP address that the value spells.
func (v *value) address() (address, bool) { return parseAddress(v.text) }

// maxAddress bounds the length of an address: groups and octets may have leading zeros.
const maxAddress = 64

// parseAddress reads an address: four decimal octets, leading zeros allowed, or hexadecimal groups and
// colons. Zones and dotted quads inside IPv6 are no addresses here, unlike for netip, which would also
// allocate for each string that is none.
func parseAddress[T string | []byte](s T) (address, bool) {
	if len(s) < 2 || len(s) > maxAddress || !isHex(s[0]) && s[0] != ':' {
		return address{}, false
	}
	switch addressShape(s) {
	case 4:
		return parseOctets(s)
	case 6:
		return parseGroups(s)
	}
	return address{}, false
}

// parseOctets reads what has the shape of an IPv4 address.
func parseOctets[T string | []byte](s T) (address, bool) {
	a := address{four: true}
	at, n := 12, 0
	for i := range len(s) {
		if s[i] == '.' {
			at, n = at+1, 0
			continue
		}
		if n = 10*n + int(s[i]-'0'); n > 255 {
			return address{}, false
		}
		a.bytes[at] = byte(n)
	}
	return a, len(s) <= len("255.255.255.255")
}

// parseGroups reads what has the shape of an IPv6 address.
func parseGroups[T string | []byte](s T) (address, bool) {
	var a address
	at, gap, digits, n := 0, none, 0, 0 // at: the bytes read; gap: where :: stands among them
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] != ':' {
			n = n<<4 | int(hexDigit(s[i]))
			if digits++; n > 0xffff || at == len(a.bytes) {
				return address{}, false
			}
			continue
		}
		if digits > 0 {
			a.bytes[at], a.bytes[at+1] = byte(n>>8), byte(n)
			at, digits, n = at+2, 0, 0
		} else if i > 0 && (i < len(s) || gap != at) {
			return address{}, false
		}
		if i+1 < len(s) && s[i+1] == ':' {
			if gap != none {
				return address{}, false
			}
			gap = at
			i++
		} else if i == 0 {
			return address{}, false // one colon before the first group
		}
	}
	if gap == none {
		return mapped(a), at == len(a.bytes)
	}
	if at == len(a.bytes) {
		return address{}, false // :: stands for at least one group
	}
	moved := len(a.bytes) - at
	copy(a.bytes[gap+moved:], a.bytes[gap:at])
	clear(a.bytes[gap : gap+moved])
	return mapped(a), true
}

// mapped gives an IPv6 address that stands for an IPv4 one as the latter.
func mapped(a address) address {
	if [12]byte(a.bytes[:12]) == [12]byte{10: 0xff, 11: 0xff} {
		clear(a.bytes[:12])
		a.four = true
	}
	return a
}

// addressShape tells which family s is written like, or 0: digits with three dots between them, or
// hexadecimal digits with colons.
func addressShape[T string | []byte](s T) int {
	dots, colons, digits, last := 0, 0, true, byte('.')
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '.':
			if last == '.' {
				return 0
			}
			dots++
		case c == ':':
			colons++
		case isDigit(c):
		case isHex(c):
			digits = false
		default:
			return 0
		}
		last = c
	}
	switch {
	case dots == 3 && colons == 0 && digits && last != '.':
		return 4
	case dots == 0 && colons > 0:
		return 6
	}
	return 0
}

// cidr makes the matcher for a block. What is wrong with a block is said without a location.
func (c *compiler) cidr(text string) matcher {
	if c.err != nil {
		return nil
	}
	parts := strings.Split(strings.TrimRight(text, "/"), "/") // slashes at the end do not count
	if len(parts) != 2 {
		c.refuse("Malformed CIDR, one '/' required")
		return nil
	}
	bits, err := strconv.ParseInt(parts[1], 10, 32)
	if err != nil {
		c.refuse("Malformed CIDR, mask bits must be an integer")
		return nil
	}
	if bits < 0 {
		c.refuse("Malformed CIDR, mask bits must not be negative")
		return nil
	}
	addr, ok := parseAddress(parts[0])
	switch {
	case addressShape(parts[0]) == 0:
		c.refuse("Nonstandard IP address: " + parts[0])
	case !ok:
		c.refuse("Invalid IP address: " + parts[0])
	case addr.four && bits >= 32:
		c.refuse("IPv4 mask bits must be < 32")
	case !addr.four && bits >= 128:
		c.refuse("IPv6 mask bits must be < 128")
	default:
		return cidr{first: addr.masked(int(bits)), bits: int(bits), text: text}
	}
	return nil
}
