package policy

import (
	"bytes"
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// operator compares a value of the request with one of the policy.
type operator struct {
	match   func(got, want string) verdict
	negated bool
}

// operators are the condition operators, by their names in lower case.
var operators = map[string]operator{
	"stringequals":              {match: exactly},
	"stringnotequals":           {match: exactly, negated: true},
	"stringequalsignorecase":    {match: folded},
	"stringnotequalsignorecase": {match: folded, negated: true},
	"stringlike":                {match: like},
	"stringnotlike":             {match: like, negated: true},
	"arnequals":                 {match: arnLike},
	"arnnotequals":              {match: arnLike, negated: true},
	"arnlike":                   {match: arnLike},
	"arnnotlike":                {match: arnLike, negated: true},
	"bool":                      {match: sameBool},
	"binaryequals":              {match: sameBytes},
	"ipaddress":                 {match: inNetwork},
	"notipaddress":              {match: inNetwork, negated: true},
	"numericequals":             {match: number(func(c int) bool { return c == 0 })},
	"numericnotequals":          {match: number(func(c int) bool { return c == 0 }), negated: true},
	"numericlessthan":           {match: number(func(c int) bool { return c < 0 })},
	"numericlessthanequals":     {match: number(func(c int) bool { return c <= 0 })},
	"numericgreaterthan":        {match: number(func(c int) bool { return c > 0 })},
	"numericgreaterthanequals":  {match: number(func(c int) bool { return c >= 0 })},
	"dateequals":                {match: date(func(c int) bool { return c == 0 })},
	"datenotequals":             {match: date(func(c int) bool { return c == 0 }), negated: true},
	"datelessthan":              {match: date(func(c int) bool { return c < 0 })},
	"datelessthanequals":        {match: date(func(c int) bool { return c <= 0 })},
	"dategreaterthan":           {match: date(func(c int) bool { return c > 0 })},
	"dategreaterthanequals":     {match: date(func(c int) bool { return c >= 0 })},
}

// sure makes a verdict of a truth.
func sure(b bool) verdict {
	if b {
		return yes
	}
	return no
}

// exactly compares byte for byte.
func exactly(got, want string) verdict { return sure(got == want) }

// folded compares without regard to case.
func folded(got, want string) verdict { return sure(strings.EqualFold(got, want)) }

// like compares with wildcards.
func like(got, want string) verdict { return sure(glob(want, got)) }

// arnLike compares the six parts of ARNs one by one, so that a wildcard stays within its part; the last
// part may hold colons. Anything that is not an ARN does not match one; a pattern that is none is an error
// of the policy.
func arnLike(got, want string) verdict {
	if want == "*" {
		return yes
	}
	w, g := strings.SplitN(want, ":", 6), strings.SplitN(got, ":", 6)
	if len(w) != 6 {
		return unsure
	}
	if len(g) != 6 {
		return no
	}
	for i := range w {
		if !glob(w[i], g[i]) {
			return no
		}
	}
	return yes
}

// sameBool compares true and false.
func sameBool(got, want string) verdict {
	g, okG := parseBool(got)
	w, okW := parseBool(want)
	if !okG || !okW {
		return unsure
	}
	return sure(g == w)
}

// sameBytes compares the bytes that texts in base64 stand for.
func sameBytes(got, want string) verdict {
	g, errG := base64.StdEncoding.DecodeString(got)
	w, errW := base64.StdEncoding.DecodeString(want)
	if errG != nil || errW != nil {
		return unsure
	}
	return sure(bytes.Equal(g, w))
}

// parseBool reads true or false in any case.
func parseBool(s string) (value, ok bool) {
	value = strings.EqualFold(s, "true")
	return value, value || strings.EqualFold(s, "false")
}

// inNetwork says whether an address lies in a network, or is the address.
func inNetwork(got, want string) verdict {
	addr, err := netip.ParseAddr(got)
	if err != nil {
		return unsure
	}
	addr = addr.Unmap()
	if one, err := netip.ParseAddr(want); err == nil {
		return sure(one.Unmap() == addr)
	}
	network, err := netip.ParsePrefix(want)
	if err != nil {
		return unsure
	}
	return sure(network.Contains(addr))
}

// number makes a comparison of numbers.
func number(holds func(int) bool) func(got, want string) verdict {
	return func(got, want string) verdict {
		g, errG := strconv.ParseFloat(got, 64)
		w, errW := strconv.ParseFloat(want, 64)
		if errG != nil || errW != nil || g != g || w != w {
			return unsure
		}
		switch {
		case g < w:
			return sure(holds(-1))
		case g > w:
			return sure(holds(1))
		}
		return sure(holds(0))
	}
}

// date makes a comparison of instants.
func date(holds func(int) bool) func(got, want string) verdict {
	return func(got, want string) verdict {
		g, okG := parseDate(got)
		w, okW := parseDate(want)
		if !okG || !okW {
			return unsure
		}
		return sure(holds(g.Compare(w)))
	}
}

// parseDate reads W3C's forms of ISO 8601 and seconds since 1970.
func parseDate(s string) (time.Time, bool) {
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return time.Unix(n, 0), err == nil
}
