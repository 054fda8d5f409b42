package pattern

import (
	"net/netip"
	"strconv"
	"strings"
)

// address is an IP address; an IPv4-mapped IPv6 address is the IPv4 one.
type address = netip.Addr

// cidr is {"cidr": "<address>/<bits>"}: strings that are addresses in the block, of the same family.
type cidr netip.Prefix

func (c cidr) matches(v *value) bool {
	if v.kind != kindString {
		return false
	}
	addr, ok := v.address()
	return ok && netip.Prefix(c).Contains(addr)
}

// address gives the IP address that the value spells.
func (v *value) address() (address, bool) {
	if v.parse&parsedAddress == 0 {
		v.parse |= parsedAddress
		if len(v.text) >= 2 && len(v.text) <= 64 && (isHex(v.text[0]) || v.text[0] == ':') {
			if addr, ok := parseAddress(string(v.text)); ok {
				v.addr, v.parse = addr, v.parse|isAddress
			}
		}
	}
	return v.addr, v.parse&isAddress != 0
}

// parseAddress reads an address: four decimal octets, leading zeros allowed, or hexadecimal groups and
// colons. Zones and dotted quads inside IPv6 are no addresses here.
func parseAddress(s string) (address, bool) {
	switch addressShape(s) {
	case 4:
		var octets [4]byte
		for i, part := range strings.Split(s, ".") {
			n, err := strconv.ParseUint(part, 10, 64)
			if err != nil || n > 255 || len(s) > 15 {
				return address{}, false
			}
			octets[i] = byte(n)
		}
		return netip.AddrFrom4(octets), true
	case 6:
		addr, err := netip.ParseAddr(withoutLeadingZeros(s))
		return addr.Unmap(), err == nil
	}
	return address{}, false
}

// withoutLeadingZeros shortens groups of hexadecimal digits that are longer than four by their leading zeros.
func withoutLeadingZeros(s string) string {
	groups := strings.Split(s, ":")
	for i, g := range groups {
		for len(g) > 4 && g[0] == '0' {
			g = g[1:]
		}
		groups[i] = g
	}
	return strings.Join(groups, ":")
}

// addressShape tells which family s is written like, or 0: digits with three dots between them, or
// hexadecimal digits with colons.
func addressShape(s string) int {
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
	case addr.Is4() && bits >= 32:
		c.refuse("IPv4 mask bits must be < 32")
	case addr.Is6() && bits >= 128:
		c.refuse("IPv6 mask bits must be < 128")
	default:
		return cidr(netip.PrefixFrom(addr, int(bits)).Masked())
	}
	return nil
}
