package pattern_test

import (
	"encoding/json"
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// takesNaive judges one entry of a match list.
func takesNaive(entry, v any) bool {
	o, isOperator := entry.([]field)
	if !isOperator {
		return equalNaive(entry, v) || sameAddress(entry, v)
	}
	s, isString := v.(string)
	operand := o[0].value
	text, _ := operand.(string)
	if inner, ok := operand.([]field); ok && o[0].name != "anything-but" {
		text = inner[0].value.(string)
		return isString && foldsNaive([]rune(text), s, o[0].name == "suffix", o[0].name == "prefix")
	}
	switch o[0].name {
	case "exactly":
		return equalNaive(operand, v)
	case "prefix":
		return isString && strings.HasPrefix(s, text)
	case "suffix":
		return isString && strings.HasSuffix(s, text)
	case "equals-ignore-case":
		return isString && foldsNaive([]rune(text), s, false, false)
	case "wildcard":
		return isString && starsNaive(text, s)
	case "exists":
		return operand == true
	case "cidr":
		return inBlockNaive(text, v)
	case "numeric":
		return inRangeNaive(operand.([]any), v)
	case "anything-but":
		op, list := "", operand
		if inner, ok := operand.([]field); ok {
			op, list = inner[0].name, inner[0].value
		}
		if _, ok := list.([]any); !ok {
			list = []any{list}
		}
		return !slices.ContainsFunc(list.([]any), func(x any) bool {
			if op != "" {
				return takesNaive([]field{{op, x}}, v)
			}
			return equalNaive(x, v)
		})
	}
	return false
}

// foldsNaive tells whether s is the operand with each character in its lower or upper case. Text may stand
// before it (a suffix) or behind it (a prefix).
func foldsNaive(operand []rune, s string, before, behind bool) bool {
	if before {
		for i := range len(s) + 1 {
			if foldsNaive(operand, s[i:], false, behind) {
				return true
			}
		}
		return false
	}
	if len(operand) == 0 {
		return s == "" || behind
	}
	for _, c := range []string{lowerNaive(operand[0]), upperNaive(operand[0])} {
		if rest, ok := strings.CutPrefix(s, c); ok && foldsNaive(operand[1:], rest, false, behind) {
			return true
		}
	}
	return false
}

func lowerNaive(r rune) string {
	if r == '\u0130' {
		return "i\u0307"
	}
	return string(unicode.ToLower(r))
}

func upperNaive(r rune) string {
	if i := slices.Index(longUpper, string(r)); i >= 0 && i%2 == 0 {
		return longUpper[i+1]
	}
	return string(unicode.ToUpper(r))
}

// longUpper holds the characters whose upper case is several, each followed by it.
var longUpper = strings.Fields(
	"\u00df SS \u0149 \u02bcN \u01f0 J\u030c \u0390 \u0399\u0308\u0301 \u03b0 \u03a5\u0308\u0301 " +
		"\u0587 \u0535\u0552 \u1e96 H\u0331 \u1e97 T\u0308 \u1e98 W\u030a \u1e99 Y\u030a \u1e9a A\u02be " +
		"\u1f50 \u03a5\u0313 \u1f52 \u03a5\u0313\u0300 \u1f54 \u03a5\u0313\u0301 \u1f56 \u03a5\u0313\u0342 " +
		"\u1f80 \u1f08\u0399 \u1f81 \u1f09\u0399 \u1f82 \u1f0a\u0399 \u1f83 \u1f0b\u0399 \u1f84 \u1f0c\u0399 " +
		"\u1f85 \u1f0d\u0399 \u1f86 \u1f0e\u0399 \u1f87 \u1f0f\u0399 \u1f88 \u1f08\u0399 \u1f89 \u1f09\u0399 " +
		"\u1f8a \u1f0a\u0399 \u1f8b \u1f0b\u0399 \u1f8c \u1f0c\u0399 \u1f8d \u1f0d\u0399 \u1f8e \u1f0e\u0399 " +
		"\u1f8f \u1f0f\u0399 \u1f90 \u1f28\u0399 \u1f91 \u1f29\u0399 \u1f92 \u1f2a\u0399 \u1f93 \u1f2b\u0399 " +
		"\u1f94 \u1f2c\u0399 \u1f95 \u1f2d\u0399 \u1f96 \u1f2e\u0399 \u1f97 \u1f2f\u0399 \u1f98 \u1f28\u0399 " +
		"\u1f99 \u1f29\u0399 \u1f9a \u1f2a\u0399 \u1f9b \u1f2b\u0399 \u1f9c \u1f2c\u0399 \u1f9d \u1f2d\u0399 " +
		"\u1f9e \u1f2e\u0399 \u1f9f \u1f2f\u0399 \u1fa0 \u1f68\u0399 \u1fa1 \u1f69\u0399 \u1fa2 \u1f6a\u0399 " +
		"\u1fa3 \u1f6b\u0399 \u1fa4 \u1f6c\u0399 \u1fa5 \u1f6d\u0399 \u1fa6 \u1f6e\u0399 \u1fa7 \u1f6f\u0399 " +
		"\u1fa8 \u1f68\u0399 \u1fa9 \u1f69\u0399 \u1faa \u1f6a\u0399 \u1fab \u1f6b\u0399 \u1fac \u1f6c\u0399 " +
		"\u1fad \u1f6d\u0399 \u1fae \u1f6e\u0399 \u1faf \u1f6f\u0399 \u1fb2 \u1fba\u0399 \u1fb3 \u0391\u0399 " +
		"\u1fb4 \u0386\u0399 \u1fb6 \u0391\u0342 \u1fb7 \u0391\u0342\u0399 \u1fbc \u0391\u0399 \u1fc2 \u1fca\u0399 " +
		"\u1fc3 \u0397\u0399 \u1fc4 \u0389\u0399 \u1fc6 \u0397\u0342 \u1fc7 \u0397\u0342\u0399 \u1fcc \u0397\u0399 " +
		"\u1fd2 \u0399\u0308\u0300 \u1fd3 \u0399\u0308\u0301 \u1fd6 \u0399\u0342 \u1fd7 \u0399\u0308\u0342 " +
		"\u1fe2 \u03a5\u0308\u0300 \u1fe3 \u03a5\u0308\u0301 \u1fe4 \u03a1\u0313 \u1fe6 \u03a5\u0342 " +
		"\u1fe7 \u03a5\u0308\u0342 \u1ff2 \u1ffa\u0399 \u1ff3 \u03a9\u0399 \u1ff4 \u038f\u0399 \u1ff6 \u03a9\u0342 " +
		"\u1ff7 \u03a9\u0342\u0399 \u1ffc \u03a9\u0399 \ufb00 FF \ufb01 FI \ufb02 FL \ufb03 FFI \ufb04 FFL \ufb05 ST " +
		"\ufb06 ST \ufb13 \u0544\u0546 \ufb14 \u0544\u0535 \ufb15 \u0544\u053b \ufb16 \u054e\u0546 \ufb17 \u0544\u053d ")

// starsNaive tells whether a wildcard fits s: at[i] means that the operand so far fits s[:i].
func starsNaive(w, s string) bool {
	at := make([]bool, len(s)+1)
	at[0] = true
	for i := 0; i < len(w); i++ {
		then := make([]bool, len(s)+1)
		if w[i] == '*' {
			for j, before := range at {
				then[j] = before || j > 0 && then[j-1]
			}
		} else {
			if w[i] == '\\' {
				i++
			}
			for j := range len(s) {
				then[j+1] = at[j] && s[j] == w[i]
			}
		}
		at = then
	}
	return at[len(s)]
}

// equalNaive compares scalars.
func equalNaive(a, b any) bool {
	x, ok1 := a.(json.Number)
	y, ok2 := b.(json.Number)
	if !ok1 || !ok2 {
		return a == b
	}
	f, exact1 := doubleNaive(x)
	g, exact2 := doubleNaive(y)
	if exact1 && exact2 {
		return f == g
	}
	return x == y
}

// doubleNaive converts a number whose value is that of its double's shortest decimal.
func doubleNaive(n json.Number) (float64, bool) {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return 0, false
	}
	if f == 0 { // the fraction of 1e-999999999 would be too long
		mantissa, _, _ := strings.Cut(strings.ToLower(string(n)), "e")
		return 0, strings.Trim(mantissa, "-0.") == ""
	}
	a, ok1 := new(big.Rat).SetString(string(n))
	b, ok2 := new(big.Rat).SetString(strconv.FormatFloat(f, 'e', -1, 64))
	return f, ok1 && ok2 && a.Cmp(b) == 0
}

func inRangeNaive(terms []any, v any) bool {
	n, ok := v.(json.Number)
	f, exact := 0.0, false
	if ok {
		f, exact = doubleNaive(n)
	}
	if !exact {
		return false
	}
	for i := 0; i < len(terms); i += 2 {
		limit, _ := doubleNaive(terms[i+1].(json.Number))
		held := map[any]bool{"=": f == limit, "<": f < limit, "<=": f <= limit, ">": f > limit, ">=": f >= limit}
		if !held[terms[i]] {
			return false
		}
	}
	return true
}

// addressNaive reads an address; leading zeros do not count.
func addressNaive(v any) (netip.Addr, bool) {
	s, _ := v.(string)
	separator := ":"
	if strings.Contains(s, ".") {
		separator = "."
	}
	groups := strings.Split(s, separator)
	if separator == "." && (len(groups) != 4 || len(s) > 15 || strings.Contains(s, ":")) || strings.Contains(s, "%") {
		return netip.Addr{}, false
	}
	for i, g := range groups {
		if groups[i] = strings.TrimLeft(g, "0"); groups[i] == "" && g != "" {
			groups[i] = "0"
		}
	}
	a, err := netip.ParseAddr(strings.Join(groups, separator))
	return a.Unmap(), err == nil
}

func sameAddress(a, b any) bool {
	x, ok1 := addressNaive(a)
	y, ok2 := addressNaive(b)
	return ok1 && ok2 && x == y
}

func inBlockNaive(block string, v any) bool {
	address, bits, _ := strings.Cut(strings.TrimRight(block, "/"), "/")
	base, _ := addressNaive(address)
	n, err := strconv.Atoi(bits)
	if err != nil {
		return false
	}
	prefix, err := base.Prefix(n)
	a, ok := addressNaive(v)
	return ok && err == nil && prefix.Contains(a)
}
